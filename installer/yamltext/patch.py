"""What shall change in a YAML tree, as data: a patch is built from paths and applied to plain values.

The same patch drives the splices of `editing`; applying it to the parsed value is what the splices are held to.
Does not know how a value is written.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field
from typing import Any

from installer.model.dataclass import dataclass
from installer.yamltext.values import same

Path = tuple[str | int, ...]


class Refused(Exception):
    """An edit that cannot be made so that everything else stays as it is. `index` is the place in the text."""

    def __init__(self, message: str, index: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.index = index


@dataclass(frozen=True, slots=True)
class Set:
    """Put this value here, whatever stands here."""

    value: Any


@dataclass(frozen=True, slots=True)
class Drop:
    """Remove this key or item; comments under it stay."""


@dataclass(frozen=True, slots=True)
class Branch:
    """Change members of a mapping (text keys) or sequence (numbers).

    `renames` gives keys new names; `appended` are new items at the end of a sequence, made where there is none.
    """

    members: dict[str | int, "Patch"] = field(default_factory=dict)
    renames: dict[str, str] = field(default_factory=dict)
    appended: list[Any] = field(default_factory=list)

    def put(self, path: Path, patch: "Patch") -> "Branch":
        """Puts `patch` at `path` in this branch (which changes); the last patch of a place wins."""
        self.at(path[:-1]).members[path[-1]] = patch
        return self

    def at(self, path: Path) -> "Branch":
        """The branch at `path`, made where there is none."""
        branch = self
        for key in path:
            child = branch.members.setdefault(key, Branch())
            if not isinstance(child, Branch):
                raise TypeError(f"{path} lies under a value that is set")
            branch = child
        return branch

    def append(self, path: Path, values: Iterable[Any]) -> "Branch":
        """Adds items to the end of the sequence at `path`."""
        self.at(path).appended.extend(values)
        return self

    def __bool__(self) -> bool:
        return bool(self.members or self.renames or self.appended)


Patch = Set | Drop | Branch


def applied(value: Any, patch: Patch) -> Any:
    """The value after the patch; `value` itself is not changed. None counts as missing. Raises Refused."""
    match patch:
        case Set(new):
            return copy.deepcopy(new)
        case Drop():
            raise Refused("a root cannot be dropped")
        case Branch():
            return _branch(value, patch)


def _branch(value: Any, patch: Branch) -> Any:
    if isinstance(value, list) or (patch.appended and value is None):
        if any(isinstance(key, str) for key in patch.members):
            raise Refused("a list stands where keys should go")
        return [*_items(value or [], patch), *copy.deepcopy(patch.appended)]
    if not isinstance(value, dict | None) or patch.appended:
        raise Refused("a value of another kind stands in the way")
    result: dict[Any, Any] = dict(value or {})
    for key, member in patch.members.items():
        if isinstance(member, Drop):
            result.pop(key, None)
        else:
            result[key] = applied(result.get(key), member)
    return {patch.renames.get(key, key): child for key, child in result.items()}


def _items(value: Sequence[Any], patch: Branch) -> list[Any]:
    result: list[Any] = []
    for number, item in enumerate(value):
        member = patch.members.get(number)
        if member is None:
            result.append(item)
        elif not isinstance(member, Drop):
            result.append(applied(item, member))
    return result


def narrowed(value: Any, patch: Patch) -> Patch | None:
    """The least patch that makes of `value` what `patch` makes of it; None where that is nothing."""
    match patch, value:
        case Set(new), _ if same(value, new):
            return None
        case (Set(dict() as new), dict()) if new and value:
            gone: dict[str | int, Patch] = {key: Drop() for key in value if key not in new}
            return narrowed(value, Branch(gone | {key: Set(child) for key, child in new.items()}))
        case (Set(list() as new), list()) if new and value:
            return _narrowed_list(value, new)
        case Branch(), dict():
            return _narrowed_members(dict(value), patch)
        case Branch(), list():
            return _narrowed_members(dict(enumerate(value)), patch)
        case _:
            return patch


def _narrowed_members(value: dict[Any, Any], patch: Branch) -> Branch | None:
    members: dict[str | int, Patch] = {}
    for key, member in patch.members.items():
        if key not in value:
            if not isinstance(member, Drop) and not isinstance(key, int):
                members[key] = member
        elif (needed := narrowed(value[key], member)) is not None:
            members[key] = needed
    renames = {old: new for old, new in patch.renames.items() if old in value and old != new}
    return Branch(members, renames, patch.appended) if members or renames or patch.appended else None


def _narrowed_list(old: list[Any], new: list[Any]) -> Branch | None:
    """Items that are still there stay; otherwise item by item, as far as both lists go."""
    members: dict[str | int, Patch] = {}
    position = 0
    for number, item in enumerate(old):
        if position < len(new) and same(item, new[position]):
            position += 1
        else:
            members[number] = Drop()
    if position and len(members) < len(old):
        return Branch(members, {}, new[position:])
    members = {number: Set(new[number]) if number < len(new) else Drop() for number in range(len(old))}
    return _narrowed_members(dict(enumerate(old)), Branch(members, {}, new[len(old) :]))


def missing(wanted: Mapping[str, Any], present: Any) -> Branch:
    """The patch that adds to `present` what `wanted` has and `present` lacks; existing values stay."""
    patch = Branch()
    for key, value in wanted.items():
        inside = present.get(key) if isinstance(present, Mapping) else None
        if inside is None:
            patch.members[key] = Set(value)
        elif isinstance(value, Mapping) and isinstance(inside, Mapping):
            child = missing(value, inside)
            if child:
                patch.members[key] = child
    return patch
