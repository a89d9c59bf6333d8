"""Reads a text as the npm package `yaml` 2.x does (YAML 1.2 core schema), as Backstage's config loader sees it.

Does not know what the values mean, and does not read files.
"""

from dataclasses import dataclass
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.yamltext.core12 import resolve_plain, text_of
from installer.yamltext.reading import PLAIN, Unreadable, compose


class JavaScriptYamlError(Unreadable):
    """A text that npm's `yaml` refuses; `message` is its own, without the place. Line and column count from 1."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__("yaml-syntax", message, line, column)


@dataclass(frozen=True)
class JavaScriptDocument:
    """The one document of a text: plain data (all keys are texts), and nodes for places (None for an empty one)."""

    value: Any
    node: Node | None


def load(text: str) -> JavaScriptDocument:
    """The document of a text. Raises JavaScriptYamlError, and Unreadable where a bound of ours is exceeded."""
    try:
        documents = compose(text.removeprefix("\ufeff"))
    except JavaScriptYamlError:
        raise
    except Unreadable as error:
        raise JavaScriptYamlError(error.message, error.line, error.column) from error
    if len(documents) > 1:
        raise JavaScriptYamlError("Source contains multiple documents; please use YAML.parseAllDocuments()")
    node = documents[0] if documents else None
    return JavaScriptDocument(None if node is None else _value(node), node)


def _value(node: Node) -> Any:
    match node:
        case ScalarNode(tag=tag, value=value):
            return resolve_plain(value) if tag == PLAIN else value
        case SequenceNode(value=items):
            return [_value(item) for item in items]
        case MappingNode(value=pairs):
            return _mapping(pairs)
        case _:
            raise TypeError(type(node))


def _mapping(pairs: list[tuple[Node, Node]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        name = text_of(_value(key))
        if name in result:
            mark = key.start_mark
            raise JavaScriptYamlError("Map keys must be unique", mark.line + 1, mark.column + 1)
        result[name] = _value(value)
    return result
