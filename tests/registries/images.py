"""An image registry on loopback, which asks for tokens or passwords and behaves as it is told."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from installer.registries.oci_manifest import ANNOTATION, IMAGES, INDEXES

Behaviour = Callable[["ImageHandler"], None]


@dataclass
class Asked:
    method: str
    path: str
    authorization: str | None
    body: bytes = b""


@dataclass
class Images:
    """`documents` by "PATH:TAG" and "PATH@DIGEST": (type, bytes). `behave` beats them; `demand` is a challenge."""

    documents: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    behave: Behaviour | None = None
    # Of /v2/: the WWW-Authenticate header, and the Authorization that then does.
    demand: tuple[str, str] | None = None
    token: dict[str, Any] = field(default_factory=lambda: {"token": "t0k3n"})
    # What the realm takes: a header for GET, an identity token for POST; None: everything.
    known: str | None = None
    tell_digest: bool = True
    page: int = 2
    asked: list[Asked] = field(default_factory=list)
    host: str = ""

    def push(self, path: str, tag: str, document: dict[str, Any] | bytes, kind: str = IMAGES[0]) -> str:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        self.documents[f"{path}:{tag}"] = self.documents[f"{path}@{digest}"] = (kind, body)
        self.tags.setdefault(path, []).append(tag)
        return digest

    def questions(self, part: str = "/v2/") -> list[Asked]:
        """What was asked below a path, without the first probe of what a loopback host speaks."""
        return [one for one in self.asked if part in one.path and one.path != "/v2/"]


class ImageHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Any

    def do_GET(self) -> None:
        images: Images = self.server.images
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        images.asked.append(Asked(self.command, self.path, self.headers.get("authorization"), body))
        if self.path == "/v2/":
            self.answer(200)
        elif self.path.startswith("/token"):
            self.give_token(images, parse_qs(body.decode()))
        elif images.behave is not None:
            images.behave(self)
        else:
            self.serve(images)

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_POST(self) -> None:
        self.do_GET()

    def serve(self, images: Images) -> None:
        if images.demand and self.headers.get("authorization") != images.demand[1]:
            self.answer(401, b'{"errors":[]}', WWW_Authenticate=images.demand[0])
            return
        path, _, rest = self.path.removeprefix("/v2/").partition("/manifests/")
        if rest:
            self.give_manifest(images, path, rest)
        else:
            self.give_tags(images, self.path.removeprefix("/v2/").partition("/tags/")[0])

    def give_manifest(self, images: Images, path: str, version: str) -> None:
        kind, body = images.documents.get(f"{path}{'@' if ':' in version else ':'}{version}", ("", b""))
        if not kind:
            self.answer(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
            return
        digest = {"Docker_Content_Digest": f"sha256:{hashlib.sha256(body).hexdigest()}"} if images.tell_digest else {}
        self.answer(200, body, Content_Type=kind, **digest)

    def give_tags(self, images: Images, path: str) -> None:
        every, query = images.tags.get(path, []), parse_qs(self.path.partition("?")[2])
        start = int(query.get("last", ["0"])[0])
        more = start + images.page < len(every)
        link = {"Link": f'</v2/{path}/tags/list?last={start + images.page}&n=2>; rel="next"'} if more else {}
        found = {"name": path, "tags": every[start : start + images.page]}
        self.answer(200 if path in images.tags else 404, json.dumps(found).encode(), **link)

    def give_token(self, images: Images, form: dict[str, list[str]]) -> None:
        given = form["refresh_token"][0] if form else self.headers.get("authorization")
        right = images.known is None or given == images.known
        self.answer(200 if right else 401, json.dumps(images.token).encode())

    def answer(self, status: int, body: bytes = b"", length: int | None = None, **headers: str) -> None:
        self.send_response(status)
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


class Server(ThreadingHTTPServer):
    daemon_threads = True
    images: Images

    def handle_error(self, *_: object) -> None:
        """A client that goes away is what is tried."""


@contextmanager
def served(images: Images) -> Iterator[Images]:
    server = Server(("127.0.0.1", 0), ImageHandler)
    server.images = images
    images.host = f"127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield images
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def image(*paths: str, annotations: dict[str, str] | None = None) -> dict[str, Any]:
    """A manifest that lists plugins in directories of those names."""
    listed = [
        {one: {"name": f"@acme/{one}", "version": "1.2.3", "backstage": {"role": "backend-plugin"}}} for one in paths
    ]
    told = {ANNOTATION: base64.b64encode(json.dumps(listed).encode()).decode()} if paths else {}
    layer = {"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": f"sha256:{'a' * 64}", "size": 7}
    return {
        "schemaVersion": 2,
        "mediaType": IMAGES[0],
        "config": {**layer, "digest": f"sha256:{'b' * 64}"},
        "layers": [layer],
        "annotations": {**told, **(annotations or {})},
    }


def index(*entries: tuple[str, str | None, int]) -> dict[str, Any]:
    """Of (digest, os/architecture, size)."""
    manifests: list[dict[str, Any]] = []
    for digest, platform, size in entries:
        one: dict[str, Any] = {"mediaType": IMAGES[0], "digest": digest, "size": size}
        if platform is not None:
            one["platform"] = dict(zip(("os", "architecture"), platform.split("/"), strict=True))
        manifests.append(one)
    return {"schemaVersion": 2, "mediaType": INDEXES[0], "manifests": manifests}
