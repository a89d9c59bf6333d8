"""Notifications without signals."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

SIGNALS = ("signals", "signals-backend")


def check(snapshot: Snapshot) -> Iterator[Found]:
    page = snapshot.plugin("notifications")
    missing = [one for one in SIGNALS if snapshot.plugin(one) is None]
    if page is not None and missing:
        yield Found(
            page.spot, f"notifications without {', '.join(missing)}", "both signals plugins are on", key="signals"
        )


RULE = Rule(
    module=__name__,
    title="Notifications without signals",
    severity="low",
    wrong="Notifications are on, and the plugins for signals are not.",
    why="A notification shows up only when the page is loaded again.",
    fix="Switch signals and its backend on.",
    sources=("https://backstage.io/docs/notifications/#signals",),
    check=check,
)
