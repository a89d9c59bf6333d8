"""An image registry on loopback, which asks for tokens or passwords and behaves as it is told."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from installer.registries.oci_manifest import ANNOTATION, IMAGES, INDEXES
from tests.registries.fake import Behaviour, Handler, served

__all__ = ["Asked", "Images", "image", "index", "served"]


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
    url: str = ""
    # What answers say in Cache-Control.
    caching: dict[str, str] = field(default_factory=dict)

    def push(self, path: str, tag: str, document: dict[str, Any] | bytes, kind: str = IMAGES[0]) -> str:
        body = document if isinstance(document, bytes) else json.dumps(document).encode()
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        self.documents[f"{path}:{tag}"] = self.documents[f"{path}@{digest}"] = (kind, body)
        self.tags.setdefault(path, []).append(tag)
        return digest

    @property
    def host(self) -> str:
        return self.url.partition("://")[2].rstrip("/")

    def questions(self, part: str = "/v2/") -> list[Asked]:
        """What was asked below a path, without the first probe of what a loopback host speaks."""
        return [one for one in self.asked if part in one.path and one.path != "/v2/"]

    def handle(self, handler: Handler) -> None:
        body = handler.rfile.read(int(handler.headers.get("content-length", 0)))
        given = handler.headers.get("authorization")
        self.asked.append(Asked(handler.command, handler.path, given, body))
        if handler.path == "/v2/":
            handler.answer(200)
        elif handler.path.startswith("/token"):
            self.give_token(handler, parse_qs(body.decode()))
        elif self.behave is not None:
            self.behave(handler, handler.path)
        else:
            self.serve(handler)

    def serve(self, handler: Handler) -> None:
        if self.demand and handler.headers.get("authorization") != self.demand[1]:
            handler.answer(401, b'{"errors":[]}', WWW_Authenticate=self.demand[0])
            return
        path, _, rest = handler.path.removeprefix("/v2/").partition("/manifests/")
        if rest:
            self.give_manifest(handler, path, rest)
        else:
            self.give_tags(handler, handler.path.removeprefix("/v2/").partition("/tags/")[0])

    def give_manifest(self, handler: Handler, path: str, version: str) -> None:
        kind, body = self.documents.get(f"{path}{'@' if ':' in version else ':'}{version}", ("", b""))
        if not kind:
            handler.answer(404, b'{"errors":[{"code":"MANIFEST_UNKNOWN"}]}')
            return
        digest = f"sha256:{hashlib.sha256(body).hexdigest()}"
        told = {"Docker_Content_Digest": digest} if self.tell_digest else {}
        if handler.headers.get("if-none-match") == f'"{digest}"':
            handler.answer(304, **self.caching)
        else:
            handler.answer(200, body, Content_Type=kind, ETag=f'"{digest}"', **told, **self.caching)

    def give_tags(self, handler: Handler, path: str) -> None:
        every, query = self.tags.get(path, []), parse_qs(handler.path.partition("?")[2])
        start = int(query.get("last", ["0"])[0])
        more = start + self.page < len(every)
        link = {"Link": f'</v2/{path}/tags/list?last={start + self.page}&n=2>; rel="next"'} if more else {}
        found = {"name": path, "tags": every[start : start + self.page]}
        handler.answer(200 if path in self.tags else 404, json.dumps(found).encode(), **link, **self.caching)

    def give_token(self, handler: Handler, form: dict[str, list[str]]) -> None:
        given = form["refresh_token"][0] if form else handler.headers.get("authorization")
        right = self.known is None or given == self.known
        handler.answer(200 if right else 401, json.dumps(self.token).encode())


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
