"""Whether what runs is what was configured, as pure functions of pods, ConfigMaps and logs. Reads nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from installer.instance.operator import INIT_CONTAINER

Object = Mapping[str, Any]

# How every family of RHDH's plugin installer begins what it says of one plugin.
_BEGINNING = "======="
# Of these a line names a plugin that is not installed.
_LEFT_OUT = ("Skipping disabled", "Disabling OCI plugin", "Removing previously installed", "Removing obsolete")


def mounted(pod: Object) -> list[str]:
    """The ConfigMaps that a pod reads once, at its start: the plugin installer's, and those mounted file by file.

    What is mounted as a folder is refreshed in place: https://kubernetes.io/docs/concepts/configuration/configmap/
    """
    volumes = {one["name"]: (one.get("configMap") or {}).get("name") for one in _list(pod["spec"], "volumes")}
    found = (volumes.get(mount["name"]) for mount in _mounts_at_start(pod["spec"]))
    return sorted({name for name in found if name})


def _mounts_at_start(spec: Object) -> Iterator[Object]:
    for container in [*_list(spec, "initContainers"), *_list(spec, "containers")]:
        for mount in _list(container, "volumeMounts"):
            if mount.get("subPath") or container["name"] == INIT_CONTAINER:
                yield mount


def written(config_map: Object) -> str:
    """When somebody changed the data last, in RFC 3339; when it was made, where nobody says.

    A label that is put on it (RHDH's operator does) leaves the data as they are.
    """
    entries = config_map["metadata"].get("managedFields") or []
    times = [one.get("time") for one in entries if {"f:data", "f:binaryData"} & set(one.get("fieldsV1") or {})]
    return max((str(one) for one in times if one), default=str(config_map["metadata"].get("creationTimestamp") or ""))


def older_than(pod: Object, config_maps: Iterable[Object]) -> list[str]:
    """The ConfigMaps whose data are newer than the pod; the API's times count whole seconds, so equal is not newer."""
    made = str(pod["metadata"]["creationTimestamp"])
    return [str(one["metadata"]["name"]) for one in config_maps if written(one) > made]


def tells(log: str) -> bool:
    """Whether the plugin installer has said anything in a log; one that was rotated away says nothing."""
    return any(line.lstrip().startswith(_BEGINNING) for line in log.splitlines())


def unnamed(packages: Sequence[str], log: str) -> list[str]:
    """The packages that no line of the installer's log is about."""
    lines = [line for line in log.splitlines() if not any(words in line for words in _LEFT_OUT)]
    return [one for one in packages if not any(one in line for line in lines)]


def has_ready_endpoint(slices: Iterable[Object]) -> bool:
    """An endpoint whose `ready` is not told counts as ready, as the API says it shall.

    https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions
    """
    endpoints = (endpoint for one in slices for endpoint in one.get("endpoints") or [])
    return any((one.get("conditions") or {}).get("ready") is not False for one in endpoints)


def _list(one: Object, key: str) -> list[Object]:
    return list(one.get(key) or [])
