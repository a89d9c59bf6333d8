"""A registry of one thread per connection on loopback, which behaves as well or as badly as it is told.

It is one of npm here; `images` puts one of images on the same server.
"""

import hashlib
import json
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol, TypeVar
from urllib.parse import unquote

from tests.bombs import gzip_of_blanks

NOT_MODIFIED = 304
Behaviour = Callable[["Handler", str], None]


@dataclass
class Registry:
    """`packages` by name; `behave` beats them; `asked` are (path, headers) in order.

    `caching` is what answers 200 and 304 say in Cache-Control; `validators` whether they have an ETag.
    """

    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    behave: Behaviour | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""
    caching: dict[str, str] = field(default_factory=dict)
    validators: bool = False
    unchanged: int = 0

    def publish(self, name: str, version: str, **dist: str) -> None:
        packument = self.packages.setdefault(name, {"name": name, "dist-tags": {"latest": version}, "versions": {}})
        packument["versions"][version] = {"name": name, "version": version, "dist": dist}

    @property
    def host(self) -> str:
        return self.url.partition("://")[2].rstrip("/")

    @property
    def credentials(self) -> list[str | None]:
        return [headers.get("authorization") for _, headers in self.asked]

    def handle(self, handler: "Handler") -> None:
        self.asked.append((handler.path, {name.lower(): value for name, value in handler.headers.items()}))
        name = unquote(handler.path.lstrip("/"))
        if self.behave is not None:
            self.behave(handler, name)
        elif name in self.packages:
            self.serve(handler, json.dumps(self.packages[name]).encode())
        else:
            handler.answer(404, b'{"error":"not found"}')

    def serve(self, handler: "Handler", content: bytes) -> None:
        """As a registry that knows conditional requests, where it has validators."""
        tag = f'"{hashlib.sha256(content).hexdigest()}"'
        headers = {**self.caching, **({"ETag": tag} if self.validators else {})}
        if self.validators and handler.headers.get("if-none-match") == tag:
            self.unchanged += 1
            handler.answer(304, **headers)
        else:
            handler.answer(200, content, **headers)


class Handler(BaseHTTPRequestHandler):
    """Hands every request to what the server is for; `answer` and the behaviours below are common to all."""

    protocol_version = "HTTP/1.1"
    # Two writes for one answer would wait for each other otherwise.
    wbufsize = -1
    server: Any

    def do_GET(self) -> None:
        self.server.owner.handle(self)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def answer(self, status: int, body: bytes = b"", length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        if status != NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body) if length is None else length))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
        if length is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Owner(Protocol):
    """What a server is for: `url` is set when it listens."""

    url: str

    def handle(self, handler: Handler) -> None: ...


Served = TypeVar("Served", bound=Owner)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    owner: Owner

    def handle_error(self, *_: object) -> None:
        """A client that goes away is what is tried."""


@contextmanager
def served(owner: Served, tls: ssl.SSLContext | None = None) -> Iterator[Served]:
    server = Server(("127.0.0.1", 0), Handler)
    server.owner = owner
    if tls is not None:
        # The handshake is the connection's own thread's: one that fails must not stop the others.
        server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    owner.url = f"{'http' if tls is None else 'https'}://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield owner
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def status(code: int, **headers: str) -> Behaviour:
    return lambda handler, _: handler.answer(code, b"{}", **headers)


def body(content: bytes, **headers: str) -> Behaviour:
    return lambda handler, _: handler.answer(200, content, **headers)


def cut(handler: Handler, _: str) -> None:
    handler.answer(200, b'{"name": "', length=5000)


def silent(handler: Handler, _: str) -> None:
    time.sleep(3)
    handler.close_connection = True


def drip(handler: Handler, _: str) -> None:
    """A byte now and then, so that no timeout of a socket is ever over."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    handler.wfile.flush()
    for _n in range(60):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.1)


def drip_headers(handler: Handler, _: str) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
    for _n in range(60):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.1)


def endless(handler: Handler, _: str) -> None:
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 65536)


def bomb(megabytes: int) -> Behaviour:
    """A short answer that becomes that long."""
    return body(gzip_of_blanks(megabytes), Content_Encoding="gzip")


def reset(handler: Handler, _: str) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def turns(*behaviours: Behaviour) -> Behaviour:
    """One after the other, the last for ever."""
    left = list(behaviours)

    def behave(handler: Handler, name: str) -> None:
        (left.pop(0) if len(left) > 1 else left[0])(handler, name)

    return behave


def known(registry: Registry) -> Behaviour:
    return lambda handler, name: handler.answer(200, json.dumps(registry.packages[name]).encode())
