"""How an inner text sits in an outer one: decode once, then map places and edits outwards, byte for byte.

A closed union: `Literal` (block scalar), `Quoted` (single, double, JSON) and `Rewrite` (whatever cannot be edited
line by line: folded, plain, empty). Does not know why a text is edited.
"""

import re
from bisect import bisect_right
from dataclasses import dataclass, field

from yaml.nodes import ScalarNode

from installer.yamltext.reading import Unreadable, compose

_HEADER = re.compile(r"(?:[&!][^\s]*[ \t]+)*([|>][-+0-9]*)[ \t]*(?:#[^\n]*)?\r?\n")
_PROPERTIES = re.compile(r"(?:[&!][^\s,\[\]{}]*[ \t]*)*")


@dataclass(frozen=True, slots=True)
class Splice:
    """Replace the characters start..end of a text by `text`."""

    start: int
    end: int
    text: str


def spliced(characters: str, splices: list[Splice]) -> str:
    """The text after all splices; they must not overlap. Equal positions keep their given order."""
    parts: list[str] = []
    position = 0
    for splice in sorted(splices, key=lambda splice: (splice.start, splice.end)):
        if splice.start < position:
            raise ValueError("overlapping edits")
        parts += [characters[position : splice.start], splice.text]
        position = splice.end
    return "".join([*parts, characters[position:]])


@dataclass(frozen=True)
class Literal:
    """A literal block scalar: line i of the inner text is line i of the content, behind `indent` blanks."""

    inner: str
    indent: int
    newline: str
    raw_starts: tuple[int, ...] = field(repr=False)
    inner_starts: tuple[int, ...] = field(repr=False)
    blanks: tuple[int, ...] = field(repr=False)

    def _line(self, index: int) -> tuple[int, int]:
        line = bisect_right(self.inner_starts, index) - 1
        return line, index - self.inner_starts[line]

    def outer_index(self, index: int) -> int:
        line, column = self._line(index)
        return self.raw_starts[line] + min(self.indent, self.blanks[line]) + column

    def outward(self, splices: list[Splice]) -> list[Splice]:
        return [self._outward(splice) for splice in splices]

    def _outward(self, splice: Splice) -> Splice:
        """Positions at a line's start mean the raw line start, so that whole lines go and come with their blanks."""
        line, column = self._line(splice.start)
        end_line, end_column = self._line(splice.end)
        begins_line = column == 0
        ends_line = splice.text.endswith("\n") or (not splice.text and begins_line)
        start = self.raw_starts[line] if begins_line else self.outer_index(splice.start)
        suffix = ""
        if end_column == 0 and ends_line:
            end = self.raw_starts[end_line]
        else:
            end = self.outer_index(splice.end)
            suffix = " " * self.indent if ends_line else ""
        pieces = splice.text.split("\n")
        lines = [
            " " * self.indent + piece if piece and (begins_line or number) else piece
            for number, piece in enumerate(pieces)
        ]
        return Splice(start, end, self.newline.join(lines) + suffix)


@dataclass(frozen=True)
class Quoted:
    """A quoted scalar; `inner_starts` and `outer_starts` begin stretches where both sides go character by character."""

    inner: str
    quote: str
    start: int
    end: int
    inner_starts: tuple[int, ...] = field(repr=False)
    outer_starts: tuple[int, ...] = field(repr=False)
    folded: str = field(repr=False)

    def outer_index(self, index: int) -> int:
        if index >= len(self.inner):
            return self.end - 1
        run = bisect_right(self.inner_starts, index) - 1
        return self.outer_starts[run] + index - self.inner_starts[run]

    def outward(self, splices: list[Splice]) -> list[Splice]:
        if self.quote == "'" and any("\n" in splice.text for splice in splices):
            return self._anew(splices)
        mapped = [
            Splice(self.outer_index(splice.start), self.outer_index(splice.end), self._escaped(splice.text))
            for splice in splices
        ]
        return mapped if not self.folded or self._holds(mapped, splices) else self._anew(splices)

    def _anew(self, splices: list[Splice]) -> list[Splice]:
        return [Splice(self.start, self.end, double_quoted(spliced(self.inner, splices)))]

    def _holds(self, mapped: list[Splice], splices: list[Splice]) -> bool:
        """Folding trims blanks beside line ends, so an edit there has to be proven."""
        shifted = [Splice(one.start - self.start, one.end - self.start, one.text) for one in mapped]
        try:
            (node,) = compose(spliced(self.folded, shifted))
        except (Unreadable, ValueError):
            return False
        return isinstance(node, ScalarNode) and node.value == spliced(self.inner, splices)

    def _escaped(self, text: str) -> str:
        return text.replace("'", "''") if self.quote == "'" else double_quoted(text)[1:-1]


@dataclass(frozen=True)
class Rewrite:
    """A scalar that is written anew as a whole when something in it changes."""

    inner: str
    start: int
    end: int
    indent: int
    newline: str
    block: bool
    gap: str = ""

    def outer_index(self, index: int) -> int:  # noqa: ARG002 - folding loses the exact place
        return self.start

    def outward(self, splices: list[Splice]) -> list[Splice]:
        if not splices:
            return []
        text = spliced(self.inner, splices)
        if self.block and _fits_literal(text):
            return [Splice(self.start, self.end, self.gap + literal(text, self.indent, self.newline))]
        return [Splice(self.start, self.end, self.gap + double_quoted(text))]


Embedding = Literal | Quoted | Rewrite


def embed(outer: str, scalar: ScalarNode) -> Embedding:
    """The embedding of a scalar's text. Marks of `scalar` count characters of `outer`."""
    found: Embedding | None = None
    if scalar.style == "|":
        found = _literal(outer, scalar)
    elif scalar.style in ("'", '"'):
        found = _quoted(outer, scalar)
    return found or _rewrite(outer, scalar)


