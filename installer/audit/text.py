"""A YAML text that somebody wrote into a ConfigMap, into Helm values or a file: its data and places. Judges nothing."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.instance.instance import Path
from installer.model.dataclass import dataclass
from installer.model.place import Place
from installer.yamltext.reading import PLAIN, Unreadable, compose
from installer.yamltext.text import Text
from installer.yamltext.values import MERGE, Schema, construct


@dataclass(frozen=True)
class Twice:
    """A key that stands twice in one mapping: the path of the mapping, and both places."""

    key: str
    path: Path
    first: Place
    second: Place


@dataclass(frozen=True)
class Written:
    """One text."""

    text: Text

    @property
    def characters(self) -> str:
        return self.text.characters

    @cached_property
    def _parsed(self) -> tuple[list[Node | None], Unreadable | None]:
        try:
            return compose(self.text.characters), None
        except Unreadable as reason:
            return [], reason

    @property
    def unreadable(self) -> Unreadable | None:
        """Why it is no YAML, if so."""
        return self._parsed[1]

    @property
    def root(self) -> Node | None:
        documents = self._parsed[0]
        return documents[0] if documents else None

    @cached_property
    def data(self) -> Any:
        """Plain data, read as Backstage reads it (YAML 1.2); None where it is no YAML."""
        return construct(self.root, Schema.CORE)

    @property
    def start(self) -> Place:
        return self.text.place(0)

    def place(self, *path: str | int) -> Place:
        """Where a path stands, or the nearest thing above what is missing."""
        return self.start if self.root is None else place_in(self.text, self.root, path)

    def place_of_line(self, line: int, column: int = 1) -> Place:
        return self.text.place_of_line(line, column)

    def twice(self) -> list[Twice]:
        """Every key that stands twice in one mapping, in the order of the text."""
        return twice(self.text, self.root)


def nodes_in(root: Node | None) -> Iterator[Node]:
    """Every node of a tree once, in the order of the text."""
    pending, seen = [root] if root is not None else [], set[int]()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        yield node
        if isinstance(node, SequenceNode):
            pending += reversed(node.value)
        elif isinstance(node, MappingNode):
            pending += [child for pair in reversed(node.value) for child in reversed(pair)]


def twice(text: Text, root: Node | None) -> list[Twice]:
    found: list[Twice] = []
    pending: list[tuple[Node, Path]] = [(root, ())] if root is not None else []
    seen: set[int] = set()
    while pending:
        node, path = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, SequenceNode):
            pending += [(child, (*path, number)) for number, child in reversed(list(enumerate(node.value)))]
        elif isinstance(node, MappingNode):
            found += _twice_here(text, node, path)
            pending += [
                (value, (*path, str(key.value))) for key, value in reversed(node.value) if isinstance(key, ScalarNode)
            ]
    return found


def _twice_here(text: Text, node: MappingNode, path: Path) -> list[Twice]:
    first: dict[str, Node] = {}
    found: list[Twice] = []
    for key, _ in node.value:
        if not isinstance(key, ScalarNode) or (key.value == MERGE and key.tag == PLAIN):
            continue
        if key.value in first:
            places = [text.place(one.start_mark.index) for one in (first[key.value], key)]
            found.append(Twice(key.value, path, *places))
        first.setdefault(key.value, key)
    return found


def place_in(text: Text, root: Node, path: Path) -> Place:
    """Where a path below a node stands, or the nearest thing above what is missing."""
    node, mark = root, root.start_mark.index
    for one in path:
        found = step_to(node, one)
        if found is None:
            break
        node, mark = found
    return text.place(mark)


def step_to(node: Node, step: str | int) -> tuple[Node, int] | None:
    if isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
        return node.value[step], node.value[step].start_mark.index
    if isinstance(node, MappingNode):
        for key, value in reversed(node.value):
            if isinstance(key, ScalarNode) and key.value == str(step):
                return value, key.start_mark.index
    return None


def child(node: Node, key: str) -> Node | None:
    found = step_to(node, key)
    return found[0] if found is not None else None
