"""How large the ConfigMaps of a planned file are. Kubernetes takes 1 MiB of data in one (the limit of core/v1)."""

from collections.abc import Iterator
from typing import Any

from installer.yamltext.reading import compose
from installer.yamltext.values import Schema, construct

LIMIT = 1024 * 1024


def oversized(characters: str) -> Iterator[tuple[str, int]]:
    """Name and bytes of every ConfigMap of a file that is too large; keys count as well as values."""
    if len(characters.encode()) <= LIMIT:
        return
    for document in compose(characters):
        for one in _objects(construct(document, Schema.KUBERNETES)):
            size = sum(_bytes(part) for key in ("data", "binaryData") for part in _pairs(one.get(key)))
            if size > LIMIT:
                yield str((one.get("metadata") or {}).get("name", "")), size


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    if not isinstance(value, dict):
        return
    if value.get("kind") == "ConfigMap":
        yield value
    elif isinstance(value.get("items"), list):
        for item in value["items"]:
            yield from _objects(item)


def _pairs(data: Any) -> Iterator[str]:
    for key, value in data.items() if isinstance(data, dict) else ():
        yield f"{key}{value}"


def _bytes(text: str) -> int:
    return len(text.encode())
