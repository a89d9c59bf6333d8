"""Which plugins of a configuration a name means: package, npm name, image, directory, alias. Changes nothing."""

from collections.abc import Callable, Iterable, Sequence

from installer.model.dataclass import dataclass
from installer.model.image import image
from installer.plan.defaults_diff import identity
from installer.plan.entry import Entry, is_on
from installer.plugins.behaviour import Behaviour
from installer.plugins.identity import OCI, merge_key, name_of, parse_oci, without_version
from installer.plugins.outcome import EffectivePlugin


@dataclass(frozen=True, slots=True)
class Named:
    """One plugin: as it is in force, None where RHDH does not get that far, and its own entries in the main file."""

    package: str
    on: bool
    plugin: EffectivePlugin | None
    entries: tuple[Entry, ...]

    @property
    def packages(self) -> tuple[str, ...]:
        """Every spelling that it has."""
        return tuple(dict.fromkeys((self.package, *(one.package for one in self.entries))))


def plugins_in(plugins: Iterable[EffectivePlugin], entries: Sequence[Entry], behaviour: Behaviour) -> tuple[Named, ...]:
    """Everything that is in force, each with its entries; then entries that belong to none of it."""
    found: list[Named] = []
    left = list(entries)
    for plugin in plugins:
        own = tuple(one for one in left if _belongs(one.package, plugin, behaviour))
        left = [one for one in left if one not in own]
        found.append(Named(plugin.package, plugin.enabled, plugin, own))
    by_key: dict[str, list[Entry]] = {}
    for one in left:
        by_key.setdefault(merge_key(one.package, behaviour), []).append(one)
    found += [Named(own[-1].package, is_on(own[-1].data, behaviour), None, tuple(own)) for own in by_key.values()]
    return tuple(found)


def named(name: str, plugins: Iterable[Named]) -> tuple[Named, ...]:
    """What a name means: the plugins that it fits best; several where it fits several equally well."""
    every = tuple(plugins)
    for fits in _FITS:
        found = tuple(one for one in every if any(fits(name, package) for package in one.packages))
        if found:
            return found
    return ()


def _belongs(package: str, plugin: EffectivePlugin, behaviour: Behaviour) -> bool:
    if package == plugin.package or merge_key(package, behaviour) == plugin.key:
        return True
    if behaviour.identity == "verbatim" or not package.startswith(OCI):
        return False
    written, effective = (parse_oci(one, behaviour) for one in (package, plugin.package))
    # An image whose plugin only the registry knows, or an entry before it did, is the one of that image.
    return (
        written is not None
        and effective is not None
        and written.registry == effective.registry
        and (written.plugin is None or written.plugin == effective.plugin)
    )


def _is_unversioned(name: str, package: str) -> bool:
    return name == without_version(package) or f"{OCI}{name}" == without_version(package)


def _is_last(name: str, package: str) -> bool:
    """The image's repository, its last part, the plugin's directory, the npm name without its scope."""
    if not package.startswith(OCI):
        return name == name_of(package).rpartition("/")[2]
    repository = image(package).name
    return name in (name_of(package), repository, repository.rpartition("/")[2], f"{OCI}{repository}")


# From the exact spelling to the loosest; the first that fits any plugin counts.
_FITS: tuple[Callable[[str, str], bool], ...] = (
    str.__eq__,
    _is_unversioned,
    lambda name, package: name == name_of(package),
    _is_last,
    lambda name, package: identity(name) == identity(package),
)
