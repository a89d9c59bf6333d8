"""Manifests and indexes of images: verified over their bytes, then taken apart. Asks no registry.

The formats: OCI image specification, "Image Manifest", "Image Index"; Docker's schema 2 of the same.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from typing import Any

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.registries.oci_reference import is_digest

IMAGES = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
INDEXES = ("application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json")
ACCEPT = ", ".join((*IMAGES, *INDEXES))
# RHDH's installer asks for this one whatever it runs on (rhdh#4331).
PLATFORM = "linux/amd64"
ANNOTATION = "io.backstage.dynamic-packages"
_VERSION = 2
_NO_PLATFORM = ("", "unknown/unknown")


@dataclass(frozen=True, slots=True)
class Package:
    """A plugin in an image: its directory, and what its package.json says, as far as the annotation tells."""

    path: str
    name: str | None = None
    version: str | None = None
    role: str | None = None


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What an index leads to; `platform` is os/architecture, "" where it says none."""

    digest: str
    size: int
    platform: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """One document: an image's has layers, an index has `images`. `where` is for messages."""

    media_type: str
    digest: str
    annotations: Mapping[str, str]
    images: tuple[Descriptor, ...]
    layers: tuple[str, ...]
    where: str

    @property
    def is_index(self) -> bool:
        return self.media_type in INDEXES


def verified(body: bytes, digest: str, where: str) -> None:
    """Raises InstallerError (INTEGRITY) unless the bytes have that digest, which is one (`is_digest`)."""
    algorithm, _, value = digest.partition(":")
    found = hashlib.new(algorithm, body, usedforsecurity=True).hexdigest()
    if not hmac.compare_digest(found, value):
        message = f"what {where} answers for {digest} has the digest {algorithm}:{found}; nothing of it was used"
        fix = "somebody or something between here and the registry changes what it sends; ask its owner, or another one"
        raise fail(ExitCode.INTEGRITY, "digest-mismatch", message, fix=fix)


def digest_of(body: bytes) -> str:
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def parse(body: bytes, content_type: str, digest: str, where: str) -> Manifest:
    """Raises InstallerError: INVALID for what is no manifest; FINDINGS for Docker's schema 1, which has no layers."""
    document = _object(body, where)
    if document.get("schemaVersion") == 1:
        message = f"{where} has that image in Docker's schema 1, which RHDH cannot unpack"
        raise fail(ExitCode.FINDINGS, "image-schema-1", message, fix="push it anew with a current podman or skopeo")
    media_type = _media_type(document, content_type, where)
    annotations = document.get("annotations") or {}
    if not isinstance(annotations, dict) or not all(isinstance(one, str) for one in annotations.values()):
        raise no_manifest(where, "its annotations are no texts")
    index = media_type in INDEXES
    listed = [_descriptor(one, where) for one in _listed(document, "manifests" if index else "layers", where)]
    images, layers = (tuple(listed), ()) if index else ((), tuple(one.digest for one in listed))
    return Manifest(media_type, digest, annotations, images, layers, where)


def chosen(index: Manifest) -> Descriptor:
    """The image of linux/amd64; else one that is of no platform; else the only one there is.

    Raises InstallerError (FINDINGS) where there is none of these: RHDH could not fetch it.
    """
    every = index.images
    exact = [one for one in every if one.platform == PLATFORM]
    neutral = [one for one in every if one.platform == ""]
    # What builds leave behind as proofs of origin is of the platform unknown/unknown.
    alone = [one for one in every if one.platform not in _NO_PLATFORM]
    found = exact or neutral or (alone if len(alone) == 1 else [])
    if not found:
        named = ", ".join(sorted({one.platform for one in alone})) or "none"
        message = f"{index.where} has that image for no {PLATFORM}, which RHDH fetches (it has: {named})"
        raise fail(ExitCode.FINDINGS, "image-without-platform", message, fix=f"push the image for {PLATFORM}")
    return found[0]


