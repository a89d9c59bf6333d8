"""The answer of a command, before it is rendered as text, JSON or YAML. Does not render."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from installer.model.change import Change
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem, first_of


@dataclass(frozen=True, slots=True)
class Report:
    """What every command returns: `result` is plain JSON data (keys may be added, never removed).

    `text` is the answer for people (stdout of `-o text`), complete with its final newline or empty.
    `gate` is an exit code that is no error: PENDING with --exit-code, WARNINGS with --fail-on warn.
    """

    result: Mapping[str, Any] | None = None
    text: str = ""
    changes: tuple[Change, ...] = ()
    warnings: tuple[Problem, ...] = ()
    errors: tuple[Problem, ...] = ()
    gate: ExitCode = field(default=ExitCode.OK)

    @property
    def exit(self) -> ExitCode:
        return first_of([problem.exit for problem in self.errors] + [self.gate])
