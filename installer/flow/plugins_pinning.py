"""What registries say of each plugin that is on, held fast: version, address, hash, digest. Writes nothing."""

from collections.abc import Iterable
from dataclasses import field, replace

from installer.flow import plugins_images
from installer.flow.plugins_asking import Asked, Questions, ask, policy_of
from installer.flow.plugins_source import Source
from installer.integrity import rhdh_accepts
from installer.knowledge.aliases import npm_name, npm_version
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.lock import UNSIGNED, Lock, Locked, lock_of
from installer.model.registry_request import RegistryRequest
from installer.plan.lock_comparing import Configured
from installer.plugins.identity import INHERIT, OCI
from installer.plugins.outcome import EffectivePlugin
from installer.registries.choosing import Policy, choose
from installer.registries.comparing import compare
from installer.registries.npm import Packument, Published
from installer.registries.oci import Resolved
from installer.registries.specs import not_in_a_registry, source_of, spec_of
from installer.registries.urls import without_user
from installer.registries.verdict import Mismatch, Planned, problem_of
from installer.registries.versions import exact
from installer.yamltext.redaction import mask_message

_NOT_SIGNED = f"{UNSIGNED}: only npm registries sign what they publish"


@dataclass(frozen=True, slots=True)
class Pinned:
    """One plugin held fast, as the configuration has it beside that; `problem` where it could not be.

    found   what a registry says of the package, where it is one of npm
    loose   why RHDH may take another version than the one that is held fast
    sealed  whether its bytes were looked at
    """

    configured: Configured
    locked: Locked
    problem: Problem | None = None
    found: Packument | None = field(default=None, repr=False)
    loose: str | None = None
    sealed: bool = False


def configured(source: Source) -> tuple[Configured, ...]:
    """The plugins that are on, which are those that RHDH installs."""
    return tuple(_configured(source, one) for one in source.prediction.plugins.plugins if one.enabled)


def pin(plugins: Iterable[Configured], source: Source, registries: RegistryRequest) -> tuple[Pinned, ...]:
    """Every plugin, each package and image asked for once.

    Raises InstallerError for a `.npmrc` or credentials that cannot be read.
    """
    every = tuple(plugins)
    return pinned(every, ask(questions(every), registries, source.release, source.npmrc), registries)


def questions(plugins: Iterable[Configured]) -> Questions:
    """What has to be asked to pin plugins."""
    packages = [one.package for one in plugins]
    names = tuple(spec.name for one in packages if (spec := spec_of(one)) is not None)
    return Questions(names, tuple(one for one in packages if one.startswith(OCI)))


def pinned(plugins: Iterable[Configured], asked: Asked, registries: RegistryRequest) -> tuple[Pinned, ...]:
    """Every plugin by what was answered. What a registry does wrong is the problem of its plugins."""
    policy = policy_of(registries)
    return tuple(_pinned(one, asked, policy) for one in plugins)


def lock_from(pinned: Iterable[Pinned]) -> Lock:
    return lock_of([one.locked for one in pinned])


def _configured(source: Source, plugin: EffectivePlugin) -> Configured:
    kind = source_of(plugin.package)
    name = (npm_name(plugin.package) if kind in ("npm", "tgz") else None) or plugin.name
    hashed = plugin.integrity if kind not in ("oci", "local") else None  # RHDH does not look at it there
    return Configured(plugin.package, name, hashed, source.prediction.place(plugin.origin))


def _pinned(plugin: Configured, asked: Asked, policy: Policy) -> Pinned:
    spec = spec_of(plugin.package)
    if plugin.package.startswith(OCI):
        return _image(plugin, asked.images[plugin.package])
    if spec is None:
        return _elsewhere(plugin)
    found = asked.packuments[spec.name]
    if isinstance(found, InstallerError):
        return _without(plugin, replace(found.problems[0], where=plugin.where))
    return _version(plugin, found, spec.wanted, policy)


def _version(plugin: Configured, found: Packument, wanted: str, policy: Policy) -> Pinned:
    """The version that `plugins resolve` names; the hash beside it stays where the registry publishes it too."""
    choice = choose(found, wanted, policy)
    if choice.version is None:
        fix = f"npm view {found.name} versions --registry {found.registry} lists what there is"
        message = f"{plugin.package}: {choice.reason}"
        return _without(plugin, Problem("version-missing", message, plugin.where, fix, ExitCode.TARGET))
    published = found.versions[choice.version]
    mismatch, doubt = _compared(plugin, found, published)
    own = plugin.integrity if doubt is None and rhdh_accepts(plugin.integrity) else None
    loose = None if exact(wanted) else f"{choice.reason}; RHDH may take another, as the package names no exact version"
    locked = Locked(
        plugin.package,
        plugin.name,
        "npm",
        version=choice.version,
        resolved=_shown(published.tarball),
        # A hash that cannot be compared with the one beside it is not held fast in its place.
        integrity=own or (None if doubt else choice.integrity),
        reason=doubt or loose or (None if choice.integrity else choice.reason),
    )
    return Pinned(plugin, locked, mismatch, found, loose)


def _compared(plugin: Configured, found: Packument, published: Published) -> tuple[Problem | None, str | None]:
    """What stands against the hash of the configuration, and why it could not be compared."""
    if not plugin.integrity:
        return None, None
    try:
        expected = compare(plugin.integrity, published)
    except LookupError as error:
        return None, str(error)
    if expected is None:
        return None, None
    planned = Planned(plugin.package, plugin.integrity, plugin.where)
    return problem_of(Mismatch(planned, found.registry, expected)), None


def _image(plugin: Configured, found: Resolved | InstallerError) -> Pinned:
    if isinstance(found, InstallerError):
        return _without(plugin, replace(found.problems[0], where=plugin.where))
    lacking = plugins_images.lacking(found)
    if lacking:
        fix = "name a plugin that the image has"
        return _without(plugin, Problem("plugin-missing", lacking, plugin.where, fix, ExitCode.TARGET))
    tag = found.reference.tag
    locked = Locked(
        plugin.package,
        plugin.name,
        "oci",
        version=None if tag == INHERIT else tag,
        resolved=str(found.pinned),
        digest=found.digest,
        signature=_NOT_SIGNED,
    )
    return Pinned(plugin, locked)


def _elsewhere(plugin: Configured) -> Pinned:
    """What no registry tells of: the hash is the one that stands beside it."""
    kind = source_of(plugin.package)
    return Pinned(
        plugin,
        Locked(
            plugin.package,
            plugin.name,
            kind,
            version=npm_version(plugin.package) if kind == "tgz" else None,
            resolved=_shown(plugin.package) if kind == "tgz" else None,
            integrity=plugin.integrity if rhdh_accepts(plugin.integrity) else None,
            signature=_NOT_SIGNED,
            reason=not_in_a_registry(plugin.package) or "it is no package of npm",
        ),
    )


def _without(plugin: Configured, problem: Problem) -> Pinned:
    return Pinned(plugin, Locked(plugin.package, plugin.name, source_of(plugin.package)), problem)


def _shown(url: str | None) -> str | None:
    """An address without user; None of one that holds a secret elsewhere."""
    if not url:
        return None
    try:
        bare = without_user(url)
    except ValueError:
        return None
    return bare if bare == mask_message(bare) else None
