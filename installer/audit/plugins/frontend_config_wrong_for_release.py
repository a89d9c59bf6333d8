"""Frontend key/modules wrong for era."""

from collections.abc import Iterator, Mapping
from typing import Any

from installer.audit.effective import Plugin
from installer.audit.finding import Found
from installer.audit.object import dig, mapping, mappings
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

ROLES = ("orchestrator", "orchestrator-form-widgets")
JANUS, OURS = "janus-idp.", "red-hat-developer-hub."
RENAMED, LEGACY = (1, 4), (2, 0)
LISTS = ("dynamicRoutes", "mountPoints", "appIcons", "entityTabs", "translationResources")


def check(snapshot: Snapshot) -> Iterator[Found]:
    for plugin in filter(None, map(snapshot.plugin, ROLES)):
        for key, given in mapping(dig(plugin.config, "dynamicPlugins", "frontend")).items():
            wrong, right = _wrong(snapshot.release.number, key, mapping(given))
            if wrong:
                yield _found(plugin, key, wrong, right)


def _found(plugin: Plugin, key: str, wrong: str, right: str) -> Found:
    return Found(plugin.spots.get("pluginConfig", plugin.spot), f"{key}: {wrong}", right, key=f"{plugin.role} {key}")


def _wrong(release: tuple[int, int], key: str, given: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong with one key of dynamicPlugins.frontend, and what would be right; empty where all is well."""
    if release >= RENAMED and key.startswith(JANUS):
        return f"the key is of RHDH before {RENAMED[0]}.{RENAMED[1]}", key.replace(JANUS, OURS, 1)
    if release < RENAMED and key.startswith(OURS):
        return f"the key is of RHDH from {RENAMED[0]}.{RENAMED[1]} on", key.replace(OURS, JANUS, 1)
    imports = [one for name in LISTS for one in mappings(given.get(name)) if "importName" in one]
    if release >= LEGACY and any(one.get("module") != "Legacy" for one in imports):
        return "an import without module: Legacy", "module: Legacy beside every importName"
    if release < LEGACY and any(one.get("module") == "Legacy" for one in imports):
        return "module: Legacy is of RHDH 2", "no module"
    return "", ""


RULE = Rule(
    module=__name__,
    title="Frontend key/modules wrong for era",
    severity="high",
    wrong="The Orchestrator's frontend is configured as another generation of RHDH wants it.",
    why="The plugin is loaded and shows nothing: no menu item, or an empty page.",
    fix="Write the key and the modules of this release, or leave it to the defaults.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/frontend-plugin-wiring.md",),
    check=check,
)
