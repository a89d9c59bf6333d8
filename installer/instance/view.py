"""A node of a text, and the way from its document's root to it. Looks; constructs no values, changes nothing."""

from collections.abc import Iterator
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.instance.instance import Document, Path, Region
from installer.model.errors import ExitCode, InstallerError, fail
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
        """What stands under the keys, one after the other; None where one is missing.

        Raises InstallerError (INVALID) with both places where a key on the way stands twice.
        """
        view: View | None = self
        for key in keys:
            view = view.child(key) if view is not None else None
        return view

    def child(self, key: str) -> "View | None":
        if not isinstance(self.node, MappingNode):
            return None
        found = [(k, v) for k, v in self.node.value if isinstance(k, ScalarNode) and k.value == key]
        if len(found) > 1:
            raise self.twice(key, found[0][0], found[1][0])
        if found:
            return View(self.text, found[0][1], self.index, (*self.path, key))
        return next((view for merged in self._merged() if (view := merged.child(key)) is not None), None)

    def _merged(self) -> Iterator["View"]:
        for key, value in self.node.value:
            if isinstance(key, ScalarNode) and key.value == MERGE and key.tag == PLAIN:
                nodes = value.value if isinstance(value, SequenceNode) else [value]
                yield from (View(self.text, node, self.index, self.path) for node in nodes)

    def twice(self, key: str, first: Node, second: Node) -> InstallerError:
        places = [self.text.place(node.start_mark.index) for node in (first, second)]
        return fail(
            ExitCode.INVALID,
            "duplicate-key",
            f"the key {key!r} stands twice in one mapping: at {places[0]} and at {places[1]}",
            where=places[1],
            fix="keep one of the two",
        )

    def items(self) -> list["View"]:
        """The elements of a sequence; none of anything else."""
        if not isinstance(self.node, SequenceNode):
            return []
        return [View(self.text, node, self.index, (*self.path, number)) for number, node in enumerate(self.node.value)]

    def entries(self) -> list[tuple[str, "View"]]:
        """The keys and values of a mapping, in the order of the text. Raises as `get` does."""
        if not isinstance(self.node, MappingNode):
            return []
        names = [key.value for key, _ in self.node.value if isinstance(key, ScalarNode)]
        views = [(name, self.child(name)) for name in dict.fromkeys(names) if name != MERGE]
        return [(name, view) for name, view in views if view is not None]

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
