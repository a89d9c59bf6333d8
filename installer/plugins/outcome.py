"""What a run of RHDH's installer comes to, as frozen data. Does not compute it."""

from collections.abc import Mapping
from dataclasses import field
from enum import Enum
from typing import Any, Final, Literal

from installer.model.dataclass import dataclass


class Missing(Enum):
    """Why there is no text: the file is not there, or its contents are not at hand (it lives in an image)."""

    ABSENT = "absent"
    UNKNOWN = "unknown"


ABSENT: Final = Missing.ABSENT
UNKNOWN: Final = Missing.UNKNOWN

Include = str | Literal[Missing.ABSENT, Missing.UNKNOWN]


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an entry begins: the file by the name it is included with; line and column count from 1, in that text."""

    file: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class EffectivePlugin:
    """One plugin after all layers.

    package     as RHDH would hand it to npm or skopeo
    name        the package without its version: npm name, last segment of a local directory, path in an OCI image
    key         what RHDH knows the plugin by while it joins layers
    origin      the last entry that says something about it; `overrides` those it overrides, the nearest first
    level       0: last changed by an include, 1: by dynamic-plugins.yaml
    entry       all fields together; `fields` says which entry each field comes from
    """

    package: str
    name: str
    key: str
    enabled: bool
    integrity: str | None
    plugin_config: object
    origin: Origin
    overrides: tuple[Origin, ...]
    level: int
    entry: Mapping[Any, Any] = field(hash=False)
    fields: Mapping[Any, Origin] = field(hash=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Failure:
    """Why RHDH's init container would end with an error: its words, and the package they are about."""

    message: str
    package: str | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """A whole run.

    plugins     in RHDH's order; on a failure, as far as it is known
    app_config  the content of app-config.dynamic-plugins.yaml; {} where RHDH writes an empty file, None on a failure
    failure     the first failure, `failures` all of them (RHDH 2.x goes on after one plugin failed)
    warnings    what RHDH would log, and what cannot be told without the unknown files
    unknown     includes whose contents are not at hand
    dropped     OCI entries that RHDH leaves out before it joins layers, because their image is switched off
    """

    plugins: tuple[EffectivePlugin, ...]
    app_config: dict[Any, Any] | None
    failure: Failure | None
    warnings: tuple[str, ...]
    unknown: tuple[str, ...]
    failures: tuple[Failure, ...] = ()
    dropped: tuple[EffectivePlugin, ...] = ()