def packages(annotations: Mapping[str, str], where: str) -> tuple[Package, ...]:
    """The plugins that the annotation lists, in order; () where there is no annotation.

    base64 of [{DIRECTORY: {name, version, backstage: {role}}}] (rhdh-cli, `plugin package`). Raises InstallerError
    (INVALID) for anything else.
    """
    text = annotations.get(ANNOTATION)
    if text is None:
        return ()
    try:
        listed = json.loads(base64.b64decode(text, validate=True), object_pairs_hook=_unique)
    except (binascii.Error, ValueError, RecursionError):
        raise no_manifest(where, f"{ANNOTATION} holds no base64 of JSON") from None
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise no_manifest(where, f"{ANNOTATION} holds no list of plugins")
    return tuple(_package(path, said, where) for one in listed for path, said in one.items())


def no_manifest(where: str, why: str) -> InstallerError:
    fix = "see that it is the registry of an image, and that the image was pushed whole"
    return fail(ExitCode.INVALID, "no-image-manifest", f"what {where} answers is no manifest: {why}", fix=fix)


def document_of(body: bytes) -> dict[str, Any]:
    """An object of JSON in which no key stands twice. Raises ValueError, in words, of anything else."""
    try:
        found = json.loads(body, object_pairs_hook=_unique)
    except _Twice:
        raise
    except (ValueError, RecursionError):
        raise ValueError("it is no JSON") from None
    if not isinstance(found, dict):
        raise ValueError("it is no object of JSON")  # noqa: TRY004 - to its caller all of these are one
    return found


class _Twice(ValueError):
    """Two programs may read two different things from such a text."""


def _unique(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice("a key stands twice in it")
        found[key] = value
    return found


def _object(body: bytes, where: str) -> dict[str, Any]:
    try:
        return document_of(body)
    except ValueError as error:
        raise no_manifest(where, str(error)) from None


def _media_type(document: Mapping[str, Any], content_type: str, where: str) -> str:
    """What the document calls itself and what its header calls it agree, and so does what is in it.

    Else it could be read as one thing here and as another there (CVE-2021-41190).
    """
    told = content_type.partition(";")[0].strip().lower()
    own = document.get("mediaType", told if told in (*IMAGES, *INDEXES) else None)
    if document.get("schemaVersion") != _VERSION or own not in (*IMAGES, *INDEXES):
        raise no_manifest(where, "it is of no type that an image has")
    if told in (*IMAGES, *INDEXES) and told != own:
        raise no_manifest(where, "it calls itself otherwise than its header does")
    if ("manifests" in document) != (own in INDEXES) or ("layers" in document) == (own in INDEXES):
        raise no_manifest(where, "what it holds is not of its type")
    return str(own)


def _listed(document: Mapping[str, Any], name: str, where: str) -> list[dict[str, Any]]:
    found = document.get(name)
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise no_manifest(where, f"{name} is no list")
    return found


def _descriptor(said: Mapping[str, Any], where: str) -> Descriptor:
    digest, size = said.get("digest"), said.get("size")
    if not isinstance(digest, str) or not is_digest(digest) or type(size) is not int or size < 0:
        raise no_manifest(where, "it leads to something without a digest and a size")
    platform = said.get("platform")
    if not isinstance(platform, dict):
        return Descriptor(digest, size, "")
    return Descriptor(digest, size, f"{platform.get('os', '')}/{platform.get('architecture', '')}")


def _package(path: str, said: object, where: str) -> Package:
    if not isinstance(said, dict):
        raise no_manifest(where, f"{ANNOTATION} says nothing of {path[:80]!r}")
    backstage = said.get("backstage")
    role = backstage.get("role") if isinstance(backstage, dict) else None
    found = [one if isinstance(one, str) else None for one in (said.get("name"), said.get("version"), role)]
    return Package(path, *found)
