"""Moves plugins to other versions: `plugins upgrade`. Edits version and hash, or tag or digest, and nothing else."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from installer.flow.installation import Confirm, Progress
from installer.flow.plugins_changing import Decision, Wanted, change, edited, entries
from installer.flow.plugins_outdated import said, view
from installer.flow.plugins_prospects import prospects
from installer.flow.plugins_source import Source, plugins_of
from installer.flow.plugins_standing import Prospect, Standing, left, of_orchestrator, repository_of
from installer.flow.saying import discreet
from installer.instance.instance import Layer
from installer.knowledge.aliases import npm_name
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.image import image
from installer.model.registry_request import RegistryRequest
from installer.model.report import Report
from installer.model.request import ConfigRequest
from installer.plan.draft import Draft, node_at
from installer.plan.entry import Entry, is_on
from installer.plan.versions_edits import EntryEdit, Rehash, Repackage
from installer.plugins.identity import OCI, name_of
from installer.registries.oci_reference import is_digest
from installer.registries.wanted import aim_of

if TYPE_CHECKING:
    from installer.cluster.options import ConnectionOptions


@dataclass(frozen=True, slots=True)
class UpgradeRequest:
    """`names` empty means every plugin; `to` is compatible, minor, patch, latest or a version (a tag, a digest)."""

    names: tuple[str, ...] = ()
    to: str = "compatible"


@discreet
def upgrade(
    request: ConfigRequest,
    connection: "ConnectionOptions | None",
    registries: RegistryRequest,
    asked: UpgradeRequest,
    wanted: Wanted,
    *,
    confirm: Confirm,
    progress: Progress,
) -> Report:
    """The entries of the main file at other versions. Nothing is written where one of them cannot be moved as asked.

    Raises InstallerError: TARGET, INVALID, DECIDE, DENIED, UNREACHABLE.
    """
    with plugins_of(request, connection, progress) as source:
        chosen = _chosen(standings(source), asked)
        progress(f"asking registries for {sum(left(one) is None for one in chosen)} plugin(s)")
        found = prospects(chosen, source, registries, asked.to)
        decision = Decision(
            "upgrade",
            edited(source, [edit for one in found for edit in _edits(one)]),
            {"plugins": list(map(view, found))},
            "".join(map(said, found)),
            problems=tuple(dict.fromkeys(_problems(found, asked))),
        )
        return change(source, decision, wanted, confirm=confirm, progress=progress)


def standings(source: Source) -> list[Standing]:
    """The entries of the main file as they stand. Raises InstallerError (TARGET) where no person owns one."""
    layer = source.plugins
    if layer is None or not layer.writable:
        message = "there is no dynamic-plugins.yaml that a person owns: what is in force comes with RHDH"
        raise fail(ExitCode.TARGET, "no-dynamic-plugins", message, fix="rhdh-orchestrator plugins list shows it")
    draft = Draft()
    overriding = _overriding(source)
    return [_standing(one, draft, layer, source, overriding) for one in entries(source)]


def _standing(one: Entry, draft: Draft, layer: Layer, source: Source, overriding: frozenset[str]) -> Standing:
    where = draft.place(layer.region, node_at(draft.root(layer.region), ("plugins", one.number)))
    integrity = one.data.get("integrity")
    enabled = is_on(one.data, source.world.behaviour)
    stays = "it switches off what an include brings, and would not at another version"
    return Standing(
        one.package,
        None if integrity is None else str(integrity),
        enabled,
        where,
        one.number,
        stays if not enabled and one.package in overriding else None,
    )


def _overriding(source: Source) -> frozenset[str]:
    """Packages of entries that override an include's, in releases that take another version for another plugin."""
    if source.world.behaviour.identity != "verbatim":
        return frozenset()
    return frozenset(one.package for one in source.prediction.plugins.plugins if one.level and one.overrides)


# -- which


