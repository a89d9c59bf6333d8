"""Which findings somebody has accepted: by baseline, by exception, by an annotation on the object. Reads no file."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import date
from fnmatch import fnmatchcase

from installer.audit.finding import Finding, Found, Suppression
from installer.audit.object import Object
from installer.audit.rule import Rule
from installer.audit.spot import Spot
from installer.model.change import Ref
from installer.model.dataclass import dataclass

ANNOTATION = "rhdh-orchestrator/ignore"


@dataclass(frozen=True)
class Accepted:
    """One entry of an exceptions file: a rule on objects whose Kind/namespace/name fits a pattern, until a day."""

    rule: str
    pattern: str
    reason: str
    owner: str
    expires: date
    spot: Spot

    def is_expired(self, today: date) -> bool:
        """The day it names is still part of it."""
        return today > self.expires

    def fits(self, finding: Finding) -> bool:
        return finding.rule == self.rule and fnmatchcase(address(finding.spot.ref), self.pattern)


@dataclass(frozen=True)
class Suppressions:
    """Everything that may speak for a finding. `known` are the fingerprints of a baseline."""

    known: frozenset[str] = frozenset()
    exceptions: tuple[Accepted, ...] = ()
    annotated: Mapping[Ref, Mapping[str, str]] | None = None

    def applied(self, findings: Iterable[Finding], today: date) -> tuple[Finding, ...]:
        return tuple(replace(one, suppressed=self._of(one, today)) for one in findings)

    def _of(self, one: Finding, today: date) -> Suppression | None:
        for accepted in self.exceptions:
            if accepted.fits(one) and not accepted.is_expired(today):
                return Suppression("exception", f"{accepted.reason} ({accepted.owner}, until {accepted.expires})")
        reason = (self.annotated or {}).get(one.spot.ref, {}).get(one.rule)
        if reason is not None:
            return Suppression("annotation", reason)
        return Suppression("baseline", "it was there before") if one.fingerprint in self.known else None


def address(ref: Ref) -> str:
    """Kind/namespace/name, what patterns are held against; the namespace of what has none is empty."""
    return f"{ref.kind}/{ref.namespace}/{ref.name}"


def annotated(objects: Iterable[Object]) -> dict[Ref, dict[str, str]]:
    """What objects say about themselves: `SLUG=reason`, several separated by `;` or line ends; no reason, no effect."""
    said = ((one.ref, one.text("metadata", "annotations", ANNOTATION)) for one in objects)
    found = {ref: _reasons(text) for ref, text in said if text}
    return {ref: reasons for ref, reasons in found.items() if reasons}


def _reasons(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in re.split(r"[;\n]", text))
    return {slug.strip(): reason.strip() for slug, _, reason in pairs if slug.strip() and reason.strip()}


def expired(exceptions: Iterable[Accepted], today: date) -> list[Found]:
    """The exceptions that no longer hold."""
    return [
        Found(
            one.spot,
            f"the exception for {one.rule} on {one.pattern} ended on {one.expires}",
            "a finding put right, or an exception with a later day",
            key=f"{one.rule} {one.pattern}",
        )
        for one in exceptions
        if one.is_expired(today)
    ]


# A rule by its declaration only: what it judges is the file of exceptions, which no snapshot holds.
EXPIRED = Rule(
    module="installer.audit.instance.expired_exception",
    title="Expired exception",
    severity="medium",
    wrong="An exception of the exceptions file has ended.",
    why="What it accepted counts again, and nobody has looked at it since.",
    fix="Put the finding right and take the entry away, or decide again and give it a later day.",
    sources=("docs/audit.md",),
    check=lambda _: iter(()),
)
