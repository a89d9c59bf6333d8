"""Answers of registries on disk, in a folder of their own that only its owner may enter. Judges none of them.

It is a cache: what cannot be read is not there, what cannot be written is not kept, and neither is an error. Several
processes may share it: a file appears whole or not at all, and says itself whether it is the one that was written.
"""

import json
import os
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.registry_request import Freshness
from installer.registries import freshness

if TYPE_CHECKING:
    from hashlib import blake2b
else:
    try:
        from _blake2 import blake2b  # without all of OpenSSL, which takes longer to load than forty answers to read
    except ImportError:
        from hashlib import blake2b

# Bytes of all files together; the oldest go first, down to the share.
LIMIT, SHARE = 128 * 1024 * 1024, 0.75
ENTRY = 16 * 1024 * 1024
_FORM = "2"  # of a file; another one is another key
_DIGEST = 64  # characters of `_digest`
_PREFIX = ".writing-"
_ABANDONED = 3600.0
_FOR_EVER = 100 * 365 * 86400.0


@dataclass(frozen=True, slots=True)
class Entry:
    """What is kept of an answer: those headers that `freshness.KEPT` names, a body, and until when nobody need ask.

    `stored` and `until` are seconds of the wall clock.
    """

    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    stored: float
    until: float

    def fresh(self, now: float) -> bool:
        """False also where the clock was put back."""
        return self.stored <= now < self.until


def entry(headers: Mapping[str, str], body: bytes, *, immutable: bool = False) -> Entry | None:
    """What to keep of an answer that came just now; None where the registry does not want it kept."""
    seconds = freshness.seconds(headers)
    if seconds is None:
        return None
    now = time.time()
    return Entry(freshness.kept(headers), body, now, now + (_FOR_EVER if immutable else seconds))


def renewed(known: Entry, headers: Mapping[str, str]) -> Entry | None:
    """After 304: the body that is known with the headers that came (RFC 9111, 4.3.4)."""
    return entry({**known.headers, **headers}, known.body)


@dataclass(frozen=True)
class Cache:
    """One folder, used as a request says; `folder` None keeps nothing. May be used by several threads."""

    folder: Path | None
    wanted: Freshness = "cached"
    limit: int = LIMIT
    _written: list[str] = field(default_factory=list, repr=False)

    @property
    def offline(self) -> bool:
        return self.wanted == "offline"

    def find(self, key: str) -> Entry | None:
        """None where there is nothing, nothing whole, or something that somebody else may have written."""
        if self.folder is None or self.wanted not in ("cached", "offline"):
            return None
        try:
            return _entry(_bytes(self.folder / key))
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def usable(self, found: Entry | None) -> bool:
        """Whether nobody has to be asked."""
        return found is not None and (self.offline or found.fresh(time.time()))

    def keep(self, key: str, what: Entry | None) -> None:
        """None is what must not be kept: what was there goes."""
        if self.folder is None or self.wanted not in ("cached", "refresh"):
            return
        with suppress(OSError):
            if what is None or len(what.body) > ENTRY:
                (self.folder / key).unlink(missing_ok=True)
            elif _prepared(self.folder):
                _write(self.folder, key, _content(what))
                self._written.append(key)

    def close(self) -> None:
        """Makes room where there is too much, and clears away what processes left behind that were killed."""
        if self.folder is not None and self._written:
            with suppress(OSError):
                _shrink(self.folder, self.limit)


NONE = Cache(None, "uncached")


def opened(environment: Mapping[str, str], wanted: Freshness) -> Cache:
    """The cache below XDG_CACHE_HOME, else ~/.cache (XDG base directory specification: a relative path is none)."""
    configured, home = environment.get("XDG_CACHE_HOME", ""), environment.get("HOME", "")
    root = Path(configured) if configured.startswith("/") else Path(home) / ".cache" if home else None
    folder = None if root is None or wanted == "uncached" else root / "rhdh-orchestrator" / "registries"
    return Cache(folder, wanted)


def key_of(*parts: str) -> str:
    """A name for a file by what was asked, of whom, and as whom. Parts may be secret: nothing leads back to them."""
    return _digest("\0".join((_FORM, *parts)).encode("utf-8", "surrogatepass"))


def not_cached(what: str) -> InstallerError:
    message = f"{what} was not asked for before, and --offline asks nobody"
    return fail(ExitCode.UNREACHABLE, "not-in-cache", message, fix="leave --offline out once, and it is kept")


# -- the form of a file: its digest, a line of JSON, the body


def _content(what: Entry) -> bytes:
    said = {"headers": dict(what.headers), "stored": what.stored, "until": what.until}
    content = json.dumps(said).encode() + b"\n" + what.body
    return _digest(content).encode() + content


def _digest(content: bytes) -> str:
    """Takes a third of the time that SHA-256 takes without OpenSSL."""
    return blake2b(content, digest_size=_DIGEST // 2).hexdigest()


def _entry(content: bytes) -> Entry:
    """Raises ValueError, KeyError or TypeError of everything but a whole file of ours."""
    digest, rest = content[:_DIGEST], content[_DIGEST:]
    if _digest(rest).encode() != digest:
        raise ValueError(digest)
    line, _, body = rest.partition(b"\n")
    said: dict[str, Any] = json.loads(line)
    headers = {str(name): str(value) for name, value in said["headers"].items()}
    return Entry(headers, body, float(said["stored"]), float(said["until"]))


def _bytes(path: Path) -> bytes:
    number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(number)
        if not stat.S_ISREG(status.st_mode) or _foreign(status) or status.st_mode & 0o077:
            raise ValueError(path)
        parts = iter(partial(os.read, number, status.st_size + 1), b"")
        return b"".join(parts)
    finally:
        os.close(number)


def _prepared(folder: Path) -> bool:
    """The folder is there and nobody else's."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    status = folder.stat()
    if _foreign(status):
        return False
    if status.st_mode & 0o077:
        folder.chmod(0o700)
    return True


def _foreign(status: os.stat_result) -> bool:
    return status.st_uid != os.getuid()


def _write(folder: Path, key: str, content: bytes) -> None:
    import tempfile  # noqa: PLC0415 - loaded where somebody was asked

    number, name = tempfile.mkstemp(dir=folder, prefix=_PREFIX)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(name).replace(folder / key)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _shrink(folder: Path, limit: int) -> None:
    """Another process may do the same at the same time: what is gone already is gone."""
    found = sorted(_files(folder))
    total = sum(size for _, size, _ in found)
    target = limit * SHARE if total > limit else total
    for age, size, path in found:
        left_behind = path.name.startswith(_PREFIX) and time.time() - age > _ABANDONED
        if total > target or left_behind:
            path.unlink(missing_ok=True)
            total -= size


def _files(folder: Path) -> Iterator[tuple[float, int, Path]]:
    with os.scandir(folder) as entries:
        for one in entries:
            with suppress(OSError):
                status = one.stat(follow_symlinks=False)
                yield status.st_mtime, status.st_size, Path(one.path)
