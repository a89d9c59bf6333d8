"""What a registry says of the package beside which a hash stands. Asks none and chooses no version."""

from installer.flow.plugins_list import Judged
from installer.integrity import rhdh_accepts, strongest
from installer.knowledge.aliases import npm_version
from installer.registries.comparing import compare
from installer.registries.npm import Packument
from installer.registries.specs import source_of
from installer.registries.versions import exact


def judged_by(found: Packument, package: str, integrity: str | None) -> Judged:
    """What the registry says of the hash beside a version."""
    version = exact(npm_version(package))
    published = found.versions.get(version or "")
    if version is None or published is None:
        why = "it names no exact version" if version is None else f"{found.registry} has no {found.name}@{version}"
        return Judged("unchecked", why)
    expected = strongest(published.integrity or "")
    if not integrity:
        return Judged("missing", "it has no integrity", expected)
    if not rhdh_accepts(integrity):
        return Judged("malformed", "RHDH takes one hash, sha256, sha384 or sha512, and nothing around it", expected)
    try:
        if compare(integrity, published) is None:
            return Judged("ok", None, expected)
    except LookupError as error:
        return Judged("unchecked", str(error), expected)
    owner = next((text for text, other in found.versions.items() if integrity in (other.integrity or "")), None)
    if owner is not None:
        return Judged("belongs to another version", f"it is the hash of {found.name}@{owner}", expected)
    return Judged("mismatch", f"{found.registry} has another hash of {found.name}@{version}", expected)


def tarball(package: str, current: str | None, version: str | None, found: Packument) -> str | None:
    """The address of another version's tarball: the registry's own where it gave the one that stands there."""
    if source_of(package) != "tgz" or version is None or current is None:
        return None
    here, there = found.versions.get(current), found.versions.get(version)
    if here is not None and there is not None and here.tarball == package and there.tarball:
        return there.tarball
    head, slash, file = package.rpartition("/")
    return f"{head}{slash}{file.replace(current, version, 1)}" if current in file else None
