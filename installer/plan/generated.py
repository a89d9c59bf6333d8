"""From a line of app-config.dynamic-plugins.yaml, which RHDH writes, to the plugin it is from. Simulates nothing."""

from collections.abc import Callable, Iterator
from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from installer.model.place import Place
from installer.plan.rendering import Rendering
from installer.plugins.outcome import Origin, Outcome
from installer.yamltext.reading import compose
from installer.yamltext.values import key_text

Path = tuple[str | int, ...]


def generated(name: str, characters: str, outcome: Outcome, place: Callable[[Origin], Place]) -> Rendering:
    """The file that RHDH writes, each line of it with the place of the entry whose pluginConfig it comes from."""
    documents = compose(characters)
    paths = dict(_paths(documents[0], ())) if documents and documents[0] is not None else {}

    def locate(line: int, column: int) -> Place:
        path = next((paths[number] for number in range(line, 0, -1) if number in paths), ())
        for plugin in outcome.plugins:
            if plugin.enabled and path and _holds(plugin.plugin_config, path):
                return place(plugin.fields.get("pluginConfig", plugin.origin))
        return Place(name, line, column)

    return Rendering(name, characters, locate)


def _paths(node: Node, path: Path) -> Iterator[tuple[int, Path]]:
    """Line and path of everything in a tree; of several on one line the innermost, which comes last."""
    if isinstance(node, MappingNode):
        for key, value in node.value:
            yield key.start_mark.line + 1, (*path, key_text(key))
            yield from _paths(value, (*path, key_text(key)))
    elif isinstance(node, SequenceNode):
        for number, item in enumerate(node.value):
            yield item.start_mark.line + 1, (*path, number)
            yield from _paths(item, (*path, number))


def _holds(value: Any, path: Path) -> bool:
    for step in path:
        known = step in value if isinstance(value, dict) else isinstance(value, list) and step in range(len(value))
        if not known:
            return False
        value = value[step]
    return True
