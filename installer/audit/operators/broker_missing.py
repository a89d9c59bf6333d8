"""No eventing broker."""

from collections.abc import Iterator

from installer.audit.about_platform import brokers, nested, services
from installer.audit.finding import Found
from installer.audit.kinds import PLATFORM
from installer.audit.profiles import PRODUCTION
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

BROKER = {"apiVersion": "eventing.knative.dev/v1", "kind": "Broker", "name": "<BROKER>", "namespace": "<NAMESPACE>"}
PATH = ("spec", "eventing", "broker", "ref")


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(PLATFORM):
        # A platform without services sends its events to those of the cluster platform.
        if any(services(one)) and not brokers(one):
            yield Found(one.at(*PATH), "no broker", "a Kafka broker", PatchObject(one.ref, nested(PATH, BROKER)))


RULE = Rule(
    module=__name__,
    title="No eventing broker",
    severity="medium",
    profiles=PRODUCTION,
    reads=(PLATFORM,),
    wrong="A platform with services names no broker for its events.",
    why="Workflows post events to data index and jobs service by HTTP: while those are down, what happened is lost.",
    fix="Name a Broker of the class Kafka under spec.eventing.broker.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/supporting-services.html",),
    check=check,
)
