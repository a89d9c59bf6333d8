"""Where the aliases of a text stand, and which anchored node each of them names. Does not resolve values."""

from bisect import bisect_left
from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.model.dataclass import dataclass
from installer.yamltext.reading import events


@dataclass(frozen=True, slots=True)
class Alias:
    """One alias token; `target` is the start of the anchored node (at its properties)."""

    start: int
    end: int
    target: int


_KINDS: dict[type[Node], type[yaml.Event]] = {
    ScalarNode: yaml.ScalarEvent,
    SequenceNode: yaml.SequenceStartEvent,
    MappingNode: yaml.MappingStartEvent,
}


class Aliases:
    """The anchors and aliases of one text; costs nothing where it has none."""

    def __init__(self, characters: str) -> None:
        self._anchors: dict[tuple[int, type[yaml.Event]], str] = {}
        self.found: list[Alias] = []
        if "*" in characters and "&" in characters:
            self._read(characters)
        self._starts = [alias.start for alias in self.found]

    def _read(self, characters: str) -> None:
        named: dict[str, int] = {}
        for event in events(characters):
            name = getattr(event, "anchor", None)
            if isinstance(event, yaml.DocumentStartEvent):
                named.clear()
            elif name is None or event.start_mark is None or event.end_mark is None:
                continue
            elif isinstance(event, yaml.AliasEvent):
                self.found.append(Alias(event.start_mark.index, event.end_mark.index, named.get(name, -1)))
            else:
                named[name] = event.start_mark.index
                self._anchors[event.start_mark.index, type(event)] = name

    def at(self, index: int) -> Alias | None:
        """The first alias at or behind a place."""
        number = bisect_left(self._starts, index)
        return self.found[number] if number < len(self.found) else None

    def anchor(self, node: Node) -> str | None:
        """The name of a node's own anchor, where any alias may need it."""
        return self._anchors.get((node.start_mark.index, _KINDS[type(node)]))

    def of(self, node: Node, behind: int) -> Iterator[Alias]:
        """The aliases behind a place that name this node, in order."""
        start = int(node.start_mark.index)
        for number in range(bisect_left(self._starts, behind), len(self.found)):
            if self.found[number].target == start:
                yield self.found[number]
