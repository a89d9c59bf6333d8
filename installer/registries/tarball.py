"""Downloads packages: each is hashed and looked at while it comes, and kept nowhere. Compares nothing.

Credentials, proxies, redirects and certificates are npm's, as of every request of `Transport`.
"""

import base64
import hashlib
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from installer.integrity import Digest
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.registries.limits import Limits, unreachable
from installer.registries.tarball_archive import Contents, Rules, inspect
from installer.registries.tarball_gzip import Refused
from installer.registries.transport import Transport, bare_host

if TYPE_CHECKING:
    from requests import Response

# A package may take its time as long as bytes come; `body` bounds what is no package, which memory is held for.
LIMITS = Limits(seconds=600.0, silence=15.0, body=512 * 1024)
LARGEST = 512 * 1024 * 1024
# Fewer bytes than these within the silence that is allowed are silence, too.
_SLOWEST = 1024
CHUNK = 256 * 1024
_OK, _UNAUTHORIZED, _FORBIDDEN = 200, 401, 403
_MISSING = (404, 410)


@dataclass(frozen=True, slots=True)
class Tarball:
    """What came: bytes, hashes by algorithm, what is inside, or in `refused` why RHDH's installer ends at it."""

    size: int
    hashes: Mapping[str, bytes] = field(repr=False)
    contents: Contents | None
    refused: str | None

    def sri(self, algorithm: str) -> str:
        return str(Digest(algorithm, base64.b64encode(self.hashes[algorithm]).decode("ascii")))


class Downloads(Transport):
    """As `Transport`, and packages as well. May be used by several threads; `close` it."""

    def __init__(self, config: Any, limits: Limits = LIMITS) -> None:
        super().__init__(config, limits)
        self._thread = threading.local()
        self._heard = time.monotonic()
        self._busy: set[int] = set()

    @property
    def heard(self) -> float:
        """When a part of any package came last, on the monotonic clock: now, while one is looked at."""
        return time.monotonic() if self._busy else self._heard

    def tarball(self, url: str, algorithms: Iterable[str], rules: Rules) -> Tarball:
        """The package at a URL, hashed with `algorithms` (names of hashlib).

        Raises InstallerError: TARGET (404, 410), DENIED (401, 403), UNREACHABLE (silence, 429, 5xx, cut off), INVALID
        (another status; more than LARGEST bytes).
        """
        names = tuple(dict.fromkeys(algorithms))
        self._thread.found, self._thread.look = None, lambda parts: _looked_at(parts, names, rules)
        try:
            answer = self.get(url, {"Accept": "*/*", "Accept-Encoding": "identity"})
            found: Tarball | None = self._thread.found
        finally:
            self._thread.look = self._thread.found = None
        if found is None:
            raise _refusal(answer.status, url)
        return found

    def _chunks(self, response: "Response", url: str) -> Iterator[bytes]:
        """Of a package nothing is left to be kept; of a refusal only its status is of use."""
        look: Callable[[Iterator[bytes]], Tarball] | None = getattr(self._thread, "look", None)
        if look is None:
            yield from super()._chunks(response, url)
        elif response.status_code == _OK:
            self._thread.found = look(self._parts(response, url))

    def _parts(self, response: "Response", url: str) -> Iterator[bytes]:
        """The bytes as they are packed, whatever a header says of their encoding: they are what is hashed."""
        size = since = 0
        until = time.monotonic() + self.limits.silence
        while part := response.raw.read1(CHUNK, decode_content=False):
            size, since = size + len(part), since + len(part)
            if size > LARGEST:
                why = f"{bare_host(url)} sends more than {LARGEST:,} bytes, and no package has as many"
                raise fail(ExitCode.INVALID, "tarball-too-large", why, fix="ask another registry")
            self._heard = now = time.monotonic()
            if now > until and since < _SLOWEST:
                raise unreachable(f"{bare_host(url)} sent {since} bytes in {self.limits.silence:.0f} s")
            if now > until:
                since, until = 0, now + self.limits.silence
            if not self.left:
                raise unreachable(f"{bare_host(url)} did not finish within {self.limits.seconds:.0f} s")
            self._busy.add(threading.get_ident())
            try:
                yield part
            finally:
                self._busy.discard(threading.get_ident())


class Hashing(Iterator[bytes]):
    """Passes parts on, hashes them with all `algorithms` (names of hashlib) and counts their bytes."""

    def __init__(self, parts: Iterator[bytes], algorithms: Iterable[str]) -> None:
        self.size = 0
        self._parts = parts
        self._hashes = {name: hashlib.new(name, usedforsecurity=False) for name in algorithms}

    def __next__(self) -> bytes:
        part = next(self._parts)
        self.size += len(part)
        for one in self._hashes.values():
            one.update(part)
        return part

    def finish(self) -> dict[str, bytes]:
        """The hashes of everything, also of what nobody took."""
        for _ in self:
            pass
        return {name: one.digest() for name, one in self._hashes.items()}


def _looked_at(parts: Iterator[bytes], algorithms: tuple[str, ...], rules: Rules) -> Tarball:
    """RHDH hashes before it unpacks, so what cannot be unpacked is hashed to its end."""
    stream = Hashing(parts, algorithms)
    contents, refused = None, None
    try:
        contents = inspect(stream, rules)
    except Refused as error:
        refused = str(error)
    hashes = stream.finish()
    return Tarball(stream.size, hashes, contents, refused)


def _refusal(status: int, url: str) -> InstallerError:
    shown = f"{bare_host(url)[:-1]}{urlsplit(url).path}"
    if status in _MISSING:
        fix = "name a registry that has it with --registry URL"
        return fail(ExitCode.TARGET, "tarball-missing", f"there is nothing at {shown}", fix=fix)
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        fix = f"npm login --registry {bare_host(url)} puts a token into ~/.npmrc"
        return fail(ExitCode.DENIED, "registry-denied", f"{shown} may not be read ({status})", fix=fix)
    fix = "ask another registry with --registry URL"
    return fail(ExitCode.INVALID, "no-tarball", f"{shown} is no package: the status is {status}", fix=fix)
