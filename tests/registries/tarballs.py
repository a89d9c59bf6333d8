"""Tarballs as npm packs them, and as nobody should; each is made in memory. Serves none."""

import gzip
import io
import json
import tarfile
import zlib
from typing import Any

NAME, VERSION = "@acme/plugin", "1.2.3"
MEGABYTE = 1024 * 1024


def manifest(name: str = NAME, version: str = VERSION, role: str | None = "frontend-plugin", **more: Any) -> bytes:
    backstage = {"backstage": {"role": role}} if role else {}
    return json.dumps({"name": name, "version": version, **backstage, **more}).encode()


def entry(name: str, content: bytes = b"", **fields: Any) -> tuple[tarfile.TarInfo, bytes]:
    """One member; `fields` are those of TarInfo (type, linkname, pax_headers)."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    for key, value in fields.items():
        setattr(member, key, value)
    return member, content


def tar(*entries: tuple[tarfile.TarInfo, bytes], form: int = tarfile.PAX_FORMAT) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as archive:
        for member, content in entries:
            archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


def package(*entries: tuple[tarfile.TarInfo, bytes], said: bytes | None = None) -> bytes:
    """A whole package with more entries behind its package.json."""
    return gzip.compress(tar(entry("package/package.json", said or manifest()), *entries), 1)


def zeros(size: int, head: bytes = b"") -> bytes:
    """gzip of `head` and so many zeros, without ever holding them."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    parts = [packer.compress(head)]
    parts += [packer.compress(bytes(MEGABYTE)) for _ in range(size // MEGABYTE)]
    return b"".join([*parts, packer.flush()])


def header(name: str, size: int, kind: bytes = tarfile.REGTYPE, **fields: Any) -> bytes:
    """A member's block without what it announces."""
    member = tarfile.TarInfo(name)
    member.size, member.type = size, kind
    for key, value in fields.items():
        setattr(member, key, value)
    return member.tobuf(tarfile.GNU_FORMAT)


def first() -> bytes:
    """A package.json as the first member of an archive that goes on."""
    return tar(entry("package/package.json", manifest()))[:1024]


def many(count: int) -> bytes:
    """So many empty files, all of one name."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    blocks = header("package/x", 0) * 1000
    parts = [packer.compress(blocks) for _ in range(count // 1000)]
    return b"".join([*parts, packer.compress(first()), packer.compress(bytes(1024)), packer.flush()])


def link(name: str, target: str, kind: bytes = tarfile.SYMTYPE) -> tuple[tarfile.TarInfo, bytes]:
    return entry(name, type=kind, linkname=target)


def pax(size: int) -> bytes:
    """A header that announces and brings so many bytes of names and values."""
    return zeros(size, first() + header("././@PaxHeader", size, tarfile.XHDTYPE))


def sparse_map(size: int) -> bytes:
    """A sparse file of GNU's format 1.0 whose map of holes is so many bytes long."""
    fields = {
        "GNU.sparse.major": "1",
        "GNU.sparse.minor": "0",
        "GNU.sparse.name": "package/s",
        "GNU.sparse.realsize": "9",
    }
    member = entry("package/GNUSparseFile.0/s", pax_headers=fields)[0]
    member.size = size
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    parts = [packer.compress(first() + member.tobuf(tarfile.PAX_FORMAT) + b"99999999999\n")]
    parts += [packer.compress(b"1\n" * (MEGABYTE // 2)) for _ in range(size // MEGABYTE)]
    return b"".join([*parts, packer.flush()])


def sparse_chain(blocks: int) -> bytes:
    """An old sparse file whose map goes on and on."""
    start = bytearray(header("package/s", 0, tarfile.GNUTYPE_SPARSE))
    start[482] = 1
    start[148:156] = b"%06o\0 " % (sum(start[:148]) + sum(start[156:]) + 8 * 32)
    more = bytearray(512)
    more[0:24] = b"00000000001\0" * 2
    more[504] = 1
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return packer.compress(first() + bytes(start) + bytes(more) * blocks) + packer.flush()


def chained(count: int) -> bytes:
    """A header for a header for a header…"""
    one = header("././@PaxHeader", 0, tarfile.XHDTYPE)
    return gzip.compress(first() + one * count + bytes(1024), 1)
