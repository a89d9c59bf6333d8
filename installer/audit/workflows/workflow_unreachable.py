"""serviceUrl unreachable from RHDH."""

from collections.abc import Generator, Iterator

from installer.audit.about_network import UNKNOWN, decide, is_on_knative, letting_in, names, rhdh_pods, workflow_pods
from installer.audit.addresses import address
from installer.audit.finding import Found
from installer.audit.kinds import NAMESPACE, NETWORK_POLICY, POD, WORKFLOW
from installer.audit.rule import Rule, Skip
from installer.audit.shapes import missing
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    unknown = yield from _denied(snapshot)
    yield from _unroutable(snapshot)
    if unknown:
        raise Skip(UNKNOWN)


def _unroutable(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.definitions:
        found = address(one.service_url or "")
        if found is None or found.is_loopback:
            here = next((each for each in snapshot.of(WORKFLOW) if each.name == one.name), None)
            spot = here.at() if here is not None else missing(WORKFLOW, "", one.name, "v1alpha08")
            told = f"serviceUrl of {one.name}: {one.service_url or 'none'}"
            yield Found(spot, told, "the URL of its Service", key=f"serviceUrl {one.name}")


def _denied(snapshot: Snapshot) -> Generator[Found, None, bool]:
    """What policies deny; returns whether some of it cannot be told."""
    rhdh, unknown = rhdh_pods(snapshot), False
    for one in snapshot.of(WORKFLOW):
        if is_on_knative(one):
            continue
        decision = decide(snapshot, rhdh, workflow_pods(snapshot, one))
        unknown |= decision.allowed is None
        if decision.allowed is False and decision.direction is not None:
            told = f"{rhdh.namespace} is kept from workflow {one.name} by {names(decision)}"
            spot, key = decision.policies[0].at("spec", decision.direction), f"{one.namespace}/{one.name}"
            expected = f"a policy that lets {rhdh.namespace} in"
            yield Found(spot, told, expected, letting_in(decision, rhdh.namespace), key)
    return unknown


RULE = Rule(
    module=__name__,
    title="serviceUrl unreachable from RHDH",
    severity="high",
    reads=(NETWORK_POLICY, WORKFLOW),
    also=(NAMESPACE, POD),
    wrong="RHDH cannot reach a workflow: policies deny it, or its serviceUrl is none that leads anywhere.",
    why="The portal shows the workflow as unavailable, and does not start it.",
    fix="Let RHDH's namespace in where the workflow runs; or set kogito.service.url to the URL of its Service.",
    sources=("https://kubernetes.io/docs/concepts/services-networking/network-policies/",),
    check=check,
)
