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
from installer.registries.limits import Limits, unreachable
from installer.registries.npm import Npm, Packument, answers, at_hand
from installer.registries.npmrc import NpmConfig
from installer.registries.versions import parse

if TYPE_CHECKING:
    from installer.registries.oci import Resolved

# Registries of both kinds are asked at the same time. The command ends within 15 s whatever one does: what is left is
# for choosing among as many versions as one may have.
_SECONDS = 12.5
_LIMITS = Limits(seconds=11.5)


@dataclass(frozen=True, slots=True)
class Questions:
    """Packages of npm (`@acme/plugin`) and references to images (`oci://HOST/PATH:TAG!PLUGIN`).

    tagged    references to images whose repositories are asked for all of their tags
    archives  packages whose tarballs stand at addresses, with the line of `.npmrc` that leads to the registry there;
              one that is also among `names` is asked for where those are
    """

    names: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    tagged: tuple[str, ...] = ()
    archives: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Asked:
    """What registries said, by the names of packages and by references to images, and the tags of repositories."""

    packuments: Mapping[str, Packument | InstallerError]
    images: "Mapping[str, Resolved | InstallerError]"
    tags: Mapping[str, tuple[str, ...] | InstallerError] = field(default_factory=dict)


def ask(questions: Questions, request: RegistryRequest, chosen: Release | None, npmrc: str | None = None) -> Asked:
    """What registries say: each package and each image asked for once, all within 15 s.

    :param chosen: the release whose scopes, digests and fallback count; None: of any release
    :param npmrc: the text of RHDH's own `.npmrc`, so that what is seen is what its init container will see. It is
        stronger than this user's `.npmrc` and weaker than the one of the working directory, the environment, and
        `--registry`: whoever puts one of these there means this command.
    Raises InstallerError: a `.npmrc` or a file of credentials that cannot be read, or is missing though named. What a
    registry does wrong is the answer for its names.
    """
    config = npm_config(request, chosen, npmrc)
    cache = opened(os.environ, request.freshness)
    names, images, tagged = (
        tuple(dict.fromkeys(each)) for each in (questions.names, questions.references, questions.tagged)
    )
    archives = {name: line for name, line in questions.archives.items() if name not in names}
    of_npm = {"npm": (names, config)}
    if archives:
        led = "\n".join([*dict.fromkeys(archives.values()), npmrc or ""])
        of_npm["archives"] = (tuple(archives), npm_config(request, chosen, led))
    known: dict[str, Packument | InstallerError] = {}
    asks: dict[str, Callable[[], Mapping[str, Any]]] = {}
    times = request.cooldown is not None
    for kind, (wanted, its) in of_npm.items():
        npm = Npm(its, _LIMITS, cache)
        known |= at_hand(npm, wanted, times=times)
        if left := [name for name in wanted if name not in known]:
            asks[kind] = partial(answers, npm, left, times=times)
    if images or tagged:
        from installer.flow import plugins_images  # noqa: PLC0415 - most configurations have packages of npm only

        bounds = (request.authfile, _LIMITS.seconds, cache)
        if images:
            asks["images"] = partial(plugins_images.images, images, chosen, *bounds)
        if tagged:
            asks["tags"] = partial(plugins_images.tags, tagged, *bounds)
    late = unreachable(f"no answer within {_SECONDS:.0f} s")
    said = _together(asks, late)
    cache.close()
    every = {"npm": names, "archives": tuple(archives), "images": images, "tags": tagged}
    found = {kind: _said(said.get(kind, {}), of, late) for kind, of in every.items()}
    return Asked({**found["archives"], **found["npm"], **known}, found["images"], found["tags"])


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


def _together(
    asks: Mapping[str, Callable[[], Mapping[str, Any]]], late: InstallerError
) -> Mapping[str, Mapping[str, Any] | InstallerError]:
    if not asks:
        return {}
    from installer.registries.together import together  # noqa: PLC0415 - within max-age nobody is asked

    return together(lambda kind: asks[kind](), asks, _SECONDS, late)


def _said(told: Mapping[str, Any] | InstallerError, names: Iterable[str], late: InstallerError) -> Mapping[str, Any]:
    """What was asked too late is each name's answer; what could not be asked at all is the command's."""
    if told is late:
        return dict.fromkeys(names, late)
    if isinstance(told, InstallerError):
        raise told
    return told
