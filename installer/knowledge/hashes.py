"""What is known about integrity strings. Knows published pairs only: an unseen hash may be right."""

from functools import cache
from typing import Any, Literal

from installer.knowledge import reading
from installer.model.dataclass import dataclass

Judgement = Literal["good", "wrong", "unverified"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """`remark` says why, and whose hash it is where that is known; empty for an ordinary good one."""

    judgement: Judgement
    remark: str = ""


@dataclass(frozen=True, slots=True)
class _Row:
    package: str
    version: str
    integrity: str
    judgement: Judgement
    belongs_to: str | None
    remark: str


def known(package: str, version: str) -> str | None:
    """The right integrity of an npm package (with scope) at a version, None where none is known."""
    return _good().get((package, version))


def verdict(package: str, version: str, integrity: str) -> Verdict | None:
    """What is known about an integrity that stands beside a package and version; None: nothing.

    "wrong" also for a hash that is known to be another package's, another version's or a prerelease's. A hash
    nobody has seen, beside a version whose hash is known, is "unverified": a registry may pack again.
    """
    row = _rows().get((package, version, integrity))
    if row is not None:
        return Verdict(row.judgement, row.remark)
    belongs = owner(integrity)
    if belongs is not None and belongs != f"{package}@{version}":
        return Verdict("wrong", f"it is the hash of {belongs}")
    if belongs is not None:
        return Verdict("unverified", "it begins like the hash of this prerelease")
    if (package, version) in _good():
        return Verdict("unverified", f"another hash is known for {package}@{version}")
    return None


def owner(integrity: str) -> str | None:
    """The package@version that a hash is known to belong to."""
    exact = _owners().get(integrity)
    if exact is not None:
        return exact
    return next((owner for prefix, owner in _prefixes() if integrity.startswith(prefix)), None)


@cache
def _rows() -> dict[tuple[str, str, str], _Row]:
    rows = (_row(data) for data in reading.shared("hashes")["hashes"])
    return {(row.package, row.version, row.integrity): row for row in rows}


@cache
def _good() -> dict[tuple[str, str], str]:
    return {(row.package, row.version): row.integrity for row in _rows().values() if row.judgement == "good"}


@cache
def _owners() -> dict[str, str]:
    named = {row.integrity: row.belongs_to for row in _rows().values() if row.belongs_to is not None}
    return named | {integrity: f"{package}@{version}" for (package, version), integrity in _good().items()}


@cache
def _prefixes() -> tuple[tuple[str, str], ...]:
    rows = reading.shared("hashes")["prereleases"]
    return tuple((row["prefix"], f"{row['package']}@{row['version']}") for row in rows)


def _row(data: Any) -> _Row:
    return _Row(
        data["package"],
        data["version"],
        data["integrity"],
        data["verdict"],
        data.get("belongsTo"),
        data.get("remark", ""),
    )
