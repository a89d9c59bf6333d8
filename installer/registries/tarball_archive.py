"""Whether RHDH's installer would unpack a package, told from its bytes as they come. Writes nothing anywhere.

Python's own `tarfile` reads the members, as it does in RHDH up to 1.10; what it would hold in memory is bounded.
"""

import os
import posixpath
import tarfile
from collections.abc import Iterator
from dataclasses import field

from installer.model.dataclass import dataclass
from installer.registries.tarball_gzip import Refused, Unzipped

ENTRIES = 50_000
LINKS = 1_000
MANIFEST = 512 * 1024
_PACKAGE = "package/"
_HEADERS = 256
_NAME, _PART = 4096, 255
_HOPS = 40
_ROOT = "/dynamic-plugins-root"
_KINDS = {tarfile.CHRTYPE: "character device", tarfile.BLKTYPE: "block device", tarfile.FIFOTYPE: "FIFO"}


@dataclass(frozen=True, slots=True)
class Rules:
    """What differs between RHDH's releases: MAX_ENTRY_SIZE in bytes, and what its messages call an archive."""

    entry_size: int
    archive: str = "NPM package archive"


@dataclass(frozen=True, slots=True)
class Contents:
    """What was found: package.json (None: there is none), how often it is there, members, the largest and its bytes."""

    manifest: bytes | None = field(repr=False)
    manifests: int
    entries: int
    largest: str | None
    size: int


def inspect(parts: Iterator[bytes], rules: Rules) -> Contents:
    """Looks at every member and takes the package.json. `parts` may not be read to their end.

    Raises Refused, in RHDH's words with the member's name, where RHDH would not install it; also where looking at it
    would take more memory or time than any package of npm is worth.
    """
    stream = Unzipped(parts)
    try:
        found = _inspected(stream, rules)
        stream.finish()
    except (tarfile.TarError, ValueError, OverflowError, EOFError) as error:
        raise Refused(f"{error}") from None
    except RecursionError:
        raise Refused("headers of headers without end") from None
    return found


def _inspected(stream: Unzipped, rules: Rules) -> Contents:
    archive = tarfile.TarFile(fileobj=stream)
    extraction = _Extraction(rules)
    manifest, manifests, entries = None, 0, 0
    while (member := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # tarfile would keep them all
        stream.renew()
        entries += 1
        if entries > ENTRIES or len(archive.pax_headers) > _HEADERS:
            raise Refused(f"more than {ENTRIES:,} entries or {_HEADERS} headers for all of them")
        if extraction.place(member) == "package.json":
            manifests += 1
            # A copy that comes later replaces the earlier one, there as here.
            manifest = _manifest(stream, member)
    if not entries:
        raise Refused("empty file")
    return Contents(manifest, manifests, entries, extraction.largest, extraction.size)


def _manifest(stream: Unzipped, member: tarfile.TarInfo) -> bytes:
    if member.size > MANIFEST or member.issparse():
        raise Refused(f"{member.name} has {member.size:,} bytes, and is no package.json of npm")
    return stream.take(member.size)


@dataclass
class _Extraction:
    """Where RHDH would put each member: by their names, and by the links that came before."""

    rules: Rules
    largest: str | None = None
    size: int = -1
    links: dict[str, str] = field(default_factory=dict)

    def place(self, member: tarfile.TarInfo) -> str | None:
        """The path of a file below the plugin's directory; None of everything else. Raises Refused."""
        if member.isreg():
            return self._file(member)
        if member.issym() or member.islnk():
            self._link(member)
        elif not member.isdir():  # which RHDH passes over
            kind = _KINDS.get(member.type, "unknown")
            raise Refused(f"{self.rules.archive} contains a non regular file: {member.name} - {kind}")
        return None

    def _file(self, member: tarfile.TarInfo) -> str:
        name = member.name
        if not name.startswith(_PACKAGE):
            raise Refused(f"{self.rules.archive} does not start with 'package/' as it should: {name}")
        if member.size > self.rules.entry_size:
            raise Refused(f"Zip bomb detected in {name} ({member.size:,} bytes; at most {self.rules.entry_size:,})")
        if member.size > self.size:
            self.largest, self.size = name, member.size
        return self._inside(name.removeprefix(_PACKAGE))

    def _link(self, member: tarfile.TarInfo) -> None:
        """RHDH follows a link from the plugin's directory to see where it leads, wherever the link itself is."""
        target = member.linkname.removeprefix(_PACKAGE)
        if target in (member.linkname, "") or target.startswith("/") or self._resolved(target) is None:
            found = f"{member.name} -> {member.linkname}"
            raise Refused(f"{self.rules.archive} contains a link outside of the archive: {found}")
        folder, slash, last = member.name.removeprefix(_PACKAGE).rpartition("/")
        place = f"{self._inside(folder) if folder else ''}{slash}{last}"
        if len(self.links) >= LINKS:
            raise Refused(f"more than {LINKS:,} links, and npm packs none")
        if member.issym():
            self.links[place] = target
        else:
            self.links.pop(place, None)

    def _inside(self, name: str) -> str:
        """The path below the plugin's directory that a member would be written to."""
        if len(os.fsencode(name)) > _NAME or any(len(os.fsencode(one)) > _PART for one in name.split("/")):
            raise Refused(f"File name too long: {name[:80]}…")
        found = self._resolved(name)
        if found is None:
            place = posixpath.normpath(f"{_ROOT}/{name}")
            raise Refused(f"{name!r} would be extracted to {place!r}, which is outside the destination")
        if not found:
            raise Refused(f"Is a directory: {name!r}")
        return found

    def _resolved(self, path: str) -> str | None:
        """A path below the plugin's directory with its links followed ("": the directory itself); None if outside."""
        found: list[str] = []
        left = path.split("/")[::-1]
        hops = 0
        while left:
            part = left.pop()
            if part == ".." and not found:
                return None
            if part == "..":
                found.pop()
            elif part not in ("", "."):
                found.append(part)
            target = self.links.get("/".join(found)) if self.links else None
            if target is not None:
                hops += 1
                if hops > _HOPS:
                    return None
                found.pop()
                left.extend(target.split("/")[::-1])
        return "/".join(found)
