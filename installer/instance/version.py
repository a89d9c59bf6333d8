"""Which RHDH release runs, as manifests tell it: image tags, labels, chart versions, the operator's channel.

Does not guess: what does not say a release gives none.
"""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from installer.instance.manifests import Manifests
from installer.instance.view import View, view
from installer.knowledge.releases import minors, release
from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern

CHART = "redhat-developer-hub"
_RHDH_IMAGE = late_pattern(r"rhdh|developer-hub|backstage-showcase", re.IGNORECASE)
_TAG = late_pattern(r"^v?([12]\.\d+(?:\.\d+)?)(?=$|[-._+])")
_RANGE = late_pattern(r"^(?:redhat-developer-hub-|backstage-|release-|[~^=v ])*(\d+)\.(\d+)(?:\.(\d+))?")
_CSV = late_pattern(r"^rhdh-operator\.v(\d+\.\d+\.\d+)")
_CHANNEL = late_pattern(r"^fast-(\d+\.\d+)$")


@dataclass(frozen=True)
class Version:
    """A minor or x.y.z, and where it was found in a few words."""

    number: str
    source: str


def first(found: Iterable[Version | None]) -> Version | None:
    return next((version for version in found if version is not None), None)


def of_image(image: str) -> Version | None:
    """The tag of an RHDH image (`quay.io/rhdh/rhdh-hub-rhel9:1.6.1-1745`); none of another image or of a digest."""
    repository, _, tag = image.partition("@")[0].rpartition(":")
    if not repository or "/" in tag or not _RHDH_IMAGE.search(repository):
        return None
    return of_tag(tag)


def of_tag(tag: str, source: str = "image tag") -> Version | None:
    match = _TAG.match(tag)
    return Version(match[1], source) if match else None


def of_catalog_index(image: str) -> Version | None:
    """The tag of CATALOG_INDEX_IMAGE, whose minor is that of RHDH (RHDH 1.9 and later)."""
    tag = image.partition("@")[0].rpartition("/")[2].rpartition(":")[2]
    return of_tag(tag, "catalog index tag")


@cache
def chart_lines() -> Mapping[str, str]:
    """The first two numbers of a version of RHDH's chart, and the oldest RHDH release with a chart of that line."""
    lines: dict[str, str] = {}
    for minor in minors():
        chart = release(minor).charts.get(CHART, "")
        if chart:
            lines.setdefault(".".join(chart.split(".")[:2]), minor)
    return lines


def of_chart(version: str) -> Version | None:
    """The RHDH release of a chart version or a range of them (`3.2.7`, `~4.5`, `1.8.*`, `release-1.8`).

    Charts of RHDH have numbers of their own; some repositories publish them under the number of RHDH itself.
    """
    match = _RANGE.match(version.strip())
    if match is None:
        return None
    line = f"{match[1]}.{match[2]}"
    if line in chart_lines():
        return Version(chart_lines()[line], "chart version")
    if line not in minors():
        return None
    return Version(f"{line}.{match[3]}" if match[3] else line, "chart version")


def of_workload(workload: View) -> Version | None:
    """What a Deployment or StatefulSet says: image, RHDH_VERSION, catalog index, labels; in this order."""
    pod = workload.get("spec", "template", "spec")
    containers = _containers(pod, "containers") + _containers(pod, "initContainers")
    env = [one for container in containers for one in _items(container.get("env"))]
    return first(
        [
            *(of_image(container.scalar("image")) for container in containers),
            *(of_tag(one.scalar("value"), "RHDH_VERSION") for one in env if one.scalar("name") == "RHDH_VERSION"),
            *(of_catalog_index(one.scalar("value")) for one in env if one.scalar("name") == "CATALOG_INDEX_IMAGE"),
            of_labels(workload),
        ]
    )


def of_labels(one: View) -> Version | None:
    labels = one.get("metadata", "labels")
    if labels is None:
        return None
    chart = labels.scalar("helm.sh/chart")
    return first(
        [
            of_tag(labels.scalar("app.kubernetes.io/version"), "label app.kubernetes.io/version"),
            of_chart(chart) if _RANGE.match(chart) else None,
        ]
    )


def of_operator(manifests: Manifests) -> Version | None:
    """The RHDH operator's Subscription (installedCSV, startingCSV, channel) or ClusterServiceVersion, if any.

    A channel that names a minor wins over a version of another minor: the operator has moved on, or will.
    """
    subscriptions = [view(one) for one in manifests.of_kind("Subscription", "operators.coreos.com")]
    versions = [one.ref.name for one in manifests.of_kind("ClusterServiceVersion") if one.ref]
    return first(
        [
            *(_of_subscription(one) for one in subscriptions if one.scalar("spec", "name") == "rhdh"),
            *(Version(match[1], "operator version") for name in versions if (match := _CSV.match(name))),
        ]
    )


def _of_subscription(one: View) -> Version | None:
    channel = _CHANNEL.match(one.scalar("spec", "channel"))
    for csv in (one.scalar("status", "installedCSV"), one.scalar("spec", "startingCSV")):
        match = _CSV.match(csv)
        if match and (channel is None or match[1].startswith(f"{channel[1]}.")):
            return Version(match[1], "operator version")
    return Version(channel[1], "operator channel") if channel else None


def _containers(pod: View | None, key: str) -> list[View]:
    return _items(pod.get(key)) if pod is not None else []


def _items(found: View | None) -> list[View]:
    return found.items() if found is not None else []
