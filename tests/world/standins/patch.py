"""Merges a strategic patch into a pod-bearing object, as far as RHDH's `spec.deployment.patch` needs it. Pure."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

# List -> the key that tells its members apart (patchMergeKey of k8s.io/api core/v1); lists not named here are replaced.
KEYS = {
    "containers": "name",
    "initContainers": "name",
    "env": "name",
    "volumes": "name",
    "volumeMounts": "mountPath",
    "ports": "containerPort",
    "imagePullSecrets": "name",
}


def strategic_merge(base: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """`base` with `patch` on it: maps joined, null removes, lists of KEYS joined member by member."""
    merged = {key: deepcopy(value) for key, value in base.items()}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _joined(key, merged.get(key), value)
    return merged


def _joined(key: str, old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return strategic_merge(old, new)
    if isinstance(old, list) and isinstance(new, list) and key in KEYS:
        return _members(KEYS[key], old, new)
    return deepcopy(new)


def _members(key: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> list[Any]:
    patches = {one[key]: one for one in new}
    kept = [strategic_merge(one, patches.pop(one[key], {})) for one in old]
    return [*kept, *map(deepcopy, patches.values())]
