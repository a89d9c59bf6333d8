"""Whether registries hold the packages of a configuration with their hashes. Writes nothing, corrects nothing.

What was not compared is never called right: it has a verdict of its own, with the reason.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from installer.integrity import Digest, digests
from installer.knowledge.aliases import npm_name, npm_version
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.place import Place
from installer.registries import npmrc
from installer.registries.npm import NAME, Npm, PackageMissing, Packument, Published
from installer.registries.specs import ARCHIVES, GIT
from installer.registries.together import together
from installer.registries.transport import Limits, unreachable
from installer.registries.versions import exact, newest


@dataclass(frozen=True, slots=True)
class Planned:
    """A package as dynamic-plugins.yaml spells it, the hash it will have, and where that stands."""

    package: str
    integrity: str | None = None
    where: Place | None = None


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The registry publishes that version with that hash."""

    planned: Planned
    registry: str


@dataclass(frozen=True, slots=True)
class Mismatch:
    """It publishes that version with another hash; `expected` is what it publishes (SRI)."""

    planned: Planned
    registry: str
    expected: str


@dataclass(frozen=True, slots=True)
class Missing:
    """It has no such package or version."""

    planned: Planned
    problem: Problem


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Nothing was compared. `reason` completes "it was not checked: ..."."""

    planned: Planned
    reason: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The registry could not be asked, or its answer cannot be read."""

    planned: Planned
    problem: Problem


Verdict = Confirmed | Mismatch | Missing | Unchecked | Failed


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
    npm = Npm(npmrc.read(folder, environment, registry), limits)
    try:
        late = unreachable(f"no complete answer within {npm.transport.limits.seconds:.0f} s")
        answers = together(npm.packument, names, npm.transport.left + 0.5, late)
    finally:
        npm.close()
    return tuple(_verdict(one, answers) for one in every)


def not_in_a_registry(package: str) -> str | None:
    """Why no npm registry can be asked for a `package`; None where one can."""
    if package.startswith("oci://"):
        return "image registries are not asked"
    if package.startswith("ref://"):
        return "the catalog index says which image it is"
    if package.startswith(("./", "../", "/")):
        return "it is part of RHDH's image or a volume"
    if package.startswith(GIT):
        return "it comes from Git"
    if "://" in package or package.endswith(ARCHIVES):
        return "it is a tarball's address, and only the tarball itself tells its hash"
    name = npm_name(package)
    return None if name is not None and NAME.fullmatch(name) else "it is no package of npm"


def problem_of(verdict: Verdict) -> Problem | None:
    """What stands in the way of installing; None of what was confirmed or could not be checked."""
    match verdict:
        case Mismatch(planned, registry, expected):
            message = (
                f"{planned.package} has the integrity {planned.integrity} here, and {expected} in {registry}: RHDH "
                "would not start; nothing was written"
            )
            fix = (
                f'find out which is right; then put integrity: "{expected}" beside that package, or name the registry '
                "that RHDH gets it from with --registry URL"
            )
            return Problem("integrity-mismatch", message, planned.where, fix, ExitCode.INTEGRITY)
        case Missing(planned, problem):
            return replace(problem, where=planned.where)
        case Failed(_, problem):
            return problem
        case Confirmed() | Unchecked():
            return None


def compare(planned: str, published: Published) -> str | None:
    """None where some hash is in both; else what the registry publishes, in SRI.

    Raises LookupError, with the reason, where there is no algorithm that both have.
    """
    ours, theirs = digests(planned), digests(published.integrity or "")
    known = {one.algorithm for one in ours} & {one.algorithm for one in theirs}
    if not known:
        raise LookupError(_incomparable(ours, theirs, published))
    if {_value(one) for one in ours} & {_value(one) for one in theirs if one.algorithm in known}:
        return None
    return " ".join(str(one) for one in theirs if one.algorithm in known)


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


def _value(digest: Digest) -> tuple[str, bytes | str]:
    """Equal for equal hashes: base64 has several texts for one where its last bits are not used."""
    return digest.algorithm, digest.octets or digest.text


def _incomparable(ours: tuple[Digest, ...], theirs: tuple[Digest, ...], published: Published) -> str:
    names = sorted({one.algorithm for one in theirs}) or (["sha1"] if published.shasum else [])
    has = f"the registry publishes only {' and '.join(names)}" if names else "the registry publishes no hash"
    wanted = " and ".join(sorted({one.algorithm for one in ours})) or "what stands here"
    return f"{has}, which cannot be compared with {wanted}" if names else has
