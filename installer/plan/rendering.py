"""A layer as the one text that RHDH reads, and the way back from its lines to the places in a person's file.

A text of its own is taken as it is; a region of Helm values is written out, as the chart would do.
"""

import re
from collections.abc import Callable
from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from installer.instance.instance import HelmHome, Instance, Layer
from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.model.place import Place
from installer.plan.draft import Draft
from installer.yamltext.reading import compose
from installer.yamltext.text import index_of
from installer.yamltext.values import Schema, construct, is_merge, key_text

_STRING_TEMPLATE = late_pattern(r"\{\{-?\s*(?:\"((?:[^\"\\]|\\.)*)\"|`([^`]*)`)\s*-?\}\}")


@dataclass(frozen=True)
class Rendering:
    """What RHDH reads under `name`, and where a line and column of it stand in the directory."""

    name: str
    characters: str
    locate: Callable[[int, int], Place]


def render(draft: Draft, layer: Layer, instance: Instance) -> Rendering:
    region = layer.region
    if not region.path and not layer.templated:
        text = region.text
        after = draft.characters(text)
        return Rendering(layer.name, after, lambda line, column: draft.place_at(text, index_of(after, line, column)))
    node = draft.root(region)
    characters = dump(resolve(construct(node, Schema.KUBERNETES), instance) or {})
    return Rendering(layer.name, characters, _locator(draft, layer, node, characters))


def dump(value: Any) -> str:
    """Plain data as YAML that every reader reads alike."""
    if not value:
        return "{}\n"
    from installer.yamltext.emit import Style, block  # noqa: PLC0415 - most texts are taken as they are

    return "\n".join(block(value, 0, Style())) + "\n"


def resolve(value: Any, instance: Instance) -> Any:
    """Values after the templates that need nothing but the release: text literals, its name and namespace."""
    match value:
        case str():
            return _resolved_text(value, instance)
        case list():
            return [resolve(item, instance) for item in value]
        case dict():
            return {key: resolve(child, instance) for key, child in value.items()}
        case _:
            return value


def _resolved_text(text: str, instance: Instance) -> str:
    release = instance.home.release if isinstance(instance.home, HelmHome) else None
    for name, value in ((".Release.Namespace", instance.namespace), (".Release.Name", release)):
        if value:
            text = re.sub(r"\{\{-?\s*" + re.escape(name) + r"\s*-?\}\}", value.replace("\\", "\\\\"), text)
    return _STRING_TEMPLATE.sub(lambda match: match[1] if match[1] is not None else match[2], text)


def _locator(draft: Draft, layer: Layer, node: Node | None, characters: str) -> Callable[[int, int], Place]:
    places: dict[int, Node] = {}
    documents = compose(characters)
    if node is not None and documents and documents[0] is not None:
        _pair(documents[0], node, places)

    def locate(line: int, column: int) -> Place:  # noqa: ARG001 - a line holds one value
        found = next((places[number] for number in range(line, 0, -1) if number in places), node)
        return draft.place(layer.region, found)

    return locate


def _pair(rendered: Node, original: Node, places: dict[int, Node]) -> None:
    """Both trees have one shape; each line of the rendered one gets the node it was written for."""
    places.setdefault(rendered.start_mark.line + 1, original)
    if isinstance(rendered, SequenceNode) and isinstance(original, SequenceNode):
        for mine, theirs in zip(rendered.value, original.value, strict=False):
            _pair(mine, theirs, places)
    elif isinstance(rendered, MappingNode) and isinstance(original, MappingNode):
        members = _members(original)
        for key, value in rendered.value:
            pair = members.get(key_text(key))
            if pair is not None:
                places.setdefault(key.start_mark.line + 1, pair[0])
                _pair(value, pair[1], places)


def _members(node: MappingNode) -> dict[str, tuple[Node, Node]]:
    found: dict[str, tuple[Node, Node]] = {}
    for key, value in node.value:
        if is_merge(key, Schema.KUBERNETES):
            for base in value.value if isinstance(value, SequenceNode) else [value]:
                for name, pair in _members(base).items() if isinstance(base, MappingNode) else ():
                    found.setdefault(name, pair)
    found.update({key_text(key): (key, value) for key, value in node.value})
    return found
