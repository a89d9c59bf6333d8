"""Reads a gzip stream forwards, as `npm pack` and then `tarfile` would, within bounds. Knows nothing of its members."""

import io
import time
import zlib
from collections.abc import Iterator

_PIECE = 512 * 1024
# What tarfile may hold in memory at a time: names and headers of extensions, whose parsing costs the square of their
# length in some releases of Python (CVE-2024-6232).
HELD = 16 * 1024
# The volume that RHDH's operator gives plugins holds 2 GiB.
UNPACKED = 2 * 1024**3
SECONDS = 30.0
_MAGIC = b"\x1f\x8b"


class Refused(Exception):
    """RHDH's installer ends here, or this program does for its own good. The message is in the installer's words."""


class Unzipped(io.RawIOBase):
    """The unpacked bytes of `parts`, as a file that knows only forwards.

    Raises Refused for what `pieces` refuses, for more than UNPACKED bytes, for reading more than HELD bytes between two
    calls of `renew`, and for going back.
    """

    def __init__(self, parts: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces(parts)
        self._ready = b""
        self._at = self._before = 0
        self._held = HELD

    def tell(self) -> int:
        return self._before + self._at

    def renew(self) -> None:
        """A member was dealt with: the next one may hold as much."""
        self._held = HELD

    def read(self, size: int = -1, /) -> bytes:
        self._held -= size
        if size < 0 or self._held < 0:
            raise Refused(f"a header of more than {HELD:,} bytes, which no package of npm has")
        return self.take(size)

    def take(self, size: int) -> bytes:
        """So many bytes, fewer only at the end. The caller bounds them."""
        return b"".join(self._taken(size))

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        """Passes over what lies between; the end is the end."""
        if whence != io.SEEK_SET or offset < self.tell():
            raise Refused("a header that leads backwards")
        for _ in self._taken(offset - self.tell()):
            pass
        return self.tell()

    def finish(self) -> None:
        """Unpacks the rest, which holds no member any more: `npm pack` looks at all of it."""
        while self._fill():
            pass

    def _taken(self, size: int) -> Iterator[bytes]:
        while size > 0 and (self._at < len(self._ready) or self._fill()):
            found = self._ready[self._at : self._at + size]
            self._at += len(found)
            size -= len(found)
            yield found

    def _fill(self) -> bool:
        self._before += len(self._ready)
        self._ready, self._at = next(self._pieces, b""), 0
        if self._before + len(self._ready) > UNPACKED:
            raise Refused(f"more than {UNPACKED:,} bytes unpacked, and RHDH's volume for plugins holds no more")
        return bool(self._ready)


def pieces(parts: Iterator[bytes]) -> Iterator[bytes]:
    """What a gzip stream unpacks to. Several members are one stream; zeros may follow them, and nothing else.

    Raises Refused where npm 10 or 11 ends with an error, and after SECONDS of the processor's time.
    """
    until = time.thread_time() + SECONDS
    packed = _begin(parts)
    while packed and packed[0]:
        inflate = zlib.decompressobj(31)
        while not inflate.eof:
            piece = _inflated(inflate, packed)
            packed = inflate.unconsumed_tail
            if piece:
                yield piece
            elif not packed and not inflate.eof:
                packed = next(parts, b"")
                if not packed:
                    raise Refused("npm pack fails: zlib: unexpected end of file")
            if time.thread_time() > until:
                raise Refused(f"it takes more than {SECONDS:.0f} s to look at, which no package of npm does")
        packed = inflate.unused_data or next(parts, b"")


def _begin(parts: Iterator[bytes]) -> bytes:
    begun = b""
    while len(begun) < len(_MAGIC) and (part := next(parts, b"")):
        begun += part
    if not begun.startswith(_MAGIC):
        raise Refused("not a gzip file")
    return begun


def _inflated(inflate: "zlib._Decompress", packed: bytes) -> bytes:
    try:
        return inflate.decompress(packed, _PIECE)
    except zlib.error as error:
        raise Refused(f"npm pack fails: zlib: {f'{error}'.rpartition(': ')[2]}") from None
