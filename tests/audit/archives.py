"""Archives made for a test: tars and folders out of texts by path. Knows no rule."""

import io
import tarfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from installer.audit.kinds import Kind
from installer.flow.audit_kinds import GLOBAL, plural


def member(name: str, data: bytes = b"", **more: Any) -> tuple[tarfile.TarInfo, bytes]:
    """A member of any sort: `type`, `linkname`, `size` and the like are set as given."""
    made = tarfile.TarInfo(name)
    made.size = len(data)
    for key, value in more.items():
        setattr(made, key, value)
    return made, data


def tar(path: Path, members: Iterable[tuple[tarfile.TarInfo, bytes]]) -> Path:
    """A tar; packed with gzip where its name says so."""
    with tarfile.open(path, "w:gz" if path.suffix in (".gz", ".tgz") else "w") as made:
        for info, data in members:
            made.addfile(info, io.BytesIO(data) if data else None)
    return path


def packed(path: Path, files: Mapping[str, str]) -> Path:
    """The same files as a tar, or, where the path has no ending, as a folder."""
    if path.suffix:
        return tar(path, (member(name, text.encode()) for name, text in files.items()))
    for name, text in files.items():
        one = path / name
        one.parent.mkdir(parents=True, exist_ok=True)
        one.write_text(text, encoding="utf-8")
    return path


def inspected(objects: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Objects as `oc adm inspect` lays them down: a list for each namespace and resource; the rest one by one."""
    listed: dict[str, list[Mapping[str, Any]]] = {}
    alone: dict[str, str] = {}
    for one in objects:
        group = str(one["apiVersion"]).rpartition("/")[0]
        kind, metadata = Kind(group, str(one["kind"])), one["metadata"]
        if kind in GLOBAL or not metadata.get("namespace"):
            alone[f"cluster-scoped-resources/{group or 'core'}/{plural(kind)}/{metadata['name']}.yaml"] = shown(one)
        else:
            path = f"namespaces/{metadata['namespace']}/{group or 'core'}/{plural(kind)}.yaml"
            listed.setdefault(path, []).append(one)
    lists = {path: {"apiVersion": "v1", "kind": "List", "items": found} for path, found in listed.items()}
    return {f"quay-io-must-gather/{path}": text for path, text in {**alone, **each_shown(lists)}.items()}


def each_shown(documents: Mapping[str, Any]) -> dict[str, str]:
    return {path: shown(one) for path, one in documents.items()}


def shown(document: Any) -> str:
    return f"---\n{yaml.safe_dump(document)}"
