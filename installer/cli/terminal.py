"""Talks with the person at the terminal: progress and the one question. Never hangs where nobody can answer."""

import sys
from collections.abc import Callable

from installer.cli.paint import paint_diffs, wants_color
from installer.cli.session import Session, is_terminal, progress_wanted
from installer.cli.writing import write_note


def progress_on(session: Session) -> Callable[[str], None]:
    """A function that writes one line of progress to stderr, or nowhere."""
    wanted = progress_wanted(session)

    def progress(line: str) -> None:
        if wanted:
            write_note(f"{line}\n")

    return progress


def confirm_on(session: Session) -> Callable[[str, str], bool | None]:
    """A function (question, diff) -> True, False, or None where nobody can be asked.

    Shows the diff and asks on stderr, so that stdout stays the answer alone. End of input is a "no".
    """

    def confirm(question: str, diff: str) -> bool | None:
        if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
            return None
        shown = paint_diffs(diff) if wants_color(session, "stderr") else diff
        write_note(f"{shown}{question} [y/N] ")
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    return confirm
