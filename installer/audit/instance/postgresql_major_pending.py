"""PostgreSQL major bump pending."""

from collections.abc import Iterator

from installer.audit.about_instance import containers, is_owned, postgresql_major
from installer.audit.finding import Found
from installer.audit.kinds import POD, STATEFUL_SET
from installer.audit.object import Object, text
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

POD_SPEC = ("spec", "template", "spec")


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.within(STATEFUL_SET, snapshot.namespace):
        for index, container in containers(one.get(*POD_SPEC)):
            wanted = postgresql_major(text(container.get("image")))
            runs = _running(snapshot, one, text(container.get("name")))
            if wanted and runs and wanted != runs and _keeps_data(one):
                observed = f"PostgreSQL {runs} runs, and {wanted} is what the next pod will be"
                spot = one.at(*POD_SPEC, "containers", index, "image")
                yield Found(spot, observed, f"a dump of {runs} that {wanted} has read", key=text(container.get("name")))


def _running(snapshot: Snapshot, owner: Object, name: str) -> str:
    """The major that a pod of it runs in that container."""
    for pod in snapshot.within(POD, owner.namespace):
        if is_owned(pod, owner):
            for _, container in containers(pod.get("spec")):
                if container.get("name") == name:
                    return postgresql_major(text(container.get("image")))
    return ""


def _keeps_data(one: Object) -> bool:
    claimed = [each for each in one.items(*POD_SPEC, "volumes") if isinstance(each, dict)]
    return bool(one.items("spec", "volumeClaimTemplates")) or any("persistentVolumeClaim" in each for each in claimed)


RULE = Rule(
    module=__name__,
    title="PostgreSQL major bump pending",
    severity="high",
    reads=(STATEFUL_SET, POD),
    wrong="The image of RHDH's PostgreSQL is of another major version than the pod that runs, and the data stays.",
    why="PostgreSQL does not start on the data directory of another major: the portal is down after the next restart.",
    fix="Dump the database with the old major, and restore it into the new one; or keep the old image.",
    sources=("https://www.postgresql.org/docs/current/upgrading.html",),
    check=check,
)
