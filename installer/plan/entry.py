"""One entry of dynamic-plugins.yaml as data, and what includes bring. Decides nothing."""

from collections.abc import Mapping
from typing import Any

from installer.knowledge.aliases import role_of
from installer.model.dataclass import dataclass
from installer.plugins.behaviour import Behaviour
from installer.plugins.switches import is_off
from installer.yamltext.values import Schema

DEFAULT_FILE = "dynamic-plugins.default.yaml"


@dataclass(frozen=True)
class Entry:
    """One entry of a person's main file: its number in `plugins`, its data, its role if it is of the Orchestrator's."""

    number: int
    data: Mapping[str, Any]
    role: str | None

    @property
    def package(self) -> str:
        return str(self.data["package"])


@dataclass(frozen=True)
class Included:
    """What the includes bring: entries by role where their text is at hand; `unknown`: more than is at hand."""

    entries: Mapping[str, tuple[Mapping[str, Any], ...]]
    unknown: bool


def schema_of(behaviour: Behaviour) -> Schema:
    return Schema.KUBERNETES if behaviour.language == "python" else Schema.CORE


def is_on(data: Mapping[str, Any], behaviour: Behaviour) -> bool:
    """Whether RHDH reads an entry, taken by itself, as switched on."""
    return not is_off(data, behaviour)


def entries_of(value: Any) -> list[Entry]:
    """The entries of a parsed main file; what is no entry is left out (RHDH's own check speaks of it)."""
    listed = value.get("plugins") if isinstance(value, Mapping) else None
    return [
        Entry(number, data, role_of(data["package"]))
        for number, data in enumerate(listed if isinstance(listed, list) else [])
        if isinstance(data, Mapping) and isinstance(data.get("package"), str)
    ]
