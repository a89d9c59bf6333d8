"""Connections to one server that are kept and shared by threads, straight or through a proxy. Judges no answer.

On `http.client`, which loads in a tenth of the time of any client above it.
"""

import select
import socket
import ssl
import time
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import field
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from installer.cluster.dialling import as_it_is, dial
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
Headers = Sequence[tuple[str, str]]


@dataclass
class Pool:
    """Connections to `server`, a URL. `called` is the name in its certificate, where its address is another.

    `proxy_tls` is for a proxy by https.

    Raises OSError and HTTPException as `http.client`, and NotConnected where no request can have been sent.
    """

    server: str
    tls: ssl.SSLContext | None = None
    proxy: str | None = None
    called: str | None = None
    proxy_tls: ssl.SSLContext | None = None
    _kept: list["Connection"] = field(default_factory=list)
    _closed: bool = False

    def __post_init__(self) -> None:
        if self.proxy is not None and urlsplit(self.proxy).scheme not in _PORTS:
            # The URL itself may hold a password.
            raise fail(ExitCode.INVALID, "proxy-unknown", "the proxy of this cluster is none of http, https, socks5")

    def send(self, method: str, target: str, headers: Headers, body: bytes | None, seconds: float) -> "Answer":
        """One request, and its answer as soon as that has begun; `target` is a path with its query."""
        connection = self._connected(seconds)
        try:
            connection.putrequest(method, connection.spelled(target), skip_accept_encoding=True)
            for name, value in headers:
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            return Answer(self, connection, connection.getresponse())
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        """Those that are in use are closed when their answer was read."""
        self._closed = True
        while self._kept:
            self._kept.pop().close()

    def keep(self, connection: "Connection") -> None:
        if self._closed:
            connection.close()
        else:
            self._kept.append(connection)  # append and pop are one step each for all threads

    def _connected(self, seconds: float) -> "Connection":
        while self._kept:
            try:
                known = self._kept.pop()
            except IndexError:  # another thread was faster
                break
            if known.is_alive():
                known.sock.settimeout(seconds)
                return known
            known.close()
        made = Connection(self, seconds)
        try:
            made.connect()
        except OSError as error:
            made.close()
            raise NotConnected(error) from error
        return made


class NotConnected(Exception):
    """There is no connection; `why` is what the system or the proxy said."""

    def __init__(self, why: OSError) -> None:
        super().__init__(str(why))
        self.why = why


class ProxyRefused(OSError):
    """The proxy is there and of no use; `strerror` says why, without a name or password."""

    def __init__(self, why: str) -> None:
        super().__init__(None, why)


class Connection(HTTPConnection):
    """One connection to the server of a pool, through its proxy where it has one."""

    def __init__(self, pool: Pool, seconds: float) -> None:
        self._pool, self._server, self._seconds = pool, urlsplit(pool.server), seconds
        self._proxy = urlsplit(pool.proxy) if pool.proxy else None
        reached = self._proxy if self._is_asked_of_proxy or self._tunnels else self._server
        super().__init__(*_address(reached or self._server), timeout=seconds)
        if self._tunnels and self._proxy is not None:
            self.set_tunnel(*_address(self._server), headers=dict(_known_by(self._proxy)))

    @property
    def _is_http_proxy(self) -> bool:
        return self._proxy is not None and self._proxy.scheme in ("http", "https")

    @property
    def _tunnels(self) -> bool:
        return self._is_http_proxy and self._pool.tls is not None

    @property
    def _is_asked_of_proxy(self) -> bool:
        return self._is_http_proxy and self._pool.tls is None

    def spelled(self, target: str) -> str:
        """What the request line says: a proxy of plain HTTP is told the whole URL."""
        path = f"{self._server.path.rstrip('/')}{target}"
        return (
            f"{self._server.scheme}://{self._server.netloc.rpartition('@')[2]}{path}"
            if self._is_asked_of_proxy
            else path
        )

    def putrequest(self, *words: Any, **more: Any) -> None:
        super().putrequest(*words, **more)
        if self._is_asked_of_proxy and self._proxy is not None:
            for name, value in _known_by(self._proxy):
                self.putheader(name, value)

    def connect(self) -> None:
        """A socket, the proxy's tunnel, TLS: in this order, and within the time of one request."""
        self._create_connection, until = self._reached, time.monotonic() + self._seconds
        super().connect()
        if self._pool.tls is not None:
            name = self._pool.called or self._server.hostname or ""
            self.sock.settimeout(max(0.05, until - time.monotonic()))
            self.sock = _secured(self.sock, self._pool.tls, name)
            self.sock.settimeout(self._seconds)

    def _reached(self, address: tuple[str, int], timeout: float, _: Any) -> Any:
        if self._proxy is not None and self._proxy.scheme.startswith("socks"):
            return _by_socks(self._proxy, address, timeout)
        made = dial(*address, timeout)
        if self._proxy is not None and self._proxy.scheme == "https":
            return _proxy_secured(made, self._pool.proxy_tls or ssl.create_default_context(), self._proxy)
        return made

    def is_alive(self) -> bool:
        """Whether the other side has not closed it: what can be read before a question is its end."""
        if self.sock is None:
            return False
        watched = select.poll()
        watched.register(self.sock, select.POLLIN)
        return not watched.poll(0)


