"""The one place where commands are run and errors become words and exit codes. Holds no knowledge of RHDH."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from installer import __version__
from installer.cli.options import PROGRAM, UnknownCommand, words_of
from installer.cli.session import Session
from installer.cli.signals import Interrupted
from installer.cli.writing import write_answer, write_note

if TYPE_CHECKING:  # dataclasses cost `--help` a tenth of its time; help needs no report
    from installer.model.errors import Problem
    from installer.model.report import Report


def run(arguments: Sequence[str]) -> int:
    """Run one command line (the words after the program), write its one answer, return the exit code.

    Raises Interrupted only when a signal arrives while the answer is being written.
    """
    session = Session()
    report = _attempt(arguments, session)
    if report is None:
        return _say(session)
    from installer.cli.delivery import deliver

    return deliver(report, session)


def _say(session: Session) -> int:
    """Help and version as text: the quick way, without a report."""
    return write_answer(f"{session.help or __version__}\n", "")


def _attempt(arguments: Sequence[str], session: Session) -> "Report | None":
    """The report of the command, whatever happens in it; None for help and version as text."""
    from installer.cli.root import root

    try:
        found = root.main(list(arguments), PROGRAM, standalone_mode=False, obj=session)
        if session.help is not None or session.show_version:
            return _about(arguments, session)
    except click.UsageError as error:
        return _misused(error, arguments, session)
    except (Interrupted, click.Abort, KeyboardInterrupt) as stop:
        return _stopped(stop)
    except Exception as error:  # noqa: BLE001 (this is the boundary)
        return _failed(error, session)
    from installer.model.report import Report

    return found if isinstance(found, Report) else _failed(TypeError("a command gave no report"), session)


def _about(arguments: Sequence[str], session: Session) -> "Report | None":
    session.reread(arguments)  # --help is answered before the options behind it are read
    if session.output == "text":
        return None
    from installer.model.report import Report

    return Report(result={"version": __version__} if session.help is None else {"help": session.help})


def _misused(error: click.UsageError, arguments: Sequence[str], session: Session) -> "Report":
    from installer.model.errors import ExitCode, Problem
    from installer.model.report import Report

    session.reread(arguments)
    path, code, message = PROGRAM, _usage_code(error), error.format_message()
    if error.ctx is not None:
        session.words, path = words_of(error.ctx), error.ctx.command_path
    if isinstance(error, UnknownCommand):
        session.words = f"{session.words} {error.typed}".strip()
    if code == "missing-command" and error.ctx is not None:
        message = f"a command is missing after `{path}`"
        if session.output == "text":
            write_note(f"{error.ctx.get_help()}\n\n")
    return Report(errors=(Problem(code, message, fix=f"{path} --help", exit=ExitCode.USAGE),))


def _usage_code(error: click.UsageError) -> str:
    """A stable word for each way to misuse the command line."""
    match error:
        case UnknownCommand():
            return "unknown-command"
        case click.NoSuchOption():
            return "unknown-option"
        case click.MissingParameter():
            return "missing-argument"
        case click.BadParameter() | click.BadOptionUsage():
            return "bad-value"
        case _ if type(error) is click.UsageError and error.ctx and isinstance(error.ctx.command, click.Group):
            return "missing-command"
        case _:
            return "usage"


def _stopped(stop: BaseException) -> "Report":
    from installer.model.errors import ExitCode, Problem
    from installer.model.report import Report

    code = ExitCode(stop.code) if isinstance(stop, Interrupted) else ExitCode.SIGINT
    return Report(errors=(Problem("interrupted", f"stopped by {code.name}", exit=code),))


def _failed(error: Exception, session: Session) -> "Report":
    from installer.model.errors import InstallerError
    from installer.model.report import Report

    if session.debug:
        import traceback

        write_note("".join(traceback.format_exception(error)))
    problems = error.problems if isinstance(error, InstallerError) else (bug(error),)
    return Report(errors=problems)


def bug(error: Exception) -> "Problem":
    """A failure of ours as a problem: its kind and place, not its message, which may quote somebody's file."""
    from installer.model.errors import ExitCode, Problem

    line = f"a bug in {PROGRAM} {__version__}: {type(error).__name__}{_whence(error)}"
    fix = "report it, with what the same command prints with --debug"
    return Problem("bug", line, fix=fix, exit=ExitCode.BUG)


def _whence(error: Exception) -> str:
    """Where in our own code the error passed last, as ` in installer/x.py:12`; empty when it never did."""
    at, found = error.__traceback__, ""
    while at is not None:
        name = at.tb_frame.f_globals.get("__name__", "")
        if name.startswith("installer.") and name != __name__:
            found = f" in {name}:{at.tb_lineno}"
        at = at.tb_next
    return found
