"""Holds signals back for a moment and delivers them afterwards. Knows nothing of what is done meanwhile."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_STOPS = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Held:
    """The signals that arrived meanwhile, in order."""

    def __init__(self) -> None:
        self.arrived: list[int] = []

    def note(self, number: int, _frame: FrameType | None) -> None:
        self.arrived.append(number)

    def forget(self) -> None:
        """What is to be said is more urgent than the signal."""
        self.arrived.clear()


@contextmanager
def held_signals() -> Iterator[Held]:
    """Defer SIGINT, SIGTERM and SIGHUP to the end of the block, where the former handler gets the first of them.

    Ignored signals stay ignored. Outside the main thread there is nothing to do: Python's handlers run in that one.
    """
    held = Held()
    if threading.current_thread() is not threading.main_thread():
        yield held
        return
    former = {number: signal.getsignal(number) for number in _STOPS}
    former = {number: handler for number, handler in former.items() if handler not in (signal.SIG_IGN, None)}
    try:
        _swap(dict.fromkeys(former, held.note))
        yield held
    finally:
        _swap(former)
        if held.arrived:
            signal.raise_signal(held.arrived[0])


def _swap(handlers: "dict[int, signal._HANDLER]") -> None:
    """All handlers at once: a signal between two of them must not leave half of them exchanged."""
    masked = signal.pthread_sigmask(signal.SIG_BLOCK, handlers) if hasattr(signal, "pthread_sigmask") else None
    for number, handler in handlers.items():
        signal.signal(number, handler)
    if masked is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, masked)
