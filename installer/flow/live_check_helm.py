"""A Helm operation that has not ended: what it was about to change, and what takes it back. Shows no value."""

from collections.abc import Iterator, Mapping
from typing import Any

from installer.cluster.cluster import Object, Objects
from installer.instance.stored_release import StoredRelease, applied, decode
from installer.model.errors import InstallerError

_ABSENT = object()


def pending_operation(pending: Object, revisions: Objects) -> tuple[str, str]:
    """The operation in words, and the command that ends it; `revisions` are the Secrets of the same release."""
    metadata = pending["metadata"]
    labels = metadata.get("labels") or {}
    name, namespace = labels.get("name"), metadata["namespace"]
    said = f"{namespace}/{name} revision {labels.get('version')} is {labels.get('status')}"
    try:
        stored, before = decode(pending), applied(revisions, str(name))
    except InstallerError:
        return said, f"helm history {name} -n {namespace}, then helm rollback {name} REVISION -n {namespace}"
    undo = f"helm rollback {name} {before.revision}" if before else f"helm uninstall {name}"
    return f"{said}{_changes(stored, before)}", f"{undo} -n {namespace}"


def _changes(stored: StoredRelease, before: StoredRelease | None) -> str:
    """The paths of the values that differ from those in force."""
    paths = sorted(differing(before.values, stored.values)) if before else []
    return f" (it changes the values {', '.join(paths)})" if paths else ""


def differing(before: Any, after: Any, path: str = "") -> Iterator[str]:
    """The paths at which two trees of values differ, as a.b.c."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in {**before, **after}:
            deeper = f"{path}.{key}" if path else str(key)
            yield from differing(before.get(key, _ABSENT), after.get(key, _ABSENT), deeper)
    elif before != after:
        yield path
