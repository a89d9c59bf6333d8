"""The one place where bytes go to the API and come back: counts, bounds and reads. Judges no answer, retries nothing.

Stands where the Python client has its connection pool, so that nothing of it can talk past these bounds.
"""

import ssl
import time
import warnings
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from installer.cluster.deadline import Deadline
from installer.cluster.errors import Unreachable

# Larger than any list page of objects that etcd takes (1.5 MiB each) would reasonably be.
BODY_LIMIT = 512 * 1024 * 1024
_CHUNK = 64 * 1024


class Dropped(Exception):
    """The connection broke. `sent` is false where the request cannot have reached the API."""

    def __init__(self, why: str, *, sent: bool) -> None:
        super().__init__(why)
        self.why, self.sent = why, sent


@dataclass(frozen=True)
class Answered(Exception):
    """An answer that is no success, raised past the Python client, which would put headers into its message."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass
class Transport:
    """Wraps urllib3's pool. `requests` counts everything sent, discovery and retries too."""

    pool: Any
    deadline: Deadline
    impersonation: tuple[tuple[str, str], ...] = ()
    requests: int = 0

    def request(self, method: str, url: str, **given: Any) -> Any:
        """As urllib3's `PoolManager.request`; the body is read already unless it is a watch.

        Raises Answered for every status but 2xx, Dropped, Unreachable.
        """
        if self.deadline.is_over:
            raise Unreachable("the time that --timeout gives is over")
        self.requests += 1
        watched = watch_seconds(url, given.get("fields"))
        seconds = self.deadline.for_one() if watched is None else watched + 1
        until = time.monotonic() + seconds
        response = self._send(method, url, seconds, given)
        if 200 <= response.status < 300 and watched is not None:  # noqa: PLR2004
            return response
        body = self._read(response, until, url)
        if not 200 <= response.status < 300:  # noqa: PLR2004
            raise Answered(response.status, dict(response.headers), body)
        return Whole(response.status, dict(response.headers), body)

    def clear(self) -> None:
        self.pool.clear()

    def _send(self, method: str, url: str, seconds: float, given: dict[str, Any]) -> Any:
        import urllib3  # noqa: PLC0415 - comes with kubernetes, which is loaded late

        given["timeout"] = urllib3.Timeout(connect=seconds, read=seconds)
        # A redirect would carry the token elsewhere; urllib3's retries know nothing of what is safe.
        given |= {"retries": False, "redirect": False, "preload_content": False}
        given["headers"] = self._headers(given.get("headers") or {})
        with warnings.catch_warnings():
            # --insecure-skip-tls-verify is somebody's decision, said once by us.
            warnings.simplefilter("ignore", urllib3.exceptions.InsecureRequestWarning)
            with translated(url, seconds):
                return self.pool.request(method, url, **given)

    def _headers(self, headers: Mapping[str, str]) -> Any:
        import urllib3  # noqa: PLC0415

        merged = urllib3.HTTPHeaderDict(headers)
        for name, value in self.impersonation:  # Impersonate-Group stands once for each group
            merged.add(name, value)
        return merged

    def _read(self, response: Any, until: float, url: str) -> bytes:
        """The whole body; the clock is looked at between chunks: a socket's timeout starts anew with each byte."""
        parts: list[bytes] = []
        size = 0
        with translated(url, self.deadline.for_one()):
            for chunk in chunks(response):
                parts.append(chunk)
                size += len(chunk)
                if time.monotonic() > until or size > BODY_LIMIT:
                    response.close()
                    raise Unreachable(f"{place(url)} did not finish its answer in time")
        response.release_conn()
        return b"".join(parts)


@dataclass(frozen=True)
class Whole:
    """An answer that was read to its end, in the shape the Python client expects of urllib3."""

    status: int
    headers: Mapping[str, str]
    data: bytes = field(repr=False)
    reason: str = ""

    def getheaders(self) -> Mapping[str, str]:
        return self.headers


def chunks(response: Any) -> Iterator[bytes]:
    """What has arrived, as soon as it has: `stream` would wait until a chunk is full."""
    while part := response.read1(_CHUNK, decode_content=True):
        yield part


def watch_seconds(url: str, fields: Any) -> float | None:
    """How long the API was asked to keep a watch open; None of what is none.

    :param fields: more of the query, as pairs: version 36 of the Python client leaves joining them to urllib3
    """
    query = {**dict(parse_qsl(urlsplit(url).query)), **dict(fields or {})}
    return float(query.get("timeoutSeconds", 0)) if query.get("watch") == "1" else None


def place(url: str) -> str:
    """The server of a URL, without a user's name and password that may stand in it."""
    parts = urlsplit(url)
    port = f":{parts.port}" if parts.port else ""
    host = parts.hostname or "the API server"
    return f"{f'[{host}]' if ':' in host else host}{port}"


class translated:  # noqa: N801 - reads as a word after `with`
    """Says what urllib3 raises in our words: Dropped where it may be tried again, Unreachable where not."""

    def __init__(self, url: str, seconds: float) -> None:
        self.where, self.seconds = place(url), seconds

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
