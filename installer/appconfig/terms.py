"""The nouns of the app-config simulation: what goes in and what comes out. Computes nothing."""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Any, Literal, TypeAlias

from installer.model.dataclass import dataclass


class Every(Enum):
    """Stands for every name."""

    NAME = "every name"


ALL: Literal[Every.NAME] = Every.NAME

Path: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Layer:
    """A file as passed to `--config`: its path, and its text or None where there is no such file."""

    name: str
    text: str | None


@dataclass(frozen=True, slots=True)
class Environment:
    """The environment of the portal. `unknown` are names that are set to a value that cannot be known from here.

    A name that is in neither is not set. The order of `values` is that of the environment.
    """

    values: Mapping[str, str] = field(default_factory=dict)
    unknown: frozenset[str] | Literal[Every.NAME] = frozenset()


@dataclass(frozen=True, slots=True)
class Switches:
    """What differs between versions of @backstage/config-loader.

    `dollar_keys_are_placeholders`: any key that begins with `$` is one (before 1.10.0, RHDH up to 1.6).
    `colon_in_keys`: parts of keys may hold a colon (from 1.10.5 on, RHDH from 1.9).
    """

    dollar_keys_are_placeholders: bool = False
    colon_in_keys: bool = True


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value stands; line and column from 1."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Failure:
    """Why the portal would not start, in the loader's words without the lines of text that it quotes."""

    message: str
    file: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Effective:
    """What the portal runs with, or why it does not start: one of `value` and `failure` is None.

    `origins`: for every scalar, array and empty map of the value where it comes from, and then what it hid, in
    order of precedence. `unresolved`: names of the environment whose values are not known, sorted.
    """

    value: dict[str, Any] | None
    failure: Failure | None
    origins: Mapping[Path, tuple[Origin, ...]] = field(default_factory=dict)
    unresolved: tuple[str, ...] = ()


class Refused(Exception):
    """The loader gives up; `effort` orders failures of files that are read at the same time."""

    def __init__(self, message: str, file: str | None = None, line: int | None = None, effort: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.effort = effort

    def failure(self) -> Failure:
        return Failure(self.message, self.file, self.line)
