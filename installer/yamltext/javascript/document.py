"""Reads a text as the npm package `yaml` 2.x does (YAML 1.2 core schema), as Backstage's config loader sees it.

Does not know what the values mean, and does not read files. Which texts are errors, and with which words, follows
that package (ISC licence, © Eemeli Aro; see licence.txt); the tests compare the two.
"""

import re
from bisect import bisect_right
from dataclasses import field
from functools import cached_property, lru_cache
from typing import Any

from yaml import Mark
from yaml import nodes as pyyaml

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.yamltext.javascript.nodes import (
    Alias,
    Fault,
    Mapping,
    Node,
    Pair,
    Scalar,
    Sequence,
    line_and_column,
)
from installer.yamltext.javascript.parser import Parser
from installer.yamltext.javascript.stream import Composer, Document
from installer.yamltext.javascript.values import NoValue, Places, javascript_value, join_surrogates
from installer.yamltext.reading import FILE_LIMIT, PLAIN, QUOTED, Unreadable

_ASTRAL = late_pattern("[\U00010000-\U0010ffff]")
_FRAME_WIDTH = 80
_FRAME_CENTRE = 60
_MULTIPLE = "Source contains multiple documents; please use YAML.parseAllDocuments()"


class JavaScriptYamlError(Unreadable):
    """A text that npm's `yaml` refuses. Line and column count from 1.

    `message` is that package's without the place, `name` the class of its error, `placed` the message with the
    place, `full` the whole of it, with the lines of the text that it quotes: these may hold secrets.
    """

    def __init__(
        self,
        message: str,
        line: int = 1,
        column: int = 1,
        *,
        name: str = "YAMLParseError",
        placed: str = "",
        frame: str = "",
    ) -> None:
        super().__init__("yaml-syntax", message, line, column)
        self.name = name
        self.placed = placed or message
        self.full = self.placed + frame


@dataclass(frozen=True)
class JavaScriptDocument:
    """The one document of a text: plain data, all keys texts, in JavaScript's order; `root` None for an empty text.

    Offsets of nodes count UTF-16 units of the text.
    """

    value: Any
    root: Node | None
    text: str = field(repr=False)
    offsets: Places = field(repr=False)

    @cached_property
    def node(self) -> pyyaml.Node | None:
        """The nodes as PyYAML's, with marks and the tags PLAIN, QUOTED or those that are written.

        An alias is the very node that it means.
        """
        return None if self.root is None else _PlainNodes(self).convert(self.root)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def place_in(self, container: Any, member: str | int) -> tuple[int, int] | None:
        """Line and column of a member of a dict or list of `value`; None where it comes from no text."""
        offset = self.offsets.get(id(container), {}).get(member)
        return None if offset is None else self.place(offset)

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both from 1, the column in characters."""
        line = bisect_right(self._line_starts, offset)
        before = join_surrogates(self.text[self._line_starts[line - 1] : offset])
        return line, len(before.removeprefix("\ufeff") if line == 1 else before) + 1


@lru_cache(maxsize=8)
def load(text: str) -> JavaScriptDocument:
    """The document of a text. Raises JavaScriptYamlError, and Unreadable where a bound of ours is exceeded.

    A plan reads every layer as it is and as it shall be, which are often the same: what was read is not to be changed.
    """
    if len(text) > FILE_LIMIT or len(text.encode("utf-8", "surrogatepass")) > FILE_LIMIT:
        raise Unreadable("yaml-too-large", f"larger than {FILE_LIMIT // (1024 * 1024)} MiB")
    units = _utf16_units(text)
    parser = Parser(units)
    first, *more = Composer().compose(parser.parse(), len(units))
    if fault := _first_fault(first, more):
        raise _error(fault, units, parser.line_starts)
    try:
        value, offsets = (None, {}) if first.node is None else javascript_value(first.node, first.directives.schema)
    except NoValue as error:
        name = "ReferenceError" if "alias" in str(error) and "Merge" not in str(error) else "Error"
        raise JavaScriptYamlError(str(error), name=name) from error
    return JavaScriptDocument(value, first.node, units, offsets)


def _utf16_units(text: str) -> str:
    """The text with every character beyond the first plane as the two units that JavaScript counts."""
    if not _ASTRAL.search(text):
        return text
    return _ASTRAL.sub(lambda match: _pair(ord(match.group()) - 0x10000), text)


def _pair(code: int) -> str:
    return chr(0xD800 + (code >> 10)) + chr(0xDC00 + (code & 0x3FF))


def _first_fault(first: Document, more: list[Document]) -> Fault | None:
    if first.faults:
        return first.faults[0]
    return Fault(more[0].start, more[0].end, _MULTIPLE) if more else None


def _error(fault: Fault, text: str, line_starts: list[int]) -> JavaScriptYamlError:
    message = join_surrogates(fault.message)
    line, column = line_and_column(line_starts, fault.start)
    placed = f"{message} at line {line}, column {column}"
    frame = join_surrogates(_frame(fault, text, line_starts, line, column))
    return JavaScriptYamlError(message, max(line, 1), max(column, 1), placed=placed, frame=frame)


def _frame(fault: Fault, text: str, line_starts: list[int], line: int, column: int) -> str:
    """The lines of the text that npm's `yaml` quotes, with a pointer below."""
    at = column - 1
    quoted = _line(text, line_starts, line).rstrip("\r\n")
    if at >= _FRAME_CENTRE and len(quoted) > _FRAME_WIDTH:
        cut = min(at - 39, len(quoted) - 79)
        quoted = "…" + quoted[cut:]
        at -= cut - 1
    if len(quoted) > _FRAME_WIDTH:
        quoted = quoted[:79] + "…"
    if line > 1 and not quoted[:at].strip(" "):
        previous = _line(text, line_starts, line - 1)
        quoted = (previous[:79] + "…\n" if len(previous) > _FRAME_WIDTH else previous) + quoted
    if not quoted.strip(" "):
        return ""
    end_line, end_column = line_and_column(line_starts, fault.end)
    width = 1
    if end_line == line and end_column > column:
        width = max(1, min(end_column - column, _FRAME_WIDTH - at))
    return f":\n\n{quoted}\n{' ' * at}{'^' * width}\n"


