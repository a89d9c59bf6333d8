"""Exchanges the text of a scalar and nothing around it: quotes, block style, tag, anchor and comments stay.

What is not written out as it is read (escapes, a text folded over lines), is an alias or has one is left to `editing`,
which writes a scalar anew.
"""

from collections.abc import Iterator, Mapping

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.yamltext.patch import Branch, Path, Set, applied
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.splices import Splice, spliced
from installer.yamltext.values import Schema, construct, key_text, same


def exchanged(characters: str, wanted: Mapping[Path, str], schema: Schema, document: int = 0) -> dict[Path, Splice]:
    """The splices for as many of the wanted texts as can be exchanged; proven together by parsing, or none.

    :param wanted: new texts by the paths of scalars in a document of the text (counted from 0). Raises Unreadable.
    """
    documents = compose(characters)
    root = documents[document] if document < len(documents) else None
    if root is None:
        return {}
    times: dict[int, int] = {}
    _count(root, times)
    found = {path: splice for path, text in wanted.items() if (splice := _splice(characters, root, path, text, times))}
    return found if _is_proven(characters, documents, document, wanted, found, schema) else {}


def _splice(characters: str, root: Node, path: Path, text: str, times: Mapping[int, int]) -> Splice | None:
    node = _own(root, path, times)
    if node is None or not node.value or times[id(node)] != 1:
        return None
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    index = characters.rfind(node.value, start, end)
    return Splice(index, index + len(node.value), text) if index >= 0 else None


def _own(root: Node, path: Path, times: Mapping[int, int]) -> ScalarNode | None:
    """The scalar at a path, where every step stands there itself: no alias, nothing that a merge key brings."""
    node: Node | None = root
    for key in path:
        if node is None or times[id(node)] != 1:
            return None
        node = _step(node, key)
    return node if isinstance(node, ScalarNode) else None


def _step(node: Node, key: str | int) -> Node | None:
    if isinstance(node, SequenceNode) and isinstance(key, int):
        return node.value[key] if key < len(node.value) else None
    if isinstance(node, MappingNode):
        return next((value for name, value in node.value if key_text(name) == key), None)
    return None


def _count(node: Node, times: dict[int, int]) -> None:
    """How often each node stands in the tree: one with aliases several times."""
    times[id(node)] = times.get(id(node), 0) + 1
    if times[id(node)] == 1:
        for child in _children(node):
            _count(child, times)


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node, SequenceNode):
        yield from node.value
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            yield from (key, value)


def _is_proven(
    characters: str,
    documents: list[Node | None],
    document: int,
    wanted: Mapping[Path, str],
    found: Mapping[Path, Splice],
    schema: Schema,
) -> bool:
    patch = Branch()
    for path in found:
        patch.put(path, Set(wanted[path]))
    before = [construct(node, schema) for node in documents]
    expected = [*before[:document], applied(before[document], patch), *before[document + 1 :]]
    try:
        after = [construct(node, schema) for node in compose(spliced(characters, sorted_by_place(found)))]
    except Unreadable:
        return False
    return same(after, expected)


def sorted_by_place(found: Mapping[Path, Splice]) -> list[Splice]:
    return sorted(found.values(), key=lambda one: one.start)
