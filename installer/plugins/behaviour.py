"""What sets the installers of RHDH's releases apart, as flags. Does not act on them; `simulate` does.

The flags are data: `configmaps/shared/installers.yaml` says what each means and which family has which.
"""

from dataclasses import fields
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from installer.knowledge.reading import shared
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail


@dataclass(frozen=True, slots=True)
class Behaviour:
    """One family of installers. The fields are the flags of `installers.yaml`, with `_` for `-`."""

    name: str
    language: Literal["python", "javascript"]
    missing_include: Literal["error", "warning"]
    identity: Literal["verbatim", "versionless"]
    include_duplicates: Literal["replace", "override", "refuse"]
    main_duplicates: Literal["override", "refuse"]
    include_package: Literal["accept", "main", "own"]
    oci: Literal["none", "split", "pattern"]
    oci_pattern: Literal["host", "port"]
    oci_failure: str
    oci_disabled_pass: bool
    disabled: Literal["true-only", "truthy", "boolean"]
    enabled_field: bool
    change_hash: bool
    catalog_index: Literal["none", "exact", "base-name"]
    entry_size: int
    entry_size_checked: Literal["start", "first-plugin", "never"]
    integrity: Literal["key", "truthy"]
    npm_failure: str
    npm_archive: str
    install_order: Literal["insertion", "oci-first"]
    failures: Literal["first", "collected"]


def behaviour(name: str) -> Behaviour:
    """The family of that name ("A" … "F"). Raises InstallerError (target) for a name no release has."""
    known = _families()
    if name not in known:
        raise fail(
            ExitCode.TARGET,
            "unknown-installer",
            f"no installer of RHDH is known as {name!r}; known are {', '.join(known)}",
            fix="rhdh-orchestrator releases",
        )
    return _checked(name)


def behaviours() -> tuple[str, ...]:
    """The names of all families, oldest first."""
    return tuple(_families())


@cache
def _families() -> dict[str, dict[str, Any]]:
    """The flags of each, with those that it has from another."""
    written = shared("installers")["families"]
    resolved: dict[str, dict[str, Any]] = {}
    for name, flags in written.items():
        inherited = resolved[flags["like"]] if "like" in flags else {}
        own = {key.replace("-", "_"): value for key, value in flags.items() if key != "like"}
        resolved[name] = inherited | own
    return resolved


@cache
def _checked(name: str) -> Behaviour:
    flags, hints = _families()[name], get_type_hints(Behaviour)
    for field in fields(Behaviour):
        if field.name != "name" and not _fits(flags.get(field.name), hints[field.name]):
            raise fail(
                ExitCode.BUG,
                "broken-knowledge",
                f"installers.yaml: {name}: {field.name} cannot be {flags.get(field.name)!r}",
            )
    return Behaviour(name=name, **flags)


def _fits(value: object, hint: Any) -> bool:
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    return type(value) is hint
