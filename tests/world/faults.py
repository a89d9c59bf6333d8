"""What may happen to one request between a client and the API, as data, and rules that choose. Does none of it."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

WRITING = frozenset({"POST", "PUT", "PATCH", "DELETE"})
REVIEW = re.compile(r"/selfsubject\w*reviews$")


@dataclass(frozen=True)
class Request:
    """One request. `number` counts all from 1; `write` counts those that could change something, 0 for the others."""

    number: int
    write: int
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def is_watch(self) -> bool:
        return self.query.get("watch") in {"1", "true"}

    @property
    def by_helm(self) -> bool:
        return self.headers.get("user-agent", "").lower().startswith("helm")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def could_change(method: str, path: str, query: Mapping[str, str]) -> bool:
    """Whether a request counts as a write: no dry run, and no question in the form of a creation."""
    return method in WRITING and "dryRun" not in query and not REVIEW.search(path)


@dataclass(frozen=True)
class Pass:
    """Nothing happens to it."""


@dataclass(frozen=True)
class Late:
    """It is held for so many seconds, then passed."""

    seconds: float


@dataclass(frozen=True)
class Refuse:
    """The API never sees it; this status is answered in its stead, with a Retry-After in seconds where there is one."""

    status: int
    reason: str
    retry_after: int | None = None


@dataclass(frozen=True)
class Expire:
    """410 Gone; for a watch as the ERROR event by which the API says so."""


@dataclass(frozen=True)
class Reset:
    """The connection is reset: before the API sees the request, or once it has carried it out."""

    carried_out: bool = False


@dataclass(frozen=True)
class Cut:
    """It is carried out; half of the answer comes back, then the connection is reset."""


@dataclass(frozen=True)
class Silence:
    """It is accepted and never answered; the API never sees it."""


@dataclass(frozen=True)
class Unplug:
    """Every connection is reset, and for so many seconds none can be made."""

    seconds: float
    carried_out: bool = False


@dataclass(frozen=True)
class Meanwhile:
    """Something is done while the request is under way: before the API sees it, or before its answer goes back.

    :param answered: whether the request goes on afterwards; else the connection is reset
    """

    act: Callable[[], object]
    carried_out: bool = False
    answered: bool = True


Fault = Pass | Late | Refuse | Expire | Reset | Cut | Silence | Unplug | Meanwhile
Rule = Callable[[Request], Fault]
PASS = Pass()


def passing(_: Request) -> Fault:
    return PASS


def every(fault: Fault, of: Callable[[Request], bool] = lambda _: True) -> Rule:
    """The fault for every request of a kind."""
    return lambda request: fault if of(request) else PASS


def at_write(number: int, fault: Fault) -> Rule:
    """The fault for one write, by its number from 1."""
    return every(fault, lambda request: request.write == number)


def first_of_each(fault: Fault, of: Callable[[Request], bool] = lambda _: True) -> Rule:
    """The fault for the first request of each method and path; when it is repeated, it passes."""
    met: set[str] = set()

    def choose(request: Request) -> Fault:
        if not of(request) or str(request) in met:
            return PASS
        met.add(str(request))
        return fault

    return choose
