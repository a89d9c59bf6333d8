"""What a rule found, and what the audit makes of it. Judges nothing."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal

from installer.audit.fix import Fix
from installer.audit.profiles import Profile
from installer.audit.remedy import Remedy
from installer.audit.spot import FILE, Spot
from installer.model.dataclass import dataclass

Severity = Literal["critical", "high", "medium", "low", "info"]
SEVERITIES: tuple[Severity, ...] = ("critical", "high", "medium", "low", "info")


@dataclass(frozen=True)
class Found:
    """One thing that is wrong, as `check` yields it.

    `observed` and `expected` are short and are masked before they are shown. `key` tells findings of one rule on one
    object apart, and must not change when lines or the order of entries do: a package, a variable, a name (the path of
    the spot where nothing is said). `severity` is the rule's where nothing is said, and so are the profiles in which it
    speaks.
    """

    spot: Spot
    observed: str
    expected: str
    remedy: Remedy | None = None
    key: str = ""
    severity: Severity | None = None
    profiles: frozenset[Profile] | None = None


@dataclass(frozen=True)
class Suppression:
    """Why a finding counts for no gate: by `baseline`, `exception` or `annotation`."""

    by: Literal["baseline", "exception", "annotation"]
    reason: str


@dataclass(frozen=True)
class Finding:
    """A finding in full."""

    rule: str
    title: str
    severity: Severity
    spot: Spot
    observed: str
    expected: str
    why: str
    fix: Fix
    fingerprint: str
    suppressed: Suppression | None = None


def at_least(severity: Severity, bound: Severity) -> bool:
    """Whether a severity is as grave as the bound, or graver."""
    return SEVERITIES.index(severity) <= SEVERITIES.index(bound)


def fingerprint(rule: str, found: Found) -> str:
    """Sixteen hexadecimal digits that do not depend on file, line or order."""
    ref = found.spot.ref
    named = ("", FILE, "", "") if ref.kind == FILE else (ref.api_version.rpartition("/")[0], *_address(found))
    parts = (rule, *named, found.key or found.spot.path)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def _address(found: Found) -> tuple[str, str, str]:
    ref = found.spot.ref
    return ref.kind, ref.namespace, ref.name


def distinct(findings: Iterable[Finding]) -> list[Finding]:
    """Findings with fingerprints of their own, the gravest first, then by rule and object.

    Where two would share one, a number is appended in the order of what they say, not of where they stand.
    """
    ordered = sorted(findings, key=_order)
    seen: dict[str, int] = {}
    result = []
    for one in ordered:
        count = seen[one.fingerprint] = seen.get(one.fingerprint, 0) + 1
        result.append(one if count == 1 else replace(one, fingerprint=f"{one.fingerprint}-{count}"))
    return result


def _order(one: Finding) -> tuple[int, str, str, str, str, str, str, str]:
    ref = one.spot.ref
    return (
        SEVERITIES.index(one.severity),
        one.rule,
        ref.namespace,
        ref.kind,
        ref.name,
        one.spot.path,
        one.observed,
        str(one.spot.place),
    )
