"""A node of a text, and the way from its document's root to it. Looks; constructs no values, changes nothing."""

from collections.abc import Iterator

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.instance.instance import Document, Path, Region
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail
from installer.model.place import Place
from installer.yamltext.reading import PLAIN, QUOTED
from installer.yamltext.text import Text

MERGE = "<<"
STRING_TAGS = frozenset({QUOTED, "tag:yaml.org,2002:str"})


@dataclass(frozen=True)
class View:
    """A node, the text its marks count in, the number of its document and its path from the document's root."""

    text: Text
    node: Node
    index: int = 0
    path: Path = ()

    @property
    def place(self) -> Place:
        return self.text.place(self.node.start_mark.index)

    @property
    def region(self) -> Region:
        return Region(self.text, self.index, self.path)

    @property
    def is_mapping(self) -> bool:
        return isinstance(self.node, MappingNode)

    @property
    def is_sequence(self) -> bool:
        return isinstance(self.node, SequenceNode)

    def get(self, *keys: str) -> "View | None":
        """What stands under the keys, one after the other; None where one is missing. Of equal keys the last counts."""
        view: View | None = self
        for key in keys:
            view = view.child(key) if view is not None else None
        return view

    def child(self, key: str) -> "View | None":
        if not isinstance(self.node, MappingNode):
            return None
        for name, value in reversed(self.node.value):
            if isinstance(name, ScalarNode) and name.value == key:
                return View(self.text, value, self.index, (*self.path, key))
        return next((view for merged in self._merged() if (view := merged.child(key)) is not None), None)

    def _merged(self) -> Iterator["View"]:
        for key, value in self.node.value:
            if isinstance(key, ScalarNode) and key.value == MERGE and key.tag == PLAIN:
                nodes = value.value if isinstance(value, SequenceNode) else [value]
                yield from (View(self.text, node, self.index, self.path) for node in nodes)

    def items(self) -> list["View"]:
        """The elements of a sequence; none of anything else."""
        if not isinstance(self.node, SequenceNode):
            return []
        return [View(self.text, node, self.index, (*self.path, number)) for number, node in enumerate(self.node.value)]

    def entries(self) -> list[tuple[str, "View"]]:
        """The keys and values of a mapping itself (no merge keys), in the order of the text; the last of equal keys."""
        if not isinstance(self.node, MappingNode):
            return []
        found = {key.value: value for key, value in self.node.value if isinstance(key, ScalarNode)}
        return [
            (name, View(self.text, value, self.index, (*self.path, name)))
            for name, value in found.items()
            if name != MERGE
        ]

    def scalar(self, *keys: str) -> str:
        """The text of the scalar under the keys; empty where there is none, or null."""
        view = self.get(*keys)
        if view is None or not isinstance(view.node, ScalarNode):
            return ""
        return "" if view.is_null else str(view.node.value)

    @property
    def is_null(self) -> bool:
        return self.node.tag == PLAIN and self.node.value in ("", "~", "null", "Null", "NULL")

    @property
    def is_string(self) -> bool:
        """Whether kubectl reads this scalar as a string, and not as a number, boolean, date or null."""
        if not isinstance(self.node, ScalarNode):
            return False
        if self.node.tag != PLAIN:
            return self.node.tag in STRING_TAGS
        resolvers = yaml.SafeLoader.yaml_implicit_resolvers.get(self.node.value[:1], [])
        return not any(pattern.match(self.node.value) for _, pattern in resolvers)

    def truth(self, *keys: str) -> bool | None:
        """The boolean under the keys; None where there is none."""
        match self.scalar(*keys).lower():
            case "true" | "yes" | "on":
                return True
            case "false" | "no" | "off":
                return False
            case _:
                return None


def view(document: Document) -> View:
    """The root of a document (the item, for an item of a List)."""
    return View(document.text, document.node, document.index, document.path)


def refuse_duplicates(root: View) -> None:
    """Raises InstallerError (INVALID) with both places where a key stands twice in a mapping of what is used."""
    pending, seen = [root.node], set()
    while pending:
        node = pending.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, SequenceNode):
            pending.extend(reversed(node.value))
        elif isinstance(node, MappingNode):
            _refuse_twice(root, node)
            pending.extend(value for _, value in reversed(node.value))


def _refuse_twice(root: View, node: MappingNode) -> None:
    first: dict[str, Node] = {}
    for key, _ in node.value:
        if not isinstance(key, ScalarNode) or key.value == MERGE:
            continue
        if key.value in first:
            places = [root.text.place(one.start_mark.index) for one in (first[key.value], key)]
            raise fail(
                ExitCode.INVALID,
                "duplicate-key",
                f"the key {key.value!r} stands twice in one mapping: at {places[0]} and at {places[1]}",
                where=places[1],
                fix="keep one of the two",
            )
        first[key.value] = key
