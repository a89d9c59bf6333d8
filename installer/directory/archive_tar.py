"""The members of a tar, packed with gzip or not, one after the other, bounded. Follows no link, and writes nothing."""

import gzip
import io
import tarfile
import zlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from typing import IO, Any, Self

from installer.directory.walk import denied
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail

_GZIP = b"\x1f\x8b"
_NAMES = 1024 * 1024  # of a header that only names the next member; tar itself writes far less
_PART = 256 * 1024
_NAMING = frozenset(
    {tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK, tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE}
)
_KINDS = {
    tarfile.SYMTYPE: "is a link",
    tarfile.LNKTYPE: "is a link",
    tarfile.CHRTYPE: "is a device",
    tarfile.BLKTYPE: "is a device",
    tarfile.FIFOTYPE: "is a FIFO",
}


class _Broken(Exception):
    """What is read is no whole tar; the words say why."""


@dataclass(frozen=True)
class Member:
    """One member; its content can be read until the next one is asked for. `refused` says why it is none to be read.

    Reading raises as `members`.
    """

    archive: str
    path: str
    size: int
    is_folder: bool
    refused: str
    content: "IO[bytes] | None"

    def whole(self) -> bytes:
        with _told(self.archive):
            return self.content.read() if self.content is not None else b""

    def end(self, limit: int) -> bytes:
        """The last bytes."""
        kept = b""
        with _told(self.archive):
            while self.content is not None and (part := self.content.read(_PART)):
                kept = (kept + part)[-limit:]
        return kept


def members(path: str, limit: int) -> Generator[Member, None, None]:
    """Raises InstallerError: DENIED, INVALID where it is no tar, or is cut off, damaged, or unpacks to over `limit`."""
    with _told(path), open(path, "rb") as file:  # noqa: PTH123 - as typed
        stream = _Counted(_unpacked(file), limit)
        with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Header) as tar:
            while (one := tar.next()) is not None:
                tar.members.clear()  # type: ignore[attr-defined]  # it would keep every header
                yield _member(path, tar, one)
        # What follows the end is read too: only at its own end does gzip compare its checksum.
        while stream.read(_PART):
            pass


@contextmanager
def _told(path: str) -> Iterator[None]:
    """Says in our words what reading a tar raises."""
    try:
        yield
    except PermissionError:
        raise denied(path) from None
    except (_Broken, tarfile.TarError, EOFError, zlib.error, OSError, ValueError, OverflowError) as error:
        raise _broken(path, error) from None


def _unpacked(file: "io.BufferedReader") -> "IO[bytes]":
    """By the first bytes: names lie."""
    start = file.peek(len(_GZIP))[: len(_GZIP)]
    return gzip.GzipFile(fileobj=file) if start == _GZIP else file  # type: ignore[return-value]


class _Counted(io.RawIOBase):
    """A stream that ends in an error where it becomes too long: a few bytes of gzip unpack to anything."""

    def __init__(self, stream: "IO[bytes]", limit: int) -> None:
        super().__init__()
        self._stream, self._limit, self._count = stream, limit, 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._count += len(data)
        if self._count > self._limit:
            raise _Broken(f"it unpacks to more than {self._limit // 1024**2} MiB, which is more than is read")
        return data


class _Header(tarfile.TarInfo):
    """A header that tells the end of the archive from one that is no header, which tarfile takes for the end too."""

    @classmethod
    def fromtarfile(cls, tarfile: tarfile.TarFile) -> Self:
        try:
            return super().fromtarfile(tarfile)
        except _ENDS:
            raise
        except _HEADERS as error:
            raise _Broken(str(error) or "it is cut off") from None

    def _proc_member(self, tar: tarfile.TarFile) -> Any:
        if self.type in _NAMING and not 0 <= self.size <= _NAMES:
            raise _Broken("a name in it is longer than any name")
        if self.size < 0:
            raise _Broken("the size of a member is negative")
        return super()._proc_member(tar)  # type: ignore[misc]


_HEADERS = tarfile.HeaderError
_ENDS: type[Exception] = tarfile.EOFHeaderError  # type: ignore[attr-defined]


def _member(archive: str, tar: tarfile.TarFile, one: tarfile.TarInfo) -> Member:
    steps = [step for step in one.name.split("/") if step not in ("", ".")]
    path = "/".join(steps)
    refused = _KINDS.get(one.type, "")
    if not refused and not one.isdir() and not one.isreg():
        refused = "is no file and no folder"
    if one.name.startswith("/") or ".." in steps or "\0" in path:
        refused = "leaves the archive"
    elif any("\ud800" <= character <= "\udfff" for character in path):
        refused = "has a name that is no UTF-8"
    is_folder = one.isdir() and not refused
    content = tar.extractfile(one) if one.isreg() and not refused else None
    return Member(archive, path if not refused else one.name, one.size, is_folder, refused, content)


def _broken(path: str, error: Exception) -> InstallerError:
    why = str(error) or type(error).__name__
    return fail(
        ExitCode.INVALID,
        "archive-broken",
        f"{path} cannot be read as a tar, or a tar packed with gzip: {why}",
        fix="gather it again, or unpack it and give its folder",
    )
