"""Finds the ConfigMaps and Secrets that an instance refers to, whatever they are written as. Judges no content."""

import posixpath
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property

from yaml.nodes import ScalarNode

from installer.instance.instance import Document, Layer, Region
from installer.instance.kustomize import Generator, Kustomizations
from installer.instance.manifests import Manifests
from installer.instance.tracking import ANNOTATIONS, LABELS, keeper
from installer.instance.view import View, refuse_duplicates, view
from installer.model.change import Owner, Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.place import Place
from installer.yamltext.reading import EMBEDDED_LIMIT
from installer.yamltext.text import Text


@dataclass(frozen=True)
class Source:
    """One ConfigMap or Secret: a document, or an entry of a kustomize generator.

    `entries` are the views of its values (document) or literals (generator); `files` the paths of generated keys.
    `patches` are what kustomizations lay over it.
    """

    ref: Ref
    origin: View
    owner: Owner
    writable: bool
    entries: Mapping[str, View]
    files: Mapping[str, str]
    envs: tuple[str, ...] = ()
    patches: tuple[View, ...] = ()
    document: Document | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        return (*self.entries, *self.files)


@dataclass(frozen=True)
class Objects:
    """The objects of a directory, by what refers to them.

    `near` is the folder of the instance where the directory holds several: of objects that namespaces do not tell
    apart, those in it and below are meant.
    """

    manifests: Manifests
    near: str | None = None

    @cached_property
    def kustomizations(self) -> Kustomizations:
        return Kustomizations(self.manifests)

    def namespace(self, document: Document) -> str:
        """The namespace of an object: its own, or the one its kustomization gives it; empty where unknown."""
        own = document.ref.namespace if document.ref else ""
        return self.kustomizations.namespace(document.text.file.path) or own

    def is_patch(self, document: Document) -> bool:
        return document.text.file.path in self.kustomizations.patches

    def of_kind(self, kind: str, group: str = "") -> list[Document]:
        """The objects of a kind, without what is listed as a patch."""
        found = self.manifests.of_kind(kind, group)
        return [one for one in found if not self.is_patch(one)] if self.kustomizations.all else found

    def patches(self, kind: str) -> list[View]:
        """What kustomizations lay over objects of a kind: files listed as patches, and patches written in place."""
        if not self.kustomizations.all:
            return []
        files = [view(one) for one in self.manifests.of_kind(kind) if self.is_patch(one)]
        return files + [one for one in self.kustomizations.inline_patches if one.scalar("kind") == kind]

    def named(self, kind: str, name: str, namespace: str) -> Document | None:
        """The object of that name, where there is exactly one in reach of the namespace."""
        found = self._documents(kind, name, namespace)
        return found[0] if len(found) == 1 else None

    def _documents(self, kind: str, name: str, namespace: str) -> list[Document]:
        # Only kustomizations give objects other names, or none of their own; a cluster has a thousand and no such file.
        reached = self.of_kind(kind) if self.kustomizations.all else self.manifests.called(kind, name)
        named = [one for one in reached if one.ref and self._is_called(one, name)]
        same = [one for one in named if self.namespace(one) == namespace]
        found = same or ([one for one in named if not self.namespace(one)] if namespace else named)
        return [one for one in found if self._is_near(one)] or found

    def _is_near(self, document: Document) -> bool:
        folder = posixpath.dirname(document.text.file.path)
        return self.near is None or f"{folder}/".startswith(f"{self.near}/")

    def _is_called(self, document: Document, name: str) -> bool:
        if document.ref is None:
            return False
        if document.ref.name == name:
            return True
        listing = self.kustomizations.listing(document.text.file.path) if document.ref.name in name else []
        return any(one.renames(document.ref.name, name) for one in listing)

    def config_map(self, name: str, namespace: str, wanted: View) -> Source:
        """The ConfigMap of that name. `wanted` is the reference to it, for messages.

        Raises InstallerError: TARGET where it is missing, INVALID where it is in a text that cannot be read or its
        data are no strings, DECIDE where it stands in two places.
        """
        source = self.find("ConfigMap", name, namespace)
        if source is None:
            raise self.missing("ConfigMap", name, namespace, wanted)
        refuse_duplicates(source.origin)
        refuse_values(source)
        return source

    def missing(self, kind: str, name: str, namespace: str, wanted: View) -> InstallerError:
        """The error for an object that was found nowhere: INVALID where a text that cannot be read mentions it."""
        scope = f"{namespace}/" if namespace else ""
        why = f"it mentions {kind} {scope}{name}, which {wanted.place} refers to and which was found nowhere else"
        broken = [one.problem(why) for one in self.manifests.unreadable if one.mentions(name)]
        if broken:
            return InstallerError(*broken)
        return fail(
            ExitCode.TARGET,
            "object-missing",
            f"{kind} {scope}{name} is missing: {wanted.place} refers to it",
            where=wanted.place,
            fix=f"add the {kind} to the directory, or correct the reference",
        )

    def find(self, kind: str, name: str, namespace: str) -> Source | None:
        """A ConfigMap or Secret; None where there is none. Raises InstallerError (DECIDE) where there are two."""
        documents = self._documents(kind, name, namespace)
        generators = self._generators(kind, name, namespace)
        created = [one for one in generators if one.behavior == "create"]
        layers = [one for one in generators if one.behavior != "create"]
        views = [view(one) for one in documents] + [one.source for one in created]
        if len(views) > 1:
            raise twice(f"{kind} {name}", views)
        if len(layers) > 1:
            raise twice(f"the generated {kind} {name}", [one.source for one in layers])
        if not views and not layers:
            return None
        base = self._of_document(documents[0], name) if documents else generated(kind, (created or layers)[0])
        return merge(base, generated(kind, layers[0])) if layers and views else base

    def _generators(self, kind: str, name: str, namespace: str) -> list[Generator]:
        found = [
            one
            for one in self.kustomizations.generators
            if one.kind == kind
            and one.owner.renames(one.name, name)
            and (not one.namespace or not namespace or one.namespace == namespace)
        ]
        return [one for one in found if self._is_near(one.owner.document)] or found

    def _of_document(self, document: Document, name: str) -> Source:
        root = view(document)
        owner, writable = self.owner(document)
        ref = replace(document.ref, namespace=self.namespace(document)) if document.ref else None
        entries = {key: one for part in ("data", "stringData") for key, one in _pairs(root, part)}
        kind = document.ref.kind if document.ref else ""
        called = {name, document.ref.name if document.ref else name}
        patches = tuple(one for one in self.patches(kind) if one.scalar("metadata", "name") in called)
        return Source(ref or Ref("v1", kind, "", name), root, owner, writable, entries, {}, (), patches, document)

    def owner(self, document: Document) -> tuple[Owner, bool]:
        """Who owns an object, and whether a person may write it (never a controller's own object)."""
        metadata = view(document).get("metadata")
        if metadata is None:
            return "person", True
        owners = metadata.get("ownerReferences")
        kinds = {one.scalar("kind") for one in owners.items()} if owners is not None else set()
        if "Backstage" in kinds:
            return "operator", False
        if metadata.scalar("annotations", "meta.helm.sh/release-name"):
            return "helm", False
        if document.ref in self.manifests.kept:
            return "argocd", True
        marked = keeper(_marks(metadata, "labels", LABELS), _marks(metadata, "annotations", ANNOTATIONS))
        if marked is not None:
            return marked, True
        return ("kustomize" if self.kustomizations.listing(document.text.file.path) else "person"), True

    def layer(self, source: Source, key: str, wanted: View, name: str = "") -> Layer:
        """One value of a ConfigMap as a configuration file. Raises InstallerError: TARGET where the key is missing,
        INVALID where its file cannot be read or the text is too large.
        """
        if key in source.files:
            text = self._file(source, source.files[key])
            return Layer(name or key, Region(text), source.owner, source.ref, source.writable)
        one = source.entries.get(key)
        if one is None:
            raise key_missing(source, key, wanted)
        if not isinstance(one.node, ScalarNode) or not one.path or isinstance(one.path[-1], int):
            raise fail(
                ExitCode.INVALID,
                "generator-literal",
                f"{one.place}: {key} of {source.ref} is written as a literal, which cannot be edited in place",
                where=one.place,
                fix=f"write it to a file and list {key}=FILE under files",
            )
        return Layer(name or key, Region(embedded(one)), source.owner, source.ref, source.writable)

    def _file(self, source: Source, path: str) -> Text:
        file = self.manifests.files.get(path)
        if file is not None:
            return Text.of(file)
        broken = self.manifests.unreadable_at(path)
        if broken is not None:
            raise InstallerError(broken.problem(f"{source.origin.place} generates {source.ref} from it"))
        raise fail(
            ExitCode.TARGET,
            "file-missing",
            f"the file {path} is missing: {source.origin.place} generates {source.ref} from it",
            where=source.origin.place,
            fix=f"add {path}, or correct the generator",
        )


