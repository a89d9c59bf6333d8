"""Asks registries what rules want to know of the plugins that are on: hashes of packages, digests of images."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from installer.audit.source import Answers
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.plan.draft import Draft
from installer.plan.prediction import World, predict
from installer.registries.verdict import Confirmed, Failed, Mismatch, Missing, Planned, Unchecked, Verdict
from installer.registries.verdicts import verify

if TYPE_CHECKING:
    from installer.registries.oci import Resolved

_SECONDS = 60.0
_OCI = "oci://"


def answers(world: World, registry: str, authfile: str | None) -> tuple[Answers, tuple[Problem, ...]]:
    """What the registries say, and what they did not, as warnings.

    :param registry: the npm registry; the scopes of `.npmrc` beat it, as in npm
    Raises InstallerError where a `.npmrc` or credentials cannot be read.
    """
    plugins = predict(world, Draft(), world.instance.plugins, world.instance.app_config).plugins.plugins
    packages = [Planned(one.package, one.integrity) for one in plugins if one.enabled]
    verdicts = verify(packages, registry, folder=Path.cwd(), environment=os.environ)
    images = _images([one.package for one in packages if _is_asked(one.package)], world, authfile)
    problems = [one.problem for one in verdicts if isinstance(one, Failed)]
    problems += [_unanswered(found) for found in images.values() if isinstance(found, InstallerError)]
    told = Answers(dict(_hashes(verdicts)), dict(_digests(images)))
    return told, tuple(dict.fromkeys(_warning(one) for one in problems if one.exit is not ExitCode.TARGET))


def _hashes(verdicts: Iterable[Verdict]) -> Iterator[tuple[str, str | None]]:
    for one in verdicts:
        match one:
            case Confirmed(planned):
                yield planned.package, planned.integrity
            case Mismatch(planned, _, expected):
                yield planned.package, expected
            case Missing(planned):
                yield planned.package, None
            case Unchecked() | Failed():
                pass


def _is_asked(package: str) -> bool:
    return package.startswith(_OCI) and "{{" not in package


def _images(packages: list[str], world: World, authfile: str | None) -> "dict[str, Resolved | InstallerError]":
    if not packages:
        return {}
    from installer.flow.plugins_images import images  # noqa: PLC0415 - loads what asks image registries
    from installer.registries.cache import NONE  # noqa: PLC0415

    return images(packages, world.release, authfile, _SECONDS, NONE)


def _digests(images: "dict[str, Resolved | InstallerError]") -> Iterator[tuple[str, str | None]]:
    """By the reference alone; None where the image is not there, or is not for us."""
    for package, found in images.items():
        reference = package.removeprefix(_OCI).partition("!")[0]
        if not isinstance(found, InstallerError):
            yield reference, found.digest
        elif found.exit in (ExitCode.TARGET, ExitCode.DENIED):
            yield reference, None


def _unanswered(error: InstallerError) -> Problem:
    return error.problems[0]


def _warning(problem: Problem) -> Problem:
    return Problem(problem.code, problem.message, problem.where, problem.fix)
