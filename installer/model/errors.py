"""Exit codes, problems and the one root of all our errors. Does not print and does not exit."""

from collections.abc import Iterable
from enum import IntEnum

from installer.model.dataclass import dataclass
from installer.model.place import Place


class ExitCode(IntEnum):
    """What the process tells its caller; the same in every command."""

    OK = 0
    BUG = 1
    USAGE = 2
    TARGET = 3
    FINDINGS = 4
    WARNINGS = 5
    INVALID = 6
    DECIDE = 7
    CONFLICT = 8
    DENIED = 9
    UNREACHABLE = 10
    RESTORED = 11
    NOT_RESTORED = 12
    INTEGRITY = 13
    PENDING = 14
    UNCONFIRMED = 15
    SIGINT = 130
    SIGTERM = 143


MEANINGS: dict[ExitCode, str] = {
    ExitCode.OK: "done, or nothing to do",
    ExitCode.BUG: "a bug of ours, never anything else",
    ExitCode.USAGE: "the command line is not understood",
    ExitCode.TARGET: "the instance, object or release is missing, ambiguous or unknown",
    ExitCode.FINDINGS: "RHDH would fail, or a check or an audit gate says no",
    ExitCode.WARNINGS: "warnings only, with --fail-on warn",
    ExitCode.INVALID: "input that cannot be read or understood",
    ExitCode.DECIDE: "two values disagree; a person must decide",
    ExitCode.CONFLICT: "what was read has moved, or could not be written; nothing is half-written",
    ExitCode.DENIED: "access denied",
    ExitCode.UNREACHABLE: "a server is unreachable or timed out",
    ExitCode.RESTORED: "failed, the previous state is restored (clusters)",
    ExitCode.NOT_RESTORED: "failed, the previous state is not restored",
    ExitCode.INTEGRITY: "a hash, signature or digest does not match",
    ExitCode.PENDING: "changes are pending, with --exit-code",
    ExitCode.UNCONFIRMED: "not confirmed",
    ExitCode.SIGINT: "interrupted by SIGINT",
    ExitCode.SIGTERM: "interrupted by SIGTERM",
}

# Where several apply, the first of these is the exit code.
PRECEDENCE: tuple[ExitCode, ...] = (
    ExitCode.BUG,
    ExitCode.NOT_RESTORED,
    ExitCode.SIGINT,
    ExitCode.SIGTERM,
    ExitCode.RESTORED,
    ExitCode.USAGE,
    ExitCode.INTEGRITY,
    ExitCode.CONFLICT,
    ExitCode.INVALID,
    ExitCode.DECIDE,
    ExitCode.DENIED,
    ExitCode.UNREACHABLE,
    ExitCode.TARGET,
    ExitCode.FINDINGS,
    ExitCode.UNCONFIRMED,
    ExitCode.PENDING,
    ExitCode.WARNINGS,
    ExitCode.OK,
)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to tell the user: a stable kebab-case code, what and why, where, and the command that fixes it."""

    code: str
    message: str
    where: Place | None = None
    fix: str | None = None
    exit: ExitCode = ExitCode.OK


class InstallerError(Exception):
    """The root of every error that is not a bug of ours; carries one problem or more, never none."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems

    @property
    def exit(self) -> ExitCode:
        return first_of(problem.exit for problem in self.problems)


def fail(
    exit_code: ExitCode, code: str, message: str, *, where: Place | None = None, fix: str | None = None
) -> InstallerError:
    """An error of one problem, to be raised by the caller."""
    return InstallerError(Problem(code, message, where, fix, exit_code))


def first_of(codes: Iterable[ExitCode]) -> ExitCode:
    """The exit code that wins among several (an iterable of ExitCode); OK of none."""
    present = set(codes)
    return next((code for code in PRECEDENCE if code in present), ExitCode.OK)
