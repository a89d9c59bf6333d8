"""Only `disabled:false` on 2.0 operator."""

from collections.abc import Iterator

from installer.audit.about_plugins import INHERIT, main_entries
from installer.audit.finding import Found
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.knowledge.aliases import role, role_of


def check(snapshot: Snapshot) -> Iterator[Found]:
    on = {one.package for one in snapshot.plugins if one.enabled}
    for file, number, package, entry in main_entries(snapshot):
        if entry.get("disabled") is False and "enabled" not in entry:
            unclear = snapshot.defaults_unknown and _is_of_defaults(snapshot, package)
            if unclear or (package not in on and INHERIT not in package):
                spot = file.at("plugins", number, "disabled", called=package)
                remedy = SetPlugin(package, {"disabled": None, "enabled": True})
                yield Found(spot, f"{package}: disabled: false", "enabled: true", remedy)


def _is_of_defaults(snapshot: Snapshot, package: str) -> bool:
    """Whether the default file lists it too, and there with enabled: false."""
    known = role_of(package)
    return INHERIT in package or (known is not None and role(known).group in snapshot.release.default_groups)


RULE = Rule(
    module=__name__,
    title="Only `disabled:false` on 2.0 operator",
    severity="high",
    releases=("2.0", None),
    wrong="An entry says disabled: false of a plugin that the default file has with enabled: false.",
    why="RHDH 2 reads enabled first: the plugin stays off, and nothing says so.",
    fix="Write enabled: true instead.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=check,
)
