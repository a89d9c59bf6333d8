"""Asks several things at a time, in threads. Knows nothing of what is asked.

As `concurrent.futures` does it, which takes longer to load than its threads take to start.
"""

from collections import deque
from collections.abc import Callable, Sequence
from threading import Thread
from typing import Generic, TypeVar

Asked = TypeVar("Asked")
Answer = TypeVar("Answer")


class Several(Generic[Asked, Answer]):
    """Questions that are being asked, at most `at_a_time` at once, from the first moment on."""

    def __init__(self, ask: Callable[[Asked], Answer], asked: Sequence[Asked], at_a_time: int) -> None:
        self._ask, self._at_a_time = ask, at_a_time
        self._left: deque[tuple[int, Asked]] = deque()
        self._answers: dict[int, Answer] = {}
        self._errors: list[BaseException] = []
        self._threads: list[Thread] = []
        self._count = 0
        self.add(asked)

    def add(self, asked: Sequence[Asked]) -> None:
        """More questions; not after `answers`."""
        self._left.extend(enumerate(asked, self._count))
        self._count += len(asked)
        self._threads = [one for one in self._threads if one.is_alive()]
        # One at least: those that are there may have found nothing left just before.
        wanted = min(len(asked), max(1, self._at_a_time - len(self._threads)))
        # Nobody who stops this process waits for an answer.
        made = [Thread(target=self._work, daemon=True) for _ in range(wanted)]
        self._threads += made
        for one in made:
            one.start()

    def _work(self) -> None:
        while not self._errors:
            try:
                number, one = self._left.popleft()
            except IndexError:
                return
            try:
                self._answers[number] = self._ask(one)
            except BaseException as error:  # noqa: BLE001 - whoever waits for the answer gets it
                self._errors.append(error)

    def answers(self) -> list[Answer]:
        """Every answer, in the order of the questions. Raises what asking first raised; then no more is asked."""
        for one in self._threads:
            one.join()
        if self._errors:
            raise self._errors[0]
        return [self._answers[number] for number in range(len(self._answers))]
