"""Turns SIGINT, SIGTERM and SIGHUP into one exception, so that cleanup is ordinary `finally`. Cleans up nothing."""

import os
import signal
import sys
from types import FrameType
from typing import Any, TextIO

_STOPS = ("SIGINT", "SIGTERM", "SIGHUP")
_SOON = 0.001
_arrived: list[int] = []


class Interrupted(BaseException):
    """Somebody asked this process to stop. No Exception, so that no `except Exception` swallows it.

    `code` is the exit code, 130 (SIGINT) or 143 (SIGTERM; a lost terminal counts as one).
    """

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.code = 130 if number == signal.SIGINT else 143


def _stop(number: int, _frame: FrameType | None) -> None:
    _arrived.append(number)
    # The second one would tear the cleanup that the first one started; a third is somebody who means it.
    if len(_arrived) != 2:  # noqa: PLR2004
        raise Interrupted(_arrived[0])


def _swallowed(lost: Any) -> None:
    # A stop that falls into a weak reference's callback is dropped by Python, with a traceback: raise it again, soon.
    if isinstance(lost.exc_value, Interrupted):
        signal.setitimer(signal.ITIMER_REAL, _SOON)
    else:
        sys.__unraisablehook__(lost)


def _again(_number: int, _frame: FrameType | None) -> None:
    raise Interrupted(_arrived[0])


def _numbers() -> list[int]:
    return [getattr(signal, name) for name in _STOPS]


def watch_signals() -> None:
    """Raise Interrupted from now on. A signal that our parent made us ignore (nohup, `&`) stays ignored."""
    sys.unraisablehook = _swallowed
    signal.signal(signal.SIGALRM, _again)
    for number in _numbers():
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _stop)


def await_input(stream: TextIO) -> None:
    """Return when there is something to read, or its end; raise Interrupted when a signal comes before.

    Python runs a handler between two steps of its own: a signal that arrives as a read begins would wait for the read,
    which waits for the person. The wakeup descriptor is written to as it arrives
    (https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd).
    """
    import select

    woken, waking = os.pipe()
    os.set_blocking(waking, False)
    before = signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
    try:
        while stream.fileno() not in select.select([stream.fileno(), woken], [], [])[0]:
            os.read(woken, 64)
    finally:
        signal.set_wakeup_fd(before)
        os.close(woken)
        os.close(waking)


def ignore_signals() -> None:
    """The answer is given: nothing that arrives now may change it."""
    for number in (*_numbers(), signal.SIGALRM):
        signal.signal(number, signal.SIG_IGN)
