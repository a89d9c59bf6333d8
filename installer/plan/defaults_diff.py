"""What two releases' default plugins change for one configuration. Simulates nothing and reads no file.

Plugins are the same plugin whatever they are called: by their role where they have one, else by the name that npm
package, directory in RHDH's image and image share.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field
from typing import Any, Literal

from installer.knowledge.aliases import npm_name, role_of
from installer.model.dataclass import dataclass
from installer.plugins.identity import OCI, name_of, without_version
from installer.plugins.outcome import EffectivePlugin
from installer.yamltext.values import same

What = Literal["added", "gone", "renamed", "changed"]


@dataclass(frozen=True, slots=True)
class DefaultPlugin:
    """One entry of a default file; `config` is its pluginConfig."""

    package: str
    enabled: bool
    config: Any = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Side:
    """One release: its default plugins, and those in force once the configuration is laid over them."""

    defaults: tuple[DefaultPlugin, ...]
    plugins: tuple[EffectivePlugin, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What is different about one plugin; `before` and `after` are None where a release's defaults lack it.

    keys     of the default's pluginConfig: `+` came, `-` went, `~` has another value
    on       in force before and after; None where it is not in the configuration at all
    written  the entry of dynamic-plugins.yaml itself, as the first release reads it
    """

    name: str
    what: What
    before: DefaultPlugin | None
    after: DefaultPlugin | None
    keys: tuple[str, ...]
    on: tuple[EffectivePlugin | None, EffectivePlugin | None]
    written: EffectivePlugin | None

    @property
    def concerns(self) -> bool:
        """Whether it makes a difference here: the plugin is on before or after, or somebody wrote an entry of it."""
        return self.written is not None or any(one is not None and one.enabled for one in self.on)


def differences(before: Side, after: Side) -> tuple[Difference, ...]:
    """Every plugin whose default is another, in the order of the first release, then of the second."""
    old, new = (_by_identity(side.defaults) for side in (before, after))
    found = (_difference(name, (old, new), (before, after)) for name in dict.fromkeys((*old, *new)))
    return tuple(one for one in found if one is not None)


def identity(package: str) -> str:
    """What a plugin is called in every release: its role, else its name without scope sign and `-dynamic`."""
    role = role_of(package)
    if role is not None:
        return role
    name = (None if package.startswith((OCI, "./", "../", "/")) else npm_name(package)) or name_of(package)
    return name.removeprefix("@").replace("/", "-").removesuffix("-dynamic")


def _difference(
    name: str, defaults: tuple[Mapping[str, DefaultPlugin], Mapping[str, DefaultPlugin]], sides: tuple[Side, Side]
) -> Difference | None:
    before, after = (one.get(name) for one in defaults)
    what = _what(before, after)
    keys = tuple(changed_keys(before.config if before else {}, after.config if after else {}))
    if what is None and not keys:
        return None
    on = (_in_force(name, sides[0].plugins), _in_force(name, sides[1].plugins))
    written = next((one for one in sides[0].plugins if one.level and identity(one.package) == name), None)
    return Difference(name, what or "changed", before, after, keys, on, written)


def _what(before: DefaultPlugin | None, after: DefaultPlugin | None) -> What | None:
    if before is None or after is None:
        return "added" if before is None else "gone"
    if without_version(before.package) != without_version(after.package):
        return "renamed"
    return "changed" if (before.package, before.enabled) != (after.package, after.enabled) else None


def _in_force(name: str, plugins: Iterable[EffectivePlugin]) -> EffectivePlugin | None:
    """The one that is on, where there are several."""
    found = [one for one in plugins if identity(one.package) == name]
    return next((one for one in found if one.enabled), found[0] if found else None)


def _by_identity(plugins: Iterable[DefaultPlugin]) -> dict[str, DefaultPlugin]:
    return {identity(one.package): one for one in plugins}


def changed_keys(before: Any, after: Any) -> Iterator[str]:
    """The keys in which two pluginConfig differ, with dots; lists are taken as a whole."""
    old, new = _leaves(before), _leaves(after)
    for key in dict.fromkeys((*old, *new)):
        if key not in new:
            yield f"-{key}"
        elif key not in old:
            yield f"+{key}"
        elif not same(old[key], new[key]):
            yield f"~{key}"


def _leaves(value: Any, path: str = "") -> dict[str, Any]:
    if not isinstance(value, Mapping) or not value:
        return {path: value} if path else {}
    found: dict[str, Any] = {}
    for key, child in value.items():
        found |= _leaves(child, f"{path}.{key}" if path else str(key))
    return found
