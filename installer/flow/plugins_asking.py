"""Asks npm and image registries together, as a command was told to. Chooses no version and writes nothing."""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from installer.knowledge.denied import denied
from installer.knowledge.releases import Release, minors, release
from installer.model.dataclass import dataclass
from installer.model.errors import InstallerError
from installer.model.registry_request import RegistryRequest
from installer.registries import npmrc as npm_settings
from installer.registries.cache import opened
from installer.registries.choosing import Policy
from installer.registries.npm import Packument, packuments
from installer.registries.npmrc import NpmConfig
from installer.registries.together import together
from installer.registries.transport import Limits, unreachable
from installer.registries.versions import parse

if TYPE_CHECKING:
    from installer.registries.oci import Resolved

# Registries of both kinds are asked at the same time. The command ends within 15 s whatever one does: what is left is
# for choosing among as many versions as one may have.
_SECONDS = 12.5
_LIMITS = Limits(seconds=11.5)


@dataclass(frozen=True, slots=True)
class Asked:
    """What registries said, by the names of packages and by references to images, and the tags of repositories."""

    packuments: Mapping[str, Packument | InstallerError]
    images: "Mapping[str, Resolved | InstallerError]"
    tags: Mapping[str, tuple[str, ...] | InstallerError] = field(default_factory=dict)


def ask(
    names: Iterable[str],
    references: Iterable[str],
    request: RegistryRequest,
    chosen: Release | None,
    npmrc: str | None = None,
    repositories: Iterable[str] = (),
) -> Asked:
    """What registries say of packages of npm and of references to images: each asked once, all within 15 s.

    :param names: packages of npm (`@acme/plugin`), :param references: `oci://HOST/PATH:TAG!PLUGIN` and so on
    :param chosen: the release whose scopes, digests and fallback count; None: of any release
    :param npmrc: the text of RHDH's own `.npmrc`, so that what is seen is what its init container will see. It is
        stronger than this user's `.npmrc` and weaker than the one of the working directory, the environment, and
        `--registry`: whoever puts one of these there means this command.
    :param repositories: references to images whose repositories are asked for all of their tags
    Raises InstallerError: a `.npmrc` or a file of credentials that cannot be read, or is missing though named. What a
    registry does wrong is the answer for its names.
    """
    config = npm_config(request, chosen, npmrc)
    cache = opened(os.environ, request.freshness)
    wanted, images = tuple(dict.fromkeys(names)), tuple(dict.fromkeys(references))
    tagged = tuple(dict.fromkeys(repositories))
    asks: dict[str, Callable[[], Mapping[str, Any]]] = {}
    if wanted:
        times = request.cooldown is not None
        asks["npm"] = partial(packuments, wanted, config, times=times, limits=_LIMITS, cache=cache)
    if images or tagged:
        from installer.flow import plugins_images  # noqa: PLC0415 - most configurations have packages of npm only

        every = (request.authfile, _LIMITS.seconds, cache)
        if images:
            asks["images"] = partial(plugins_images.images, images, chosen, *every)
        if tagged:
            asks["tags"] = partial(plugins_images.tags, tagged, *every)
    late = unreachable(f"no answer within {_SECONDS:.0f} s")
    said = together(lambda kind: asks[kind](), asks, _SECONDS, late)
    cache.close()
    found = [
        _said(said.get(kind, {}), of, late) for kind, of in (("npm", wanted), ("images", images), ("tags", tagged))
    ]
    return Asked(*found)


def npm_config(request: RegistryRequest, chosen: Release | None, npmrc: str | None = None) -> NpmConfig:
    """Which npm registry is asked for a package, and as whom; as `ask`, and raises as it does."""
    return npm_settings.read(Path.cwd(), os.environ, request.registry, _scopes(chosen), npmrc)


def policy_of(request: RegistryRequest) -> Policy:
    """Which versions are let in: none that is known to be bad; prereleases and young ones as the request says."""

    def why_not(package: str, version: str) -> str | None:
        known = parse(version)
        if request.prereleases and known is not None and known.prerelease:
            return None  # prereleases are on the list for being prereleases
        denial = denied(package, version)
        return None if denial is None else denial.reason

    cooldown = None if request.cooldown is None else timedelta(seconds=request.cooldown)
    return Policy(why_not, request.prereleases, cooldown, datetime.now(UTC))


def _scopes(chosen: Release | None) -> Mapping[str, str]:
    """The registries of scopes that a release knows; without a release what the newest says that knows any."""
    if chosen is not None:
        return chosen.npm_scopes
    known = (release(minor).npm_scopes for minor in reversed(minors()))
    return next(filter(None, known), {})


def _said(answers: Mapping[str, Any] | InstallerError, names: Iterable[str], late: InstallerError) -> Mapping[str, Any]:
    """What was asked too late is each name's answer; what could not be asked at all is the command's."""
    if answers is late:
        return dict.fromkeys(names, late)
    if isinstance(answers, InstallerError):
        raise answers
    return answers
