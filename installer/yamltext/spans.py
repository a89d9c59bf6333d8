"""Where things begin and end in a YAML text: content without trailing comments, lines, aliases, comments.

libyaml's end marks of block collections and block scalars run on over blank lines and comments; these do not.
"""

import re
from collections.abc import Iterator

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

_ALIAS = re.compile(r"\*[^\s,\[\]{}]+")
_ANCHOR = re.compile(r"(?:![^\s]*[ \t]+)?&([^\s,\[\]{}]+)")
_COMMENT_LINE = re.compile(r"[ \t]*#")


def line_start(characters: str, index: int) -> int:
    return characters.rfind("\n", 0, index) + 1


def line_end(characters: str, index: int) -> int:
    """Behind the line end of the line that holds `index`; the text's end where the last line has none."""
    end = characters.find("\n", index)
    return len(characters) if end < 0 else end + 1


def alias_after(characters: str, start: int, node: Node) -> tuple[int, int] | None:
    """The span of the alias token that stands at or behind `start` instead of `node` itself; None if node stands there.

    An anchored node always begins before the place of its alias (YAML 1.2, 7.1).
    """
    if node.start_mark.index >= start:
        return None
    position = start
    while position < len(characters):
        character = characters[position]
        if character == "#" and (position == 0 or characters[position - 1] in " \t\n"):
            position = line_end(characters, position)
        elif character == "*":
            match = _ALIAS.match(characters, position)
            return (position, match.end()) if match else None
        else:
            position += 1
    return None


def anchor_of(characters: str, node: Node) -> tuple[str, int, int] | None:
    """Name and span (with the blanks behind it) of a node's own anchor."""
    match = _ANCHOR.match(characters, node.start_mark.index)
    if match is None:
        return None
    end = match.end()
    while end < len(characters) and characters[end] in " \t":
        end += 1
    return match[1], match.start(1) - 1, end


def content_end(characters: str, node: Node) -> int:
    """Behind the last character of a node's content, comments and blank lines behind it left out."""
    if isinstance(node, ScalarNode):
        return _scalar_end(characters, node)
    if node.flow_style or not node.value:
        return int(node.end_mark.index)
    if isinstance(node, SequenceNode):
        last = node.value[-1]
        return item_spans(characters, node)[-1][1] if _is_alias(last, node) else content_end(characters, last)
    key, value = node.value[-1]
    return member_end(characters, key.end_mark.index, value)


def _is_alias(item: Node, parent: Node) -> bool:
    return bool(item.start_mark.index < parent.start_mark.index)


def item_spans(characters: str, node: SequenceNode) -> list[tuple[int, int]]:
    """Start and end of the content of every item, aliases at their own place."""
    spans: list[tuple[int, int]] = []
    position = node.start_mark.index
    for item in node.value:
        alias = alias_after(characters, position, item)
        spans.append(alias or (int(item.start_mark.index), content_end(characters, item)))
        position = spans[-1][1]
    return spans


def member_end(characters: str, start: int, value: Node) -> int:
    """The end of a value that stands behind `start`, where an alias may stand for it."""
    alias = alias_after(characters, start, value)
    return alias[1] if alias else content_end(characters, value)


def _scalar_end(characters: str, node: ScalarNode) -> int:
    end = int(node.end_mark.index)
    if node.style not in ("|", ">"):
        return end
    start = int(node.start_mark.index)
    header = characters[start : characters.find("\n", start)]
    body = characters[start:end]
    if "+" in header.split("#")[0]:
        return end - 1 if body.endswith("\n") else end
    return start + len(body.rstrip())


def after_comments(characters: str, end: int, column: int) -> int:
    """The start of the line behind `end` and behind the comment lines that follow it at `column` or deeper."""
    position = line_end(characters, end)
    while position < len(characters):
        match = _COMMENT_LINE.match(characters, position)
        if match is None or match.end() - 1 - position < column:
            return position
        position = line_end(characters, position)
    return position


def scalars(node: Node, first: int, last: int) -> Iterator[tuple[int, int]]:
    """Spans of the scalars of a subtree that stand between two positions (aliases' own places are elsewhere)."""
    if isinstance(node, ScalarNode):
        if first <= node.start_mark.index < last:
            yield int(node.start_mark.index), int(node.end_mark.index)
        return
    children = (
        node.value if isinstance(node, SequenceNode) else [part for pair in node.value for part in pair]
    )
    for child in children:
        if first <= child.start_mark.index:
            yield from scalars(child, first, last)


def comments(characters: str, nodes: list[Node], start: int, end: int) -> list[str]:
    """The comments between two positions, outside every scalar, in order."""
    spans = sorted(span for node in nodes for span in scalars(node, start, end))
    found: list[str] = []
    position = start
    for match in re.finditer(r"(?:(?<=[ \t\n])|\A)#[^\r\n]*", characters[start:end]):
        index = start + match.start()
        if index < position or any(first <= index < last for first, last in spans):
            continue
        found.append(match[0].rstrip())
        position = start + match.end()
    return found


def is_block(node: Node) -> bool:
    return isinstance(node, MappingNode | SequenceNode) and not node.flow_style and bool(node.value)
