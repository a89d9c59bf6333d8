"""Helm's own record of a release: the Secrets that Helm 3 and 4 keep, decoded. Reads no cluster and starts no helm."""

import base64
import binascii
import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail

# Of every Secret that holds a revision: https://helm.sh/docs/topics/advanced/#storage-backends
TYPE = "helm.sh/release.v1"
_GZIP = 16 + zlib.MAX_WBITS
# A Secret holds 1 MiB; what unpacks to more than this is no chart of reason.
_LARGEST = 1 << 26
_MAGIC = b"\x1f\x8b"
Object = Mapping[str, Any]


def labels(name: str) -> str:
    """The selector of a release's Secrets, in the namespace that the release is in."""
    return f"owner=helm,name={name}"


@dataclass(frozen=True, slots=True)
class StoredRelease:
    """One revision. `values` are those given, `defaults` the chart's own, `templates` its files by name, as text.

    `state` is Helm's word: deployed, superseded, failed, pending-upgrade, uninstalling, uninstalled ...
    """

    name: str
    namespace: str
    revision: int
    state: str
    chart_name: str
    chart_version: str
    description: str
    values: Mapping[str, Any] = field(repr=False)
    defaults: Mapping[str, Any] = field(repr=False)
    templates: Mapping[str, str] = field(repr=False)
    manifest: str = field(repr=False)

    @property
    def pending(self) -> bool:
        """An operation that has not ended, or whose process was killed: Helm begins no other before."""
        return self.state.startswith("pending-") or self.state == "uninstalling"

    @property
    def address(self) -> str:
        return f"{self.namespace}/{self.name}"


def newest(secrets: Iterable[Object], name: str) -> StoredRelease | None:
    """The revision of the highest number; None where there is no such release. Raises as `decode`."""
    found = _of(secrets, name)
    return decode(found[-1]) if found else None


def applied(secrets: Iterable[Object], name: str) -> StoredRelease | None:
    """The newest revision that came through: the deployed one, else the last that was. Raises as `decode`."""
    found = _of(secrets, name)
    for state in ("deployed", "superseded"):
        through = [one for one in found if _label(one, "status") == state]
        if through:
            return decode(through[-1])
    return None


def secret_of(secrets: Iterable[Object], name: str, revision: int) -> Object | None:
    """The Secret that holds one revision."""
    return next((one for one in _of(secrets, name) if _number(one) == revision), None)


def decode(secret: Object) -> StoredRelease:
    """One revision. Raises InstallerError (INVALID, "release-unreadable") for what is no record of Helm."""
    metadata = secret["metadata"]
    try:
        record = json.loads(_unpacked(str((secret.get("data") or {})["release"])))
        return _release(record, metadata.get("namespace", ""))
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
        raise _unreadable(metadata) from None


def as_failed(secret: Object, why: str) -> dict[str, Any]:
    """The merge patch that makes a failed revision of one, as Helm itself does when it is asked to stop.

    Raises as `decode`.
    """
    try:
        record = json.loads(_unpacked(str((secret.get("data") or {})["release"])))
        record["info"] |= {"status": "failed", "description": why}
    except (ValueError, KeyError, TypeError, AttributeError, zlib.error):
        raise _unreadable(secret["metadata"]) from None
    import gzip  # noqa: PLC0415 - records are read all the time, and written by who upgrades by our chart

    packed = base64.b64encode(gzip.compress(json.dumps(record).encode(), mtime=0))
    data = {"release": base64.b64encode(packed).decode()}
    return {"metadata": {"labels": {"status": "failed"}}, "data": data}


def _of(secrets: Iterable[Object], name: str) -> list[Object]:
    """Oldest first."""
    found = (one for one in secrets if _label(one, "owner") == "helm" and _label(one, "name") == name)
    return sorted(found, key=_number)


def _label(secret: Object, name: str) -> str:
    return str((secret["metadata"].get("labels") or {}).get(name, ""))


def _number(secret: Object) -> int:
    said = _label(secret, "version")
    return int(said) if said.isdigit() else 0


def _unpacked(data: str) -> bytes:
    """The API's base64, Helm's base64, gzip (not in the oldest records)."""
    try:
        inner = base64.b64decode(base64.b64decode(data))
    except binascii.Error:
        raise ValueError("no base64") from None
    if not inner.startswith(_MAGIC):
        return inner
    unpacking = zlib.decompressobj(_GZIP)
    text = unpacking.decompress(inner, _LARGEST)
    if not unpacking.eof:
        raise ValueError("too large, or cut off")
    return text


def _release(record: Any, namespace: str) -> StoredRelease:
    chart, info = record.get("chart") or {}, record.get("info") or {}
    metadata = chart.get("metadata") or {}
    return StoredRelease(
        name=str(record["name"]),
        namespace=str(record.get("namespace") or namespace),
        revision=int(record["version"]),
        state=str(info["status"]),
        chart_name=str(metadata.get("name", "")),
        chart_version=str(metadata.get("version", "")),
        description=str(info.get("description", "")),
        values=dict(record.get("config") or {}),
        defaults=dict(chart.get("values") or {}),
        templates={str(one["name"]): _text(one) for one in chart.get("templates") or []},
        manifest=str(record.get("manifest") or ""),
    )


def _text(file: Any) -> str:
    return base64.b64decode(file.get("data") or "").decode("utf-8", "replace")


def _unreadable(metadata: Mapping[str, Any]) -> InstallerError:
    where = f"Secret {metadata.get('namespace')}/{metadata.get('name')}"
    message = f"{where} holds no release that Helm 3 or 4 would have written"
    return fail(ExitCode.INVALID, "release-unreadable", message, fix="helm list -A --all shows what helm makes of it")
