"""Finds secrets in a YAML or JSON text by its keys, through every text embedded in it. Replaces nothing.

A text that is no YAML is left to the line by line search; nothing here raises.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import field
from enum import Enum
from itertools import pairwise

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.yamltext.embedding import Literal, Quoted, embed
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.redaction.keys import (
    Span,
    holds_secrets,
    is_secret_key,
    is_secret_under,
    literal_spans,
    stands_beside,
)
from installer.yamltext.redaction.lines import Line, is_secret_path, lines_of, npmrc_spans, scan
from installer.yamltext.redaction.probe import may_hold_secret
from installer.yamltext.redaction.shapes import shaped_spans

_EMBEDDINGS = 10
_PROPERTIES = late_pattern(r"(?:[&!][^\s,\[\]{}]*[ \t]*)*")
_DOCUMENT = late_pattern(r"^---(?=\s)", re.MULTILINE)
_COMMENT = late_pattern(r"(?<![^\s])#[^\n]*")
_FLAG = late_pattern(r"--?([A-Za-z][\w\-.]*)")
_PAIR_NAMES = ("name", "key", "path", "header", "option", "variable")


class Under(Enum):
    """What a node stands under."""

    NOTHING = 0
    SECRET = 1
    """A secret's key: the scalar, or the scalars of the list."""
    HOLDER = 2
    """`tokens:`, `credentials:`: also the members of the mapping."""
    OBJECT = 3
    """`data` of a Secret: everything below."""
    LITERALS = 4
    """`literals` of a secretGenerator: what stands behind each `=`."""


def secret_spans(text: str, depth: int = 0) -> list[Span]:
    """The secrets of a text as spans of its characters, in no order; they may overlap."""
    if not may_hold_secret(text):
        return []
    if text.startswith("\ufeff"):  # the parser's marks do not count a byte order mark
        return [(start + 1, end + 1) for start, end in secret_spans(text[1:], depth)]
    return shaped_spans(text) + _structured(text, depth)


def _structured(text: str, depth: int) -> list[Span]:
    nodes = _compose(text)
    if nodes is None:
        starts = [match.start() for match in _DOCUMENT.finditer(text) if match.start()]
        if not starts:
            return scan(lines_of(text))
        bounds = [0, *starts, len(text)]
        return [
            (start + a, start + b) for start, end in pairwise(bounds) for a, b in _structured(text[start:end], depth)
        ]
    if depth > _EMBEDDINGS or any(isinstance(node, ScalarNode) and not node.style for node in nodes):
        return scan(lines_of(text))
    walk = _Walk(text, depth)
    for node in nodes:
        if node is not None:
            walk.enter(node, Under.NOTHING)
    return walk.spans + _in_comments(text, walk.scalars)


def _compose(text: str) -> list[Node | None] | None:
    try:
        return compose(text)
    except (Unreadable, yaml.YAMLError, ValueError, RecursionError):
        return None


