"""The one place where bytes go to the API and come back: counts, bounds and reads. Judges no answer, retries nothing.

May be used by several threads at once.
"""

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

from installer.cluster.deadline import Deadline
from installer.cluster.errors import Unreachable
from installer.model.run import MANAGER

# Larger than any list page of objects that etcd takes (1.5 MiB each) would reasonably be.
BODY_LIMIT = 512 * 1024 * 1024
_CHUNK = 64 * 1024
_JSON = "application/json"


class Dropped(Exception):
    """The connection broke. `sent` is false where the request cannot have reached the API."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.why, self.sent = why, sent


@dataclass(frozen=True)
class Answered(Exception):
    """An answer that is no success."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True)
class Request:
    """One request. `watch` is for how many seconds a watch is asked for, None for what is none."""

    method: str
    path: str
    query: Sequence[tuple[str, str]] = ()
    body: Any = field(default=None, repr=False)
    form: str = _JSON
    accept: str = _JSON
    watch: float | None = None


@dataclass
class Transport:
    """Asks one server through a pool of connections; `authorization` gives the header of that name."""

    pool: Any
    server: str
    deadline: Deadline
    authorization: Callable[[], str | None]
    impersonation: tuple[tuple[str, str], ...] = ()
    requests: int = 0
    _counting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def place(self) -> str:
        """The server, without a user's name and password that may stand in its URL."""
        return place(self.server)

    def request(self, asked: Request) -> Any:
        """The answer, as urllib3 gives it; its body is read already, as `Whole`, unless it is a watch.

        Raises Answered for every status but 2xx, Dropped, Unreachable.
        """
        if self.deadline.is_over:
            raise Unreachable("the time that --timeout gives is over")
        with self._counting:
            self.requests += 1
        seconds = self.deadline.for_one() if asked.watch is None else asked.watch + 1
        until = time.monotonic() + seconds
        response = self._send(asked, seconds)
        succeeded = 200 <= response.status < 300  # noqa: PLR2004
        if succeeded and asked.watch is not None:
            return response
        body = self._read(response, until)
        if not succeeded:
            raise Answered(response.status, dict(response.headers), body)
        return Whole(body)

    def clear(self) -> None:
        self.pool.clear()

    def _send(self, asked: Request, seconds: float) -> Any:
        import urllib3  # noqa: PLC0415 - a command on a directory does not need it

        url = f"{self.server}{asked.path}" + (f"?{urlencode(asked.query)}" if asked.query else "")
        with translated(self.place, seconds):
            return self.pool.request(
                asked.method,
                url,
                body=None if asked.body is None else json.dumps(asked.body).encode(),
                headers=self._headers(asked),
                timeout=urllib3.Timeout(connect=seconds, read=seconds),
                # A redirect would carry the token elsewhere; urllib3's retries know nothing of what is safe.
                retries=False,
                redirect=False,
                preload_content=False,
            )

    def _headers(self, asked: Request) -> Any:
        import urllib3  # noqa: PLC0415

        # A watch is read as it comes: packed, an event would wait for the next.
        encoding = "gzip" if asked.watch is None else "identity"
        headers = {"Accept": asked.accept, "Accept-Encoding": encoding, "User-Agent": MANAGER}
        headers |= {"Content-Type": asked.form} if asked.body is not None else {}
        known = self.authorization()
        headers |= {"Authorization": known} if known else {}
        merged = urllib3.HTTPHeaderDict(headers)
        for name, value in self.impersonation:  # Impersonate-Group stands once for each group
            merged.add(name, value)
        return merged

    def _read(self, response: Any, until: float) -> bytes:
        """The whole body; the clock is looked at between chunks: a socket's timeout starts anew with each byte."""
        parts: list[bytes] = []
        size = 0
        with translated(self.place, self.deadline.for_one()):
            for chunk in chunks(response):
                parts.append(chunk)
                size += len(chunk)
                if time.monotonic() > until or size > BODY_LIMIT:
                    response.close()
                    raise Unreachable(f"{self.place} did not finish its answer in time")
        response.release_conn()
        return b"".join(parts)


@dataclass(frozen=True)
class Whole:
    """The body of an answer that was read to its end."""

    data: bytes = field(repr=False)


def chunks(response: Any) -> Iterator[bytes]:
    """What has arrived, as soon as it has: `stream` would wait until a chunk is full."""
    while part := response.read1(_CHUNK, decode_content=True):
        yield part


def place(url: str) -> str:
    """The server of a URL, without a user's name and password that may stand in it."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    host = parts.hostname or "the API server"
    return f"{f'[{host}]' if ':' in host else host}{port}"


class translated:  # noqa: N801 - reads as a word after `with`
    """Says what urllib3 raises in our words: Dropped where it may be tried again, Unreachable where not."""

    def __init__(self, where: str, seconds: float) -> None:
        self.where, self.seconds = where, seconds

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        from urllib3 import exceptions  # noqa: PLC0415

        match error:
            case None:
                return
            case exceptions.SSLError() | ssl.SSLError():
                raise Unreachable(f"no TLS with {self.where}: {_first_line(error)}") from None
            case exceptions.NewConnectionError():
                raise Dropped(f"no connection to {self.where}: {_reason(error)}", sent=False) from None
            case exceptions.ProxyError():
                raise Unreachable(f"the proxy in front of {self.where} does not let us through") from None
            case exceptions.TimeoutError():
                raise Unreachable(f"{self.where} gave no answer within {self.seconds:.0f} s") from None
            case exceptions.ProtocolError() | OSError():
                raise Dropped(f"{self.where} broke the connection", sent=True) from None
            case exceptions.HTTPError():
                raise Unreachable(f"no proper answer from {self.where}: {type(error).__name__}") from None
            case _:
                return


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0]


def _reason(error: BaseException) -> str:
    """What the system said of a connection that was not made: `Connection refused`."""
    cause = error.__cause__ or error.__context__
    said = cause.strerror if isinstance(cause, OSError) else None
    return said or "it was not made"


def lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines of a stream that is cut anywhere; what follows the last line end is no line."""
    held = b""
    for part in parts:
        *whole, held = (held + part).split(b"\n")
        yield from (line for line in whole if line.strip())
