"""Orchestrator CR of old operator still present on ≥1.7."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import ORCHESTRATOR
from installer.audit.remedy import Run
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

STOP = "oc -n openshift-operators scale deployment orchestrator-operator-controller-manager --replicas=0"


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(ORCHESTRATOR):
        observed = f"it is there beside RHDH {snapshot.release.minor}"
        yield Found(one.at(), observed, "its objects released, then no Orchestrator resource", Run((STOP,)))


RULE = Rule(
    module=__name__,
    title="Orchestrator CR of old operator still present on ≥1.7",
    severity="high",
    releases=("1.7", None),
    reads=(ORCHESTRATOR,),
    wrong="A resource of the Orchestrator operator, which ended with RHDH 1.6, is still there.",
    why="Whoever deletes it deletes the namespaces of Knative, Serverless and RHDH; until then it takes changes back.",
    fix="Do not delete it: stop its operator, take rhdh.redhat.com/created-by off what shall stay, then its finalizer.",
    sources=("https://github.com/rhdhorchestrator/orchestrator-go-operator",),
    check=check,
)
