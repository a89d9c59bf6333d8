"""What kustomizations say of the other files: resources, patches, generators, namespaces. Renders nothing."""

import posixpath
from collections.abc import Iterable, Mapping
from functools import cached_property

from yaml.nodes import MappingNode, ScalarNode

from installer.instance.instance import Document
from installer.instance.manifests import Manifests
from installer.instance.view import View, view
from installer.model.dataclass import dataclass
from installer.yamltext.reading import EMBEDDED_LIMIT, Unreadable, compose

FILE_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
API_GROUP = "kustomize.config.k8s.io"


@dataclass(frozen=True)
class Generator:
    """An entry of configMapGenerator or secretGenerator; paths are those of files that were read.

    `literals` are the elements `KEY=VALUE`, as views; `behavior` is create, merge or replace.
    """

    kind: str
    name: str
    namespace: str
    behavior: str
    files: Mapping[str, str]
    literals: Mapping[str, View]
    envs: tuple[str, ...]
    source: View
    owner: "Kustomize"


@dataclass(frozen=True)
class Kustomize:
    """One kustomization (or component): paths are those of files or folders that were read."""

    document: Document
    folder: str
    namespace: str
    prefix: str
    suffix: str
    resources: frozenset[str]
    patches: frozenset[str]

    def renames(self, name: str, wanted: str) -> bool:
        """Whether an object called `name` here is the one that is `wanted`, by its own name or the one it gets."""
        return wanted in (name, f"{self.prefix}{name}{self.suffix}")


@dataclass(frozen=True)
class Kustomizations:
    """All kustomizations of a directory."""

    manifests: Manifests

    @cached_property
    def all(self) -> tuple[Kustomize, ...]:
        return tuple(_kustomize(self.manifests, document) for document in _documents(self.manifests.documents))

    @cached_property
    def patches(self) -> frozenset[str]:
        """The paths of files that some kustomization lists as a patch."""
        return frozenset(path for one in self.all for path in one.patches)

    @cached_property
    def generators(self) -> tuple[Generator, ...]:
        return tuple(generator for one in self.all for generator in _generators(self.manifests, one))

    @cached_property
    def inline_patches(self) -> tuple[View, ...]:
        """The strategic-merge patches written into kustomizations; those that cannot be read are left out."""
        written = [
            patch
            for one in self.all
            for key in ("patches", "patchesStrategicMerge")
            for entry in _items(view(one.document), key)
            if (patch := entry.get("patch") if entry.is_mapping else entry) is not None and "\n" in patch.scalar()
        ]
        return tuple(root for patch in written for root in _roots(patch))

    def listing(self, path: str) -> list[Kustomize]:
        """The kustomizations that list a file or folder among their resources."""
        return [one for one in self.all if path in one.resources]

    def namespace(self, path: str) -> str:
        """The namespace that objects of a file get; empty where none, or several overlays give different ones."""
        found = self._namespaces(path, frozenset())
        return found.pop() if len(found) == 1 else ""

    def _namespaces(self, path: str, seen: frozenset[str]) -> set[str]:
        found: set[str] = set()
        for one in self.listing(path):
            if one.folder in seen:
                continue
            above = self._namespaces(one.folder, seen | {one.folder})
            found |= above or ({one.namespace} if one.namespace else set())
        return found


def generated_paths(documents: Iterable[Document]) -> list[str]:
    """The paths that generators name, relative to the directory, sorted (links as they are written)."""
    paths: set[str] = set()
    for document in _documents(documents):
        folder = posixpath.dirname(document.text.file.path)
        for key in ("configMapGenerator", "secretGenerator"):
            for entry in _items(view(document), key):
                named = [path for _, path in _files(entry)] + _envs(entry)
                paths.update(posixpath.normpath(posixpath.join(folder, path)) for path in named)
    return sorted(path for path in paths if not path.startswith(".."))


def _roots(patch: View) -> list[View]:
    """The mappings in a text that is written as a value."""
    if not isinstance(patch.node, ScalarNode):
        return []
    text = patch.text.embedded(patch.node)
    try:
        nodes = compose(text.characters, limit=EMBEDDED_LIMIT)
    except Unreadable:
        return []
    return [View(text, node, index) for index, node in enumerate(nodes) if isinstance(node, MappingNode)]


def _documents(documents: Iterable[Document]) -> list[Document]:
    return [document for document in documents if _is_kustomization(document)]


def _is_kustomization(document: Document) -> bool:
    if document.ref is not None:
        known = document.ref.kind in ("Kustomization", "Component")
        return known and document.ref.api_version.startswith(f"{API_GROUP}/")
    return posixpath.basename(document.text.file.path) in FILE_NAMES


def _kustomize(manifests: Manifests, document: Document) -> Kustomize:
    root, folder = view(document), posixpath.dirname(document.text.file.path)

    def paths(written: Iterable[str]) -> frozenset[str]:
        return frozenset(manifests.resolve(folder, path) for path in written if path and "\n" not in path)

    listed = [one.scalar() for key in ("resources", "components", "bases") for one in _items(root, key)]
    patches = [one.scalar() for one in _items(root, "patchesStrategicMerge")]
    patches += [one.scalar("path") for key in ("patches", "patchesJson6902") for one in _items(root, key)]
    return Kustomize(
        document,
        folder,
        root.scalar("namespace"),
        root.scalar("namePrefix"),
        root.scalar("nameSuffix"),
        paths(listed),
        paths(patches),
    )


def _generators(manifests: Manifests, owner: Kustomize) -> list[Generator]:
    root = view(owner.document)
    return [
        Generator(
            kind,
            entry.scalar("name"),
            entry.scalar("namespace") or owner.namespace,
            entry.scalar("behavior") or "create",
            {key: manifests.resolve(owner.folder, path) for key, path in _files(entry)},
            {one.scalar().partition("=")[0]: one for one in _items(entry, "literals") if one.scalar()},
            tuple(manifests.resolve(owner.folder, path) for path in _envs(entry)),
            entry,
            owner,
        )
        for kind, key in (("ConfigMap", "configMapGenerator"), ("Secret", "secretGenerator"))
        for entry in _items(root, key)
    ]


def _files(entry: View) -> list[tuple[str, str]]:
    """The pairs of key and path of a generator: `key=path`, or a path whose last part is the key."""
    pairs = []
    for one in _items(entry, "files"):
        key, equals, path = one.scalar().partition("=")
        pairs.append((key, path) if equals else (posixpath.basename(key), key))
    return pairs


def _envs(entry: View) -> list[str]:
    return [path for path in (entry.scalar("env"), *(one.scalar() for one in _items(entry, "envs"))) if path]


def _items(parent: View, key: str) -> list[View]:
    found = parent.get(key)
    return found.items() if found is not None else []
