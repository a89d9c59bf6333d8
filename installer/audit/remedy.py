"""What would put a finding right, as data, whoever owns the configuration. How the owner is told is for `fixes`."""

from collections.abc import Mapping
from typing import Any

from installer.model.change import Ref
from installer.model.dataclass import dataclass


@dataclass(frozen=True)
class SetConfig:
    """A value of app-config, at a path of keys, in the last file that RHDH reads."""

    path: tuple[str, ...]
    value: Any


@dataclass(frozen=True)
class UnsetConfig:
    """A key of app-config that should go."""

    path: tuple[str, ...]


@dataclass(frozen=True)
class SetPlugin:
    """An entry of dynamic-plugins.yaml: fields that are added or changed; None takes a field away.

    `package` is the entry as it is now (or the new one, where there is none); `fields` may hold another `package`.
    """

    package: str
    fields: Mapping[str, Any]


@dataclass(frozen=True)
class RemovePlugin:
    """An entry of dynamic-plugins.yaml that should go."""

    package: str


@dataclass(frozen=True)
class SetPlugins:
    """Top-level keys of dynamic-plugins.yaml, such as `includes`."""

    fields: Mapping[str, Any]


@dataclass(frozen=True)
class SetVariable:
    """A variable of RHDH's container, or of the init container that installs plugins.

    Its value is a text, or a key of a Secret (name of the Secret, key); with neither, the variable should go.
    """

    name: str
    value: str | None = None
    init: bool = False
    secret: tuple[str, str] | None = None


@dataclass(frozen=True)
class SetInstance:
    """A setting of RHDH itself that each owner spells otherwise.

    `operator` is a patch of the Backstage resource, `helm` values of the chart up to RHDH 1.10, `chart` values from
    RHDH 2.0 on, `plain` a patch of the Deployment.
    """

    operator: Mapping[str, Any]
    helm: Mapping[str, Any]
    chart: Mapping[str, Any]
    plain: Mapping[str, Any]


@dataclass(frozen=True)
class PatchObject:
    """A merge patch of one object."""

    ref: Ref
    patch: Mapping[str, Any]


@dataclass(frozen=True)
class CreateObject:
    """An object that is missing, in full; what only a person knows stands in angle brackets."""

    manifest: Mapping[str, Any]


@dataclass(frozen=True)
class DeleteObject:
    """An object that should go."""

    ref: Ref


@dataclass(frozen=True)
class Run:
    """Commands to type, one a line; nothing in them is a secret."""

    commands: tuple[str, ...]


Remedy = (
    SetConfig
    | UnsetConfig
    | SetPlugin
    | RemovePlugin
    | SetPlugins
    | SetVariable
    | SetInstance
    | PatchObject
    | CreateObject
    | DeleteObject
    | Run
)
