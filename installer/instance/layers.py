"""The configuration files around the main ones: included defaults, the `.npmrc`, patches. Judges no content."""

import posixpath
from dataclasses import replace

from yaml.nodes import ScalarNode

from installer.instance.instance import NPMRC, Document, Kustomization, Layer, Region
from installer.instance.live_config_map import lacks
from installer.instance.objects import Objects, Source, embedded
from installer.instance.view import View
from installer.model.errors import Problem
from installer.yamltext.text import Text

DEFAULT_PLUGINS = "dynamic-plugins.default.yaml"
PLUGINS_KEY = "dynamic-plugins.yaml"


def with_patches(objects: Objects, source: Source, key: str, wanted: View) -> tuple[list[Layer], list[Problem]]:
    """A value of a ConfigMap, and after it what kustomize patches put in its place (never written by us)."""
    base = objects.layer(source, key, wanted)
    layers, warnings = [base], []
    for patch in source.patches:
        value = patch.get("data", key)
        if value is None or not isinstance(value.node, ScalarNode):
            continue
        layers.append(Layer(base.name, Region(embedded(value)), "kustomize", source.ref, writable=False))
        message = f"a patch puts its own {key} in the place of the one of {source.ref}: what is written there is hidden"
        warnings.append(Problem("patched-key", message, value.place))
    return layers, warnings


def find_defaults(objects: Objects, plugins: Layer | None, includes: list[str]) -> dict[str, Layer]:
    """The include files at hand, by the name they are included with; the release's default file in any case."""
    near = posixpath.dirname(plugins.region.text.file.path) if plugins is not None else ""
    found = {}
    for name in dict.fromkeys([*includes, DEFAULT_PLUGINS]):
        layer = _file_layer(objects, posixpath.basename(name), near) or _key_layer(objects, posixpath.basename(name))
        if layer is not None:
            found[name] = replace(layer, name=name)
    return found


def _file_layer(objects: Objects, name: str, near: str) -> Layer | None:
    files = objects.manifests.files
    paths = [path for path in files if path.rpartition("/")[2] == name]
    beside = [path for path in paths if posixpath.dirname(path) == near]
    chosen = beside if len(beside) == 1 else paths
    if len(chosen) != 1:
        return None
    return Layer(name, Region(Text.of(files[chosen[0]])), "person", writable=False)


def _key_layer(objects: Objects, key: str) -> Layer | None:
    for document in objects.of_kind("ConfigMap"):
        if lacks(document, key):
            continue
        value = View(document.text, document.node, document.index, document.path).get("data", key)
        if value is not None and isinstance(value.node, ScalarNode):
            return Layer(key, Region(embedded(value)), "person", document.ref, writable=False)
    return None


def find_npmrc(objects: Objects, name: str | None, namespace: str) -> tuple[Document | None, Region | None]:
    """The Secret with the `.npmrc`, and its text where that stands in clear."""
    source = objects.find("Secret", name, namespace) if name else None
    if source is None:
        return None, None
    if NPMRC in source.files:
        file = objects.manifests.files.get(source.files[NPMRC])
        return source.document, Region(Text.of(file)) if file is not None else None
    root = source.origin
    value = root.get("stringData", NPMRC) if source.document is not None else None
    clear = value is not None and isinstance(value.node, ScalarNode)
    return source.document, Region(embedded(value)) if value is not None and clear else None


def kustomization_of(objects: Objects, document: Document) -> Kustomization | None:
    """The kustomization that lists the file of a document; the first by path where several do."""
    listing = objects.kustomizations.listing(document.text.file.path)
    return Kustomization(listing[0].document, listing[0].folder) if listing else None
