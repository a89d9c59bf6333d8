"""The ways to tell somebody what happens: lines of a log, a live line on a terminal, JSON events. Keeps no time.

A teller has `note`, `step`, `wait`, `clear` and `every`: the seconds after which a wait is told again though nothing
new was said of it, None for never.
"""

import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

from installer.cli.taming import tame_line
from installer.cli.writing import write_event, write_note
from installer.model.dataclass import dataclass

# A log that says nothing for a minute looks like a hang; one that repeats itself is not read.
_HEARTBEAT = 30.0
_SECOND = 1.0
_ERASE = "\r\x1b[2K"
_NARROW = 80


@dataclass(frozen=True, slots=True)
class Wait:
    """What is waited for, the newest word about it, and for how many seconds already."""

    what: str
    last: str
    seconds: float

    def __str__(self) -> str:
        return f"waiting for {self.what} ({elapsed(self.seconds)}){f': {self.last}' if self.last else ''}"


class Teller(Protocol):
    """See the module."""

    @property
    def every(self) -> float | None: ...
    def note(self, line: str) -> None: ...
    def step(self, name: str, state: str) -> None: ...
    def wait(self, wait: Wait) -> None: ...
    def clear(self) -> None: ...


class Nothing:
    """Nobody wants to know."""

    every = None

    def note(self, line: str) -> None:
        """Say nothing, here and below."""

    def step(self, name: str, state: str) -> None: ...
    def wait(self, wait: Wait) -> None: ...
    def clear(self) -> None: ...


class Log:
    """Lines on stderr, each with its time where `timed`."""

    every = _HEARTBEAT

    def __init__(self, *, timed: bool) -> None:
        self.timed = timed

    def note(self, line: str) -> None:
        write_note(f"{f'{now()} ' if self.timed else ''}{tame_line(line)}\n")

    def step(self, name: str, state: str) -> None:
        self.note(_step(name, state))

    def wait(self, wait: Wait) -> None:
        self.note(str(wait))

    def clear(self) -> None:
        """A line of a log stays."""


class Screen:
    """A terminal on stderr: what happened stays above, what is waited for is one line that changes."""

    every = _SECOND

    def __init__(self) -> None:
        self.shown = False

    def note(self, line: str) -> None:
        self.clear()
        write_note(f"{tame_line(line)}\n")

    def step(self, name: str, state: str) -> None:
        self.note(_step(name, state))

    def wait(self, wait: Wait) -> None:
        # One column stays free: a terminal may break the line behind the last one.
        write_note(f"{_ERASE}{_cut(tame_line(str(wait)), _columns() - 1)}")
        self.shown = True

    def clear(self) -> None:
        if self.shown:
            write_note(_ERASE)
        self.shown = False


class Events:
    """JSON lines on stdout, as `schema` describes them under $defs/event."""

    every = _HEARTBEAT

    def note(self, line: str) -> None:
        _event("note", message=line)

    def step(self, name: str, state: str) -> None:
        _event("step", name=name, state=state)

    def wait(self, wait: Wait) -> None:
        _event("wait", what=wait.what, last=wait.last, since=now(-wait.seconds))

    def clear(self) -> None:
        """An event stays."""


def _event(kind: str, **more: str) -> None:
    # ASCII only: right in every encoding that a stdout may have.
    write_event(json.dumps({"event": kind, "time": now(), **more}) + "\n")


def _step(name: str, state: str) -> str:
    return f"{name} ..." if state == "pending" else f"{name}: {state}"


def now(seconds: float = 0.0) -> str:
    """RFC 3339 in UTC, so many seconds from now."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def elapsed(seconds: float) -> str:
    """As 42s, 1m05s, 1h02m."""
    minutes, rest = divmod(int(seconds), 60)
    hours, of_hour = divmod(minutes, 60)
    if hours:
        return f"{hours}h{of_hour:02}m"
    return f"{minutes}m{rest:02}s" if minutes else f"{rest}s"


def _cut(line: str, width: int) -> str:
    return line if len(line) <= width else f"{line[: width - 1]}…"


def _columns(size: Callable[[int], os.terminal_size] = os.get_terminal_size) -> int:
    try:
        return size(sys.stderr.fileno()).columns or _NARROW
    except (OSError, ValueError, AttributeError):
        return _NARROW
