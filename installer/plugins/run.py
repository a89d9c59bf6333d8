"""The state of one simulated run: what is on the list, what was logged. Does not know the rules that change it."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from installer.model.dataclass import dataclass
from installer.plugins.behaviour import Behaviour
from installer.plugins.identity import name_of
from installer.plugins.javascript_values import in_order
from installer.plugins.outcome import EffectivePlugin, Failure, Origin
from installer.plugins.switches import is_off

MAIN = "dynamic-plugins.yaml"
DEFAULTS = "dynamic-plugins.default.yaml"
# Where the installer runs and where it puts plugins; its messages show both.
WORKING_DIRECTORY = "/opt/app-root/src"
TARGET = "/dynamic-plugins-root"


class Stop(Exception):
    """The installer ends here, with this failure."""

    def __init__(self, message: str, package: object = None, origin: Origin | None = None) -> None:
        super().__init__(message)
        self.failure = Failure(message, package if isinstance(package, str) else None, origin)


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a `plugins` list: whatever the YAML holds there, and where."""

    value: Any
    origin: Origin


@dataclass(frozen=True, slots=True)
class Layer:
    """The entries of one file. `label` is what messages call it; level 0 is an include, 1 dynamic-plugins.yaml.

    `refused` holds what the installer dies of when it comes to the entries, where they are no list.
    """

    label: str
    level: int
    entries: tuple[Entry, ...]
    refused: Stop | None = None


@dataclass(slots=True)
class Held:
    """A plugin on the list, while layers are joined. `origins`: the entries that made it, oldest first."""

    key: str
    values: dict[Any, Any]
    level: int
    origins: list[Origin]
    fields: dict[Any, Origin]
    version: str = ""

    @property
    def package(self) -> Any:
        return self.values["package"]


@dataclass(slots=True)
class Run:
    """One run: the flags, the environment, and all that piles up. `table` is in insertion order."""

    behaviour: Behaviour
    environment: Mapping[str, str]
    table: dict[Any, Held] = field(default_factory=dict)
    images: dict[str, list[str]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    dropped: list[EffectivePlugin] = field(default_factory=list)

    def held(self) -> list[Held]:
        """The list in the order the installer goes through it."""
        if self.behaviour.language == "javascript":
            return [self.table[key] for key in in_order(self.table)]
        return list(self.table.values())

    @property
    def skips_integrity(self) -> bool:
        return self.environment.get("SKIP_INTEGRITY_CHECK", "").lower() == "true"

    def plugins(self) -> tuple[EffectivePlugin, ...]:
        return tuple(effective(held, self.behaviour) for held in self.held())


def effective(held: Held, behaviour: Behaviour) -> EffectivePlugin:
    """A held plugin as others see it. The last entry that touched it is its origin."""
    integrity = held.values.get("integrity")
    package = str(held.package)
    return EffectivePlugin(
        package=package,
        name=name_of(package),
        key=str(held.key),
        enabled=not is_off(held.values, behaviour),
        integrity=integrity if isinstance(integrity, str) else None,
        plugin_config=held.values.get("pluginConfig"),
        origin=held.origins[-1],
        overrides=tuple(reversed(held.origins[:-1])),
        level=held.level,
        entry=dict(held.values),
        fields=dict(held.fields),
    )


def new(key: str, values: dict[Any, Any], level: int, origin: Origin) -> Held:
    """A plugin that one entry put on the list."""
    return Held(key, dict(values), level, [origin], dict.fromkeys(values, origin))
