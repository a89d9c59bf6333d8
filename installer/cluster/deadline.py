"""How long may still be waited. Waits for nothing itself."""

import time

from installer.model.dataclass import dataclass

# An API that never answers ends a command within a minute, whatever is asked of it.
REQUEST_SECONDS = 20.0
FOREVER = 365 * 24 * 3600.0


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment of the monotonic clock, and the bound of a single request (both in seconds)."""

    at: float
    request: float = REQUEST_SECONDS

    @staticmethod
    def after(seconds: float | None, request: float | None = None) -> "Deadline":
        """`seconds` from now; None is no bound but that of each request."""
        return Deadline(time.monotonic() + (seconds or FOREVER), request or REQUEST_SECONDS)

    @property
    def left(self) -> float:
        """Seconds that are left, never below zero."""
        return max(0.0, self.at - time.monotonic())

    @property
    def is_over(self) -> bool:
        return self.left == 0.0

    def for_one(self) -> float:
        """Seconds that one request may take."""
        return max(0.05, min(self.request, self.left))

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, self.left))
