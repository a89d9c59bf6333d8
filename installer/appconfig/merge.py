"""Merges layers of configuration as Backstage's ConfigReader does, and tells where each value comes from.

Knows nothing of files and variables.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from installer.appconfig.terms import Origin, Path
from installer.model.dataclass import dataclass
from installer.yamltext.javascript.values import in_javascript_order

# An object of JavaScript has these without being given them: a layer above hides such a key of a layer below.
INHERITED = frozenset(
    (
        "constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString", "toString",
        "valueOf", "__defineGetter__", "__defineSetter__", "__lookupGetter__", "__lookupSetter__",
    )
)  # fmt: skip
PROTOTYPE = "__proto__"


@dataclass(frozen=True, slots=True)
class Source:
    """One layer after its substitution: its data, and where every map, array and scalar of it stands."""

    data: dict[str, Any]
    origins: Mapping[Path, Origin]


def merge(sources: Sequence[Source]) -> dict[str, Any]:
    """The whole of several layers, the last of them on top; at least one is needed."""
    result: dict[str, Any] = {}
    for index, source in enumerate(sources):
        result = _merge_maps(source.data, result if index else None)
    return result


def _merge_maps(above: dict[str, Any], below: dict[str, Any] | None) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in above.items():
        if value is None or key == PROTOTYPE:
            continue
        under = below.get(key) if below else None
        if isinstance(value, dict):
            result[key] = _merge_maps(value, under if isinstance(under, dict) else None)
        else:
            result[key] = value
    lower = below or {}
    result |= {key: lower[key] for key in lower if key not in above and key not in INHERITED}
    return in_javascript_order(result)


def trace(value: dict[str, Any], sources: Sequence[Source]) -> dict[Path, tuple[Origin, ...]]:
    """For every scalar, array and empty map of the whole: its origin, then what it hid, in order of precedence."""
    traced: dict[Path, tuple[Origin, ...]] = {}
    _trace(value, (), (), list(reversed(sources)), traced)
    return traced


def _trace(value: Any, path: Path, whole: Path, sources: list[Source], traced: dict[Path, tuple[Origin, ...]]) -> None:
    """`whole` is the path of the outermost array around the value, which replaces what is below as a whole."""
    members: list[tuple[str | int, Any]] = []
    match value:
        case dict():
            members = list(value.items())
        case list():
            members = list(enumerate(value))
            whole = whole or path
        case _:
            pass
    if isinstance(value, list) or not members:
        traced[path] = _origins(path, whole, sources)
    for key, member in members:
        _trace(member, (*path, key), whole, sources, traced)


def _origins(path: Path, whole: Path, sources: list[Source]) -> tuple[Origin, ...]:
    found: list[Origin] = []
    for source in sources:
        exact = source.origins.get(path)
        if not found:
            if exact:
                found.append(exact)
        elif hidden := _hidden(source, whole or path):
            found.append(hidden)
    return tuple(found)


def _hidden(source: Source, path: Path) -> Origin | None:
    """What a layer has at a path, or at the nearest path above it that is no map there."""
    if path in source.origins:
        return source.origins[path]
    value: Any = source.data
    for index, key in enumerate(path):
        if not isinstance(value, dict):
            return source.origins.get(path[:index])
        if key not in value:
            return None
        value = value[key]
    return None
