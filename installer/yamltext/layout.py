"""Where the members of collections stand in a text: keys, dashes, colons, values, aliases, comments.

Built on libyaml's nodes, asked for one collection at a time. Does not change anything.
"""

from collections.abc import Iterable, Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.model.dataclass import dataclass
from installer.yamltext import spans
from installer.yamltext.aliases import Aliases


@dataclass(frozen=True, slots=True)
class Member:
    """A pair or item. `start`: its key, `?`, dash or (in flow) itself; `after`: behind its colon or dash.

    `begin` and `end` hold the value (or the alias that stands for it); both are `after` where nothing is written.
    """

    key: Node | None
    value: Node
    start: int
    after: int
    begin: int
    end: int
    alias: bool
    colon: bool = True


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its hash; `own_line` where nothing stands before it."""

    start: int
    text: str
    own_line: bool


def in_flow(node: Node) -> bool:
    return isinstance(node, MappingNode | SequenceNode) and bool(node.flow_style)


def is_block(node: Node) -> bool:
    """A collection in block style (which is never empty)."""
    return isinstance(node, MappingNode | SequenceNode) and not node.flow_style and bool(node.value)


def children(node: Node) -> Iterator[Node]:
    if isinstance(node, SequenceNode):
        yield from node.value
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield key
            yield value


class Layout:
    """The places of one text's nodes."""

    def __init__(self, characters: str) -> None:
        self.characters = characters
        self.aliases = Aliases(characters)
        self._members: dict[int, tuple[Node, list[Member]]] = {}

    def members(self, node: MappingNode | SequenceNode) -> list[Member]:
        """The members of a collection, in order."""
        known = self._members.get(id(node))
        if known is None:
            found = list(self._pairs(node) if isinstance(node, MappingNode) else self._items(node))
            known = self._members[id(node)] = (node, found)
        return known[1]

    def body(self, node: Node) -> int:
        """Where a node's content begins, behind its own anchor and tag."""
        start = int(node.start_mark.index)
        if isinstance(node, MappingNode) and node.value and node.value[0][0].start_mark.index == start:
            return start  # the properties are those of the first key
        return spans.behind_properties(self.characters, start)

    def end(self, node: Node) -> int:
        """Behind the last character of a node's content, comments and blank lines behind it left out."""
        if isinstance(node, ScalarNode):
            return spans.scalar_end(self.characters, node)
        if not isinstance(node, MappingNode | SequenceNode) or not is_block(node):
            return int(node.end_mark.index)
        last = _last(node)
        if self.aliases.found or last.start_mark.index == last.end_mark.index:
            return self.members(node)[-1].end
        return self.end(last)

    def has_brackets(self, node: Node) -> bool:
        """False for the single pair in `[a: b]`."""
        return self.characters[self.body(node)] in "[{"

    def _opening(self, node: Node) -> int:
        body = self.body(node)
        return body + 1 if in_flow(node) and self.has_brackets(node) else body

    def _pairs(self, node: MappingNode) -> Iterator[Member]:
        flow, position = in_flow(node), self._opening(node)
        for key, value in node.value:
            start = token = spans.significant(self.characters, position, in_flow=flow)
            if self.characters[start] == "?" and key.start_mark.index != start:
                token = spans.significant(self.characters, start + 1)
            _, key_end, _ = self._span(key, token)
            colon = spans.significant(self.characters, key_end)
            written = self.characters[colon : colon + 1] == ":"
            after = colon + 1 if written else key_end
            begin, position, alias = self._span(value, after)
            yield Member(key, value, start, after, begin, position, alias, written)

    def _items(self, node: SequenceNode) -> Iterator[Member]:
        flow, position = in_flow(node), self._opening(node)
        for item in node.value:
            start = spans.significant(self.characters, position, in_flow=flow)
            after = start if flow else start + 1
            begin, position, alias = self._span(item, after)
            yield Member(None, item, start, after, begin, position, alias)

    def _span(self, node: Node, after: int) -> tuple[int, int, bool]:
        """Begin and end of a node that stands behind `after`, and whether an alias stands there for it.

        An anchored node always begins before its aliases (YAML 1.2, 7.1).
        """
        start = int(node.start_mark.index)
        if start < after:
            alias = self.aliases.at(after)
            return (alias.start, alias.end, True) if alias else (after, after, False)
        if isinstance(node, ScalarNode) and start == node.end_mark.index:
            return after, after, False
        return start, self.end(node), False

    # -- comments

    def comments(self, nodes: Iterable[Node], start: int, end: int) -> list[Comment]:
        """The comments between two places, outside the scalars of these nodes, in order."""
        taken = sorted({span for node in nodes for span in self._scalars(node, start, end, set())})
        found: list[Comment] = []
        position, number = self.characters.find("#", start, end), 0
        while position >= 0:
            while number < len(taken) and taken[number][1] <= position:
                number += 1
            if number < len(taken) and taken[number][0] <= position:
                position = self.characters.find("#", taken[number][1], end)
                continue
            stop = spans.line_end(self.characters, position)
            first = spans.line_start(self.characters, position)
            own_line = not self.characters[first:position].strip()
            found.append(Comment(position, self.characters[position:stop].rstrip(), own_line))
            position = self.characters.find("#", stop, end)
        return found

    def _scalars(self, node: Node, first: int, last: int, seen: set[int]) -> Iterator[tuple[int, int]]:
        """Spans of the scalars that stand between two places; the header of a block scalar may hold a comment."""
        if id(node) in seen:
            return
        seen.add(id(node))
        if isinstance(node, ScalarNode):
            if first <= node.start_mark.index < last:
                start = int(node.start_mark.index)
                if node.style in ("|", ">"):
                    start = spans.block_header(self.characters, node)[1]
                yield start, int(node.end_mark.index)
            return
        for child in children(node):
            yield from self._scalars(child, first, last, seen)


def _last(node: Node) -> Node:
    last: Node = node.value[-1][1] if isinstance(node, MappingNode) else node.value[-1]
    return last


def last_scalar(node: Node) -> ScalarNode | None:
    """The scalar that a block collection ends with (aliases not told apart)."""
    while is_block(node):
        node = _last(node)
    return node if isinstance(node, ScalarNode) else None
