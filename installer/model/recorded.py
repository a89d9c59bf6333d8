"""Runs as JSON data and back, for the journal and for plan files. Compresses and encodes nothing."""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from installer.model.change import Ref
from installer.model.run import Edit, Infrastructure, Operator, Operators, Rollout, Run, Target, Upgrade, Verify, Writes

VERSION = 1
_PARTS = (Edit, Infrastructure, Operator, Operators, Ref, Rollout, Run, Target, Upgrade, Verify, Writes)
_TYPES: Mapping[str, type] = {one.__name__: one for one in _PARTS}
_TYPE = "_"


def to_data(value: Any) -> Any:
    """A run, or a part of it, as JSON data."""
    if is_dataclass(value) and not isinstance(value, type):
        named = {one.name: to_data(getattr(value, one.name)) for one in fields(value)}
        return {_TYPE: type(value).__name__, **named}
    if isinstance(value, tuple):
        return [to_data(one) for one in value]
    return value


def from_data(data: Any) -> Any:
    """What `to_data` made. Raises KeyError or TypeError for anything else; values inside contents stay as they are."""
    if isinstance(data, list):
        return tuple(from_data(one) for one in data)
    if isinstance(data, Mapping) and data.get(_TYPE) in _TYPES:
        made = _TYPES[str(data[_TYPE])]
        kept = ("before", "after", "values")  # of people: nothing in them is ours, whatever it looks like
        return made(**{key: one if key in kept else from_data(one) for key, one in data.items() if key != _TYPE})
    return data
