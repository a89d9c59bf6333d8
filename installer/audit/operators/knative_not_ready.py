"""KnativeServing/Eventing not Ready."""

from collections.abc import Iterator

from installer.audit.about_operators import subscriptions
from installer.audit.finding import Found
from installer.audit.kinds import EVENTING, SERVING, SUBSCRIPTION, Kind
from installer.audit.object import Object
from installer.audit.remedy import CreateObject, Run
from installer.audit.rule import Rule, Skip
from installer.audit.shapes import condition_words, missing
from installer.audit.snapshot import Snapshot

HOMES = {SERVING: "knative-serving", EVENTING: "knative-eventing"}


def check(snapshot: Snapshot) -> Iterator[Found]:
    if not any(map(snapshot.is_read, HOMES)):
        raise Skip("neither KnativeServing nor KnativeEventing was read")
    for kind in filter(snapshot.is_read, HOMES):
        if snapshot.of(kind):
            yield from _unready(snapshot, kind)
        elif snapshot.is_read(SUBSCRIPTION) and subscriptions(snapshot, "serverless"):
            snapshot.within(kind, HOMES[kind])  # was it read there?
            yield _absent(kind)


def _unready(snapshot: Snapshot, kind: Kind) -> Iterator[Found]:
    """What is being deleted is for another rule."""
    for one in snapshot.observed(kind):
        found = one.condition("Ready")
        if found.get("status") != "True" and not one.text("metadata", "deletionTimestamp"):
            yield Found(one.at("status", "conditions"), condition_words("Ready", found), "Ready: True", _look(one))


def _look(one: Object) -> Run:
    return Run((f"oc -n {one.namespace} describe {one.kind.lower()}.operator.knative.dev {one.name}",))


def _absent(kind: Kind) -> Found:
    name = HOMES[kind]
    spot = missing(kind, name, name, "v1beta1")
    metadata = {"name": name, "namespace": name}
    manifest = {"apiVersion": spot.ref.api_version, "kind": kind.kind, "metadata": metadata}
    return Found(spot, f"there is no {kind.kind}", f"{kind.kind} {name}/{name}", CreateObject(manifest))


RULE = Rule(
    module=__name__,
    title="KnativeServing/Eventing not Ready",
    severity="critical",
    also=(SERVING, EVENTING, SUBSCRIPTION),
    wrong="Knative Serving or Eventing is not Ready, or was never made though the operator is installed.",
    why="Workflows that are Knative services get no address, and the platform's events reach nobody.",
    fix="Read what the resource's conditions name, and put that right.",
    sources=("https://knative.dev/docs/install/operator/knative-with-operators/",),
    check=check,
)
