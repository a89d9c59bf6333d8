"""A recorded API server: JSON answers by path, faults in front of them, and every request kept. Nothing of Kubernetes.

A fault is one of: a status code, `reset`, `cut` (reset in mid-body), `short` (ended politely in mid-body), `slow` (byte
by byte), `silent` (never answers), `lost` (carried out, then reset). Faults of a path are used up one by one;
then it answers as it should.
"""

import json
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Answer = tuple[int, Any] | Callable[["Asked"], tuple[int, Any]]
AGGREGATED = "as=APIGroupDiscoveryList"


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: list[tuple[str, str]]
    body: Any

    def header(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name.lower()]


@dataclass
class Fake:
    """`answers` by "METHOD path"; `groups`: group -> version -> [(Kind, plural, namespaced)]."""

    groups: dict[str, dict[str, list[tuple[str, str, bool]]]] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    faults: dict[str, list[Any]] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    aggregated: bool = True
    stale: frozenset[str] = frozenset()
    closing: threading.Event = field(default_factory=threading.Event)
    url: str = ""

    def paths(self) -> list[str]:
        return [f"{one.method} {one.path}" for one in self.asked]

    def answer(self, asked: Asked) -> tuple[int, Any]:
        found = self.answers.get(f"{asked.method} {asked.path}")
        if found is not None:
            return found(asked) if callable(found) else found
        if asked.path == "/apis":
            return 200, self._discovery(asked=AGGREGATED in "".join(asked.header("accept")))
        listed = self._version(asked.path)
        return (200, listed) if listed else (404, status(404, "NotFound"))

    def _discovery(self, *, asked: bool) -> Any:
        if asked and self.aggregated:
            return {"kind": "APIGroupDiscoveryList", "items": [self._group(name) for name in self.groups]}
        return {
            "kind": "APIGroupList",
            "groups": [
                {
                    "name": name,
                    "versions": [{"version": one, "groupVersion": f"{name}/{one}"} for one in versions],
                    "preferredVersion": {"version": next(iter(versions)), "groupVersion": ""},
                }
                for name, versions in self.groups.items()
            ],
        }

    def _group(self, name: str) -> Any:
        is_stale = name in self.stale
        return {
            "metadata": {"name": name},
            "versions": [
                {
                    "version": version,
                    "freshness": "Stale" if is_stale else "Current",
                    "resources": []
                    if is_stale
                    else [
                        {
                            "resource": plural,
                            "responseKind": {"kind": kind},
                            "scope": "Namespaced" if inside else "Cluster",
                        }
                        for kind, plural, inside in listed
                    ],
                }
                for version, listed in self.groups[name].items()
            ],
        }

    def _version(self, path: str) -> Any:
        for name, versions in self.groups.items():
            for version, listed in versions.items():
                if path == f"/apis/{name}/{version}":
                    return {
                        "kind": "APIResourceList",
                        "resources": [{"kind": k, "name": p, "namespaced": n} for k, p, n in listed]
                        + [{"kind": k, "name": f"{p}/status", "namespaced": n} for k, p, n in listed],
                    }
        return None


def status(code: int, reason: str, message: str = "", name: str = "") -> dict[str, Any]:
    details = {"details": {"name": name}} if name else {}
    return {"kind": "Status", "code": code, "reason": reason, "message": message, **details}


def items(*objects: Mapping[str, Any], version: str = "1", token: str = "") -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "List",
        "metadata": {"resourceVersion": version, "continue": token},
        "items": list(objects),
    }


def named(name: str, namespace: str = "ns", version: str = "1", **more: Any) -> dict[str, Any]:
    return {
        "metadata": {"name": name, "namespace": namespace, "resourceVersion": version, "uid": f"uid-{name}"},
        **more,
    }


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    fake: Fake

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        parts = urlsplit(self.path)
        asked = Asked(
            self.command, parts.path, dict(parse_qsl(parts.query)), list(self.headers.items()),
            json.loads(body) if body else None,
        )  # fmt: skip
        self.fake.asked.append(asked)
        faults = self.fake.faults.get(f"{self.command} {parts.path}") or []
        self._play(asked, faults.pop(0) if faults else None)

    do_GET = do_POST = do_PATCH = do_DELETE = _serve  # noqa: N815 - as http.server spells them

    def _play(self, asked: Asked, fault: Any) -> None:
        match fault:
            case "reset":
                self._reset()
            case "lost":
                self.fake.answer(asked)
                self._reset()
            case "silent":
                self.fake.closing.wait(30)
                self.close_connection = True
            case int() as code:
                self._answer(code, status(code, "Fault"))
            case (int() as code, dict() as headers):
                self._answer(code, status(code, "Fault"), headers)
            case "cut" | "short" | "slow":
                self._slowly(asked, fault)
            case _:
                self._answer(*self.fake.answer(asked))

    def _answer(self, code: int, answer: Any, headers: Mapping[str, str] | None = None) -> None:
        if isinstance(answer, list):
            self._stream(answer)
            return
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _stream(self, lines: list[Any]) -> None:
        """A watch: events, or "reset", "wait" (until the fake is closed), bytes."""
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for line in lines:
            if line == "reset":
                time.sleep(0.1)  # RST takes away what was not read yet
                self._reset()
                return
            if line == "wait":
                self.fake.closing.wait(5)
                return
            self.wfile.write(line if isinstance(line, bytes) else json.dumps(line).encode() + b"\n")
            self.wfile.flush()

    def _slowly(self, asked: Asked, fault: str) -> None:
        data = json.dumps(self.fake.answer(asked)[1]).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if fault != "slow":
            self.wfile.write(data[: len(data) // 2])
            self.wfile.flush()
            self.close_connection = True
            if fault == "cut":
                self._reset()
            return
        for number in range(len(data)):
            if self.fake.closing.is_set():
                return
            self.wfile.write(data[number : number + 1])
            self.wfile.flush()
            time.sleep(0.1)

    def _reset(self) -> None:
        """End the connection with RST, as a dying server does."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        # Both files hold the socket open until they are closed.
        self.rfile.close()
        self.connection.close()

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except (OSError, ValueError):
            self.close_connection = True

    def finish(self) -> None:
        try:
            super().finish()
        except (OSError, ValueError):
            return

    def log_message(self, *_: Any) -> None:
        return


@contextmanager
def served(fake: Fake, tls: ssl.SSLContext | None = None) -> Iterator[Fake]:
    """The fake on a port of 127.0.0.1."""
    handler = type("Handler", (_Handler,), {"fake": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    fake.url = f"http{'s' if tls else ''}://127.0.0.1:{server.server_address[1]}"
    try:
        yield fake
    finally:
        fake.closing.set()
        server.shutdown()
        server.server_close()
        thread.join(5)
