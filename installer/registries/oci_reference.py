"""References to plugins in image registries, taken apart and put together. Asks no registry.

What RHDH of one release accepts is narrower, and is `installer.plugins.identity`'s to say.
"""

import re
from collections.abc import Iterable
from dataclasses import replace

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.late_pattern import late_pattern
from installer.plugins.identity import INHERIT, OCI

FORM = f"{OCI}HOST[:PORT]/PATH[:TAG][@sha256:DIGEST][!PLUGIN]"
# The distribution specification, "Pulling manifests": names, tags; image specification, "Digests".
_HOST = late_pattern(r"(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*\.?")
_ADDRESS = late_pattern(r"\[[0-9A-Fa-f:.]+\]")
_SEGMENT = late_pattern(r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*")
_TAG = late_pattern(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_HEX = {"sha256": 64, "sha512": 128}
_PORTS = 65_535
_NAME_LIMIT = 255


@dataclass(frozen=True, slots=True)
class OciReference:
    """`host` with its port, in lower case; `path` is the repository; `subpath` the plugin's directory in the image."""

    host: str
    path: str
    tag: str | None = None
    digest: str | None = None
    subpath: str | None = None

    @property
    def repository(self) -> str:
        return f"{self.host}/{self.path}"

    @property
    def inherits(self) -> bool:
        return self.tag == INHERIT

    @property
    def version(self) -> str | None:
        """What leads to the manifest: the digest where there is one, else the tag; None of what is to be inherited."""
        return None if self.inherits else self.digest or self.tag

    def __str__(self) -> str:
        """The canonical spelling; what it is parsed from differs at most in the case of the host."""
        tag = f":{self.tag}" if self.tag else ""
        digest = f"@{self.digest}" if self.digest else ""
        return f"{OCI}{self.repository}{tag}{digest}{'' if self.subpath is None else f'!{self.subpath}'}"

    def pinned(self, digest: str) -> "OciReference":
        """The same plugin at a digest; RHDH takes a tag or a digest, never both."""
        return replace(self, tag=None, digest=digest)


def parse(text: str) -> OciReference:
    """Raises InstallerError (INVALID, "no-oci-reference") with what is wrong of a text that is no such reference."""
    if not text.startswith(OCI):
        raise _wrong(text, f"it does not begin with {OCI}")
    image, bang, subpath = text.removeprefix(OCI).partition("!")
    if bang and (not subpath or "!" in subpath or re.search(r"\s", subpath)):
        raise _wrong(text, "behind ! stands no plugin's directory: one, without blanks and without another !")
    rest, at, digest = image.partition("@")
    host, slash, named = rest.partition("/")
    if not slash or not named:
        raise _wrong(text, "it names no repository behind the host")
    path, colon, tag = named.partition(":")
    if why := _fault(host.lower(), path, tag if colon else None, digest if at else None):
        raise _wrong(text, why)
    return OciReference(host.lower(), path, tag or None, digest or None, subpath or None)


def is_digest(text: str) -> bool:
    """Whether it is a digest that can be verified: sha256 or sha512, in lower-case hexadecimal digits."""
    algorithm, _, value = text.partition(":")
    return len(value) == _HEX.get(algorithm, -1) and re.fullmatch(r"[0-9a-f]+", value) is not None


def inherited(reference: OciReference, defaults: Iterable[OciReference]) -> OciReference:
    """The reference with what `{{inherit}}` stands for: tag or digest of the default of the same host and repository.

    Without a plugin's directory that of the default is taken too, and there may be one only. Other references come
    back as they are. Raises InstallerError (TARGET) where no default has that image, or several have.
    """
    if not reference.inherits:
        return reference
    same = [one for one in defaults if one.repository == reference.repository and not one.inherits]
    if reference.subpath is not None:
        # One that names no directory may mean this one; where another names it, it does not.
        same = next(filter(None, ([one for one in same if one.subpath == it] for it in (reference.subpath, None))), [])
    found = dict.fromkeys(same)
    if not found:
        raise _nothing_to_inherit(reference, "no default has that image")
    if len(found) > 1:
        raise _nothing_to_inherit(reference, f"{len(found)} defaults have that image")
    (base,) = found
    return replace(base, subpath=reference.subpath or base.subpath)


def _fault(host: str, path: str, tag: str | None, digest: str | None) -> str | None:
    if not _is_host(host):
        return "what stands before the first / is no host"
    if len(path) > _NAME_LIMIT or not all(map(_SEGMENT.fullmatch, path.split("/"))):
        return "the repository may hold small letters, digits and single . _ - between them"
    if tag is not None and tag != INHERIT and not _TAG.fullmatch(tag):
        return f"the tag is none: letters, digits and . _ -, at most 128, or {INHERIT}"
    if tag == INHERIT and digest is not None:
        return f"{INHERIT} already stands for a digest"
    if digest is not None and not is_digest(digest):
        return "the digest is none: sha256: and 64, or sha512: and 128 hexadecimal digits in small letters"
    return None


def _is_host(text: str) -> bool:
    found = re.fullmatch(r"(.+?)(?::([0-9]{1,5}))?", text)
    if found is None or not (_HOST.fullmatch(found[1]) or _ADDRESS.fullmatch(found[1])):
        return False
    return found[2] is None or 0 < int(found[2]) <= _PORTS


def _wrong(text: str, why: str) -> InstallerError:
    shown = text if len(text) <= _NAME_LIMIT else f"{text[:_NAME_LIMIT]}..."
    message = f"{shown} is no reference to a plugin in an image registry: {why}"
    return fail(ExitCode.INVALID, "no-oci-reference", message, fix=f"write it as {FORM}")


def _nothing_to_inherit(reference: OciReference, why: str) -> InstallerError:
    fix = "write the tag or the digest in its place; host and repository must be spelt as in the defaults"
    return fail(ExitCode.TARGET, "nothing-to-inherit", f"{reference} cannot be resolved: {why}", fix=fix)
