"""Which hosts do not answer, so that not everything is asked of them in vain. Asks nobody."""

import threading
from collections.abc import Hashable

from installer.model.errors import ExitCode, InstallerError

# One that has answered may have trouble with single packages.
_PATIENCE = 3


class Refusals:
    """By origin: a host that never answered is given up after one refusal, else after three without an answer between.

    A refusal is what all attempts for one question came to. May be used by several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answered: set[Hashable] = set()
        self._refused: dict[Hashable, list[InstallerError]] = {}

    def check(self, host: Hashable) -> None:
        """Raises what a host that was given up said last."""
        with self._lock:
            said = self._refused.get(host, [])
            if len(said) >= (_PATIENCE if host in self._answered else 1):
                raise InstallerError(*said[0].problems)

    def answered(self, host: Hashable) -> None:
        with self._lock:
            self._answered.add(host)
            self._refused.pop(host, None)

    def refused(self, host: Hashable, error: InstallerError) -> None:
        """What is no refusal of the host's (a bad redirect, an answer beyond the bounds) does not count."""
        if error.exit is ExitCode.UNREACHABLE:
            with self._lock:
                self._refused.setdefault(host, []).append(error)
