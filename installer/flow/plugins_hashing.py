"""Computes the hash that a registry does not publish, from the bytes of the package. Chooses no version."""

from collections.abc import Mapping
from functools import partial

from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.registry_request import RegistryRequest
from installer.registries.limits import Limits
from installer.registries.npm import Packument
from installer.registries.npmrc import NpmConfig
from installer.registries.tarball import LIMITS
from installer.registries.tarball_archive import Rules
from installer.registries.tarball_checks import Subject
from installer.registries.tarball_gzip import UNPACKED
from installer.registries.tarball_verdict import Verifier

# RHDH's release is not known here, and with it the size that an entry may have.
_ANY_SIZE = Rules(UNPACKED)


def computed(
    wanted: Mapping[str, tuple[Packument, str]], config: NpmConfig, asking: RegistryRequest, limits: Limits = LIMITS
) -> dict[str, str | InstallerError]:
    """By key: the sha512 of a version's package, which has the sha1 that is published and can be unpacked.

    An error is what `plugins verify` would say of it; offline there is nothing to be had.
    """
    if asking.freshness == "offline":
        message = "no cache holds packages, and --offline asks nobody"
        return dict.fromkeys(wanted, fail(ExitCode.UNREACHABLE, "not-cached", message, fix="leave --offline out"))
    verifier = Verifier(config, _ANY_SIZE, limits)
    try:
        return verifier.all(partial(_of, verifier, wanted), wanted)
    finally:
        verifier.close()


def _of(verifier: Verifier, wanted: Mapping[str, tuple[Packument, str]], key: str) -> str:
    found, version = wanted[key]
    verified = verifier.published(Subject(f"{found.name}@{version}", found.name, version, None), found)
    if verified.problems or verified.tarball is None:
        raise InstallerError(*verified.problems)
    return verified.tarball.sri("sha512")
