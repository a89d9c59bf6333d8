"""Downloads what a lock will hold and looks at every byte: hash, package.json, entries, signature. Writes nothing."""

from collections.abc import Iterable
from dataclasses import replace
from functools import partial

from installer.flow.plugins_asking import npm_config
from installer.flow.plugins_pinning import Pinned
from installer.flow.plugins_source import Source
from installer.flow.plugins_verify import rules
from installer.integrity import rhdh_accepts
from installer.model.errors import InstallerError
from installer.model.lock import UNSIGNED
from installer.model.registry_request import RegistryRequest
from installer.registries.limits import Limits
from installer.registries.tarball import LIMITS
from installer.registries.tarball_checks import Subject, Verified
from installer.registries.tarball_verdict import Verifier
from installer.registries.urls import host_of

_OFFLINE = f"{UNSIGNED}: --offline asks nobody"


def seal(
    pinned: Iterable[Pinned], source: Source, registries: RegistryRequest, limits: Limits = LIMITS
) -> tuple[Pinned, ...]:
    """The same, after the packages of npm and the tarballs at addresses were looked at; the first fault of each counts.

    Nobody is waited for who sends nothing for 15 s. Offline only what the cache knows of them is held fast. Raises
    InstallerError for a `.npmrc` that cannot be read.
    """
    every = tuple(pinned)
    wanted = {one.locked.package: one for one in every if one.problem is None and _is_downloaded(one)}
    if registries.freshness == "offline" or not wanted:
        return tuple(_unseen(one) if one.locked.package in wanted else one for one in every)
    chosen = source.release or source.world.release
    verifier = Verifier(npm_config(registries, source.release, source.npmrc), rules(source, chosen), limits)
    try:
        answers = verifier.all(partial(_look, wanted, verifier), wanted)
    finally:
        verifier.close()
    return tuple(_sealed(one, answers[one.locked.package]) if one.locked.package in wanted else one for one in every)


def _is_downloaded(one: Pinned) -> bool:
    return one.found is not None or (one.locked.source == "tgz" and host_of(one.locked.package) is not None)


def _look(wanted: dict[str, Pinned], verifier: Verifier, package: str) -> Verified:
    one = wanted[package]
    subject = Subject(package, one.locked.name, one.locked.version, one.configured.integrity, one.configured.where)
    return verifier.addressed(subject) if one.found is None else verifier.published(subject, one.found)


def _sealed(one: Pinned, answer: Verified | InstallerError) -> Pinned:
    if isinstance(answer, InstallerError):
        return replace(one, problem=replace(answer.problems[0], where=one.configured.where))
    problem = next(iter(answer.problems), None)
    if problem is not None or answer.tarball is None:
        return replace(one, problem=problem)
    own = one.configured.integrity if rhdh_accepts(one.configured.integrity) else None
    told = own or one.locked.integrity
    reason = one.loose or (None if told else "the registry tells no hash that RHDH takes; this is that of the bytes")
    locked = replace(
        one.locked, integrity=told or answer.tarball.sri("sha512"), reason=reason, signature=_signature(answer)
    )
    return replace(one, locked=locked, sealed=True)


def _signature(found: Verified) -> str:
    why = next((one.reason for one in found.checks if one.name == "signature"), None)
    return f"{UNSIGNED}: {why}" if found.signature == UNSIGNED and why else found.signature


def _unseen(one: Pinned) -> Pinned:
    return replace(one, locked=replace(one.locked, signature=_OFFLINE))
