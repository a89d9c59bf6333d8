"""What a command says while it works: what happened, what it waits for, since when. Never part of the answer.

Satisfies `installer.apply.hands.Progress`; with text, JSON and YAML it writes to stderr alone.
"""

import os
import sys
import threading
import time
from types import TracebackType
from typing import Self

from installer.cli.session import Session, is_terminal
from installer.cli.telling import Events, Log, Nothing, Screen, Teller, Wait
from installer.yamltext.redaction import mask_message

# A terminal that was stopped (^S) holds whoever writes to it; we end without that thread then.
_PATIENCE = 1.0


class Progress:
    """Told by one thread; while something is waited for a second one tells the time. A context manager ends that.

    `every` is the teller's, in seconds. A wait is over with the next line or step; one that is taken up again goes
    on from when it began.
    """

    def __init__(self, teller: Teller) -> None:
        self._teller = teller
        self._lock = threading.Lock()
        self._began: dict[str, float] = {}
        self._lasts: dict[str, str] = {}
        self._current: str | None = None
        self._over = threading.Event()
        self._clock: threading.Thread | None = None

    def __call__(self, line: str) -> None:
        with self._lock:
            self._current = None
            self._teller.note(mask_message(line))

    def step(self, name: str, state: str) -> None:
        """A step begins (`pending`) or has ended (`done`, `skipped`, `failed`)."""
        with self._lock:
            self._current = None
            self._began.clear()
            self._lasts.clear()
            self._teller.step(name, state)

    def wait(self, what: str, last: str = "") -> None:
        """Something is waited for; told again only when `last` is another."""
        with self._lock:
            known = self._lasts.get(what)
            if (self._current, known) == (what, last):
                return
            self._began.setdefault(what, time.monotonic())
            self._lasts[what] = last
            self._current = what
            # Of several waits at once only what is new is told; a screen shows the newest.
            if known != last:
                self._teller.wait(self._wait(what))
        self._start()

    def clear(self) -> None:
        """End the wait and take its line from the screen: somebody else is about to write there."""
        with self._lock:
            self._current = None
            self._teller.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        if self._clock is not None:
            self._clock.join(_PATIENCE)
        self.clear()

    def _wait(self, what: str) -> Wait:
        return Wait(mask_message(what), mask_message(self._lasts[what]), time.monotonic() - self._began[what])

    def _start(self) -> None:
        if self._clock is None and self._teller.every is not None:
            # A daemon: it ends with the program even where nobody leaves the context.
            self._clock = threading.Thread(target=self._tick, args=(self._teller.every,), daemon=True)
            self._clock.start()

    def _tick(self, every: float) -> None:
        while not self._over.wait(every):
            with self._lock:
                if self._current is not None and not self._over.is_set():
                    self._teller.wait(self._wait(self._current))


def progress_on(session: Session, *, lasting: bool = False) -> Progress:
    """The progress of a command; `lasting` of one that waits for a cluster, whose log needs it without -v too."""
    made = Progress(_teller(session, lasting=lasting))
    session.progress = made
    return made


def _teller(session: Session, *, lasting: bool) -> Teller:
    if session.quiet:
        return Nothing()
    if session.output == "jsonl":
        return Events()
    if not is_terminal(sys.stderr):
        return Log(timed=lasting) if lasting or session.verbose else Nothing()
    # A terminal that is dumb cannot take a line back.
    return Log(timed=False) if os.environ.get("TERM") == "dumb" else Screen()