@dataclass
class _Walk:
    """One pass over the nodes of one text; every node once per way it is reached (aliases)."""

    text: str
    depth: int
    spans: list[Span] = field(default_factory=list)
    scalars: dict[int, Span] = field(default_factory=dict)
    seen: set[tuple[int, Under, str]] = field(default_factory=set)

    def enter(self, node: Node, under: Under, key: str = "") -> None:
        visit = (id(node), under, key if isinstance(node, ScalarNode) else "")
        if visit in self.seen:
            return
        self.seen.add(visit)
        match node:
            case ScalarNode():
                self._scalar(node, under, key)
            case SequenceNode():
                self._sequence(node, under, key)
            case MappingNode():
                self._mapping(node, under, key)
            case _:
                raise TypeError(type(node).__name__)

    def _sequence(self, node: SequenceNode, under: Under, key: str) -> None:
        below = Under.SECRET if under is Under.HOLDER else under
        for number, item in enumerate(node.value):
            flag = isinstance(item, ScalarNode) and number and _named_by_flag(node.value[number - 1])
            self.enter(item, Under.SECRET if flag else below, key)

    def _mapping(self, node: MappingNode, under: Under, key: str) -> None:
        fields = dict(_members(node))
        kind = _scalar_text(fields.get("kind"))
        pair_is_secret = _names_secret(fields)
        for name_node, value in node.value:
            self.enter(name_node, Under.NOTHING)
            name = _scalar_text(name_node)
            below = self._below(name, value, under)
            if below is Under.NOTHING and pair_is_secret and _is_value(name, value):
                below = Under.SECRET
            if (kind == "Secret" or key == "\0secret") and name in ("data", "stringData"):
                below = Under.OBJECT
            if name == "<<":
                below = under
            hint = "\0secret" if kind == "SecretList" and name == "items" else name
            self.enter(value, below, hint)

    def _below(self, name: str, value: Node, under: Under) -> Under:
        if under is Under.OBJECT:
            return Under.OBJECT
        if name == "secretGenerator" or under is Under.LITERALS:
            return Under.LITERALS
        if isinstance(value, ScalarNode):
            held = under is Under.HOLDER and not stands_beside(name) and not name.startswith("$")
            return Under.SECRET if held or is_secret_under(name, value.value) else Under.NOTHING
        if is_secret_key(name):
            return Under.HOLDER if holds_secrets(name) else Under.SECRET
        return Under.NOTHING

    def _scalar(self, node: ScalarNode, under: Under, key: str) -> None:
        start, end = self._content(node)
        self.scalars[start] = (start, end)
        inner = self._inside(node.value, under, key)
        if inner:
            self.spans += self._outward(node, start, end, inner)

    def _inside(self, value: str, under: Under, key: str) -> list[Span]:
        """The secrets of a scalar's value, as spans of the value."""
        match under:
            case Under.NOTHING | Under.HOLDER:
                return [] if key == "integrity" else secret_spans(value, self.depth + 1)
            case Under.LITERALS:
                begin = value.find("=") + 1
                literals = literal_spans(value[begin:]) if key == "literals" else []
                return [(begin + a, begin + b) for a, b in literals]
            case Under.OBJECT if key == ".npmrc" and ":" in value:  # base64 has no colon
                return [*npmrc_spans(value), *shaped_spans(value)]
            case Under.SECRET | Under.OBJECT:
                return literal_spans(value)

    def _content(self, node: ScalarNode) -> Span:
        """The characters of a scalar's value: without properties, quotes and block header."""
        text, end = self.text, int(node.end_mark.index)
        start = int(node.start_mark.index)
        properties = _PROPERTIES.match(text, start, end)
        start = properties.end() if properties else start
        if node.style in ("'", '"'):
            return start + 1, end - 1
        if node.style in ("|", ">"):
            header = text.find("\n", start, end)
            return (end if header < 0 else header + 1), end
        return start, end

    def _outward(self, node: ScalarNode, start: int, end: int, inner: list[Span]) -> list[Span]:
        """Spans of the value as spans of the text; all of the scalar where the two do not go hand in hand."""
        value: str = node.value
        if not node.style and self.text[start:end] == value:
            return [(start + a, start + b) for a, b in inner]
        if len(inner) == 1 and value.strip() == value[slice(*inner[0])]:
            return [(start, end)]
        embedding = embed(self.text, node) if node.style in ("|", "'", '"') else None
        if not isinstance(embedding, Literal | Quoted):
            return [(start, end)]
        return [
            (embedding.outer_index(a), embedding.outer_index(b)) for span in inner for a, b in _by_line(value, *span)
        ]


def _by_line(value: str, start: int, end: int) -> Iterator[Span]:
    while start < end:
        stop = value.find("\n", start, end)
        stop = end if stop < 0 else stop
        if value[start:stop].strip():
            yield start, stop
        start = stop + 1


def _named_by_flag(item: Node) -> bool:
    """`- --token` before `- abc`."""
    flag = _FLAG.fullmatch(item.value) if isinstance(item, ScalarNode) else None
    return flag is not None and is_secret_key(flag[1])


def _members(node: MappingNode, depth: int = 0) -> Iterator[tuple[str, Node]]:
    """The members of a mapping and of what it merges, own ones last."""
    for key, value in node.value:
        if depth < _EMBEDDINGS and _scalar_text(key) == "<<":
            for base in value.value if isinstance(value, SequenceNode) else [value]:
                if isinstance(base, MappingNode):
                    yield from _members(base, depth + 1)
    for key, value in node.value:
        yield _scalar_text(key).lower() if _scalar_text(key).lower() in _PAIR_NAMES else _scalar_text(key), value


def _names_secret(fields: dict[str, Node]) -> bool:
    return any(is_secret_path(_scalar_text(fields.get(name))) for name in _PAIR_NAMES)


def _is_value(name: str, value: Node) -> bool:
    return name.lower() in ("value", "defaultvalue") or (name == "values" and isinstance(value, SequenceNode))


def _scalar_text(node: Node | None) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""


def _in_comments(text: str, scalars: dict[int, Span]) -> list[Span]:
    """Comment lines that follow one another are one text, so that `# value: x` is seen below `# name: TOKEN`."""
    spans: list[Span] = []
    block: list[Line] = []
    for start, line in _comments(text, sorted(scalars.values())):
        alone = not text[text.rfind("\n", 0, start) + 1 : start].strip()
        if block and not (alone and text.count("\n", block[-1][0], start) == 1):
            spans += scan(block)
            block = []
        body = line.lstrip("#")
        block.append((start + len(line) - len(body), body.rstrip("\r")))
    return spans + scan(block)


def _comments(text: str, scalars: list[Span]) -> Iterator[Line]:
    starts = [start for start, _ in scalars]
    position = 0
    while match := _COMMENT.search(text, position):
        index = bisect_right(starts, match.start()) - 1
        if index >= 0 and match.start() < scalars[index][1]:
            position = max(scalars[index][1], match.start() + 1)
        else:
            yield match.start(), match[0]
            position = match.end()