def _line(text: str, line_starts: list[int], line: int) -> str:
    start = line_starts[line - 1] if 0 < line <= len(line_starts) else 0
    end = line_starts[line] if line < len(line_starts) else len(text)
    return text[start:end]


class _PlainNodes:
    def __init__(self, document: JavaScriptDocument) -> None:
        self.document = document
        self.anchors: dict[str, pyyaml.Node] = {}

    def convert(self, node: Node) -> pyyaml.Node:
        if isinstance(node, Alias):
            return self.anchors[node.name]
        lead = node.start if node.lead is None else node.lead
        start, end = self._mark(lead), self._mark(node.end)
        result: pyyaml.Node
        match node:
            case Scalar():
                tag = node.tag_name or (QUOTED if node.style else PLAIN)
                result = pyyaml.ScalarNode(tag, join_surrogates(node.source), start, end, node.style or None)
            case Sequence():
                result = pyyaml.SequenceNode(node.tag_name or QUOTED, [], start, end, node.flow)
            case Mapping():
                result = pyyaml.MappingNode(node.tag_name or QUOTED, [], start, end, node.flow)
        if node.anchor:
            self.anchors[node.anchor] = result
        self._fill(node, result)
        return result

    def _fill(self, node: Node, result: pyyaml.Node) -> None:
        if isinstance(node, Sequence):
            result.value.extend(self._item(item, result) for item in node.items)
        elif isinstance(node, Mapping):
            result.value.extend(self._pair(pair) for pair in node.pairs)

    def _item(self, item: Node | Pair, parent: pyyaml.Node) -> pyyaml.Node:
        if not isinstance(item, Pair):
            return self.convert(item)
        return pyyaml.MappingNode(QUOTED, [self._pair(item)], parent.start_mark, parent.end_mark, True)

    def _pair(self, pair: Pair) -> tuple[pyyaml.Node, pyyaml.Node]:
        key = self.convert(pair.key)
        if pair.value is not None:
            return key, self.convert(pair.value)
        return key, pyyaml.ScalarNode(PLAIN, "", key.end_mark, key.end_mark)

    def _mark(self, offset: int) -> Mark:
        line, column = self.document.place(offset)
        index = len(join_surrogates(self.document.text[:offset]))
        return Mark("", index, line - 1, column - 1, None, 0)