def embedded(one: View) -> Text:
    """The text inside a string value. Raises InstallerError (INVALID) where it is none, or above 1 MiB."""
    if not isinstance(one.node, ScalarNode):
        raise fail(ExitCode.INVALID, "not-a-string", f"{one.place}: not a string", where=one.place)
    if len(one.node.value.encode("utf-8", "surrogatepass")) > EMBEDDED_LIMIT:
        raise fail(
            ExitCode.INVALID,
            "yaml-too-large",
            f"{one.place}: a value larger than 1 MiB, which no ConfigMap can hold",
            where=one.place,
            fix="make it smaller",
        )
    return one.text.embedded(one.node)


def generated(kind: str, one: Generator) -> Source:
    ref = Ref("v1", kind, one.namespace, one.name)
    return Source(ref, one.source, "kustomize", True, one.literals, one.files, one.envs)


def merge(base: Source, over: Source) -> Source:
    """A generator with behavior merge over what it changes: its keys replace those of the base."""
    entries = {key: one for key, one in base.entries.items() if key not in over.keys}
    files = {key: one for key, one in base.files.items() if key not in over.keys}
    return replace(
        base,
        entries={**entries, **over.entries},
        files={**files, **over.files},
        envs=base.envs + over.envs,
    )


def refuse_values(source: Source) -> None:
    """Raises InstallerError (INVALID) where a value of `data` is no string: Kubernetes would refuse the object."""
    if source.document is None:
        return
    root = view(source.document)
    data = root.get("data")
    if data is not None and not data.is_mapping and not data.is_null:
        raise no_string(source, "data", data.place, "is no mapping")
    for key, one in _pairs(root, "data"):
        if not one.is_string:
            raise no_string(source, f"data[{key!r}]", one.place, "is no string")


