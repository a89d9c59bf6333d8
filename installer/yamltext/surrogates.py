r"""JSON's escapes of characters beyond U+FFFF, which YAML parsers refuse: `\ud83d\ude00`. Does not parse YAML.

A text is parsed with each of the two escapes made one of the private use area, so that every mark still counts in the
original; the values of the scalars that held such escapes are then read anew, as JSON.
"""

import json
import re
from collections.abc import Iterable

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.model.late_pattern import late_pattern

_ESCAPE = late_pattern(r"\\(?:u([dD][89abcdefABCDEF][0-9a-fA-F]{2})|.)", re.DOTALL)
_LONE = late_pattern("[\ud800-\udfff]")


def parseable(characters: str) -> str:
    """The same characters, with the surrogate escapes of a JSON text made harmless, length unchanged."""
    if "\\ud" not in characters and "\\uD" not in characters:
        return characters
    if not characters.lstrip().startswith(("{", "[", '"')):
        return characters
    return _ESCAPE.sub(lambda match: f"\\ue{match[1][1:]}" if match[1] else match[0], characters)


def repair(characters: str, documents: Iterable[Node | None]) -> None:
    """Gives the scalars that were parsed from `parseable(characters)` the values that the text means."""
    stack: list[Node] = [node for node in documents if node is not None]
    seen: set[int] = set()
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, SequenceNode):
            stack += node.value
        elif isinstance(node, MappingNode):
            stack += [part for pair in node.value for part in pair]
        elif isinstance(node, ScalarNode) and node.style == '"':
            _repair(characters, node)


def _repair(characters: str, node: ScalarNode) -> None:
    written = characters[node.start_mark.index : node.end_mark.index]
    if "\\ud" not in written and "\\uD" not in written:
        return
    try:
        value = json.loads(written, strict=False)
    except ValueError:  # escapes of YAML beside those of JSON
        value = re.sub("[\ue800-\uebff][\uec00-\uefff]", _joined, node.value)
    node.value = _LONE.sub("\ufffd", value)


def _joined(match: re.Match[str]) -> str:
    high, low = (ord(character) & 0x3FF for character in match[0])
    return chr(0x10000 + (high << 10) + low)
