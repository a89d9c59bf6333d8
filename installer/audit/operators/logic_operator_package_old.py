"""Old OSL package on RHDH ≥1.9."""

from collections.abc import Iterator

from installer.audit.about_operators import subscriptions
from installer.audit.finding import Found
from installer.audit.kinds import SUBSCRIPTION
from installer.audit.remedy import Run
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.knowledge.packages import ours


def check(snapshot: Snapshot) -> Iterator[Found]:
    wanted = snapshot.release.operators["logic"]
    found = subscriptions(snapshot, "logic")
    if any(one.text("spec", "name") == wanted.package for one in found):
        return  # both are there, which is worse, and for another rule
    for one in found:
        package = one.text("spec", "name")
        if package in ours("logic"):
            installed = one.text("status", "installedCSV")
            gone = [("subscription.operators.coreos.com", one.name)]
            gone += [("clusterserviceversion.operators.coreos.com", installed)] if installed else []
            commands = tuple(f"oc -n {one.namespace} delete {kind} {name}" for kind, name in gone)
            expected = f"{wanted.package}, channel {wanted.channel}"
            yield Found(one.at("spec", "name"), package, expected, Run(commands))


RULE = Rule(
    module=__name__,
    title="Old OSL package on RHDH ≥1.9",
    severity="high",
    releases=("1.9", None),
    reads=(SUBSCRIPTION,),
    wrong="OpenShift Serverless Logic is subscribed to under the package name that ends with version 1.36.",
    why="That package gets no newer version: the operator stays at 1.36, which this RHDH's workflows do not go with.",
    fix="Delete the Subscription and its ClusterServiceVersion, keep the CRDs, and subscribe to the new package.",
    sources=("https://docs.redhat.com/en/documentation/red_hat_openshift_serverless/1.37",),
    check=check,
)