def double_quoted(text: str) -> str:
    """A scalar that JSON and every YAML read alike."""
    escaped = re.sub(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]', _escape, text)
    return f'"{escaped}"'


def literal(text: str, indent: int, newline: str) -> str:
    """A literal block scalar with its header; `indent` blanks before every line that is not empty."""
    chomping = "" if text.endswith("\n") else "-"
    if text.endswith("\n\n") or text == "\n":
        chomping = "+"
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    body = newline.join(" " * indent + line if line else "" for line in lines)
    return f"|{chomping}{newline}{body}"


def _escape(match: re.Match[str]) -> str:
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return short.get(match[0]) or f"\\u{ord(match[0]):04x}"


def _fits_literal(text: str) -> bool:
    first = text.lstrip("\n")[:1]
    return bool(text.strip()) and first not in (" ", "\t") and not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)


def newline_of(characters: str) -> str:
    """The line end a text uses (that of its first line)."""
    first = characters.find("\n")
    return "\r\n" if first > 0 and characters[first - 1] == "\r" else "\n"


def _literal(outer: str, scalar: ScalarNode) -> Literal | None:
    header = _HEADER.match(outer, scalar.start_mark.index)
    inner: str = scalar.value
    if header is None or not inner.strip("\n"):
        return None
    lines = inner.split("\n")
    raw_starts, raw_lines = _raw_lines(outer, header.end(), len(lines))
    if len(raw_starts) < len(lines):
        return None
    indent = _indent(lines, raw_lines)
    if indent < 0:
        return None
    if not lines[-1]:
        raw_lines[-1] = ""  # what stands behind the last line end is not this scalar's
    for raw, line in zip(raw_lines, lines, strict=True):
        if raw[indent:] != line or raw[:indent].strip(" "):
            return None
    blanks = tuple(len(raw) if not raw.strip(" ") else indent for raw in raw_lines)
    return Literal(inner, indent, newline_of(outer), raw_starts, _starts(lines), blanks)


def _raw_lines(outer: str, position: int, count: int) -> tuple[tuple[int, ...], list[str]]:
    """The starts and texts of the next lines; the place behind the last line end counts as an empty line."""
    starts: list[int] = []
    lines: list[str] = []
    while len(starts) < count and position <= len(outer):
        end = outer.find("\n", position)
        end = len(outer) if end < 0 else end
        starts.append(position)
        lines.append(outer[position:end].removesuffix("\r"))
        position = end + 1
    return tuple(starts), lines


def _indent(lines: list[str], raw_lines: list[str]) -> int:
    for line, raw in zip(lines, raw_lines, strict=False):
        if line.strip(" "):
            return len(raw) - len(raw.lstrip(" ")) - (len(line) - len(line.lstrip(" ")))
    return -1


def _starts(lines: list[str]) -> tuple[int, ...]:
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line) + 1)
    return tuple(starts)


_PIECE = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|(\r?\n)[ \t]*|.)"  # 1: an escaped line end
    r"|('')"  # 2
    r"|([ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*)",  # 3: a fold
    re.DOTALL,
)


def _quoted(outer: str, scalar: ScalarNode) -> Quoted | None:
    properties = _PROPERTIES.match(outer, scalar.start_mark.index)
    start = properties.end() if properties else scalar.start_mark.index
    end = scalar.end_mark.index
    quote = outer[start]
    if quote != scalar.style or outer[end - 1] != quote:
        return None
    inner_starts, outer_starts = [0], [start + 1]
    length, position = 0, start + 1
    for match in _PIECE.finditer(outer, start + 1, end - 1):
        if (quote == "'") == match[0].startswith("\\") or (match[2] and quote == '"'):
            continue
        length += match.start() - position
        inner_starts.append(length)
        outer_starts.append(match.start())
        length += _decoded_length(match)
        position = match.end()
        inner_starts.append(length)
        outer_starts.append(position)
    if length + end - 1 - position != len(scalar.value):
        return None
    folded = outer[start:end] if "\n" in outer[start:end] else ""
    return Quoted(scalar.value, quote, start, end, tuple(inner_starts), tuple(outer_starts), folded)


def _decoded_length(match: re.Match[str]) -> int:
    if match[1]:
        return 0
    if match[3]:
        breaks = match[3].count("\n")
        return breaks - 1 if breaks > 1 else 1
    return 1


def _rewrite(outer: str, scalar: ScalarNode) -> Rewrite:
    properties = _PROPERTIES.match(outer, scalar.start_mark.index)
    start = properties.end() if properties and scalar.style else scalar.start_mark.index
    end = scalar.end_mark.index
    line_start = outer.rfind("\n", 0, start) + 1
    lead = re.match(r"[ \t]*(?:[-?][ \t]+)*", outer[line_start:start])
    indent = (lead.end() if lead else 0) + 2
    if scalar.style in ("|", ">"):
        header = outer[start : outer.find("\n", start)]
        kept = outer[start:end].removesuffix("\n").removesuffix("\r")
        end = start + len(kept if "+" in header else kept.rstrip())
        return Rewrite(scalar.value, start, end, indent, newline_of(outer), block=True)
    rest = outer[end : outer.find("\n", end) if "\n" in outer[end:] else len(outer)]
    alone = not rest.strip() and not re.search(r"[\[{]", outer[line_start:start])
    gap = "" if start == 0 or outer[start - 1] in " \t\n" else " "
    return Rewrite(scalar.value, start, end, indent, newline_of(outer), alone and not scalar.style, gap)
