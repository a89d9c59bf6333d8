"""Asks the person at the terminal the one question. Never hangs where nobody can answer."""

import sys
from collections.abc import Callable

from installer.cli.paint import paint_diffs, wants_color
from installer.cli.session import Session, is_terminal
from installer.cli.signals import await_input
from installer.cli.writing import write_note


def confirm_on(session: Session) -> Callable[[str, str], bool | None]:
    """A function (question, diff) -> True, False, or None where nobody can be asked.

    Shows the diff and asks on stderr, so that stdout stays the answer alone. End of input is a "no".
    """

    def confirm(question: str, diff: str) -> bool | None:
        if not (is_terminal(sys.stdin) and is_terminal(sys.stderr)):
            return None
        if session.progress is not None:
            session.progress.clear()
        shown = paint_diffs(diff) if wants_color(session, "stderr") else diff
        write_note(f"{shown}{question} [y/N] ")
        await_input(sys.stdin)
        return sys.stdin.readline().strip().lower() in ("y", "yes")

    return confirm
