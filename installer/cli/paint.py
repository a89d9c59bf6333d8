"""Colours text for terminals. Changes no character of it but for the colours."""

import os
import sys

from installer.cli.session import Session, is_terminal

_RESET = "\x1b[0m"
_LABELS = {"warning": "\x1b[1;33m", "error": "\x1b[1;31m"}
_LINES = {"+++": "\x1b[1m", "---": "\x1b[1m", "@@": "\x1b[36m", "+": "\x1b[32m", "-": "\x1b[31m"}


def wants_color(session: Session, stream: str) -> bool:
    """Whether text on `stdout` or `stderr` is coloured: the option, then the environment, then the terminal."""
    if session.color != "auto":
        return session.color == "always"
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    if os.environ.get("TERM") == "dumb":
        return False
    return is_terminal(getattr(sys, stream))


def paint_label(label: str, color: bool) -> str:  # noqa: FBT001 (it is the one question)
    return f"{_LABELS[label]}{label}:{_RESET}" if color else f"{label}:"


def paint_diffs(text: str) -> str:
    """The text with the unified diffs in it coloured; other lines that begin with + or - are left alone."""
    lines = text.split("\n")
    painted: list[str] = []
    inside = False
    for line, after in zip(lines, [*lines[1:], ""], strict=True):
        inside = _starts(line, after) or (inside and line.startswith((" ", "+", "-", "@", "\\")))
        painted.append(_paint_line(line) if inside else line)
    return "\n".join(painted)


def _starts(line: str, after: str) -> bool:
    return line.startswith("--- ") and after.startswith("+++ ")


def _paint_line(line: str) -> str:
    style = next((style for start, style in _LINES.items() if line.startswith(start)), None)
    if style is None:
        return line
    body = line.rstrip("\r")
    return f"{style}{body}{_RESET}{line[len(body) :]}"
