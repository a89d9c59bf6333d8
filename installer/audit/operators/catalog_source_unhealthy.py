"""CatalogSource unhealthy."""

from collections.abc import Iterator

from installer.audit.about_operators import PATIENCE, is_ours
from installer.audit.finding import Found
from installer.audit.kinds import CATALOG_SOURCE, SUBSCRIPTION
from installer.audit.object import Object
from installer.audit.remedy import Run
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

SHARED = ("openshift-marketplace", "olm", "operator-lifecycle-manager")


def check(snapshot: Snapshot) -> Iterator[Found]:
    asked = {*SHARED, *_named(snapshot)}
    for one in snapshot.observed(CATALOG_SOURCE):
        state = one.text("status", "connectionState", "lastObservedState") or "not connected"
        # One that was just made, or whose pod was just replaced, connects by itself.
        since = one.moment("status", "connectionState", "lastConnect") or one.created
        is_young = since is not None and snapshot.age(since) < PATIENCE
        if one.namespace in asked and state != "READY" and not (is_young and state != "TRANSIENT_FAILURE"):
            yield Found(one.at("status", "connectionState"), state, "READY", _look(one))


def _named(snapshot: Snapshot) -> Iterator[str]:
    """Where the Subscriptions of our operators are, and where their catalogs are said to be."""
    for one in snapshot.of(SUBSCRIPTION) if snapshot.is_read(SUBSCRIPTION) else ():
        if is_ours(one.text("spec", "name")):
            yield from (one.namespace, one.text("spec", "sourceNamespace"))


def _look(one: Object) -> Run:
    return Run((f"oc -n {one.namespace} get pods -l olm.catalogSource={one.name}",))


RULE = Rule(
    module=__name__,
    title="CatalogSource unhealthy",
    severity="critical",
    reads=(CATALOG_SOURCE,),
    also=(SUBSCRIPTION,),
    wrong="A CatalogSource that OLM asks for our operators is not READY.",
    why="One catalog that does not answer stops every resolution: nothing is installed or upgraded, from none.",
    fix="Repair the catalog's pod, its image and its pull secret, or remove the CatalogSource.",
    sources=("https://olm.operatorframework.io/docs/concepts/olm-architecture/dependency-resolution/",),
    check=check,
)
