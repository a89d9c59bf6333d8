"""A TLS proxy on loopback in front of a world's API server, which does to each request what a rule says.

Speaks HTTP/1.1 as the API does, keeps connections, streams watches. Changes no request and, but for faults, no answer.
"""

import http.client
import json
import select
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.world.faults import (
    Cut,
    Expire,
    Fault,
    Late,
    Meanwhile,
    Pass,
    Refuse,
    Request,
    Reset,
    Rule,
    Silence,
    Unplug,
    could_change,
    passing,
)
from tests.world.processes import LOOPBACK
from tests.world.users import RBAC, User, write_kubeconfig
from tests.world.world import World

# Of one connection, not of the message: https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1
OF_THE_CONNECTION = frozenset({"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade"})
PIECE = 64 * 1024
NO_BODY = frozenset({204, 304})


@dataclass
class Seen:
    """One request, what was done to it, and the status that went back; 0 while there is none."""

    request: Request
    fault: Fault
    status: int = 0

    def __str__(self) -> str:
        fault = "" if isinstance(self.fault, Pass) else f"  {self.fault}"
        agent = self.request.headers.get("user-agent", "")
        return (
            f"{self.request.number:4} w{self.request.write:<3} {self.status or '---'} {self.request} [{agent}]{fault}"
        )


