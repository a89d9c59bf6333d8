"""Objects of a cluster as the manifests that everything else is written for. Asks no cluster and judges nothing.

An object is shown as the YAML that `kubectl get -o yaml` would give; every value of a ConfigMap is a file of its own,
`ConfigMap/NAMESPACE/NAME/KEY`, so that places, edits and diffs are those of the text that somebody wrote.
"""

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import field
from functools import partial
from typing import Any

import yaml
from yaml.nodes import Node, ScalarNode

from installer.instance.instance import Document
from installer.instance.live_config_map import ShownDocument, ShownMap, is_certain, parts_of
from installer.instance.manifests import Manifests, UnreadableFile
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.errors import Problem
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.text import File, Text
from installer.yamltext.values import Schema, construct

Object = Mapping[str, Any]
VALUES = "values of Helm release"


@dataclass(frozen=True)
class Value:
    """One value of a ConfigMap."""

    ref: Ref
    key: str


@dataclass(frozen=True)
class Live:
    """The manifests, and the way back: which object or value of a ConfigMap a path stands for.

    `values` is the path of the values of RHDH's Helm release, None where there is none.
    """

    manifests: Manifests
    objects: Mapping[str, Object]
    parts: Mapping[str, Value]
    values: str | None = None


@dataclass
class _Reading:
    files: dict[str, File] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    objects: dict[str, Object] = field(default_factory=dict)
    parts: dict[str, Value] = field(default_factory=dict)
    unreadable: list[UnreadableFile] = field(default_factory=list)


def read(
    found: Iterable[Object], values: tuple[str, Mapping[str, Any]] | None = None, kept: Collection[Ref] = ()
) -> Live:
    """Objects as manifests, in their order; one beyond our bounds is told in `unreadable` and `warnings`.

    :param values: name and values of the Helm release of RHDH
    :param kept: as of Manifests
    """
    reading = _Reading()
    for one in found:
        ref = ref_of(one)
        called = path_of(ref)
        _or_tell(reading, called, partial(_read, reading, one, ref, called))
    path = None
    if values is not None:
        name, given = values
        path = f"{VALUES} {name}"
        _or_tell(reading, path, partial(_add_values, reading, path, given))
    files, unreadable = dict(sorted(reading.files.items())), tuple(reading.unreadable)
    manifests = Manifests(files, tuple(reading.documents), unreadable, tuple(map(_skipped, unreadable)), kept=kept)
    return Live(manifests, reading.objects, reading.parts, path)


def ref_of(one: Object) -> Ref:
    metadata = one["metadata"]
    return Ref(str(one["apiVersion"]), str(one["kind"]), str(metadata.get("namespace", "")), str(metadata["name"]))


def path_of(ref: Ref) -> str:
    """What places and diffs call an object of a cluster."""
    return "/".join(part for part in (ref.kind, ref.namespace, ref.name) if part)


def _or_tell(reading: _Reading, path: str, take: Callable[[], None]) -> None:
    try:
        take()
    except Unreadable as reason:
        reading.unreadable.append(UnreadableFile(path, reason))
    except RecursionError:
        deep = Unreadable("yaml-too-deep", "nested deeper than Python can follow")
        reading.unreadable.append(UnreadableFile(path, deep))


def _skipped(one: UnreadableFile) -> Problem:
    return Problem(one.reason.code, f"skipped: {one.path} cannot be read: {one.reason.message}")


def _read(reading: _Reading, one: Object, ref: Ref, path: str) -> None:
    reading.objects[path] = one
    if ref.kind != "ConfigMap":
        _add(reading, path, shown(_public(one)), ref)
        return
    public = _public(one)
    characters = _json(public)
    if is_certain(public, characters):
        _put_off(reading, ShownMap(path, characters, _data(one)), ref)
        return
    node = compose(characters)[0]
    parts = dict(parts_of(node, path, one.get("data") or {}))
    file = File(path, characters.encode(), characters, parts=parts)
    reading.parts |= {part.path: Value(ref, part.path.removeprefix(f"{path}/")) for part in parts.values()}
    _put(reading, file, node, ref)


def _put_off(reading: _Reading, file: ShownMap, ref: Ref) -> None:
    """A ConfigMap that is parsed when somebody looks into it."""
    texts = (key for key, value in file.values.items() if isinstance(value, str))
    reading.parts.update((f"{file.path}/{key}", Value(ref, key)) for key in texts)
    reading.files[file.path] = file
    reading.documents.append(ShownDocument(file, ref))


def _data(one: Object) -> Mapping[str, Any]:
    data = one.get("data")
    return data if isinstance(data, dict) else {}


def _add(reading: _Reading, path: str, characters: str, ref: Ref | None) -> None:
    _put(reading, File(path, characters.encode(), characters), compose(characters)[0], ref)


def _add_values(reading: _Reading, path: str, given: Mapping[str, Any]) -> None:
    _add(reading, path, shown(given), None)


def _put(reading: _Reading, file: File, node: Node | None, ref: Ref | None) -> None:
    reading.files[file.path] = file
    if node is not None:
        reading.documents.append(Document(Text.of(file), 0, node, (), ref))


def _public(one: Object) -> dict[str, Any]:
    """What a person would write of it: without what the API server adds."""
    metadata = {key: value for key, value in one["metadata"].items() if key not in _OF_THE_SERVER}
    left_out = () if one["kind"] in _STATUS_TELLS else ("status",)
    return {key: value for key, value in one.items() if key not in left_out} | {"metadata": metadata}


_OF_THE_SERVER = frozenset({"managedFields", "uid", "resourceVersion", "generation", "creationTimestamp", "selfLink"})
_STATUS_TELLS = frozenset({"Subscription"})  # which version of RHDH's operator is installed


def shown(value: Any) -> str:
    """Data as YAML in block style; reading it gives the same data again.

    libyaml spells out what is beyond the first 65,536 characters, and puts such a text on one line; PyYAML's own Python
    shows it, and breaks texts in which line ends of Unicode stand.
    """
    text = _dumped(value, _Fast)
    if "\\U000" not in text:
        return text
    readable = _dumped(value, _Readable)
    return readable if construct(compose(readable)[0], Schema.KUBERNETES) == value else text


def _dumped(value: Any, dumper: type[yaml.SafeDumper]) -> str:
    return yaml.dump(value, Dumper=dumper, sort_keys=False, allow_unicode=True, width=1 << 20)


class _AsPeopleWrite:
    """Texts of several lines as block scalars, and no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True


class _Readable(_AsPeopleWrite, yaml.SafeDumper):
    """By PyYAML's own Python."""


class _Fast(_AsPeopleWrite, getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """By libyaml, in a fifth of the time."""


def _text(dumper: yaml.SafeDumper, value: str) -> ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


for _dumper in (_Readable, _Fast):
    _dumper.add_representer(str, _text)


def _json(value: Any) -> str:
    """JSON that is YAML too: what a YAML reader takes for a line end, or does not take at all, is escaped."""
    text = _ENCODER.encode(value)
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() or ord(one) > _BASIC else f"\\u{ord(one):04x}" for one in text)


_ENCODER = json.JSONEncoder(ensure_ascii=False)
_BASIC = 0xFFFF  # the last character that \u can spell
