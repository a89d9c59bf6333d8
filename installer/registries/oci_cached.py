"""One image registry behind what is kept of its answers. Judges no manifest, and keeps none that its reader refuses."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from installer.model.dataclass import dataclass
from installer.registries.cache import Cache, Entry, entry, key_of, not_cached, renewed
from installer.registries.contents import Content
from installer.registries.freshness import conditions
from installer.registries.oci_reference import is_digest
from installer.registries.oci_registry import ImageRegistry
from installer.registries.transport import Answer

Read = TypeVar("Read")
_OK, _UNCHANGED = 200, 304


@dataclass(frozen=True, slots=True)
class Wanted:
    """`what` of a repository ("manifests/1.0", "tags/list"); `method` GET or HEAD."""

    path: str
    what: str
    accept: str
    method: str = "GET"


@dataclass(frozen=True, slots=True)
class CachedRegistry:
    """May be used by several threads; `close` it."""

    registry: ImageRegistry
    cache: Cache

    @property
    def name(self) -> str:
        return self.registry.name

    def close(self) -> None:
        self.registry.close()

    def read(self, wanted: Wanted, reader: Callable[[Answer], Read]) -> Read:
        """What `reader` makes of the answer, which may be one of 404. What it raises InstallerError of is not kept.

        Raises InstallerError as `ImageRegistry.ask` and `reader`; UNREACHABLE where nobody may be asked.
        """
        key, found = self._found(wanted)
        if found is not None and self.cache.usable(found):
            return reader(_answer(found, self.name))
        if self.cache.offline:
            raise not_cached(f"{self.registry.host}/{wanted.path} ({wanted.what})")
        given = conditions(found.headers) if found else None
        answer = self.registry.ask(wanted.path, wanted.what, wanted.accept, wanted.method, given)
        if found is not None and answer.status == _UNCHANGED:
            self.cache.keep(key, renewed(found, answer.headers))
            return reader(replace(_answer(found, self.name), url=answer.url))
        read = reader(answer)
        if answer.status == _OK:
            self._keep(wanted, answer)
        return read

    def _found(self, wanted: Wanted) -> tuple[str, Entry | None]:
        """What everybody is told is told to us, too; a credential is looked for where one was demanded before."""
        key = self._key(wanted, "")
        found = self.cache.find(key)
        if found is None and self.cache.find(self._demand(wanted)) is not None:
            key = self._key(wanted, self.registry.identity(wanted.path))
            found = self.cache.find(key)
        return key, found

    def _keep(self, wanted: Wanted, answer: Answer) -> None:
        identity = self.registry.asked_as(wanted.path)
        immutable = is_digest(wanted.what.rpartition("/")[2])
        kept = entry(answer.headers, answer.body, immutable=immutable)
        self.cache.keep(self._key(wanted, identity or ""), kept)
        if identity and kept is not None:
            self.cache.keep(self._demand(wanted), replace(kept, headers={}, body=b""))

    def _key(self, wanted: Wanted, identity: str) -> str:
        passes = self.registry.passes
        shown = str((passes.strict_tls, passes.client.certificates if passes.client else None))
        return key_of(
            "oci", self.registry.host, shown, wanted.method, wanted.path, wanted.what, wanted.accept, identity
        )

    def _demand(self, wanted: Wanted) -> str:
        return key_of("oci demands a credential", self.registry.host, wanted.path)


def _answer(found: Entry, url: str) -> Answer:
    return Answer(_OK, found.headers, Content([found.body]), url)
