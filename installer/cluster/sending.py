"""Sends one request, again where that cannot do harm, and says failures by their meaning. Knows no object."""

import json
from typing import Any

from installer.cluster.deadline import Deadline
from installer.cluster.errors import ClusterError, Unreachable
from installer.cluster.refusals import refusal
from installer.cluster.resources import Resource
from installer.cluster.transport import Answered, Dropped, Request, Transport
from installer.model.dataclass import dataclass

ATTEMPTS = 4
MISSING, CONFLICT = 404, 409
_TOO_MANY = 429
_FAILURES = frozenset({500, 502, 503, 504})
_LONGEST_PAUSE = 10.0
Query = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked for, for the words of a refusal: verb and resource as RBAC spells them."""

    verb: str
    resource: Resource
    namespace: str | None = None
    name: str | None = None


class Repeated(Exception):
    """A second try was refused in a way that the first, whose answer was lost, may have caused."""

    def __init__(self, status: int, error: ClusterError) -> None:
        super().__init__()
        self.status, self.error = status, error


class Sender:
    """Over one transport, whose credentials it does not know."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    @property
    def deadline(self) -> Deadline:
        return self._transport.deadline

    def ask(self, path: str, accept: str = "application/json") -> dict[str, Any]:
        """A path that is no object's, such as /version."""
        asked = Asked("get", Resource("", "", path, path, namespaced=False))
        return parsed(self.send("GET", path, asked, accept=accept))

    def send(self, method: str, path: str, asked: Asked, *, is_safe: bool = False, **how: Any) -> Any:
        """The answer of one request. `is_safe`: it may be sent again even if it was carried out; a GET always may.

        Raises ClusterError; Repeated where a second try met 404 or 409 after a first one without an answer.
        """
        is_safe, request = is_safe or method == "GET", Request(method, path, **how)
        doubtful = False
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return self._transport.request(request)
            except Dropped as dropped:
                if attempt == ATTEMPTS or (dropped.sent and not is_safe):
                    raise Unreachable(dropped.why) from None
                doubtful = doubtful or dropped.sent
                self._pause(attempt, None)
            except Answered as answer:
                if attempt == ATTEMPTS or not _may_repeat(answer, is_safe=is_safe):
                    raise _refused(answer, asked, doubtful=doubtful and method != "GET") from None
                doubtful = doubtful or answer.status in _FAILURES
                self._pause(attempt, answer.headers.get("Retry-After"))
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _pause(self, attempt: int, said: str | None) -> None:
        """As long as the API says, else longer each time; never all clients at the same moment."""
        import random  # noqa: PLC0415 - loaded where the API does not answer

        seconds = float(said) if said and said.isdigit() else 0.1 * 2**attempt * random.uniform(0.8, 1.2)  # noqa: S311
        self.deadline.sleep(min(seconds, _LONGEST_PAUSE))


def _may_repeat(answer: Answered, *, is_safe: bool) -> bool:
    """429 was not carried out, so it may always be sent again; what failed inside the server may have been."""
    return answer.status == _TOO_MANY or (answer.status in _FAILURES and is_safe)


def _refused(answer: Answered, asked: Asked, *, doubtful: bool) -> Exception:
    error = refusal(answer, asked.verb, asked.resource, asked.namespace or "", asked.name or "")
    return Repeated(answer.status, error) if doubtful and answer.status in (MISSING, CONFLICT) else error


def parsed(answer: Any) -> dict[str, Any]:
    """The JSON object of an answer. Raises Unreachable where it is none: whoever answers is no Kubernetes API."""
    try:
        found = json.loads(answer.data)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        raise Unreachable("the server answered something that is no JSON object; is it a Kubernetes API?")
    return found
