"""Which version of an operator its catalogs offer for a release of RHDH. Subscribes to nothing."""

import re
from collections.abc import Sequence

from installer.knowledge.packages import csv_version, minor_of
from installer.knowledge.releases import Operator
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem
from installer.plan.olm import Object, Olm, address, name_of, space, status

_READY = "READY"
_ASK = "kubectl get packagemanifests.packages.operators.coreos.com -A"


@dataclass(frozen=True, slots=True)
class Offer:
    """A CSV in a channel of a catalog."""

    source: str
    source_namespace: str
    csv: str


def offer(olm: Olm, wanted: Operator, namespace: str) -> Offer | Problem:
    """The newest version of the wanted minor, of whichever catalog serves it; what is missing where none does."""
    sources = [one for one in olm.packages if name_of(one) == wanted.package and _reaches(one, namespace)]
    if not sources:
        return _missing("operator-package-missing", f"no catalog serves the package {wanted.package}")
    channels = [(one, channel) for one in sources for channel in _channels(one)]
    named = [(one, channel) for one, channel in channels if channel.get("name") == wanted.channel]
    if not named:
        there = ", ".join(dict.fromkeys(str(channel.get("name")) for _, channel in channels))
        message = f"package {wanted.package} has no channel {wanted.channel}; there is {there or 'none'}"
        return _missing("operator-channel-missing", message)
    offers = [(one, csv) for one, channel in named if (csv := _newest(channel, wanted))]
    if not offers:
        held = ", ".join(dict.fromkeys(name for _, channel in named for name in _entries(channel)))
        message = f"channel {wanted.channel} of {wanted.package} holds no version {wanted.version}; it holds {held}"
        return _missing("operator-version-missing", message)
    # A catalog that answers comes first, then the newer version; the name makes the choice the same every time.
    source, csv = min(offers, key=lambda each: (_is_down(olm, each[0]), *_newer_first(each[1]), _source(each[0])))
    catalog, catalog_namespace = _source(source)
    return Offer(catalog, catalog_namespace, csv)


def unhealthy(olm: Olm, namespace: str) -> list[Object]:
    """The catalogs that a resolution in a namespace asks and that do not answer: one of them stops it.

    https://olm.operatorframework.io/docs/concepts/olm-architecture/dependency-resolution/
    """
    shared = {_source(one)[1] for one in olm.packages if _reaches(one, namespace)} | {namespace}
    asked = [one for one in olm.catalogs if not olm.packages or space(one) in shared]
    return [one for one in asked if state_of(one) != _READY]


def state_of(catalog: Object) -> str:
    """READY, CONNECTING, TRANSIENT_FAILURE ...; a catalog that was never reached has none."""
    return str((status(catalog).get("connectionState") or {}).get("lastObservedState") or "not connected")


def _reaches(package: Object, namespace: str) -> bool:
    """A catalog beside one operator serves no other namespace; those for all stand somewhere else."""
    _, where = _source(package)
    return where == namespace or where != space(package)


def _source(package: Object) -> tuple[str, str]:
    found = status(package)
    return str(found.get("catalogSource") or ""), str(found.get("catalogSourceNamespace") or "")


def _channels(package: Object) -> Sequence[Object]:
    return status(package).get("channels") or []


def _newest(channel: Object, wanted: Operator) -> str:
    if wanted.version is None:
        return str(channel.get("currentCSV") or "")
    fitting = [name for name in _entries(channel) if minor_of(csv_version(name)) == wanted.version]
    if fitting:
        return max(fitting, key=_order)
    # OLM before 0.28 tells a channel's head only: what a release is known with lies below it.
    return "" if channel.get("entries") else wanted.starting_csv or ""


def _entries(channel: Object) -> list[str]:
    named = [str(one.get("name") or "") for one in channel.get("entries") or []]
    return named or [str(channel.get("currentCSV") or "")]


def _order(csv: str) -> tuple[list[int], bool, list[int]]:
    """As versions are ordered: a release after its candidates (1.2.0-1), a rebuild (1.2.0+1) after both."""
    version = csv_version(csv)
    end = next((at for at, one in enumerate(version) if one in "-+"), len(version))
    return _numbers(version[:end]), version[end : end + 1] != "-", _numbers(version[end:])


def _newer_first(csv: str) -> tuple[list[int], bool]:
    numbers, is_final, _ = _order(csv)
    return [-one for one in numbers], not is_final


def _numbers(text: str) -> list[int]:
    return [int(one) for one in re.findall(r"[0-9]{1,9}", text)]


def _is_down(olm: Olm, package: Object) -> bool:
    name, where = _source(package)
    return any(address(one) == f"{where}/{name}" and state_of(one) != _READY for one in olm.catalogs)


def _missing(code: str, message: str) -> Problem:
    fix = f"add or mirror the catalog that serves it and wait until it is ready; {_ASK} shows what is served"
    return Problem(code, message, None, fix, ExitCode.FINDINGS)
