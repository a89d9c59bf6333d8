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
    good = [one.integrity for one in _rows_of(package, version) if one.judgement == "good"]
    return good[-1] if good else None


def verdict(package: str, version: str, integrity: str) -> Verdict | None:
    """What is known about an integrity that stands beside a package and version; None: nothing.

    "wrong" also for a hash that is known to be another package's, another version's or a prerelease's. A hash
    nobody has seen, beside a version whose hash is known, is "unverified": a registry may pack again.
    """
    rows = [row for row in _rows_of(package, version) if row.integrity == integrity]
    if rows:
        return Verdict(rows[-1].judgement, rows[-1].remark)
    belongs = owner(integrity)
    if belongs is not None and belongs != f"{package}@{version}":
        return Verdict("wrong", f"it is the hash of {belongs}")
    if belongs is not None:
        return Verdict("unverified", "it begins like the hash of this prerelease")
    if known(package, version) is not None:
        return Verdict("unverified", f"another hash is known for {package}@{version}")
    return None


def owner(integrity: str) -> str | None:
    """The package@version that a hash is known to belong to."""
    rows = [row for row in _rows_with(integrity) if row.integrity == integrity]
    good = [f"{row.package}@{row.version}" for row in rows if row.judgement == "good"]
    named = [row.belongs_to for row in rows if row.belongs_to is not None]
    if good or named:
        return (good or named)[-1]
    return next((owner for prefix, owner in _prefixes() if integrity.startswith(prefix)), None)


def _rows_of(package: str, version: str) -> tuple[_Row, ...]:
    return tuple(row for row in _rows_with(package, version) if (row.package, row.version) == (package, version))


@cache
def _rows_with(*words: str) -> tuple[_Row, ...]:
    """The rows whose text holds all of these words: to parse every row takes as long as reading RHDH's files."""
    found = [one for one in _texts() if all(word in one for word in words)]
    return tuple(_row(data) for data in reading.parsed("".join(found)) or ())


@cache
def _texts() -> tuple[str, ...]:
    """Each row as it is written, in the order of the file."""
    _, _, rows = reading.shared_text("hashes").partition(_HASHES)
    rows, _, _ = rows.partition(_PRERELEASES)
    return tuple(f"{_BEGIN}{one}\n" for one in f"\n{rows}".split(f"\n{_BEGIN}")[1:])


_HASHES, _PRERELEASES, _BEGIN = "\nhashes:\n", "\nprereleases:\n", "  - "


@cache
def _prefixes() -> tuple[tuple[str, str], ...]:
    rows = reading.parsed(reading.shared_text("hashes").partition(_PRERELEASES)[2])
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
