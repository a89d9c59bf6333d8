"""What each plugin of a configuration may become, by what registries have of it, and why. Writes nothing.

The Orchestrator's plugins move together; every other one by itself. What no registry tells of stays, with the reason.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from installer.flow.plugins_asking import Asked, Questions, ask, policy_of
from installer.flow.plugins_published import judged_by, tarball
from installer.flow.plugins_source import Source
from installer.flow.plugins_standing import Prospect, Standing, left, of_orchestrator, stays, unknown, unsatisfied
from installer.knowledge.aliases import npm_name, npm_version
from installer.knowledge.releases import Release
from installer.model.dataclass import dataclass
from installer.model.errors import InstallerError
from installer.model.registry_request import RegistryRequest
from installer.plugins.identity import OCI
from installer.registries.choosing import Choice, Policy, choose
from installer.registries.npm import PackageMissing, Packument
from installer.registries.specs import source_of
from installer.registries.wanted import aim_of, together, wanted

_REGISTRY_OF_THE_ENVIRONMENT = ("NPM_CONFIG_REGISTRY", "npm_config_registry")

# The error is that of the registry that does not answer.
_HELD = Choice(None, None, "not every registry answers, and they move together")


def prospects(
    standings: Sequence[Standing], source: Source, registries: RegistryRequest, aim: str, asked: Asked | None = None
) -> tuple[Prospect, ...]:
    """One for each, in their order; every package and repository is asked for once.

    :param aim: one of `registries.wanted.AIMS`, or a version (of an image a tag or a digest)
    :param asked: what `survey` was told, where somebody has asked already
    Raises InstallerError for a `.npmrc` or credentials that cannot be read, and for a release that has to be known.
    """
    asked = asked or survey(standings, source, registries, aim)
    policy, image = policy_of(registries), _no_image
    if any(one.package.startswith(OCI) and left(one) is None for one in standings):
        from installer.flow import plugins_image_prospects as of_images  # noqa: PLC0415 - most have none

        common = of_images.common_tags(standings, asked)
        image = of_images.Images(asked, policy, aim, _release(source, aim), common).prospect
    line = _line(source) if aim == "compatible" else None
    packages = _Packages(asked, policy, aim, line, tuple(_members(source)))
    aligned = packages.aligned(standings)
    return tuple(_prospect(one, packages, image, aligned) for one in standings)


def survey(
    standings: Sequence[Standing],
    source: Source,
    registries: RegistryRequest,
    aim: str,
    beside: Questions = Questions(),  # noqa: B008 - it is frozen
) -> Asked:
    """Asks registries all that `prospects` has to know, and what else is to be known; raises as it does."""
    subjects = [one for one in standings if left(one) is None]
    names, archives = _packages(subjects, registries)
    if aim == "compatible":
        _add_members(_members(source), names, archives)
    images = [one.package for one in subjects if one.package.startswith(OCI)]
    references, tagged = _of_images(images, aim) if images else ([], [])
    questions = Questions((*names, *beside.names), (*references, *beside.references), tuple(tagged), archives)
    return ask(questions, registries, _release(source, aim), source.npmrc)


def _packages(subjects: Iterable[Standing], registries: RegistryRequest) -> tuple[list[str], dict[str, str]]:
    """The packages of npm; and those at addresses by the registries that these name, where RHDH gets them from.

    Whoever names a registry for this command means it for all.
    """
    everywhere = registries.registry is not None or any(map(os.environ.get, _REGISTRY_OF_THE_ENVIRONMENT))
    found = [(name, one.package) for one in subjects if (name := _npm(one)) is not None]
    lines = [(name, None if everywhere else _mapped(package)) for name, package in found]
    return [name for name, line in lines if line is None], {name: line for name, line in lines if line is not None}


def _add_members(members: Iterable[str], names: list[str], archives: dict[str, str]) -> None:
    """One version is taken for all of a set, also for those that stand elsewhere; they are where the others are."""
    missing = [one for one in members if one not in names and one not in archives]
    there = [one for one in members if one not in missing]
    if there:
        line = next((archives[one] for one in there if one in archives), None)
        names += [one for one in missing if line is None]
        archives |= {one: line for one in missing if line is not None}


def _of_images(images: Sequence[str], aim: str) -> tuple[list[str], list[str]]:
    from installer.flow import plugins_image_prospects as of_images  # noqa: PLC0415 - most have none

    return of_images.asked_for(images, aim), of_images.tagged(images, aim)


def _release(source: Source, aim: str) -> Release | None:
    """Raises InstallerError where what fits depends on it and nobody knows it."""
    return source.known_release() if aim in ("compatible", "minor", "patch") else source.release


@dataclass(frozen=True)
class _Packages:
    """The packages of npm of a configuration. `line` is the range of the release, `members` its Orchestrator."""

    asked: Asked
    policy: Policy
    aim: str
    line: str | None
    members: tuple[str, ...]

    def prospect(self, one: Standing, aligned: Mapping[str, Choice]) -> Prospect:
        name = _npm(one) or ""
        found = self.asked.packuments[name]
        if isinstance(found, InstallerError):
            return unknown(one, name, found)
        current = npm_version(one.package)
        choice = aligned.get(name) or self._alone(found, current)
        latest = choose(found, "", self.policy)
        problem = unsatisfied(one, choice) if choice.version is None and choice is not _HELD else None
        judged = judged_by(found, one.package, one.integrity)
        address = tarball(one.package, current, choice.version, found)
        return Prospect(one, source_of(one.package), name, current, choice, judged, latest, problem, address)

    def _alone(self, found: Packument, current: str | None) -> Choice:
        aim = aim_of(self.aim)
        return choose(found, self.aim, self.policy) if aim is None else wanted(found, current, aim, self.policy)

    def aligned(self, standings: Sequence[Standing]) -> dict[str, Choice]:
        """The choices of the set that moves together, by name; none where one version was named."""
        aim = aim_of(self.aim)
        currents = {name: npm_version(one.package) for one in standings if (name := self._member(one)) is not None}
        if aim is None or not currents:
            return {}
        also = [name for name in self.members if name in self.asked.packuments and name not in currents]
        answers = {name: self.asked.packuments[name] for name in (*currents, *also)}
        if any(isinstance(one, InstallerError) and not isinstance(one, PackageMissing) for one in answers.values()):
            return dict.fromkeys(answers, _HELD)
        there = [one for one in answers.values() if isinstance(one, Packument)]
        if not there:
            return {}
        choices = together(there, [currents.get(one.name) for one in there], aim, self.line, self.policy)
        return {one.name: choice for one, choice in zip(there, choices, strict=True)}

    def _member(self, one: Standing) -> str | None:
        name = _npm(one) if left(one) is None else None
        if name is None:
            return None
        known = name in self.members if self.members else of_orchestrator(name)
        return name if known else None


def _prospect(
    one: Standing, packages: _Packages, image: Callable[[Standing], Prospect], aligned: Mapping[str, Choice]
) -> Prospect:
    reason = left(one)
    if reason is not None:
        return stays(one, reason)
    return image(one) if one.package.startswith(OCI) else packages.prospect(one, aligned)


def _no_image(one: Standing) -> Prospect:
    raise AssertionError(one.package)


def _npm(one: Standing) -> str | None:
    return None if one.package.startswith(OCI) else npm_name(one.package)


def _members(source: Source) -> list[str]:
    """The packages of npm that are the release's Orchestrator."""
    if source.release is None:
        return []
    return [
        name for one in source.world.chart_plugins if one.image is None and (name := npm_name(one.package)) is not None
    ]


def _line(source: Source) -> str | None:
    """The range of the release's Orchestrator: of 1.7.1 ~1.7."""
    versions = [] if source.release is None else [npm_version(one.package) for one in source.world.chart_plugins]
    lines = {f"~{'.'.join(one.split('.')[:2])}" for one in versions if one is not None}
    return next(iter(lines)) if len(lines) == 1 else None


def _mapped(package: str) -> str | None:
    """The line of `.npmrc` that leads to the registry of a tarball's address."""
    name = npm_name(package) if source_of(package) == "tgz" else None
    base, found, _ = package.partition(f"/{name}/-/")
    return f"{name.partition('/')[0]}:registry={base}/" if name and found and name.startswith("@") else None
