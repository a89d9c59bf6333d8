"""Nodes of a YAML document as the npm package `yaml` composes them, and the faults found on the way.

Do not resolve aliases and hold no values but those of scalars. Offsets count UTF-16 units of the text, as JavaScript's.
"""

from bisect import bisect_left
from dataclasses import field
from typing import Any, TypeAlias

from installer.model.dataclass import dataclass
from installer.yamltext.javascript.tokens import Token


@dataclass(slots=True, eq=False)
class Scalar:
    """`style` is '' for a plain one, else its indicator; `tag_name` is the full name of its tag.

    `tail` is where what follows it on its line ends, `lead` where its anchor or tag begins.
    """

    value: Any
    source: str
    style: str
    start: int
    end: int
    tail: int
    merge: bool = False
    anchor: str | None = None
    lead: int | None = None
    tag_name: str | None = None


@dataclass(slots=True, eq=False)
class Alias:
    name: str
    start: int
    end: int
    tail: int
    anchor: str | None = None
    lead: int | None = None


@dataclass(slots=True, eq=False)
class Pair:
    key: "Node"
    value: "Node | None" = None


@dataclass(slots=True, eq=False)
class Mapping:
    """`tag` is 'map' or 'set'."""

    pairs: list[Pair]
    flow: bool
    start: int
    end: int
    tail: int
    tag: str = "map"
    anchor: str | None = None
    lead: int | None = None
    tag_name: str | None = None


@dataclass(slots=True, eq=False)
class Sequence:
    """`tag` is 'seq', 'omap' or 'pairs'; only the two latter hold pairs."""

    items: list["Node | Pair"]
    flow: bool
    start: int
    end: int
    tail: int
    tag: str = "seq"
    anchor: str | None = None
    lead: int | None = None
    tag_name: str | None = None


Node: TypeAlias = Scalar | Alias | Mapping | Sequence


@dataclass(frozen=True, slots=True)
class Fault:
    """An error of the parser, from `start` up to `end`; a start of -1 is nowhere."""

    start: int
    end: int
    message: str


@dataclass(slots=True)
class Faults:
    """Faults in the order in which they were found: the first one is what the user gets to read."""

    found: list[Fault] = field(default_factory=list)

    def at(self, offset: int, message: str) -> None:
        self.found.append(Fault(offset, offset + 1, message))

    def of(self, token: Token, message: str) -> None:
        length = 1 if token.source is None else len(token.source)
        self.found.append(Fault(token.offset, token.offset + length, message))

    def over(self, node: Node, message: str) -> None:
        self.found.append(Fault(node.start, node.end, message))


class Keys:
    """The scalar keys of a map; two are the same where JavaScript's `===` says so."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, object]] = set()

    def add(self, node: Node) -> bool:
        """False where the key was there before."""
        if not isinstance(node, Scalar) or node.merge or isinstance(node.value, dict):
            return True
        value = node.value
        if value != value:  # noqa: PLR0124 - NaN is no key's equal
            return True
        kind = "number" if type(value) in (int, float) else type(value).__name__
        key = (kind, float(value) if kind == "number" else value)
        if key in self.seen:
            return False
        self.seen.add(key)
        return True


def line_and_column(line_starts: list[int], offset: int) -> tuple[int, int]:
    """Where an offset is, both from 1. Offsets beyond the last line are in that line."""
    low = bisect_left(line_starts, offset)
    if low < len(line_starts) and line_starts[low] == offset:
        return low + 1, 1
    if low == 0:
        return 0, offset
    return low, offset - line_starts[low - 1] + 1
