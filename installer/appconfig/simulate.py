"""Foretells what Backstage's config loader makes of files and an environment, with the place of every value.

Pure: files are read by a function that is given. Does not judge what the values mean.
Source of the facts: @backstage/config-loader 1.11.3 with @backstage/config 1.3.9, which the tests run beside it.
"""

from collections.abc import Sequence
from typing import Any

from installer.appconfig.merge import Source, merge, trace
from installer.appconfig.terms import (
    ALL,
    Effective,
    Environment,
    Every,
    Failure,
    Layer,
    Origin,
    Path,
    Refused,
    Switches,
)
from installer.appconfig.transform import Read, Transformation
from installer.appconfig.variables import read_variables
from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern

__all__ = [
    "ALL",
    "Effective",
    "Environment",
    "Every",
    "Failure",
    "Found",
    "Layer",
    "Origin",
    "Read",
    "Switches",
    "lookup",
    "simulate",
]

_NOTHING = "Missing required config value at '' in 'mock-config'"


def simulate(layers: Sequence[Layer], environment: Environment, read: Read, switches: Switches) -> Effective:
    """What the portal would run with.

    `layers` in the order of `--config`; `read` gives the text of a file that `$file` or `$include` names (its path
    joined to the directory of the file that says so), None where there is none.
    """
    try:
        variables, unresolved = read_variables(environment, switches)
    except Refused as error:
        # Variables are read at once, files only later: a bad variable is reported before any file.
        return Effective(None, error.failure())
    sources: list[Source] = []
    refusals: list[Refused] = []
    names = set(unresolved)
    for layer in layers:
        transformation = Transformation(environment, read, switches, names)
        try:
            source = transformation.apply(layer)
        except Refused as error:
            refusals.append(error)
            continue
        if source:
            sources.append(source)
    if refusals:
        # Files are read at the same time; who needs the fewest reads to fail is the first to be heard.
        return Effective(None, min(refusals, key=lambda refusal: refusal.effort).failure())
    if variables:
        sources.append(variables)
    if not sources:
        return Effective(None, Failure(_NOTHING))
    value = merge(sources)
    return Effective(value, None, trace(value, sources), tuple(sorted(names)))


@dataclass(frozen=True, slots=True)
class Found:
    """One value of the whole: its path, where it or its members come from, and what they hid."""

    path: Path
    value: Any
    origins: tuple[Origin, ...]
    overrides: tuple[Origin, ...]


_STEP = late_pattern(r"\[([0-9]+)\]")


def lookup(effective: Effective, dotted_path: str) -> Found | None:
    """The value at `a.b[0].c` or `a.b.0.c`, None where there is none; keys may themselves hold dots."""
    parts = _STEP.sub(r".\1", dotted_path).split(".") if dotted_path else []
    path = _find(effective.value, parts, ())
    if path is None:
        return None
    value: Any = effective.value
    for step in path:
        value = value[step]
    origins = effective.origins.get(path)
    if origins:
        return Found(path, value, origins[:1], origins[1:])
    below = [traced for leaf, traced in effective.origins.items() if leaf[: len(path)] == path]
    winners = dict.fromkeys(origin for traced in below for origin in traced[:1])
    hidden = dict.fromkeys(origin for traced in below for origin in traced[1:])
    return Found(path, value, tuple(winners), tuple(hidden))


def _find(value: Any, parts: list[str], path: Path) -> Path | None:
    if not parts:
        return path
    if isinstance(value, list):
        index = int(parts[0]) if parts[0].isdecimal() else len(value)
        return _find(value[index], parts[1:], (*path, index)) if index < len(value) else None
    if not isinstance(value, dict):
        return None
    for length in range(1, len(parts) + 1):
        key = ".".join(parts[:length])
        if key in value and (found := _find(value[key], parts[length:], (*path, key))) is not None:
            return found
    return None
