"""What is known of a package's hash after registries were asked, or where they were not. Asks nobody.

What was not compared is never called right: it has a verdict of its own, with the reason.
"""

from dataclasses import replace

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem
from installer.model.place import Place


@dataclass(frozen=True, slots=True)
class Planned:
    """A package as dynamic-plugins.yaml spells it, the hash it will have, and where that stands."""

    package: str
    integrity: str | None = None
    where: Place | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The registry publishes that version with that hash."""

    planned: Planned
    registry: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """It publishes that version with another hash; `expected` is what it publishes (SRI)."""

    planned: Planned
    registry: str
    expected: str


@dataclass(frozen=True, slots=True)
class Missing:
    """It has no such package or version."""

    planned: Planned
    problem: Problem


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Nothing was compared. `reason` completes "it was not checked: ..."."""

    planned: Planned
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The registry could not be asked, or its answer cannot be read."""

    planned: Planned
    problem: Problem


Verdict = Confirmed | Mismatch | Missing | Unchecked | Failed


def problem_of(verdict: Verdict) -> Problem | None:
    """What stands in the way of installing; None of what was confirmed or could not be checked."""
    match verdict:
        case Mismatch(planned, registry, expected):
            message = (
                f"{planned.package} has the integrity {planned.integrity} here, and {expected} in {registry}: RHDH "
                "would not start; nothing was written"
            )
            fix = (
                f'find out which is right; then put integrity: "{expected}" beside that package, or name the registry '
                "that RHDH gets it from with --registry URL"
            )
            return Problem("integrity-mismatch", message, planned.where, fix, ExitCode.INTEGRITY)
        case Missing(planned, problem):
            return replace(problem, where=planned.where)
        case Failed(_, problem):
            return problem
        case Confirmed() | Unchecked():
            return None
