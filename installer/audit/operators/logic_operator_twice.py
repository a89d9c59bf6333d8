"""Both logic-operator-rhel8 and logic-operator present."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import SUBSCRIPTION
from installer.audit.object import Object
from installer.audit.remedy import DeleteObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

OLD, NEW = "logic-operator-rhel8", "logic-operator"


def check(snapshot: Snapshot) -> Iterator[Found]:
    found: dict[str, list[Object]] = {}
    for one in snapshot.of(SUBSCRIPTION):
        found.setdefault(one.text("spec", "name"), []).append(one)
    for old in found.get(OLD, ()) if NEW in found else ():
        yield Found(old.at("spec", "name"), f"{OLD} beside {NEW}", NEW, DeleteObject(old.ref))


RULE = Rule(
    module=__name__,
    title="Both logic-operator-rhel8 and logic-operator present",
    severity="critical",
    reads=(SUBSCRIPTION,),
    wrong="OpenShift Serverless Logic is subscribed to under its old and under its new package name.",
    why="Two controllers work on the same SonataFlow objects and take back what the other did.",
    fix="Delete the Subscription of logic-operator-rhel8, and its ClusterServiceVersion.",
    sources=("https://docs.redhat.com/en/documentation/red_hat_openshift_serverless/1.37",),
    check=check,
)
