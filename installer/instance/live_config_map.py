"""A ConfigMap of a cluster as a text that is parsed when somebody looks into it. Decides nothing.

Of the hundreds of a namespace RHDH reads a few. Only those are put off of which it is certain that they can be read:
what cannot be read is told when it is met.
"""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode

from installer.instance.instance import Document
from installer.instance.view import MERGE
from installer.model.change import Ref
from installer.yamltext.reading import NODE_LIMIT, compose
from installer.yamltext.text import File, Text

# A node takes a character at least, and none of three is three nodes; far below what bounds the size of a text.
_LONGEST = NODE_LIMIT // 3
_DEEPEST = 8
# YAML knows a key by a colon within 1,024 characters, of which JSON may take two for one.
_KEY = 400
_LEAVES = frozenset({str, int, float, bool, type(None)})


class ShownMap(File):
    """The text of one; `values` are its data."""

    values: Mapping[str, Any]

    def __init__(self, path: str, characters: str, values: Mapping[str, Any]) -> None:
        vars(self).update(path=path, characters=characters, bom=False, values=values)

    @cached_property
    def data(self) -> bytes:
        return self.characters.encode()

    @cached_property
    def root(self) -> Node:
        node = compose(self.characters)[0]
        assert node is not None  # noqa: S101 - an object is no empty document
        return node

    @cached_property
    def parts(self) -> Mapping[int, File]:
        return dict(parts_of(self.root, self.path, self.values))


class ShownDocument(Document):
    """The one document of such a text."""

    def __init__(self, file: ShownMap, ref: Ref) -> None:
        vars(self).update(text=Text.of(file), index=0, path=(), ref=ref)

    @property
    def file(self) -> ShownMap:
        file = self.text.file
        assert isinstance(file, ShownMap)  # noqa: S101 - it was made of one
        return file

    @cached_property
    def node(self) -> Node:
        return self.file.root


def lacks(document: Document, key: str) -> bool:
    """Whether it is certain, without parsing, that its data has no such key."""
    return isinstance(document, ShownDocument) and key not in document.file.values


def is_certain(one: Mapping[str, Any], characters: str) -> bool:
    """Whether an object whose JSON this is can be read as YAML, within every bound."""
    if len(characters) >= _LONGEST or "\\u" in characters or not characters.isprintable():
        return False
    return _is_plain(one, _DEEPEST)


def _is_plain(value: Any, levels: int) -> bool:
    """No key is too long, and nothing too deep. Asked of every ConfigMap of a cluster: no call for a text."""
    kind = type(value)
    if kind in _LEAVES:
        return True
    if levels == 0 or (kind is not dict and kind is not list):
        return False
    if kind is dict and not all(type(key) is str and len(key) < _KEY and key != MERGE for key in value):
        return False
    inside = value.values() if kind is dict else value
    return all(type(one) is str or _is_plain(one, levels - 1) for one in inside)


def parts_of(root: Node | None, path: str, data: Mapping[str, Any]) -> Iterator[tuple[int, File]]:
    """The values of a ConfigMap that are texts as files of their own, by where they begin in its own text."""
    for key, value in _members(_member(root, "data")):
        text = data.get(key)
        if isinstance(value, ScalarNode) and isinstance(text, str):
            yield value.start_mark.index, File(f"{path}/{key}", text.encode("utf-8", "surrogatepass"), text)


def _members(node: Node | None) -> list[tuple[str, Node]]:
    return [(str(key.value), value) for key, value in node.value] if isinstance(node, MappingNode) else []


def _member(node: Node | None, name: str) -> Node | None:
    return next((value for key, value in _members(node) if key == name), None)