def no_string(source: Source, what: str, place: Place, is_what: str) -> InstallerError:
    return fail(
        ExitCode.INVALID,
        "configmap-data",
        f"{what} of {source.ref} {is_what}",
        where=place,
        fix="write the value as a block scalar: KEY: |" if "[" in what else "write data as a mapping of strings",
    )


def key_missing(source: Source, key: str, wanted: View) -> InstallerError:
    present = ", ".join(source.keys) or "none"
    return fail(
        ExitCode.TARGET,
        "key-missing",
        f"{source.ref} ({source.origin.place}) has no key {key}, which {wanted.place} needs; its keys: {present}",
        where=source.origin.place,
        fix=f"add the key {key}, or correct the reference",
    )


def twice(what: str, views: list[View]) -> InstallerError:
    places = [one.place for one in views]
    listed = " and at ".join(str(place) for place in places)
    message = f"{what} stands in {len(places)} places: at {listed}"
    fix = "remove all but one, or list the others as patches of a kustomization"
    return InstallerError(Problem("object-twice", message, places[1], fix, ExitCode.DECIDE))


def _marks(metadata: View, part: str, keys: Iterable[str]) -> dict[str, str]:
    return {key: value for key in keys if (value := metadata.scalar(part, key))}


def _pairs(root: View, part: str) -> list[tuple[str, View]]:
    found = root.get(part)
    return found.entries() if found is not None else []
