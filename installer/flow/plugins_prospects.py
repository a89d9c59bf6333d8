"""What each plugin of a configuration may become, by what registries have of it, and why. Writes nothing.

The Orchestrator's plugins move together; every other one by itself. What no registry tells of stays, with the reason.
"""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence

from installer.flow.plugins_asking import Asked, ask, policy_of
from installer.flow.plugins_published import judged_by, tarball
from installer.flow.plugins_source import Source
from installer.flow.plugins_standing import Prospect, Standing, left, of_orchestrator, stays, unknown, unsatisfied
from installer.knowledge.aliases import npm_name, npm_version
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
    standings: Sequence[Standing], source: Source, registries: RegistryRequest, aim: str
) -> tuple[Prospect, ...]:
    """One for each, in their order; every package and repository is asked for once.

    :param aim: one of `registries.wanted.AIMS`, or a version (of an image a tag or a digest)
    Raises InstallerError for a `.npmrc` or credentials that cannot be read, and for a release that has to be known.
    """
    release = source.known_release() if aim in ("compatible", "minor", "patch") else source.release
    members = _members(source)
    subjects = [one for one in standings if left(one) is None]
    names = [name for one in subjects if (name := _npm(one)) is not None]
    if aim == "compatible" and set(members) & set(names):
        names += members  # one version for all, also for those that stand elsewhere
    images = [one.package for one in subjects if one.package.startswith(OCI)]
    npmrc, policy = _npmrc(subjects, source, registries), policy_of(registries)
    if images:
        from installer.flow import plugins_image_prospects as of_images  # noqa: PLC0415 - most have none

        references, tagged = of_images.asked_for(images, aim), of_images.tagged(images, aim)
        asked = ask(names, references, registries, release, npmrc, tagged)
        image = of_images.Images(asked, policy, aim, release, of_images.common_tags(standings, asked)).prospect
    else:
        asked, image = ask(names, (), registries, release, npmrc), _no_image
    packages = _Packages(asked, policy, aim, _line(source) if aim == "compatible" else None, tuple(members))
    aligned = packages.aligned(standings)
    return tuple(_prospect(one, packages, image, aligned) for one in standings)


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


def _npmrc(subjects: Iterable[Standing], source: Source, registries: RegistryRequest) -> str | None:
    """RHDH's `.npmrc`; before it the registries that the addresses of tarballs name, where RHDH gets them from."""
    if registries.registry is not None or any(map(os.environ.get, _REGISTRY_OF_THE_ENVIRONMENT)):
        return source.npmrc
    lines = dict.fromkeys(line for one in subjects if (line := _mapped(one.package)) is not None)
    return "\n".join([*lines, source.npmrc or ""]) if lines else source.npmrc


def _mapped(package: str) -> str | None:
    name = npm_name(package) if source_of(package) == "tgz" else None
    base, found, _ = package.partition(f"/{name}/-/")
    return f"{name.partition('/')[0]}:registry={base}/" if name and found and name.startswith("@") else None