@dataclass
class Answer:
    """An answer whose body is still to be read, to its end or until `close`."""

    pool: Pool
    connection: Connection
    response: HTTPResponse

    @property
    def status(self) -> int:
        return self.response.status

    def read1(self, most: int) -> bytes:
        """What has arrived; b"" at the end. Raises ConnectionError where the end came too early."""
        part = self.response.read1(most)
        if not part and self.response.length:
            raise ConnectionError("the answer was cut off")
        return part

    def close(self) -> None:
        self.response.close()
        self.connection.close()

    def release(self) -> None:
        """The body was read to its end: the connection is of use to the next."""
        is_open = not self.response.will_close
        self.response.close()
        if is_open:
            self.pool.keep(self.connection)
        else:
            self.connection.close()


def _address(url: SplitResult) -> tuple[str, int]:
    return url.hostname or "", url.port or _PORTS.get(url.scheme, 443)


def _known_by(proxy: SplitResult) -> Headers:
    if not proxy.username:
        return ()
    user = f"{unquote(proxy.username)}:{unquote(proxy.password or '')}"
    return (("Proxy-Authorization", f"Basic {b64encode(user.encode()).decode()}"),)


def _secured(made: Any, tls: ssl.SSLContext, name: str) -> Any:
    if not isinstance(made, ssl.SSLSocket):
        return tls.wrap_socket(made, server_hostname=as_it_is(name))
    from urllib3.util.ssltransport import SSLTransport  # noqa: PLC0415 - TLS inside TLS, of a proxy by https

    return SSLTransport(made, tls, server_hostname=name)


def _proxy_secured(made: socket.socket, tls: ssl.SSLContext, proxy: SplitResult) -> ssl.SSLSocket:
    try:
        return tls.wrap_socket(made, server_hostname=as_it_is(proxy.hostname or ""))
    except ssl.SSLEOFError:
        raise
    except ssl.SSLError as error:
        said = str(error).split("\n", 1)[0]
        raise ProxyRefused(f"the proxy {proxy.hostname} speaks no TLS that we trust: {said}") from None


def _by_socks(proxy: SplitResult, address: tuple[str, int], timeout: Any) -> Any:
    """The proxy looks names up, as for Go's clients."""
    try:
        import socks  # type: ignore[import-untyped]  # noqa: PLC0415
    except ImportError:
        message, fix = "a SOCKS proxy needs the extra `socks`", "pip install 'rhdh-orchestrator[socks]'"
        raise fail(ExitCode.INVALID, "proxy-unknown", message, fix=fix) from None
    user, password = (unquote(one) if one else None for one in (proxy.username, proxy.password))
    known = {"proxy_rdns": True, "proxy_username": user, "proxy_password": password}
    try:
        return socks.create_connection(address, timeout, None, socks.SOCKS5, *_address(proxy), **known)
    except socks.ProxyError as error:
        why = error.socket_err or error  # what the proxy said is wrapped as if the socket had failed
        if isinstance(why, socks.SOCKS5AuthError):
            raise ProxyRefused("the proxy does not take our name and password") from None
        raise ConnectionError(None, f"the proxy says {why}") if isinstance(why, socks.ProxyError) else why from None
