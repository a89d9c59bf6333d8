"""What `plugins lock` holds fast of each plugin, as plain data. Reads no file and asks no registry."""

from typing import Literal

from installer.model.dataclass import dataclass
from installer.model.place import Place

# Beside the file it is about, or at the root of the directory.
LOCK_FILE = "rhdh-plugins.lock.yaml"
SCHEMA_VERSION = 1

Source = Literal["npm", "tgz", "oci", "local", "git"]
UNSIGNED = "not checked"


@dataclass(frozen=True, slots=True)
class Locked:
    """One plugin that is on.

    package     as RHDH is told to install it; where that is `{{inherit}}` and the defaults are at hand, what it means
    version     npm's version, an image's tag, None where there is none
    resolved    where it comes from: a tarball's URL without user, an image by its digest
    integrity   one hash as RHDH takes it; `digest` that of an image
    signature   the verdict on the registry's signature; one that begins with "not checked" is none, and says why
    reason      why something of this is missing
    where       its place in the lock file, None of one that was made just now
    """

    package: str
    name: str
    source: Source
    version: str | None = None
    resolved: str | None = None
    integrity: str | None = None
    digest: str | None = None
    signature: str = UNSIGNED
    reason: str | None = None
    where: Place | None = None


@dataclass(frozen=True, slots=True)
class Lock:
    """Plugins in the order of their packages' characters, whatever the order of the configuration; none is twice."""

    plugins: tuple[Locked, ...]


def lock_of(plugins: "tuple[Locked, ...] | list[Locked]") -> Lock:
    """A lock in its order. Of equal packages the first counts (RHDH itself refuses two, or joins them)."""
    found: dict[str, Locked] = {}
    for one in plugins:
        found.setdefault(one.package, one)
    return Lock(tuple(found[package] for package in sorted(found)))
