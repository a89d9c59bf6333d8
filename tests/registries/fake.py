"""An npm registry of one thread per connection on loopback, which behaves as well or as badly as it is told."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

Behaviour = Callable[["Handler", str], None]


@dataclass
class Registry:
    """`packages` by name; `behave` beats them; `asked` are (path, headers) in order."""

    packages: dict[str, dict[str, Any]] = field(default_factory=dict)
    behave: Behaviour | None = None
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    url: str = ""

    def publish(self, name: str, version: str, **dist: str) -> None:
        packument = self.packages.setdefault(name, {"name": name, "dist-tags": {"latest": version}, "versions": {}})
        packument["versions"][version] = {"name": name, "version": version, "dist": dist}

    @property
    def host(self) -> str:
        return self.url.removeprefix("http://").rstrip("/")

    @property
    def credentials(self) -> list[str | None]:
        return [headers.get("authorization") for _, headers in self.asked]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        registry: Registry = self.server.registry
        registry.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        name = unquote(self.path.lstrip("/"))
        if registry.behave is not None:
            registry.behave(self, name)
        elif name in registry.packages:
            self.answer(200, json.dumps(registry.packages[name]).encode())
        else:
            self.answer(404, b'{"error":"not found"}')

    def answer(self, status: int, body: bytes = b"", length: int | None = None, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)
        if length is not None:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    registry: Registry

    def handle_error(self, *_: object) -> None:
        """A client that goes away is what is tried."""


@contextmanager
def served(registry: Registry) -> Iterator[Registry]:
    server = Server(("127.0.0.1", 0), Handler)
    server.registry = registry
    registry.url = f"http://127.0.0.1:{server.server_port}/"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield registry
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
