"""One connection to a server: straight, through a proxy, with TLS. Keeps none for later, judges no answer."""

import select
import socket
import ssl
import time
from base64 import b64encode
from contextlib import suppress
from typing import Any
from urllib.parse import SplitResult, unquote, urlsplit

from installer.cluster.dialling import as_it_is, dial
from installer.cluster.http import Headers, Incoming, spelled
from installer.model.errors import ExitCode, fail

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_CHUNK = 64 * 1024


class ProxyRefused(OSError):
    """The proxy is there and of no use; `strerror` says why, without a name or password."""

    def __init__(self, why: str) -> None:
        super().__init__(None, why)


class TunnelRefused(OSError):
    """The proxy does not let us through to the server."""


class Route:
    """The way to `server`, a URL. `called` is the name in its certificate, where its address is another.

    `proxy_tls` is for a proxy by https. Raises InstallerError (INVALID) for a proxy of another kind.
    """

    def __init__(
        self,
        server: str,
        tls: ssl.SSLContext | None = None,
        proxy: str | None = None,
        called: str | None = None,
        proxy_tls: ssl.SSLContext | None = None,
    ) -> None:
        self.server, self.tls, self.called, self.proxy_tls = urlsplit(server), tls, called, proxy_tls
        self.proxy = urlsplit(proxy) if proxy else None
        if self.proxy is not None and self.proxy.scheme not in _PORTS:
            # The URL itself may hold a password.
            raise fail(ExitCode.INVALID, "proxy-unknown", "the proxy of this cluster is none of http, https, socks5")
        # A proxy that speaks HTTP leads to a server by https, and asks one by http itself: it is told the whole URL.
        http = self.proxy if self.proxy is not None and self.proxy.scheme in ("http", "https") else None
        self.tunnel = http if tls is not None else None
        asking = http if tls is None else None
        authority = self.server.netloc.rpartition("@")[2]
        whole = f"{self.server.scheme}://{authority}" if asking is not None else ""
        # What request lines begin with, and the headers of every request.
        self.target = f"{whole}{self.server.path.rstrip('/')}"
        self.headers: Headers = (("Host", authority), *(_known_by(asking) if asking is not None else ()))


class Connection:
    """One connection, made as `Route` says within `seconds`. Raises OSError."""

    def __init__(self, route: Route, seconds: float) -> None:
        self._route, until = route, time.monotonic() + seconds
        self.sock = _reached(route, seconds)
        try:
            with suppress(OSError):
                self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if route.tunnel is not None:
                _tunnel(self.sock, route.server, route.tunnel)
            if route.tls is not None:
                self.sock.settimeout(max(0.05, until - time.monotonic()))
                self.sock = _secured(self.sock, route.tls, route.called or route.server.hostname or "")
            self.sock.settimeout(seconds)
        except BaseException:
            self.sock.close()
            raise

    def send(self, method: str, path: str, headers: Headers, body: bytes | None) -> None:
        route = self._route
        self.sock.sendall(spelled(method, f"{route.target}{path}", (*route.headers, *headers), body))

    def receive(self) -> bytes:
        """What has come, as soon as something has; b"" at the end."""
        found: bytes = self.sock.recv(_CHUNK)
        return found

    def is_alive(self) -> bool:
        """Whether the other side has not closed it: what can be read before a question is its end."""
        watched = select.poll()
        watched.register(self.sock, select.POLLIN)
        return not watched.poll(0)

    def close(self) -> None:
        self.sock.close()


def _reached(route: Route, seconds: float) -> Any:
    """A socket to the server, or to what stands in front of it; with TLS where that is a proxy by https."""
    proxy = route.proxy
    if proxy is not None and proxy.scheme.startswith("socks"):
        return _by_socks(proxy, _address(route.server), seconds)
    made = dial(*_address(proxy or route.server), seconds)
    if proxy is None or proxy.scheme != "https":
        return made
    try:
        return _proxy_secured(made, route.proxy_tls or ssl.create_default_context(), proxy)
    except BaseException:
        made.close()
        raise


def _tunnel(made: Any, server: SplitResult, proxy: SplitResult) -> None:
    """https://www.rfc-editor.org/rfc/rfc9110#section-9.3.6"""
    host, port = _address(server)
    target = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    made.sendall(spelled("CONNECT", target, (("Host", target), *_known_by(proxy))))
    answer = Incoming()
    answer.begin(lambda: made.recv(_CHUNK))
    if not 200 <= answer.status < 300:  # noqa: PLR2004
        raise TunnelRefused(None, f"the proxy answers {answer.status}")


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
