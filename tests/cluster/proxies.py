"""Proxies on 127.0.0.1: CONNECT over HTTP or TLS, and SOCKS5. To them every name is 127.0.0.1.

https://datatracker.ietf.org/doc/html/rfc9110#name-connect https://datatracker.ietf.org/doc/html/rfc1928
https://datatracker.ietf.org/doc/html/rfc1929
"""

import contextlib
import select
import socket
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

# A host that refuses connections, to SOCKS5.
GONE = "gone.test"
# What a client wants, as (host, port); None where it may not.
Speak = Callable[["Proxy", socket.socket], tuple[str, int] | None]


@dataclass
class Proxy:
    """`asked` are the addresses that clients were let through to, as HOST:PORT; `connections` counts all that came.

    `credentials` is USER:PASSWORD, None where everybody may.
    """

    speak: Speak
    tls: ssl.SSLContext | None = None
    credentials: str | None = None
    asked: list[str] = field(default_factory=list)
    connections: int = 0
    listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0)))

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.listening.getsockname()[1]}"

    def run(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client = self.listening.accept()[0]
                self.connections += 1
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as until_the_end:
            until_the_end.callback(client.close)
            if self.tls is not None:
                client = until_the_end.enter_context(self.tls.wrap_socket(client, server_side=True))
            wanted = self.speak(self, client)
            if wanted is None:
                return
            self.asked.append(f"{wanted[0]}:{wanted[1]}")
            _relay(client, until_the_end.enter_context(socket.create_connection(("127.0.0.1", wanted[1]))))


@contextlib.contextmanager
def standing(speak: Speak, tls: ssl.SSLContext | None = None, credentials: str | None = None) -> Iterator[Proxy]:
    """A proxy until the end of the block."""
    proxy = Proxy(speak, tls, credentials)
    threading.Thread(target=proxy.run, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.listening.shutdown(socket.SHUT_RDWR)  # ends the wait for the next client
        proxy.listening.close()


def connect(proxy: Proxy, client: socket.socket) -> tuple[str, int] | None:
    """CONNECT of HTTP/1.1."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += _exactly(client, 1)
    if proxy.credentials and f"Basic {b64encode(proxy.credentials.encode()).decode()}".encode() not in head:
        client.sendall(b"HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n")
        return None
    host, _, port = head.split()[1].decode().rpartition(":")
    client.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    return host, int(port)


def socks5(proxy: Proxy, client: socket.socket) -> tuple[str, int] | None:
    """Who must give credentials is asked for them by method 2; an address is a name (3) or IPv4 (1)."""
    offered = _exactly(client, _exactly(client, 2)[1])
    method = 2 if proxy.credentials else 0
    if method not in offered:
        client.sendall(b"\x05\xff")
        return None
    client.sendall(bytes([5, method]))
    if proxy.credentials:
        user, password = _exactly(client, _exactly(client, 2)[1]), _exactly(client, _exactly(client, 1)[0])
        is_known = b":".join((user, password)).decode() == proxy.credentials
        client.sendall(bytes([1, 0 if is_known else 1]))
        if not is_known:
            return None
    form = _exactly(client, 4)[3]
    host = _exactly(client, _exactly(client, 1)[0]).decode() if form == 3 else socket.inet_ntoa(_exactly(client, 4))
    port = int.from_bytes(_exactly(client, 2), "big")
    is_there = host != GONE
    client.sendall(bytes([5, 0 if is_there else 5, 0, 1, *bytes(6)]))
    return (host, port) if is_there else None


def _exactly(client: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = client.recv(size - len(data))
        if not part:
            raise ConnectionError
        data += part
    return data


def _relay(client: socket.socket, server: socket.socket) -> None:
    """One thread for both ways: two may not share one TLS."""
    while True:
        is_held = isinstance(client, ssl.SSLSocket) and client.pending()
        for one in [client] if is_held else select.select([client, server], [], [])[0]:
            data = one.recv(65536)
            if not data:
                return
            (server if one is client else client).sendall(data)
