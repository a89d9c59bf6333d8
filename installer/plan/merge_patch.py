"""JSON merge patches (RFC 7386) between two contents. Sends nothing."""

from collections.abc import Mapping
from typing import Any


def merge_patch(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    """The smallest merge patch that makes `after` of `before`; lists are replaced as a whole, null removes."""
    patch: dict[str, Any] = {key: None for key in before if key not in after}
    for key, value in after.items():
        old = before.get(key)
        if key not in before:
            patch[key] = value
        elif isinstance(old, Mapping) and isinstance(value, Mapping):
            inner = merge_patch(old, value)
            if inner:
                patch[key] = inner
        elif old != value:
            patch[key] = value
    return patch


def apply_patch(before: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """What the API makes of an object and a merge patch."""
    after = dict(before)
    for key, value in patch.items():
        old = before.get(key)
        if value is None:
            after.pop(key, None)
        elif isinstance(value, Mapping):
            after[key] = apply_patch(old if isinstance(old, Mapping) else {}, value)
        else:
            after[key] = value
    return after
