"""Field dropped by operator merge."""

from collections.abc import Iterator

from installer.audit.about_plugins import main_entries
from installer.audit.finding import Found
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

DROPPED = ("pullPolicy", "forceDownload")


def check(snapshot: Snapshot) -> Iterator[Found]:
    if snapshot.flavour != "operator":
        return
    for file, number, package, entry in main_entries(snapshot):
        for name in DROPPED:
            if name in entry:
                spot = file.at("plugins", number, name, called=package)
                key = f"{package} {name}"
                yield Found(spot, f"{package}: {name}", "no such field", SetPlugin(package, {name: None}), key)


RULE = Rule(
    module=__name__,
    title="Field dropped by operator merge",
    severity="medium",
    releases=("1.8", None),
    wrong="An entry has pullPolicy or forceDownload, which the operator leaves out when it joins the lists.",
    why="It has no effect: an image is not pulled again, although the file says that it should be.",
    fix="Pin another version, or a digest, to have it fetched anew.",
    sources=("https://github.com/redhat-developer/rhdh-operator/blob/main/docs/dynamic-plugins.md",),
    check=check,
)
