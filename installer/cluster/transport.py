"""The one place where bytes go to the API and come back: counts, bounds and reads. Judges no answer, retries nothing.

May be used by several threads at once.
"""

import json
import ssl
import threading
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any
from urllib.parse import SplitResult, urlencode

from installer.cluster.connection import ProxyRefused, TunnelRefused
from installer.cluster.deadline import Deadline
from installer.cluster.errors import Unreachable
from installer.cluster.http import Malformed
from installer.cluster.login import Login
from installer.cluster.pool import Answer, NotConnected, Pool
from installer.model.dataclass import dataclass
from installer.model.run import MANAGER

# Larger than any list page of objects that etcd takes (1.5 MiB each) would reasonably be.
BODY_LIMIT = 512 * 1024 * 1024
_GZIP = 16 + zlib.MAX_WBITS
_JSON = "application/json"
_UNAUTHORIZED = 401


class Dropped(Exception):
    """The connection broke. `sent` is false where the request cannot have reached the API."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.why, self.sent = why, sent


@dataclass(frozen=True)
class Answered(Exception):
    """An answer that is no success. `headers` by their names as in `Retry-After`."""

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
    """Asks one server through a pool of connections; `login` gives the header `Authorization`."""

    pool: Pool
    deadline: Deadline
    login: Login
    impersonation: tuple[tuple[str, str], ...] = ()
    requests: int = 0
    _counting: threading.Lock = field(default_factory=threading.Lock)

    @property
    def place(self) -> str:
        """The server, without a user's name and password that may stand in its URL."""
        return place(self.pool.route.server)

    def request(self, asked: Request) -> Any:
        """The answer, an `Answer` of a watch, else `Whole`: read to its end.

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
        if response.status == _UNAUTHORIZED and self.login.renewed():
            return self.request(asked)  # nothing was carried out
        if not succeeded:
            headers = {name.title(): value for name, value in response.headers.items()}
            raise Answered(response.status, headers, body)
        return Whole(body)

    def close(self) -> None:
        self.pool.close()

    def _send(self, asked: Request, seconds: float) -> Answer:
        target = f"{asked.path}?{urlencode(asked.query)}" if asked.query else asked.path
        body = None if asked.body is None else json.dumps(asked.body).encode()
        with translated(self.place, seconds):
            return self.pool.send(asked.method, target, tuple(self._headers(asked)), body, seconds)

    def _headers(self, asked: Request) -> Iterator[tuple[str, str]]:
        yield "Accept", asked.accept
        # A watch is read as it comes: packed, an event would wait for the next.
        yield "Accept-Encoding", "gzip" if asked.watch is None else "identity"
        yield "User-Agent", MANAGER
        if asked.body is not None:
            yield "Content-Type", asked.form
        known = self.login.authorization()
        if known:
            yield "Authorization", known
        yield from self.impersonation  # Impersonate-Group stands once for each group

    def _read(self, answer: Answer, until: float) -> bytes:
        """The whole body; the clock is looked at between chunks: a socket's timeout starts anew with each byte."""
        try:
            data = b"".join(self._parts(answer, until))
        except BaseException:
            answer.close()
            raise
        answer.release()
        return data

    def _parts(self, answer: Answer, until: float) -> Iterator[bytes]:
        size = 0
        with translated(self.place, self.deadline.for_one()):
            for chunk in chunks(answer):
                yield chunk
                size += len(chunk)
                if time.monotonic() > until or size > BODY_LIMIT:
                    raise Unreachable(f"{self.place} did not finish its answer in time")


@dataclass(frozen=True)
class Whole:
    """The body of an answer that was read to its end."""

    data: bytes = field(repr=False)


def chunks(answer: Answer) -> Iterator[bytes]:
    """What has arrived, as soon as it has, unpacked. Raises as `Answer.read`, and zlib.error."""
    packed = answer.headers.get("content-encoding") == "gzip"
    unpacking = zlib.decompressobj(_GZIP) if packed else None
    while part := answer.read():
        yield part if unpacking is None else unpacking.decompress(part)


def place(parts: SplitResult) -> str:
    """The server of a URL, without a user's name and password that may stand in it."""
    port = f":{parts.port}" if parts.port else ""
    host = parts.hostname or "the API server"
    return f"{f'[{host}]' if ':' in host else host}{port}"


class translated:  # noqa: N801 - reads as a word after `with`
    """Says what a connection raises in our words: Dropped where it may be tried again, Unreachable where not."""

    def __init__(self, where: str, seconds: float) -> None:
        self.where, self.seconds = where, seconds

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        match error:
            case NotConnected(why=why):
                self._not_connected(why)
            case TimeoutError():
                raise Unreachable(f"{self.where} gave no answer within {self.seconds:.0f} s") from None
            case ssl.SSLEOFError() | ssl.SSLZeroReturnError() | ConnectionError():
                raise Dropped(f"{self.where} broke the connection", sent=True) from None
            case ssl.SSLError():
                raise Unreachable(f"no TLS with {self.where}: {_first_line(error)}") from None
            case OSError():
                raise Dropped(f"{self.where} broke the connection", sent=True) from None
            case Malformed() | zlib.error():
                raise Unreachable(f"no proper answer from {self.where}: {_first_line(error)}") from None
            case _:
                return

    def _not_connected(self, why: OSError) -> None:
        match why:
            case TimeoutError():
                raise Unreachable(f"{self.where} gave no answer within {self.seconds:.0f} s") from None
            case ProxyRefused():
                raise Unreachable(f"no connection to {self.where}: {why.strerror}") from None
            case ssl.SSLError() if not isinstance(why, ssl.SSLEOFError):
                raise Unreachable(f"no TLS with {self.where}: {_first_line(why)}") from None
            case TunnelRefused():
                raise Unreachable(f"the proxy in front of {self.where} does not let us through") from None
            case _:
                said = why.strerror or "it was not made"
                raise Dropped(f"no connection to {self.where}: {said}", sent=False) from None


def _first_line(error: BaseException) -> str:
    return str(error).split("\n", 1)[0]


def lines(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Whole lines of a stream that is cut anywhere; what follows the last line end is no line."""
    held = b""
    for part in parts:
        *whole, held = (held + part).split(b"\n")
        yield from (line for line in whole if line.strip())
