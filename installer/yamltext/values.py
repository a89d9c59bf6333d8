"""Turns nodes into plain data under one of two schemas. Does not judge the data.

KUBERNETES is what kubectl, Helm and PyYAML make of a text (YAML 1.1 booleans, merge keys); CORE is YAML 1.2, as
Backstage reads it (`<<` is an ordinary key).
"""

from enum import Enum
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.model.late_pattern import late_pattern
from installer.yamltext.reading import PLAIN


class Schema(Enum):
    KUBERNETES = "kubernetes"
    CORE = "core"


MERGE = "<<"
_CORE_WORDS: dict[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_KUBERNETES_WORDS: dict[str, bool | None] = {
    **_CORE_WORDS,
    **dict.fromkeys(("yes", "Yes", "YES", "on", "On", "ON"), True),
    **dict.fromkeys(("no", "No", "NO", "off", "Off", "OFF"), False),
}
_NUMERIC = frozenset("+-.0123456789")
_INT = late_pattern(r"[-+]?[0-9]+\Z")
_FLOAT = late_pattern(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_BASED = late_pattern(r"0(?:o[0-7]+|x[0-9a-fA-F]+)\Z")


def construct(node: Node | None, schema: Schema) -> Any:
    """Plain data: dict with text keys, list, str, int, float, bool, None. The last of equal keys wins.

    What comes from a merge key is the same object wherever it is merged: data to read, not to change.
    """
    return None if node is None else _construct(node, schema, {})


def _construct(node: Node, schema: Schema, bases: dict[int, dict[str, Any]]) -> Any:
    match node:
        case ScalarNode():
            return scalar(node, schema)
        case SequenceNode():
            return [_construct(child, schema, bases) for child in node.value]
        case MappingNode():
            return _mapping(node, schema, bases)
        case _:
            raise TypeError(type(node).__name__)


def _mapping(node: MappingNode, schema: Schema, bases: dict[int, dict[str, Any]]) -> dict[str, Any]:
    own: dict[str, Any] = {}
    merged: dict[str, Any] = {}
    for key, value in node.value:
        if key.value == MERGE and is_merge(key, schema):
            for base in value.value if isinstance(value, SequenceNode) else [value]:
                if isinstance(base, MappingNode):
                    for name, inherited in _base(base, schema, bases).items():
                        merged.setdefault(name, inherited)
        else:
            own[key_text(key)] = _construct(value, schema, bases)
    return {**merged, **own} if merged else own


def _base(node: MappingNode, schema: Schema, bases: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """A mapping that is merged elsewhere, made once: merge keys that name it twice per level would double the work."""
    if id(node) not in bases:
        bases[id(node)] = _mapping(node, schema, bases)
    return bases[id(node)]


def is_merge(key: Node, schema: Schema) -> bool:
    return schema is Schema.KUBERNETES and isinstance(key, ScalarNode) and key.tag == PLAIN and key.value == MERGE


_COLLECTION = "<collection "
_OUTLINE_LIMIT = 50


def key_text(key: Node) -> str:
    """A key as text; a collection as a key by what is in it, a large one by its place."""
    if isinstance(key, ScalarNode):
        value: str = key.value
        return value
    return f"{_COLLECTION}{_outline(key) or f'at line {key.start_mark.line + 1}'}>"


def _outline(node: Node) -> str:
    """The scalars of a collection in one line; empty where there are too many."""
    parts: list[str] = []
    stack = [node]
    while stack and len(parts) < _OUTLINE_LIMIT:
        current = stack.pop()
        if isinstance(current, ScalarNode):
            parts.append(current.value)
        elif isinstance(current, SequenceNode):
            parts.append("[")
            stack += reversed(current.value)
        elif isinstance(current, MappingNode):
            parts.append("{")
            stack += [child for pair in reversed(current.value) for child in reversed(pair)]
    return "" if stack else " ".join(parts)


def is_collection(key: str) -> bool:
    """Whether a key's text stands for a collection."""
    return key.startswith(_COLLECTION)


def scalar(node: ScalarNode, schema: Schema) -> Any:
    text: str = node.value
    if node.tag != PLAIN:
        return text
    return plain(text, schema)


def plain(text: str, schema: Schema) -> Any:
    """The value of an untagged plain scalar."""
    words = _CORE_WORDS if schema is Schema.CORE else _KUBERNETES_WORDS
    if text in words:
        return words[text]
    if text[0] not in _NUMERIC or "/" in text:  # a path is no number
        return text
    if (text.isascii() and text.isdigit()) or _INT.match(text):
        return int(text) if len(text) < 400 else text  # noqa: PLR2004 - beyond any number we compare
    if _BASED.match(text):
        return int(text, 0)
    if _FLOAT.match(text):
        return float(text)
    return text


def same(first: Any, second: Any) -> bool:
    """Equal in value and kind: `true`, `1` and `1.0` are three things."""
    if first is second:
        return True
    if type(first) is not type(second):
        return False
    if isinstance(first, dict):
        return len(first) == len(second) and all(
            key in second and same(child, second[key]) for key, child in first.items()
        )
    if isinstance(first, list):
        return len(first) == len(second) and all(map(same, first, second))
    return bool(first == second)
