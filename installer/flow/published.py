"""Compares a plan's packages with what registries publish, and says what was not compared. Writes nothing."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

from installer.model.dataclass import dataclass
from installer.model.errors import Problem
from installer.plan.prediction import Prediction
from installer.registries.specs import not_in_a_registry
from installer.registries.verdict import (
    Confirmed,
    Failed,
    Mismatch,
    Missing,
    Planned,
    Unchecked,
    Verdict,
    problem_of,
)
from installer.yamltext.redaction import mask_message

Progress = Callable[[str], None]
NAMED = 3


@dataclass(frozen=True)
class Compared:
    """A verdict for each package that is on; `registry` is the one that was asked for, None where none was asked."""

    registry: str | None
    verdicts: tuple[Verdict, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What stands in the way; one registry that is out of reach is said once."""
        found = (problem_of(one) for one in self.verdicts)
        return tuple(dict.fromkeys(one for one in found if one is not None))

    @property
    def said(self) -> str:
        """What was compared and what was not, to end a sentence with; "" where there is nothing to compare."""
        parts = []
        confirmed = sum(isinstance(one, Confirmed) for one in self.verdicts)
        if self.registry is not None:
            parts.append(f"{confirmed} package(s) compared with what npm registries publish")
        parts += [f"not checked: {what}" for what in self._unchecked()]
        return "; ".join(parts)

    def view(self) -> list[dict[str, Any]]:
        """`{package, integrity: {value, state, expected}, reason}` of each, for programs."""
        return [_view(one) for one in self.verdicts]

    def _unchecked(self) -> list[str]:
        by_reason: dict[str, list[str]] = {}
        for one in self.verdicts:
            if isinstance(one, Unchecked):
                by_reason.setdefault(one.reason, []).append(one.planned.package)
        return [f"{_named(packages)} ({reason})" for reason, packages in by_reason.items()]


def compared(prediction: Prediction, registry: str | None, progress: Progress) -> Compared:
    """Asks registries only where one is given. Raises InstallerError for a `.npmrc` that cannot be read."""
    packages = [
        Planned(one.package, one.integrity, prediction.place(one.origin))
        for one in prediction.plugins.plugins
        if one.enabled
    ]
    if registry is None:
        return Compared(None, tuple(map(_unasked, packages)))
    from installer.registries.urls import host_of, without_user  # noqa: PLC0415 - most commands ask no registry
    from installer.registries.verdicts import verify  # noqa: PLC0415

    shown = without_user(registry) if host_of(registry) else "npm registries"
    progress(f"asking {shown} for the hashes of the plugins")
    found = verify(packages, registry, folder=Path.cwd(), environment=os.environ)
    return Compared(registry, found)


def _unasked(planned: Planned) -> Verdict:
    reason = not_in_a_registry(planned.package)
    return Unchecked(planned, reason or "no npm registry was asked; --registry URL asks one")


def _named(packages: list[str]) -> str:
    names = ", ".join(packages[:NAMED])
    return names if len(packages) <= NAMED else f"{names} and {len(packages) - NAMED} more"


def _view(verdict: Verdict) -> dict[str, Any]:
    state, expected, reason = _told(verdict)
    planned = verdict.planned
    integrity = {"value": planned.integrity, "state": state, "expected": expected}
    return {
        "package": mask_message(planned.package),
        "integrity": integrity,
        "reason": mask_message(reason) if reason else None,
    }


def _told(verdict: Verdict) -> tuple[str, str | None, str | None]:
    match verdict:
        case Confirmed():
            return "ok", verdict.planned.integrity, None
        case Mismatch(expected=expected):
            return "mismatch", expected, None
        case Missing(problem=problem):
            return "missing", None, problem.message
        case Failed(problem=problem):
            return "unchecked", None, problem.message
        case Unchecked(reason=reason):
            return "unchecked", None, reason
