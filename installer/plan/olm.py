"""OLM as one snapshot: what is subscribed, installed, grouped, served, planned. Reads nothing and judges nothing."""

from collections.abc import Mapping, Sequence
from typing import Any

from installer.knowledge.packages import csv_package
from installer.model.dataclass import dataclass
from installer.model.run import RELEASE

Object = Mapping[str, Any]
# What Helm writes on every object of a release: https://helm.sh/docs/topics/charts_tips_and_tricks/
_RELEASE_NAME, _RELEASE_NAMESPACE = "meta.helm.sh/release-name", "meta.helm.sh/release-namespace"


@dataclass(frozen=True, slots=True)
class Olm:
    """Objects as the API gives them, of all namespaces. `csvs` without copies; `packages` are PackageManifests.

    `is_served` false: the cluster has no OLM, which is not the same as an OLM that holds nothing.
    """

    subscriptions: Sequence[Object] = ()
    csvs: Sequence[Object] = ()
    groups: Sequence[Object] = ()
    catalogs: Sequence[Object] = ()
    packages: Sequence[Object] = ()
    install_plans: Sequence[Object] = ()
    namespaces: Sequence[Object] = ()
    is_served: bool = True


NO_OLM = Olm(is_served=False)


@dataclass(frozen=True, slots=True)
class Installed:
    """One operator that is there: its Subscription, or a CSV without one; `csv` is the installed CSV, if any."""

    package: str
    namespace: str
    subscription: Object | None
    csv: Object | None

    def __str__(self) -> str:
        return f"{self.package} in {self.namespace}"

    @property
    def phase(self) -> str:
        return str(status(self.csv).get("phase") or "") if self.csv else ""


def installed(olm: Olm, packages: Sequence[str]) -> list[Installed]:
    """Every install of these packages, subscribed or not, in their order."""
    found = [
        Installed(package, space(one), one, csv_of(olm, one))
        for one in olm.subscriptions
        if (package := package_of(one)) in packages
    ]
    subscribed = {(one.package, one.namespace) for one in found}
    # Beside a Subscription of its package, a CSV is the one that is being replaced.
    alone = [
        Installed(package, space(one), None, one)
        for one in olm.csvs
        if (package := csv_package(name_of(one))) in packages
        and (package, space(one)) not in subscribed
        and not is_going(one)
    ]
    return sorted([*found, *alone], key=lambda one: (packages.index(one.package), one.namespace))


def csv_of(olm: Olm, subscription: Object) -> Object | None:
    """The CSV that a Subscription has installed."""
    wanted = (space(subscription), status(subscription).get("installedCSV"))
    return next((one for one in olm.csvs if (space(one), name_of(one)) == wanted), None)


def package_of(subscription: Object) -> str:
    return str((subscription.get("spec") or {}).get("name") or "")


def groups_in(olm: Olm, namespace: str) -> list[Object]:
    return sorted((one for one in olm.groups if space(one) == namespace), key=name_of)


def serves_all_namespaces(group: Object) -> bool:
    """Neither a list of namespaces nor a selector: both operators know no other way of installing."""
    spec = group.get("spec") or {}
    selector = spec.get("selector") or {}
    is_narrow = spec.get("targetNamespaces") or selector.get("matchLabels") or selector.get("matchExpressions")
    return not is_narrow


def is_of_release(one: Object, namespace: str | None) -> bool:
    """Whether an object belongs to our chart's release of a namespace; None: there is none, so nothing does."""
    annotations = one["metadata"].get("annotations") or {}
    is_ours = (annotations.get(_RELEASE_NAME), annotations.get(_RELEASE_NAMESPACE)) == (RELEASE, namespace)
    return namespace is not None and is_ours


def is_going(one: Object) -> bool:
    return bool(one["metadata"].get("deletionTimestamp"))


def status(one: Object) -> Mapping[str, Any]:
    return one.get("status") or {}


def space(one: Object) -> str:
    return str(one["metadata"].get("namespace") or "")


def name_of(one: Object) -> str:
    return str(one["metadata"]["name"])


def address(one: Object) -> str:
    return f"{space(one)}/{name_of(one)}"
