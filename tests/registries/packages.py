"""A registry of our own with packages that can be downloaded, as they should be or as they should not."""

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.registries.fake import Behaviour, Handler, Registry
from tests.registries.tarballs import NAME, VERSION, manifest

Route = bytes | Behaviour


def sri(content: bytes, algorithm: str = "sha512") -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


@dataclass
class Packages:
    """What stands at which path of a registry; a path may also behave."""

    registry: Registry
    routes: dict[str, Route] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.registry.behave = self._behave

    def _behave(self, handler: Handler, path: str) -> None:
        route = self.routes.get(path)
        if route is None:
            handler.answer(404, b"{}")
        elif isinstance(route, bytes):
            handler.answer(200, route)
        else:
            route(handler, path)

    def publish(
        self,
        content: bytes,
        name: str = NAME,
        version: str = VERSION,
        role: str | None = "frontend-plugin",
        **dist: Any,
    ) -> str:
        """Its integrity. `dist` beats what the bytes have; None leaves a field out."""
        path = f"{name}/-/{name.rpartition('/')[2]}-{version}.tgz"
        own = {"integrity": sri(content), "shasum": hashlib.sha1(content).hexdigest()}  # noqa: S324
        said = {**own, "tarball": f"{self.registry.url}{path}", **dist}
        document = {
            **json.loads(manifest(name, version, role)),
            "dist": {k: v for k, v in said.items() if v is not None},
        }
        packument = {"name": name, "dist-tags": {"latest": version}, "versions": {version: document}}
        self.routes |= {
            path: content,
            name: json.dumps(packument).encode(),
            f"{name}/{version}": json.dumps(document).encode(),
        }
        return sri(content)

    def tarball(self, name: str = NAME, version: str = VERSION) -> str:
        return f"{name}/-/{name.rpartition('/')[2]}-{version}.tgz"

    def asked(self, what: Callable[[str], bool]) -> list[dict[str, str]]:
        """The headers of the requests whose path is such a one."""
        return [headers for path, headers in self.registry.asked if what(path)]
