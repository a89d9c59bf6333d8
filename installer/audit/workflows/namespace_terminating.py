"""Namespace stuck Terminating."""

from collections.abc import Iterator
from datetime import timedelta

from installer.audit.finding import Found
from installer.audit.kinds import NAMESPACE
from installer.audit.object import Object, mappings, text
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

PATIENCE = timedelta(minutes=10)
NAMES = ("openshift-serverless", "knative-", "sonataflow", "orchestrator", "rhdh", "backstage")
GROUPS = ("sonataflow.org", "knative.dev", "rhdh.redhat.com")
# What a namespace that goes says of what keeps it.
HOLDING = ("NamespaceContentRemaining", "NamespaceFinalizersRemaining", "NamespaceDeletionContentFailure")


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.observed(NAMESPACE):
        told = " ".join(_held(one))
        since = one.moment("metadata", "deletionTimestamp")
        if (
            one.text("status", "phase") == "Terminating"
            and snapshot.age(since) > PATIENCE
            and _is_ours(snapshot, one, told)
        ):
            minutes = int(snapshot.age(since).total_seconds() // 60)
            observed = f"Terminating for {minutes} minutes" + (f": {told}" if told else "")
            yield Found(one.at("status", "phase"), observed, "gone, or Active", key="terminating")


def _held(one: Object) -> Iterator[str]:
    for condition in mappings(one.get("status", "conditions")):
        if condition.get("type") in HOLDING and condition.get("status") == "True":
            yield text(condition.get("message"))


def _is_ours(snapshot: Snapshot, one: Object, told: str) -> bool:
    """Whether it is a namespace of the Orchestrator: by its name, or by what is left in it."""
    own = snapshot.has_instance and one.name == snapshot.namespace
    return own or one.name.startswith(NAMES) or any(group in told for group in GROUPS)


RULE = Rule(
    module=__name__,
    title="Namespace stuck Terminating",
    severity="high",
    reads=(NAMESPACE,),
    wrong="A namespace of the Orchestrator has been on its way out for more than ten minutes.",
    why="Something in it waits for an operator that is gone: nothing can be installed there until it is resolved.",
    fix="Delete what is left in it; take finalizers away only where their operator is really gone.",
    sources=("https://kubernetes.io/docs/concepts/overview/working-with-objects/finalizers/",),
    check=check,
)
