"""Starts a child, bounds it in time and output, and ends it with all that it started. Knows no program by name."""

import os
import re
import resource
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import field
from pathlib import Path

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail

_CHUNK = 1 << 16
# A pipe takes this much at once on every system, so that writing it never blocks.
_INPUT = 1 << 14
_STDERR = 1 << 16
# How long somebody else may hold the pipes of a child that has ended.
_LINGER = 1.0
_HIDDEN = "***"
_LONG = 6


@dataclass(frozen=True, slots=True)
class Bounds:
    """How long a child may take to end after SIGTERM (seconds), write to stdout and hold in memory (bytes)."""

    grace: float = 10.0
    stdout: int = 1 << 26
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """What a child left: exit code (negative: the signal that ended it), all of stdout, the last 64 KiB of stderr."""

    code: int
    stdout: str
    stderr: str


def run(
    command: Sequence[str | Path],
    *,
    timeout: float,
    environment: Mapping[str, str],
    stdin: bytes = b"",
    secrets: Collection[str] = (),
    bounds: Bounds | None = None,
) -> Finished:
    """Run a program (an absolute path and its arguments) in a session of its own, with exactly this environment.

    `timeout` is a wall clock in seconds. At its end, and when anything is raised here (Ctrl-C), the child's whole
    process group gets SIGTERM and, after the grace period, SIGKILL; its output is read meanwhile, so that it can end
    well. `secrets` are hidden in stderr. Any exit code is a result. A command line is public: no secret belongs on it.

    Raises InstallerError: FINDINGS "program-missing" or "program-not-runnable"; UNREACHABLE "program-timeout"; INVALID
    "program-output" for too much of it or no UTF-8.
    """
    words = _checked(command, stdin)
    limits = bounds or Bounds()
    child: _Child | None = None
    try:
        with _signals_later():
            child = _start(words, environment, limits)
        child.write(stdin)
        if not child.read(time.monotonic() + timeout):
            message = f"{words[0]} did not end within {timeout:g} s and was stopped"
            raise fail(ExitCode.UNREACHABLE, "program-timeout", message, fix="try again with a longer --timeout")
        return _finished(child, words[0], secrets)
    finally:
        if child is not None:
            child.end()


def _checked(command: Sequence[str | Path], stdin: bytes) -> list[str]:
    words = [str(word) for word in command]
    if not Path(words[0]).is_absolute():
        raise ValueError(f"{words[0]} is no absolute path")
    if len(stdin) > _INPUT:
        raise ValueError(f"more than {_INPUT} bytes for the standard input of {words[0]}")
    return words


@contextmanager
def _signals_later() -> Iterator[None]:
    """Between its start and its being ours, an exception of a signal handler would leave a child that nobody ends.

    Blocking the signals instead would block them in the child too, which inherits the mask.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    arrived: list[int] = []
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    ours = {number: handler for number, handler in handlers.items() if callable(handler)}
    for number in ours:
        signal.signal(number, lambda number, _frame: arrived.append(number))
    try:
        yield
    finally:
        for number, handler in ours.items():
            signal.signal(number, handler)
        for late in arrived:
            signal.raise_signal(late)


@dataclass(slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    limits: Bounds
    stdout: bytearray = field(default_factory=bytearray)
    stderr: bytearray = field(default_factory=bytearray)
    open: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    overflown: bool = False
    # What it writes while it is ended is read, lest it blocks, and thrown away.
    ending: bool = False

    def __post_init__(self) -> None:
        for pipe, into in ((self.process.stdout, self.stdout), (self.process.stderr, self.stderr)):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
                self.open.register(pipe.fileno(), selectors.EVENT_READ, into)

    def write(self, given: bytes) -> None:
        if self.process.stdin is None:
            return
        # A child that wants no input is free to close it.
        with suppress(BrokenPipeError):
            self.process.stdin.write(given)
        with suppress(BrokenPipeError):
            self.process.stdin.close()

    def read(self, until: float) -> bool:
        """Read what it writes until it has ended (True) or the moment (of the monotonic clock) has come (False)."""
        ended: float | None = None
        while self.open.get_map() and (self.ending or not self.overflown):
            now = time.monotonic()
            if now >= until:
                return False
            if ended is None and self.process.poll() is not None:
                ended = now
            if ended is not None and now - ended > _LINGER:
                return True
            for key, _ in self.open.select(min(until - now, _LINGER / 5)):
                self._take(key.fd, key.data)
        return (self.overflown and not self.ending) or self._gone(until)

    def _gone(self, until: float) -> bool:
        """Both pipes are at their end; it may still be alive."""
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            return False
        return True

    def _take(self, pipe: int, into: bytearray) -> None:
        chunk = os.read(pipe, _CHUNK)
        if not chunk:
            self.open.unregister(pipe)
        if self.ending:
            return
        into += chunk
        if into is self.stderr:
            del into[:-_STDERR]
        elif len(into) > self.limits.stdout:
            self.overflown = True

    def end(self) -> None:
        """Nothing of it is left afterwards; quick where it has ended by itself."""
        try:
            if self.process.poll() is None:
                self.ending = True
                self._signal(signal.SIGTERM)
                self.read(time.monotonic() + self.limits.grace)
        finally:
            if self.ending or self.open.get_map():
                self._signal(signal.SIGKILL)
            self.process.wait()
            self._close()

    def _signal(self, number: signal.Signals) -> None:
        # Its own session makes its id the group's. PermissionError: macOS, of a group of which only zombies are left.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def _close(self) -> None:
        self.open.close()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                pipe.close()


def _start(words: list[str], environment: Mapping[str, str], limits: Bounds) -> _Child:
    try:
        process = subprocess.Popen(  # noqa: S603 - an absolute path, never a shell
            words,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(environment),
            bufsize=0,
            start_new_session=True,
        )
    except FileNotFoundError:
        raise fail(ExitCode.FINDINGS, "program-missing", f"there is no program {words[0]}") from None
    except OSError as error:
        message = f"{words[0]} cannot be run: {error.strerror}"
        raise fail(ExitCode.FINDINGS, "program-not-runnable", message) from None
    _bound_memory(process.pid, limits.memory)
    return _Child(process, limits)


def _bound_memory(process: int, size: int | None) -> None:
    """Where the system can bound another process (Linux); elsewhere a runaway child is ended by the clock alone."""
    if size is not None and hasattr(resource, "prlimit"):
        with suppress(ProcessLookupError):
            resource.prlimit(process, resource.RLIMIT_AS, (size, size))


def _finished(child: _Child, program: str, secrets: Collection[str]) -> Finished:
    if child.overflown:
        message = f"{program} wrote more than {child.limits.stdout >> 20} MiB and was stopped"
        raise fail(ExitCode.INVALID, "program-output", message)
    try:
        stdout = child.stdout.decode()
    except UnicodeDecodeError:
        raise fail(ExitCode.INVALID, "program-output", f"what {program} wrote is no UTF-8") from None
    return Finished(child.process.wait(), stdout, _hide(child.stderr.decode(errors="replace"), secrets))


def _hide(text: str, secrets: Collection[str]) -> str:
    # The longest first: one may hold another. A short one counts as a word only, lest it riddles the text.
    for secret in sorted(filter(None, secrets), key=lambda one: (-len(one), one)):
        found = re.escape(secret) if len(secret) >= _LONG else rf"(?<!\w){re.escape(secret)}(?!\w)"
        text = re.sub(found, _HIDDEN, text)
    return text
