"""Cluster platform bug."""

from collections.abc import Iterator

from installer.audit.about_operators import CONTROLLERS, installed
from installer.audit.finding import Found
from installer.audit.kinds import CLUSTER_PLATFORM, CSV, POD
from installer.audit.object import Object, dig, mappings, number
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.versions import minor
from installer.knowledge.packages import csv_version

LAST = (1, 35)  # corrected in January 2025, after 1.35 was branched
MANY = 3


def check(snapshot: Snapshot) -> Iterator[Found]:
    old = [one for one in installed(snapshot, "logic") if (minor(csv_version(one.name)) or (2, 0)) <= LAST]
    crashing = [pod for pod in snapshot.of(POD) if pod.name.startswith(CONTROLLERS["logic"]) and _crashes(pod)]
    if old and crashing:
        for one in snapshot.of(CLUSTER_PLATFORM):
            observed = f"{crashing[0].name} crashes again and again, and {old[0].name} has that bug"
            yield Found(one.at("spec", "platformRef"), observed, "a version after 1.35")


def _crashes(pod: Object) -> bool:
    """Whether a container waits to be started again, or has ended with an error time and again."""
    for one in mappings(pod.get("status", "containerStatuses")):
        if dig(one, "state", "waiting", "reason") == "CrashLoopBackOff":
            return True
        ended = number(dig(one, "lastState", "terminated", "exitCode"))
        if ended and (number(one.get("restartCount")) or 0) >= MANY:
            return True
    return False


RULE = Rule(
    module=__name__,
    title="Cluster platform bug",
    severity="high",
    reads=(CLUSTER_PLATFORM, POD, CSV),
    wrong="There is a SonataFlowClusterPlatform, and a logic operator up to 1.35 crashes over and over.",
    why="That operator follows the references of platforms in a circle until its memory is full: nothing is deployed.",
    fix="Upgrade the operator; until then remove the cluster platform, or give each platform a broker of its own.",
    sources=("https://github.com/apache/incubator-kie-tools/issues/2842",),
    check=check,
)
