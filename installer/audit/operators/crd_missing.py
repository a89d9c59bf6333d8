"""CRD missing / not Established."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import CRD
from installer.audit.object import Object
from installer.audit.rule import Rule, Skip
from installer.audit.shapes import condition_words, missing
from installer.audit.snapshot import Snapshot

# Each with a CRD that says that the same came by other means: Knative also installs without its operator.
NEEDED = {
    "sonataflows.sonataflow.org": "",
    "sonataflowplatforms.sonataflow.org": "",
    "knativeservings.operator.knative.dev": "services.serving.knative.dev",
    "knativeeventings.operator.knative.dev": "brokers.eventing.knative.dev",
}
BACKSTAGE = "backstages.rhdh.redhat.com"
# Every cluster has CRDs of others, too; a must-gather of RHDH does not take those along.
OURS = (".rhdh.redhat.com", ".sonataflow.org", ".knative.dev")


def check(snapshot: Snapshot) -> Iterator[Found]:
    there = {one.name: one for one in snapshot.observed(CRD)}
    operator = snapshot.has_instance and snapshot.flavour == "operator"
    needed = {**NEEDED, **({BACKSTAGE: ""} if operator else {})}
    for name in there.keys() & needed.keys():
        yield from _unserved(there[name])
    if there and all(name.endswith(OURS) for name in there):
        raise Skip("CRDs of the Orchestrator alone were gathered, perhaps not all of them")
    for name, instead in needed.items():
        if name not in there and instead not in there:
            yield Found(missing(CRD, name=name, version="v1"), f"{name} is not there", f"{name}, Established")


def _unserved(one: Object) -> Iterator[Found]:
    found = one.condition("Established")
    if found.get("status") != "True":
        spot = one.at("status", "conditions")
        yield Found(spot, condition_words("Established", found), "Established: True", key="established")


RULE = Rule(
    module=__name__,
    title="CRD missing / not Established",
    severity="critical",
    reads=(CRD,),
    wrong="The API does not serve a kind that the Orchestrator is made of: its CRD is missing, or not Established.",
    why="Whatever is applied of that kind is refused with `no matches for kind`, and nothing is deployed.",
    fix="Wait until the operator that brings the CRD has Succeeded; install it where it is not there.",
    sources=("https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/",),
    check=check,
)