@dataclass
class Proxy:
    """`rule` may be changed at any time. `seen` holds all requests since the last `restart`, in their order."""

    world: World
    rule: Rule = passing
    mute: bool = False  # accept connections and say nothing, not even TLS
    seen: list[Seen] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)
    port: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _listener: socket.socket | None = None
    _open: dict[threading.Thread, "Connection"] = field(default_factory=dict)
    _mending: list[threading.Thread] = field(default_factory=list)

    def __post_init__(self) -> None:
        pki = self.world.folder / "pki"
        self.towards_client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.towards_client.load_cert_chain(pki / "server.crt", pki / "server.key")
        self.towards_api = ssl.create_default_context(cafile=str(pki / "ca.crt"))

    # -- what a test says and asks

    def restart(self, rule: Rule = passing) -> None:
        """Count from nothing, under another rule."""
        with self._lock:
            self.rule, self.seen = rule, []

    @property
    def requests(self) -> list[Request]:
        return [one.request for one in self.seen]

    @property
    def writes(self) -> list[Request]:
        return [one.request for one in self.seen if one.request.write]

    def story(self) -> str:
        """All that was seen, a line each, for the message of a test that fails."""
        return "\n".join(map(str, self.seen))

    def user(self, role: str = "cluster-admin") -> User:
        """A user of the world who talks through this proxy, with a ClusterRole.

        Nobody can pass another's certificate on, so it is one with a token.
        """
        user = self.world.weak_user()
        path = user.kubeconfig.with_name(f"{user.name}-proxied")
        write_kubeconfig(self.world.folder, path, user.name, self.port, {"token": user.token})
        binding = {
            "apiVersion": RBAC,
            "kind": "ClusterRoleBinding",
            "metadata": {"name": f"{user.name}-{role}"},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": user.name}],
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
        }
        self.world.api.apply(binding)
        return User(user.name, Path(path), user.token)

    # -- connections

    def listen(self) -> None:
        """From now on connections are taken; always on the same port."""
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((LOOPBACK, self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def unplug(self) -> None:
        """Reset every connection and take no new one until `listen`."""
        with self._lock:
            listener, self._listener = self._listener, None
            connections = list(self._open.values())
        if listener is not None:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        for one in connections:
            one.abort()

    def close(self) -> None:
        self.closing.set()
        self.unplug()
        for one in [*self._mending, *self._open]:
            if one is not threading.current_thread():
                one.join(10)

    def unplug_for(self, seconds: float) -> None:
        def mend() -> None:
            if not self.closing.wait(seconds):
                self.listen()

        self.unplug()
        thread = threading.Thread(target=mend, daemon=True)
        self._mending.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            connection = Connection(self, client)
            thread = threading.Thread(target=self._serve, args=(connection,), daemon=True)
            with self._lock:
                if self._listener is not listener:
                    client.close()
                    return
                self._open[thread] = connection
            thread.start()

    def _serve(self, connection: "Connection") -> None:
        try:
            connection.serve()
        finally:
            connection.close()
            with self._lock:
                self._open.pop(threading.current_thread(), None)

    def note(self, method: str, target: str, headers: Message, body: bytes) -> Seen:
        """Give a request its numbers and its fate."""
        parts = urlsplit(target)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        with self._lock:
            number = 0
            if could_change(method, parts.path, query):
                number = 1 + max((one.request.write for one in self.seen), default=0)
            named = {key.lower(): value for key, value in headers.items()}
            request = Request(len(self.seen) + 1, number, method, parts.path, query, named, body)
            seen = Seen(request, self.rule(request))
            self.seen.append(seen)
            return seen


class Connection:
    """One client's connection, and one of our own to the API behind it."""

    def __init__(self, proxy: Proxy, client: socket.socket) -> None:
        self.proxy = proxy
        self.client = client
        self.reader: Any = None
        self.upstream = http.client.HTTPSConnection(LOOPBACK, proxy.world.ports.api, context=proxy.towards_api)

    def serve(self) -> None:
        # A client that goes away, and an API that does, end the connection and nothing else.
        with suppress(OSError, http.client.HTTPException, ValueError):
            if self.proxy.mute:
                self.hold()
                return
            handshake = {"server_side": True, "do_handshake_on_connect": False}
            # Known before it speaks, so that `abort` reaches it at any time.
            self.client = self.proxy.towards_client.wrap_socket(self.client, **handshake)
            self.client.do_handshake()
            self.reader = self.client.makefile("rb")
            while self.serve_one():
                pass

    def serve_one(self) -> bool:
        """Whether the connection is kept."""
        line = self.reader.readline(PIECE)
        if not line:
            return False
        method, target, _ = line.decode("latin-1").split()
        headers = http.client.parse_headers(self.reader)
        body = self.body_of(headers)
        seen = self.proxy.note(method, target, headers, body)

        def ask() -> http.client.HTTPResponse:
            return self.ask(method, target, headers, body)

        return self.meet(seen, ask) and headers.get("connection", "").lower() != "close"

    def body_of(self, headers: Message) -> bytes:
        if headers.get("transfer-encoding", "").lower() != "chunked":
            return bytes(self.reader.read(int(headers.get("content-length", "0"))))
        whole = b""
        while size := int(self.reader.readline(PIECE).partition(b";")[0], 16):
            whole += self.reader.read(size)
            self.reader.readline(PIECE)
        self.reader.readline(PIECE)
        return whole

    def meet(self, seen: Seen, ask: Any) -> bool:
        """Do to a request what its fault says; whether the connection is kept."""
        match seen.fault:
            case Pass():
                return self.deliver(seen, ask())
            case Late(seconds=seconds):
                self.proxy.closing.wait(seconds)
                return self.deliver(seen, ask())
            case Refuse():
                return self.refuse(seen, seen.fault)
            case Expire() if seen.request.is_watch:
                return self.expire(seen)
            case Expire():
                return self.refuse(seen, Refuse(410, "Expired"))
            case Reset(carried_out=carried_out):
                return self.drop(ask if carried_out else None)
            case Cut():
                return self.deliver_half(seen, ask())
            case Silence():
                return self.hold()
            case Unplug(seconds=seconds, carried_out=carried_out):
                self.drop(ask if carried_out else None)
                self.proxy.unplug_for(seconds)
                return False
            case Meanwhile():
                return self.meanwhile(seen, seen.fault, ask)

    def meanwhile(self, seen: Seen, fault: Meanwhile, ask: Any) -> bool:
        if not fault.carried_out:
            fault.act()
            return self.deliver(seen, ask()) if fault.answered else self.drop(None)
        answer = ask()
        body = answer.read()
        fault.act()
        return self.deliver_whole(seen, answer, body) if fault.answered else self.drop(None)

    def ask(self, method: str, target: str, headers: Message, body: bytes) -> http.client.HTTPResponse:
        self.renew()
        self.upstream.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for key, value in headers.items():
            if key.lower() not in OF_THE_CONNECTION | {"content-length"}:
                self.upstream.putheader(key, value)
        if body or method in {"POST", "PUT", "PATCH"}:
            self.upstream.putheader("Content-Length", str(len(body)))
        self.upstream.endheaders(body or None)
        return self.upstream.getresponse()

    def renew(self) -> None:
        """An API server that has gone closed its end: a client of its own would have seen that too."""
        sock = self.upstream.sock
        if sock is not None and select.select([sock], [], [], 0)[0]:
            self.upstream.close()

    # -- what goes back

    def head(self, seen: Seen, answer: http.client.HTTPResponse, framing: str) -> None:
        seen.status = answer.status
        kept = [(key, value) for key, value in answer.getheaders() if key.lower() not in OF_THE_CONNECTION]
        lines = [f"{key}: {value}" for key, value in kept if key.lower() != "content-length"]
        self.send("\r\n".join([f"HTTP/1.1 {answer.status} {answer.reason}", *lines, framing, "", ""]).encode("latin-1"))

    def deliver(self, seen: Seen, answer: http.client.HTTPResponse) -> bool:
        if seen.request.method == "HEAD" or answer.status in NO_BODY:
            self.head(seen, answer, f"Content-Length: {answer.getheader('Content-Length', '0')}")
            answer.read()
            return True
        self.head(seen, answer, "Transfer-Encoding: chunked")
        while piece := answer.read1(PIECE):
            self.send(chunk(piece))
        answer.close()  # read1 does not see that a body of known length is at its end
        self.send(chunk(b""))
        return True

    def deliver_whole(self, seen: Seen, answer: http.client.HTTPResponse, body: bytes) -> bool:
        self.head(seen, answer, f"Content-Length: {len(body)}")
        self.send(body)
        return True

    def deliver_half(self, seen: Seen, answer: http.client.HTTPResponse) -> bool:
        if seen.request.is_watch:
            self.head(seen, answer, "Transfer-Encoding: chunked")
            piece = answer.read1(PIECE)
            self.send(chunk(piece)[: len(piece) // 2])
        else:
            body = answer.read()
            self.head(seen, answer, f"Content-Length: {len(body)}")
            self.send(body[: len(body) // 2])
        return self.drop(None)

    def refuse(self, seen: Seen, fault: Refuse) -> bool:
        body = json.dumps(status_of(fault.status, fault.reason)).encode()
        lines = [f"HTTP/1.1 {fault.status} {fault.reason}", "Content-Type: application/json"]
        if fault.retry_after is not None:
            lines.append(f"Retry-After: {fault.retry_after}")
        seen.status = fault.status
        self.send("\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode("ascii") + body)
        return True

    def expire(self, seen: Seen) -> bool:
        event = json.dumps({"type": "ERROR", "object": status_of(410, "Expired")}).encode() + b"\n"
        seen.status = 200
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
        self.send(head + chunk(event) + chunk(b""))
        return True

    def drop(self, ask: Any) -> bool:
        """Reset the client's connection, with `ask` once the API has answered."""
        if ask is not None:
            ask().read()
        self.end_with_reset()
        return False

    def hold(self) -> bool:
        """Say nothing until the client or the proxy gives up."""
        while not self.proxy.closing.wait(0.1):
            if select.select([self.client], [], [], 0)[0] and self.has_left():
                break
        return False

    def has_left(self) -> bool:
        """A look past TLS. A muted client has said hello; another that says anything while it waits says goodbye."""
        with socket.fromfd(self.client.fileno(), socket.AF_INET, socket.SOCK_STREAM) as raw:
            return not (raw.recv(1, socket.MSG_PEEK) and self.proxy.mute)

    def send(self, data: bytes) -> None:
        self.client.sendall(data)

    def end_with_reset(self) -> None:
        """Let its end be a TCP reset and no polite one."""
        with suppress(OSError):
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def abort(self) -> None:
        """End it from any thread: whoever reads or writes here gets an error."""
        self.end_with_reset()
        for one in (self.client, self.upstream.sock):
            if one is not None:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for one in (self.reader, self.client, self.upstream):
            if one is not None:
                with suppress(OSError):
                    one.close()


def chunk(data: bytes) -> bytes:
    return f"{len(data):x}\r\n".encode("ascii") + data + b"\r\n"


def status_of(code: int, reason: str) -> dict[str, Any]:
    """What the API says when it refuses.

    https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/status/
    """
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": f"{reason}, says the test",
        "reason": reason,
        "code": code,
    }


@contextmanager
def proxied(world: World) -> Iterator[Proxy]:
    """A proxy in front of a world, gone afterwards."""
    proxy = Proxy(world)
    proxy.listen()
    try:
        yield proxy
    finally:
        proxy.close()
