"""How an inner text sits in an outer one: decode once, then map places and edits outwards, byte for byte.

A closed union: `Literal` (block scalar), `Quoted` (single, double, JSON) and `Rewrite` (whatever cannot be edited
line by line: folded, plain, empty). Does not know why a text is edited.
"""

import re
from bisect import bisect_right
from dataclasses import field

from yaml.nodes import ScalarNode

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.yamltext.literals import Literal, literal_of
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.scalars import double_quoted, fits_literal, literal
from installer.yamltext.splices import Splice, newline_of, spliced

__all__ = ["Embedding", "Literal", "Quoted", "Rewrite", "Splice", "double_quoted", "embed", "newline_of", "spliced"]

_PROPERTIES = late_pattern(r"(?:[&!][^\s,\[\]{}]*[ \t]*)*")


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
        if self.quote == "'" and not all(splice.text.isprintable() for splice in splices):
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
        if self.quote == "'":
            return text.replace("'", "''")
        escaped = double_quoted(text)[1:-1]
        if not self.folded or not text:
            return escaped
        # Blanks beside a line end of a folded scalar would be lost.
        escaped = f"\\{escaped}" if text[0] == " " else escaped
        return f"{escaped[:-1]}\\ " if text[-1] == " " and len(text) > 1 else escaped


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
    comment: str = ""

    def outer_index(self, index: int) -> int:  # noqa: ARG002 - folding loses the exact place
        return self.start

    def outward(self, splices: list[Splice]) -> list[Splice]:
        if not splices:
            return []
        text = spliced(self.inner, splices)
        if self.block and fits_literal(text):
            return [Splice(self.start, self.end, self.gap + literal(text, self.indent, self.newline, self.comment))]
        return [Splice(self.start, self.end, self.gap + double_quoted(text) + self.comment)]


Embedding = Literal | Quoted | Rewrite


def embed(outer: str, scalar: ScalarNode) -> Embedding:
    """The embedding of a scalar's text. Marks of `scalar` count characters of `outer`."""
    found: Embedding | None = None
    if scalar.style == "|":
        found = literal_of(outer, scalar)
    elif scalar.style in ("'", '"'):
        found = _quoted(outer, scalar)
    return found or _rewrite(outer, scalar)


_FOLD = r"(?P<fold>[ \t]*\r?\n(?:[ \t]*\r?\n)*[ \t]*)"
# What stands for something else in a quoted scalar, by its quote.
_PIECES = {
    '"': late_pattern(
        r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # one character of JSON's
        r"|\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|(?P<joined>\r?\n)[ \t]*|.)"
        rf"|{_FOLD}",
        re.DOTALL,
    ),
    "'": late_pattern(rf"(?P<joined>(?!))|''|{_FOLD}"),
}


def _quoted(outer: str, scalar: ScalarNode) -> Quoted | None:
    properties = _PROPERTIES.match(outer, scalar.start_mark.index)
    start = properties.end() if properties else scalar.start_mark.index
    end = scalar.end_mark.index
    quote = outer[start]
    if quote != scalar.style or outer[end - 1] != quote:
        return None
    inner_starts, outer_starts = [0], [start + 1]
    length, position = 0, start + 1
    for match in _PIECES[quote].finditer(outer, start + 1, end - 1):
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
    if match["joined"]:
        return 0
    if match["fold"]:
        breaks = match["fold"].count("\n")
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
        hash_sign = header.find("#")
        comment = " " + header[hash_sign:].rstrip() if hash_sign >= 0 else ""
        return Rewrite(scalar.value, start, end, indent, newline_of(outer), block=True, comment=comment)
    rest = outer[end : outer.find("\n", end) if "\n" in outer[end:] else len(outer)]
    alone = not rest.strip() and not re.search(r"[\[{]", outer[line_start:start])
    gap = "" if start == 0 or outer[start - 1] in " \t\n" else " "
    return Rewrite(scalar.value, start, end, indent, newline_of(outer), alone and not scalar.style, gap)
