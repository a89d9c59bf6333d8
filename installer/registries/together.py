"""Several questions at once within one bound of time. Knows nothing of what is asked."""

import threading
from collections.abc import Callable, Iterable
from queue import Empty, SimpleQueue
from time import monotonic
from typing import TypeVar

from installer.model.errors import InstallerError

THREADS = 8
Answer = TypeVar("Answer")


def together(
    ask: Callable[[str], Answer],
    names: Iterable[str],
    seconds: float,
    late: InstallerError,
    heard: Callable[[], float] = lambda: 0.0,
) -> dict[str, Answer | InstallerError]:
    """An answer or an error for each name. Whoever has not answered after `seconds` gets `late`, and is left alone.

    :param heard: when anything came last, on the monotonic clock; the seconds count from then, if it is later
    Name resolution and the headers of an answer know no bound of their own, so the threads are daemons: no process
    waits for them. An error that is none of ours is raised here.
    """
    waiting: SimpleQueue[str] = SimpleQueue()
    done: SimpleQueue[tuple[str, Answer | BaseException]] = SimpleQueue()
    every = tuple(names)
    for name in every:
        waiting.put(name)
    for _ in range(min(THREADS, len(every))):
        threading.Thread(target=_work, args=(ask, waiting, done), daemon=True).start()
    begun = monotonic()
    return _collected(every, done, lambda: max(begun, heard()) + seconds, late)


def _work(
    ask: Callable[[str], Answer], waiting: SimpleQueue[str], done: SimpleQueue[tuple[str, Answer | BaseException]]
) -> None:
    while True:
        try:
            name = waiting.get_nowait()
        except Empty:
            return
        try:
            done.put((name, ask(name)))
        except BaseException as error:  # noqa: BLE001 - carried to the thread that waits
            done.put((name, error))


def _collected(
    names: tuple[str, ...],
    done: SimpleQueue[tuple[str, Answer | BaseException]],
    until: Callable[[], float],
    late: InstallerError,
) -> dict[str, Answer | InstallerError]:
    found: dict[str, Answer | InstallerError] = {}
    while len(found) < len(names):
        left = until() - monotonic()
        try:
            name, answer = done.get(timeout=max(0.0, left))
        except Empty:
            if left > 0:  # something may have come since
                continue
            break
        if isinstance(answer, BaseException) and not isinstance(answer, InstallerError):
            raise answer
        found[name] = answer
    return {name: found.get(name, late) for name in names}
