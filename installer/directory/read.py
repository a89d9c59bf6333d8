"""Reads a directory of manifests once, each file parsed once. Does not write, and does not look for an instance."""

import gc
import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import field

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.directory.characters import FILE_LIMIT, decode, make_out, too_large
from installer.directory.walk import Walk, inside, is_manifest, load, walk
from installer.instance.instance import Document, Path
from installer.instance.kustomize import generated_paths
from installer.instance.manifests import Manifests, UnreadableFile
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem, fail
from installer.model.place import Place
from installer.yamltext.reading import Unreadable, compose, uncollected
from installer.yamltext.text import File, Text


@dataclass
class _Reading:
    root: str
    files: dict[str, File] = field(default_factory=dict)
    documents: list[Document] = field(default_factory=list)
    unreadable: list[UnreadableFile] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)


def read(directory: str) -> Manifests:
    """Every manifest in a directory and below it: *.yaml, *.yml, *.json, and the files kustomize generates from.

    Skipped without a word: hidden folders, node_modules, FIFOs, sockets, devices, folders with the name of a file,
    empty files. Skipped with a warning: links out of the directory, files above 16 MiB, texts that are no YAML.
    Raises InstallerError: TARGET where the directory is missing, a file, or holds no manifest; DENIED where it, a
    folder or a manifest in it is not readable for this user.
    """
    found = walk(directory)
    reading = _Reading(found.root, warnings=found.warnings)
    with uncollected():  # collecting garbage is two thirds of the time of reading 500 files
        for path in sorted(found.paths):
            _read_file(reading, path)
        _read_generated(reading, found)
        gc.freeze()  # the nodes stay: later collections need not look at them
    if not reading.files and not reading.unreadable and not reading.warnings:
        raise fail(
            ExitCode.TARGET,
            "directory-empty",
            f"{directory} holds no manifest (no .yaml, .yml or .json file)",
            fix="give the directory that holds the manifests of RHDH",
        )
    return Manifests(
        dict(sorted(reading.files.items())),
        tuple(reading.documents),
        tuple(reading.unreadable),
        tuple(reading.warnings),
        dict(sorted(found.links.items())),
    )


def parse(files: Mapping[str, bytes], warnings: Iterable[Problem] = ()) -> Manifests:
    """What was read elsewhere, such as from an archive, as `read` would read it from a directory."""
    reading = _Reading("", warnings=[*warnings])
    with uncollected():
        for path in sorted(files):
            _take(reading, path, files[path])
    return Manifests(reading.files, tuple(reading.documents), tuple(reading.unreadable), tuple(reading.warnings))


def _read_file(reading: _Reading, path: str) -> None:
    _take(reading, path, _load(reading, path))


def _take(reading: _Reading, path: str, data: bytes) -> None:
    if not data:
        return
    try:
        if len(data) > FILE_LIMIT:
            raise too_large()
        characters, bom = decode(data)
        nodes = compose(characters)
    except Unreadable as reason:
        reading.unreadable.append(UnreadableFile(path, reason, make_out(data)))
        where = Place(path, reason.line, reason.column)
        hint = " (a Helm template?)" if b"{{" in data else ""
        _warn(reading, reason.code, f"skipped: {path} cannot be read as YAML{hint}: {reason.message}", where)
        return
    file = File(path, data, characters, bom)
    reading.files[path] = file
    text = Text.of(file)
    for index, node in enumerate(nodes):
        if node is not None:
            reading.documents.extend(_objects(text, index, node, ()))


def _load(reading: _Reading, path: str) -> bytes:
    try:
        return load(reading.root, path)
    except Unreadable as reason:
        _warn(reading, reason.code, f"skipped: {path}: {reason.message}", Place(path, 1))
        return b""


def _warn(reading: _Reading, code: str, message: str, where: Place) -> None:
    reading.warnings.append(Problem(code, message, where))


def _read_generated(reading: _Reading, found: Walk) -> None:
    """Files that a configMapGenerator names, of other names (`.env`, `.npmrc`) or empty: held as characters only."""
    for wanted in generated_paths(reading.documents):
        path = inside(found.root, wanted)
        if path is None or path in reading.files:
            continue
        data = _load(reading, path)
        if data and is_manifest(posixpath.basename(path)):
            continue  # read already, and no YAML
        if path != wanted:
            found.links[wanted] = path
        try:
            characters, bom = decode(data)
            reading.files[path] = File(path, data, characters, bom)
        except Unreadable as reason:
            reading.unreadable.append(UnreadableFile(path, reason, make_out(data)))
            _warn(reading, reason.code, f"skipped: {path}: {reason.message}", Place(path, reason.line, reason.column))


def _objects(text: Text, index: int, node: Node, path: Path) -> list[Document]:
    """A document, or the items of a `List` (also of a typed one: ConfigMapList), each with its address."""
    fields = _fields(node)
    kind, items = _scalar(fields.get("kind")), fields.get("items")
    if kind.endswith("List") and isinstance(items, SequenceNode):
        default = (_scalar(fields.get("apiVersion")), kind.removesuffix("List"))
        return [
            document
            for number, item in enumerate(items.value)
            for document in _item(text, index, item, (*path, "items", number), default)
        ]
    return [Document(text, index, node, path, _ref(fields))]


def _item(text: Text, index: int, node: Node, path: Path, default: tuple[str, str]) -> list[Document]:
    documents = _objects(text, index, node, path)
    if len(documents) == 1 and documents[0].ref is None and all(default) and isinstance(node, MappingNode):
        return [Document(text, index, node, path, _ref(_fields(node), *default))]
    return documents


def _ref(fields: dict[str, Node], api_version: str = "", kind: str = "") -> Ref | None:
    api_version = _scalar(fields.get("apiVersion")) or api_version
    kind = _scalar(fields.get("kind")) or kind
    if not api_version or not kind:
        return None
    metadata = _fields(fields.get("metadata"))
    return Ref(api_version, kind, _scalar(metadata.get("namespace")), _scalar(metadata.get("name")))


def _fields(node: Node | None) -> dict[str, Node]:
    if not isinstance(node, MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, ScalarNode)}


def _scalar(node: Node | None) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""
