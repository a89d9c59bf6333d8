"""Asks image registries which digests references mean, for `plugins`. Chooses no tag and writes nothing."""

import os
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path

from installer.knowledge.releases import Release
from installer.model.errors import InstallerError
from installer.programs.credential_helper import stored
from installer.registries import oci
from installer.registries.cache import Cache
from installer.registries.limits import unreachable
from installer.registries.oci import Resolved
from installer.registries.oci_reference import OciReference, parse
from installer.registries.together import together

# RHDH's installer looks on quay.io for what Red Hat's registry lacks.
_FALLBACK_SINCE = (1, 9)


def images(
    texts: Iterable[str], chosen: Release | None, authfile: str | None, seconds: float, cache: Cache
) -> dict[str, Resolved | InstallerError]:
    """What each reference means; `{{inherit}}` is the digest that is known of the release. All within `seconds`.

    Raises InstallerError where credentials or mirrors cannot be read.
    """
    registries = _opened(authfile, seconds, cache)
    try:
        fallback = chosen is None or chosen.number >= _FALLBACK_SINCE
        return registries.resolve_all(texts, defaults=_defaults(chosen), fallback=fallback)
    finally:
        registries.close()


def tags(
    texts: Iterable[str], authfile: str | None, seconds: float, cache: Cache
) -> dict[str, tuple[str, ...] | InstallerError]:
    """The tags of the repository of each reference. Within `seconds`, and raises, as `images`."""
    registries = _opened(authfile, seconds, cache)
    try:
        late = unreachable(f"no complete answer within {seconds:.0f} s")
        return together(lambda text: registries.tags(parse(text)), dict.fromkeys(texts), seconds + 0.5, late)
    finally:
        registries.close()


def _opened(authfile: str | None, seconds: float, cache: Cache) -> oci.Oci:
    helper = partial(stored, environment=os.environ)
    limits = replace(oci.LIMITS, seconds=seconds)
    return oci.opened(os.environ, helper, Path(authfile) if authfile else None, limits, cache)


def reason(found: Resolved) -> str:
    """What leads to the digest, and which plugins the image says it has."""
    reference = found.reference
    led = f"the tag {reference.tag}" if not reference.digest else "the digest that was asked for"
    names = ", ".join(one.path for one in found.packages)
    return f"{led} in {found.source}{f'; its plugins: {names}' if names else ''}"


def lacking(found: Resolved) -> str | None:
    """Why RHDH would install nothing of that image; None where it would."""
    if not found.lacks_subpath:
        return None
    there = ", ".join(one.path for one in found.packages)
    return f"{found.source} has no plugin {found.reference.subpath} in that image; there are {there}"


def _defaults(chosen: Release | None) -> list[OciReference]:
    known = {} if chosen is None else chosen.digests
    return [parse(f"oci://{image}@{digest}") for image, digest in known.items()]