def _chosen(every: Sequence[Standing], asked: UpgradeRequest) -> list[Standing]:
    """The plugins that are named, the Orchestrator's all together. Raises InstallerError (TARGET)."""
    if not asked.names:
        return _of_one_version(every) if aim_of(asked.to) is None else list(every)
    unknown = [name for name in asked.names if not any(_is_called(one, name) for one in every)]
    if unknown:
        raise InstallerError(*(_unknown(name, every) for name in unknown))
    named = [one for one in every if any(_is_called(one, name) for name in asked.names)]
    together = any(of_orchestrator(one.package) for one in named)
    return [one for one in every if one in named or (together and of_orchestrator(one.package))]


def _of_one_version(every: Sequence[Standing]) -> list[Standing]:
    """Without a name a version means the plugins that have one in common, or the only one."""
    found = [one for one in every if of_orchestrator(one.package)] or list(every)
    if len({one.package for one in found if left(one) is None}) == 1 or any(
        of_orchestrator(one.package) for one in found
    ):
        return found
    message = "a version is that of one plugin, or of the Orchestrator's: say which"
    raise fail(ExitCode.TARGET, "plugin-unnamed", message, fix="rhdh-orchestrator plugins upgrade NAME --to VERSION")


def _is_called(one: Standing, name: str) -> bool:
    package = one.package
    npm = None if package.startswith(OCI) else npm_name(package)
    repository = repository_of(package)
    names = {package, name_of(package), npm, repository, repository and f"{OCI}{repository}"}
    short = [each.rpartition("/")[2] for each in (npm, repository) if each]
    return name in names or name in short


def _unknown(name: str, every: Iterable[Standing]) -> Problem:
    there = ", ".join(sorted({npm_name(one.package) or name_of(one.package) for one in every})) or "none"
    message = f"no entry is of a plugin called {name}; there is {there}"
    return Problem("plugin-unknown", message, None, "rhdh-orchestrator plugins list shows all of them", ExitCode.TARGET)


# -- what


def _edits(one: Prospect) -> Iterator[EntryEdit]:
    number, choice = one.standing.number, one.choice
    if number is None or choice.version is None:
        return
    if one.moves:
        package = one.tarball or _at(one.standing.package, one.current, choice.version)
        yield Repackage(number, package, f"moves {one.name} from {one.current or 'no version'} to {choice.version}")
        if one.kind != "oci" and choice.integrity is not None:
            yield Rehash(number, choice.integrity, "")
    elif one.is_wrong and choice.integrity is not None:
        verb = "gives" if one.judged.state == "missing" else "corrects the integrity of"
        tail = " its integrity" if one.judged.state == "missing" else ""
        yield Rehash(number, choice.integrity, f"{verb} {one.standing.package}{tail}")


def _at(package: str, current: str | None, version: str) -> str:
    """The package at another version: only that token changes. RHDH takes a tag or a digest, never both."""
    if package.startswith(OCI):
        found = image(package)
        sign = "@" if is_digest(version) else ":"
        return f"{OCI}{found.name}{sign}{version}{f'!{found.path}' if found.path else ''}"
    return f"{package.removesuffix(current or '').removesuffix('@')}@{version}"


def _problems(found: Iterable[Prospect], asked: UpgradeRequest) -> Iterator[Problem]:
    """What cannot be had, and what has no hash to write though it should move, or its version was asked for."""
    for one in found:
        unhashed = one.kind in ("npm", "tgz") and one.choice.version is not None and one.choice.integrity is None
        if one.problem is not None:
            yield one.problem
        elif unhashed and (one.moves or (aim_of(asked.to) is None and one.judged.state in ("missing", "malformed"))):
            yield _no_hash(one)


def _no_hash(one: Prospect) -> Problem:
    """RHDH does not install a package of npm without a hash that it takes."""
    message = f"{one.name}@{one.choice.version} is not taken: {one.choice.reason}; nothing was written"
    fix = f"rhdh-orchestrator plugins upgrade {one.name} --to VERSION takes another version"
    return Problem("no-usable-hash", message, one.standing.where, fix, ExitCode.FINDINGS)
