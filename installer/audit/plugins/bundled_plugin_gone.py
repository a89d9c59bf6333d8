"""Bundled path no longer in image."""

from installer.audit.effective import Plugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot
from installer.knowledge.aliases import role

FOLDER = "./dynamic-plugins/dist/"


def wrong(snapshot: Snapshot, one: Plugin) -> str | None:
    if not one.package.startswith(FOLDER):
        return None
    # RHDH's image never held the Orchestrator; all that it holds stands in its default file.
    never = one.role is not None and role(one.role).group == "orchestrator"
    unlisted = not snapshot.defaults_unknown and one.level > 0 and not one.overridden and _has_defaults(snapshot)
    return f"{one.package} is not in RHDH's image" if never or unlisted else None


def _has_defaults(snapshot: Snapshot) -> bool:
    """Whether some plugin comes from an include, so that the default file was read."""
    return any(one.level == 0 or one.overridden for one in snapshot.plugins)


RULE = Rule(
    module=__name__,
    title="Bundled path no longer in image",
    severity="critical",
    wrong="A plugin is taken from a folder of RHDH's image that this release does not have.",
    why="npm pack fails on the folder: the init container stops, RHDH does not start.",
    fix="Take what replaced it: mostly an image (oci://) of the same plugin.",
    sources=(
        "https://issues.redhat.com/browse/RHDHBUGS-2646",
        "https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",
    ),
    check=plugins_are(wrong, expected="a path that RHDH's default file lists"),
)
