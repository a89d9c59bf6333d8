"""`enabled` field on installer ≤1.10."""

from collections.abc import Iterator

from installer.audit.about_plugins import main_entries
from installer.audit.finding import Found
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for file, number, package, entry in main_entries(snapshot):
        if "enabled" in entry:
            on = entry["enabled"] is True
            spot = file.at("plugins", number, "enabled", called=package)
            remedy = SetPlugin(package, {"enabled": None, "disabled": not on})
            yield Found(spot, f"{package}: enabled", f"disabled: {str(not on).lower()}", remedy)


RULE = Rule(
    module=__name__,
    title="`enabled` field on installer ≤1.10",
    severity="high",
    releases=(None, "1.10"),
    wrong="An entry says enabled, which the installer of this release does not read.",
    why="The plugin is on or off by disabled alone: enabled: false leaves it on, enabled: true does not switch it on.",
    fix="Write disabled instead; enabled is of RHDH 2.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=check,
)
