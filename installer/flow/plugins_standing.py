"""A plugin as it stands in a configuration, and what may become of it. Asks nobody and decides nothing."""

from collections.abc import Iterable
from dataclasses import replace

from installer.flow.plugins_list import Judged
from installer.flow.plugins_source import Source
from installer.knowledge.aliases import npm_name, npm_version, role, role_of
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.image import image
from installer.model.place import Place
from installer.plan.draft import Draft
from installer.plan.entry import DEFAULT_FILE, entries_of, schema_of
from installer.plugins.identity import INHERIT, OCI, name_of, version_of
from installer.registries.choosing import Choice
from installer.registries.specs import Source as Kind
from installer.registries.specs import not_in_a_registry, source_of
from installer.registries.versions import exact
from installer.yamltext.values import construct

_BROUGHT = "it comes with RHDH: another release of RHDH brings another"
_INHERITS = "it takes its version from RHDH's own defaults: left alone"


@dataclass(frozen=True, slots=True)
class Standing:
    """A plugin as it stands. `number` is that of its entry in the main file, None of what is not looked at as entry.

    `left` says why it is left as it is, whatever registries have.
    """

    package: str
    integrity: str | None
    enabled: bool
    where: Place
    number: int | None = None
    left: str | None = None


@dataclass(frozen=True, slots=True)
class Prospect:
    """What becomes of one: `choice` where it should go, `latest` what there is, `judged` what of its hash is known.

    `choice.version` is a tag or digest of an image, None of what stays for a reason; `problem` where nothing was found.
    """

    standing: Standing
    kind: Kind
    name: str
    current: str | None
    choice: Choice
    judged: Judged
    latest: Choice | None = None
    problem: Problem | None = None
    tarball: str | None = None

    @property
    def moves(self) -> bool:
        """Whether another version, tag or digest should stand there."""
        if self.choice.version is None:
            return False
        if self.kind in ("npm", "tgz"):
            return self.choice.version != exact(self.current)
        return self.choice.version != self.current

    @property
    def is_wrong(self) -> bool:
        """Whether the hash beside a version that stays cannot be right, or there is none."""
        return self.judged.state not in ("ok", "unchecked") and self.choice.integrity is not None and not self.moves

    @property
    def of_orchestrator(self) -> bool:
        return of_orchestrator(self.standing.package)


def of_orchestrator(package: str) -> bool:
    """Whether it is one of the plugins that move together."""
    known = role_of(package)
    return known is not None and role(known).group == "orchestrator"


def in_force(source: Source) -> list[Standing]:
    """The plugins that are in force; what RHDH's image brings itself goes with the image."""
    prediction = source.prediction
    every = (*prediction.plugins.plugins, *prediction.plugins.dropped)
    inheriting = _inheriting(source, among_images=any(one.package.startswith(OCI) for one in every))
    return [
        Standing(
            one.package,
            one.integrity,
            one.enabled,
            prediction.place(one.origin),
            left=_BROUGHT if _is_images(one.origin.file) else _INHERITS if _inherits(one.package, inheriting) else None,
        )
        for one in every
    ]


def repository_of(package: str) -> str | None:
    """Host and path of an image; None of what is none."""
    return image(package).name if package.startswith(OCI) else None


def _inheriting(source: Source, *, among_images: bool) -> list[str]:
    """The packages of the main file that take tag or digest from what is included; RHDH puts it in their place.

    Raises InstallerError (INVALID) of a text that cannot be read, also where no image is in force.
    """
    layer = source.plugins
    node = Draft().root(layer.region) if layer else None
    if not among_images:
        return []
    value = construct(node, schema_of(source.world.behaviour))
    return [one.package for one in entries_of(value) if one.package.startswith(OCI) and INHERIT in one.package]


def _inherits(package: str, inheriting: Iterable[str]) -> bool:
    plugin = package.partition("!")[2]
    return any(
        repository_of(one) == repository_of(package) and one.partition("!")[2] in ("", plugin) for one in inheriting
    )


def left(one: Standing) -> str | None:
    """Why a plugin stays as it is."""
    package = one.package
    if one.left is not None:
        return one.left
    if package.startswith(OCI):
        return (
            "it takes its version from RHDH's own defaults: left alone" if INHERIT in package else _templated(package)
        )
    if _templated(package):
        return _templated(package)
    kind = source_of(package)
    if kind == "tgz":
        return None if npm_name(package) and npm_version(package) else "its address does not tell which package it is"
    return not_in_a_registry(package)


def _templated(package: str) -> str | None:
    return "Helm renders it: its template is left alone" if "{{" in package else None


def _is_images(file: str) -> bool:
    return file.rpartition("/")[2] == DEFAULT_FILE


def stays(one: Standing, reason: str) -> Prospect:
    kind = source_of(one.package)
    name = (npm_name(one.package) if kind in ("npm", "tgz") else None) or name_of(one.package)
    return Prospect(one, kind, name, version_of(one.package), Choice(None, None, reason), Judged("unchecked", reason))


def unknown(one: Standing, name: str, error: InstallerError) -> Prospect:
    """Where a registry did not tell, or the package cannot be read."""
    kind, problem = source_of(one.package), replace(error.problems[0], where=one.where)
    judged = Judged("unchecked", problem.message)
    choice = Choice(None, None, problem.message)
    return Prospect(one, kind, name, version_of(one.package), choice, judged, None, problem)


def unsatisfied(one: Standing, choice: Choice) -> Problem:
    name = npm_name(one.package)
    fix = f"npm view {name} versions dist-tags lists what there is" if name else "name a tag that the image has"
    return Problem("version-missing", f"{one.package}: {choice.reason}", one.where, fix, ExitCode.TARGET)
