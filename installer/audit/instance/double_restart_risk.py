"""Double restart risk."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from installer.audit.about_instance import RESTARTED, SYNC_HASH, observed_deployment, replica_sets, template
from installer.audit.finding import Found
from installer.audit.kinds import DEPLOYMENT, REPLICA_SET
from installer.audit.object import Object, text
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

NEAR = timedelta(minutes=10)


def check(snapshot: Snapshot) -> Iterator[Found]:
    if snapshot.flavour != "operator":
        return
    workload = observed_deployment(snapshot)
    found = replica_sets(snapshot, workload)
    for before, after in pairwise(found):
        by_hand = _annotation(after, RESTARTED) not in ("", _annotation(before, RESTARTED))
        by_operator = _annotation(before, SYNC_HASH) == _annotation(after, SYNC_HASH) != ""
        if by_hand and by_operator and before.created and after.created and after.created - before.created < NEAR:
            seconds = int((after.created - before.created).total_seconds())
            observed = f"restarted by hand {seconds} s after the operator had begun a rollout itself"
            yield Found(
                workload.at("spec", "template", "metadata", "annotations"), observed, "one restart", key=after.name
            )


def _annotation(one: Object, name: str) -> str:
    annotations = template(one, "metadata", "annotations")
    return text(annotations.get(name)) if isinstance(annotations, dict) else ""


RULE = Rule(
    module=__name__,
    title="Double restart risk",
    severity="low",
    reads=(DEPLOYMENT, REPLICA_SET),
    wrong="RHDH was restarted by hand while its operator already rolled a changed configuration out.",
    why="The portal goes down twice, and the second rollout hides whether the first one worked.",
    fix="After a change, wait a minute for the operator's own rollout; restart by hand only when none comes.",
    sources=("https://github.com/redhat-developer/rhdh-operator/blob/main/docs/configuration.md",),
    check=check,
)
