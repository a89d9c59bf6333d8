"""The objects that a rendered chart names, as identities. Renders nothing and asks no cluster."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import yaml

from installer.model.change import Ref

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Identity = tuple[str, str, str]
Object = Mapping[str, Any]


def objects_of(manifest: str) -> list[dict[str, Any]]:
    """The objects of a text of Helm's: plain YAML, as the API takes it."""
    found = yaml.load_all(manifest, Loader=_LOADER)
    return [one for one in found if isinstance(one, dict) and one.get("kind")]


def refs_of(manifest: str, namespace: str) -> Iterator[Ref]:
    """Each object's reference; `namespace` is the release's."""
    for one in objects_of(manifest):
        metadata = one.get("metadata") or {}
        own = "" if one["kind"] in _GLOBAL else str(metadata.get("namespace") or namespace)
        yield Ref(str(one["apiVersion"]), str(one["kind"]), own, str(metadata["name"]))


def identities(objects: Iterable[Object]) -> frozenset[Identity]:
    """Kind, namespace and name of each, whatever version it is told in."""
    return frozenset(_identity(one) for one in objects)


def missing(manifest: str, there: frozenset[Identity], kinds: frozenset[str]) -> tuple[Identity, ...]:
    """What a manifest names and is not there, of the kinds that were looked for."""
    wanted = (_identity(one) for one in objects_of(manifest) if one["kind"] in kinds)
    return tuple(one for one in wanted if one not in there)


def _identity(one: Object) -> Identity:
    metadata = one["metadata"]
    return str(one["kind"]), str(metadata.get("namespace") or ""), str(metadata["name"])


_GLOBAL = frozenset({"Namespace"})
