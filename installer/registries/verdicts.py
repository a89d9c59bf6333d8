"""Whether registries hold the packages of a configuration with their hashes. Writes nothing, corrects nothing."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from installer.knowledge.aliases import npm_name, npm_version
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.registries import npmrc
from installer.registries.comparing import compare
from installer.registries.limits import Limits
from installer.registries.npm import PackageMissing, Packument, packuments
from installer.registries.specs import not_in_a_registry
from installer.registries.verdict import Confirmed, Failed, Mismatch, Missing, Planned, Unchecked, Verdict
from installer.registries.versions import exact, newest


def verify(
    packages: Iterable[Planned],
    registry: str | None,
    *,
    folder: Path,
    environment: Mapping[str, str],
    limits: Limits | None = None,
) -> tuple[Verdict, ...]:
    """One verdict per package, in their order; each registry is asked once per name, eight names at a time.

    :param registry: as npm's `--registry`: a scope's own registry of `.npmrc` beats it
    :param folder: the one whose `.npmrc` counts beside the user's
    Raises InstallerError where a `.npmrc` cannot be read; what a registry does wrong is a verdict.
    """
    every = tuple(packages)
    names = tuple(dict.fromkeys(name for one in every if (name := _asked_name(one.package)) is not None))
    if not names:
        return tuple(_verdict(one, {}) for one in every)
    answers = packuments(names, npmrc.read(folder, environment, registry), limits=limits)
    return tuple(_verdict(one, answers) for one in every)


def _asked_name(package: str) -> str | None:
    return None if not_in_a_registry(package) else npm_name(package)


def _verdict(planned: Planned, answers: Mapping[str, Packument | InstallerError]) -> Verdict:
    reason = not_in_a_registry(planned.package)
    if reason is not None:
        return Unchecked(planned, reason)
    match answers[npm_name(planned.package) or ""]:
        case PackageMissing() as error:
            return Missing(planned, error.problems[0])
        case InstallerError() as error:
            return Failed(planned, error.problems[0])
        case Packument() as found:
            return _of_version(planned, found)


def _of_version(planned: Planned, found: Packument) -> Verdict:
    version = exact(npm_version(planned.package))
    if version is None:
        return Unchecked(planned, "it names no exact version")
    published = found.versions.get(version)
    if published is None:
        return Missing(planned, _no_version(found, version))
    if not planned.integrity:
        return Unchecked(planned, "its integrity stands in a file that is not at hand, or nowhere")
    try:
        expected = compare(planned.integrity, published)
    except LookupError as error:
        return Unchecked(planned, str(error))
    return Confirmed(planned, found.registry) if expected is None else Mismatch(planned, found.registry, expected)


def _no_version(found: Packument, version: str) -> Problem:
    there = ", ".join(newest(found.versions, 3))
    message = f"{found.registry} has no {found.name}@{version}; its highest: {there or 'none'}"
    fix = f"npm view {found.name} versions --registry {found.registry} lists what there is"
    return Problem("version-missing", message, None, fix, ExitCode.TARGET)
