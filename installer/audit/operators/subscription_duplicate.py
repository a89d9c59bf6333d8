"""Duplicate subscription to one package."""

from collections.abc import Iterator

from installer.audit.about_operators import is_ours
from installer.audit.finding import Found
from installer.audit.kinds import SUBSCRIPTION
from installer.audit.object import Object
from installer.audit.remedy import DeleteObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    # Overlays of a repository hold the same Subscription several times: that is one.
    found: dict[str, dict[tuple[str, str], Object]] = {}
    for one in snapshot.of(SUBSCRIPTION):
        package = one.text("spec", "name")
        if is_ours(package):
            found.setdefault(package, {})[one.namespace, one.name] = one
    for package, several in found.items():
        kept, *others = sorted(several.values(), key=_order)
        for one in others:
            observed = f"{package} is subscribed to by {kept.namespace}/{kept.name} too"
            yield Found(one.at("spec", "name"), observed, "one Subscription", DeleteObject(one.ref))


def _order(one: Object) -> tuple[bool, str, str, str]:
    """What installed something first, then the oldest."""
    created = one.text("metadata", "creationTimestamp")
    return not one.text("status", "installedCSV"), created, one.namespace, one.name


RULE = Rule(
    module=__name__,
    title="Duplicate subscription to one package",
    severity="high",
    reads=(SUBSCRIPTION,),
    wrong="Serverless, Serverless Logic or RHDH's operator is subscribed to more than once on the cluster.",
    why="An operator for all namespaces can be there once: the second one fails with a conflict over the CRDs.",
    fix="Leave one Subscription, the one that has something installed, and delete the others.",
    sources=("https://olm.operatorframework.io/docs/advanced-tasks/operator-scoping-with-operatorgroups/",),
    check=check,
)
