"""A text inside a literal block scalar: places and edits mapped line by line. Does not know why a text is edited."""

from bisect import bisect_right
from dataclasses import field

from yaml.nodes import ScalarNode

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.yamltext.scalars import double_quoted, fits_literal
from installer.yamltext.splices import Splice, newline_of, spliced

_HEADER = late_pattern(r"(?:[&!][^\s]*[ \t]+)*([|>][-+0-9]*)[ \t]*(?:#[^\n]*)?\r?\n")

_KEEPING = late_pattern(r"[|>][1-9]?\+")


@dataclass(frozen=True)
class Literal:
    """A literal block scalar: line i of the inner text is line i of the content, behind `indent` blanks.

    `start` and `end` hold it with its header, for a text that no longer fits a literal block.
    """

    inner: str
    indent: int
    newline: str
    raw_starts: tuple[int, ...] = field(repr=False)
    inner_starts: tuple[int, ...] = field(repr=False)
    blanks: tuple[int, ...] = field(repr=False)
    start: int
    end: int
    header: str

    def _line(self, index: int) -> tuple[int, int]:
        line = bisect_right(self.inner_starts, index) - 1
        return line, index - self.inner_starts[line]

    def outer_index(self, index: int) -> int:
        line, column = self._line(index)
        return self.raw_starts[line] + min(self.indent, self.blanks[line]) + column

    def outward(self, splices: list[Splice]) -> list[Splice]:
        after = spliced(self.inner, splices)
        if after.strip() and fits_literal(self.inner) and not fits_literal(after):
            return [Splice(self.start, self.end, double_quoted(after))]
        return [*self._chomped(after), *(self._outward(splice) for splice in splices)]

    def _chomped(self, after: str) -> list[Splice]:
        """A new header where the old one would drop line ends that a block scalar inside needs."""
        header = self.header.replace("-", "") if after.endswith("\n") else self.header
        if after.endswith("\n\n") and "+" not in header and _KEEPING.search(after):
            header += "+"
        return [Splice(self.start, self.start + len(self.header), header)] if header != self.header else []

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


def literal_of(outer: str, scalar: ScalarNode) -> Literal | None:
    """The embedding of a literal block scalar; None where its lines cannot be told apart."""
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
    start = header.start(1)
    end = raw_starts[-1] + len(raw_lines[-1]) if lines[-1] else raw_starts[-1]
    end -= len(outer[start:end]) - len(outer[start:end].rstrip("\r\n"))
    return Literal(inner, indent, newline_of(outer), raw_starts, _starts(lines), blanks, start, end, header[1])


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
