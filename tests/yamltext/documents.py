"""Hypothesis strategies of YAML texts as people write them: dynamic-plugins and app-config in every style.

Each text comes with nothing but itself: what it means is read by the code under test and by an independent parser.
"""

import json
import re
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.yamltext.samples import VALUES, WORDS

NOTES = ("note", "TODO: fix", "package: off", "- package: x", "ü 😀", "&a *b")
# Comments are numbered, so that each can be found again.
COMMENT = re.compile(rf"# (?:{'|'.join(map(re.escape, NOTES))}) [0-9]+")
DASH_AND_TAB = re.compile(r"^( *(?:- )*-[ ]*)\t")  # libyaml refuses it
LINES = ("one", "  two deeper", "", "# no comment", "key: value", "- item", "three  ", "* star", "ü 😀")


@dataclass(frozen=True)
class Manner:
    """How one text is written."""

    step: int
    indented: bool
    newline: str
    end: str
    comments: bool
    blank_lines: bool
    trailing_blanks: bool
    flow: int
    anchors: bool


manners = st.builds(
    Manner,
    step=st.sampled_from((2, 2, 4, 3)),
    indented=st.booleans(),
    newline=st.sampled_from(("\n", "\n", "\n", "\r\n")),
    end=st.sampled_from(("\n", "\n", "", "\n\n", "\n# the end\n", "\n   ")),
    comments=st.booleans(),
    blank_lines=st.booleans(),
    trailing_blanks=st.booleans(),
    flow=st.sampled_from((0, 1, 1, 3)),
    anchors=st.booleans(),
)


class Writer:
    """Writes one text, throwing dice at every choice.

    Hypothesis chooses manner, size and the dice: a choice of its own for each of some hundred tokens would cost more
    time than everything that is tested.
    """

    def __init__(self, dice: Random, manner: Manner) -> None:
        self.dice = dice
        self.manner = manner
        self.anchors: list[tuple[str, bool]] = []
        self.count = 0
        self.named = 0

    def chance(self, of: int) -> bool:
        return self.dice.randrange(of + 1) == 0

    def pick(self, options: Any) -> Any:
        return self.dice.choice(options)

    def comment(self) -> str:
        self.count += 1
        return f"# {self.pick(NOTES)} {self.count}"

    def tail(self) -> str:
        """What stands at the end of a line."""
        if self.manner.comments and self.chance(4):
            return self.pick((" ", "  ", "\t")) + self.comment()
        return "  " if self.manner.trailing_blanks and self.chance(4) else ""

    def between(self, column: int) -> list[str]:
        """What may stand on lines of its own before a member."""
        lines: list[str] = []
        if self.manner.blank_lines and self.chance(4):
            lines.append(self.pick(("", "", "  ")))
        if self.manner.comments and self.chance(4):
            lines.append(" " * self.pick((column, column, 0, column + 3)) + self.comment())
        return lines

    def keys(self, most: int) -> list[str]:
        return self.dice.sample(WORDS, self.dice.randint(1, most))

    def key(self, word: str) -> str:
        if word in ("on", "y") or self.chance(9):
            return self.pick((f'"{word}"', f"'{word}'"))
        return word

    def scalar(self, *, flow: bool = False) -> str:
        value = self.pick(VALUES)
        forms = (
            [quote(value)]
            if isinstance(value, str)
            else [{True: "true", False: "false", None: "null"}.get(value, str(value))]
        )
        if isinstance(value, str):
            if value.isprintable():
                forms.append("'" + value.replace("'", "''") + "'")
            plain = value and value[0].isalnum() and not any(one in value for one in (": ", " #", "\t"))
            if plain and not (flow and any(one in value for one in "[]{},:")):
                forms.append(value)
        return self.pick(forms)

    def flow(self, depth: int) -> str:
        kind = self.dice.randint(0, 5 if depth else 2)
        if kind < 3:
            return self.scalar(flow=True)
        comma = self.pick((", ", ",", ",  "))
        closing = self.pick(("", "", " ", ", "))
        if kind == 3:
            return self.pick(("{}", "[]", "{ }"))
        if kind == 4:
            return "[" + comma.join(self.flow(depth - 1) for _ in range(self.pick((1, 2, 3)))) + closing + "]"
        pairs = [f"{self.key(word)}: {self.flow(depth - 1)}" for word in self.keys(3)]
        return "{" + comma.join(pairs) + closing + "}"

    def spread_flow(self, column: int, depth: int) -> list[str]:
        """A flow collection over several lines, comments and a comma at its end allowed."""
        inner = " " * (column + self.manner.step)
        members = [f"{self.key(word)}: {self.flow(depth)}" for word in self.keys(3)]
        last = self.pick((",", ""))
        lines = [
            f"{inner}{member}{',' if number + 1 < len(members) else last}{self.tail()}"
            for number, member in enumerate(members)
        ]
        return ["{" + self.tail(), *lines, " " * column + "}"]

    def block_scalar(self, column: int) -> list[str]:
        style = self.pick(("|", "|-", "|+", ">", ">-"))
        lines = self.dice.choices(LINES, k=self.dice.randint(1, 4))
        body = ["first", *lines] if style[0] == "|" else ["first", "second"]
        header = style + (f" {self.comment()}" if self.manner.comments and self.chance(5) else "")
        return [header, *(" " * column + line if line else "" for line in body)]

    def wrapped(self, column: int) -> list[str]:
        """A scalar over two lines."""
        return self.pick(
            (
                ["plain text that", " " * column + "goes on"],
                ['"quoted text that', " " * column + 'goes on # no comment"'],
                ["'single quotes that", "", " " * column + "go on'"],
            )
        )

    def value(self, column: int, depth: int) -> list[str]:
        """A value: what stands behind the colon or dash, then whole lines. `column` is that of a nested mapping."""
        kind = self.dice.randint(0, 13)
        if kind == 0 and self.anchors:
            return [f"*{self.pick(self.anchors)[0]}{self.tail()}"]
        if kind in (1, 2) and self.manner.flow >= kind:
            return [self.flow(2) + self.tail()]
        if kind == 3 and self.manner.flow > 1:
            return self.spread_flow(column, 1)
        if kind == 4:
            return self.block_scalar(column)
        if kind == 5:
            return self.wrapped(column)
        if kind == 6:
            return [self.tail()]
        if kind >= 8 and depth:
            return self.nested(column, depth - 1)
        return [self.anchor(mapping=False) + self.scalar() + self.tail()]

    def anchor(self, *, mapping: bool) -> str:
        if not self.manner.anchors or not self.chance(3):
            return ""
        self.named += 1
        name = f"a{self.named}"
        self.anchors.append((name, mapping))
        return f"&{name} "

    def nested(self, column: int, depth: int) -> list[str]:
        mark = len(self.anchors)
        sequence = self.chance(1)
        anchor = self.anchor(mapping=not sequence)
        own, self.anchors[mark:] = self.anchors[mark:], []
        if sequence:
            lines = self.sequence(column if self.manner.indented else column - self.manner.step, depth)
        else:
            lines = self.mapping(column, depth)
        self.anchors += own
        return [anchor.rstrip(" ") + self.tail(), *lines]

    def mapping(self, column: int, depth: int, most: int = 4) -> list[str]:
        lines: list[str] = []
        for number, word in enumerate(self.keys(most)):
            lines += self.between(column)
            head = " " * column + self.key(word) + ":"
            bases = [name for name, mapping in self.anchors if mapping]
            if number == 0 and bases and self.chance(2):
                lines.append(" " * column + f"<<: *{self.pick(bases)}")
            lines += joined(head, self.value(column + self.manner.step, depth))
        return lines

    def sequence(self, column: int, depth: int) -> list[str]:
        lines: list[str] = []
        for _ in range(self.pick((1, 2, 3, 4))):
            lines += self.between(column)
            dash = " " * column + "-"
            kind = self.dice.randint(0, 6)
            if kind >= 3 and depth:
                inner = self.mapping(column + 2, depth - 1)
                compact = next((n for n, line in enumerate(inner) if line.strip() and line.lstrip()[0] != "#"), 0)
                if compact == 0:
                    lines += [f"{dash} {inner[0].lstrip(' ')}", *inner[1:]]
                else:
                    lines += [dash, *inner]
            elif kind == 2 and depth:
                inner = self.sequence(column + 2, depth - 1)
                head_is_item = inner[0].lstrip().startswith("-")
                lines += [f"{dash} {inner[0].lstrip(' ')}", *inner[1:]] if head_is_item else [dash, *inner]
            else:
                lines += joined(dash, self.value(column + 2, 0))
        return lines


def joined(head: str, value: list[str]) -> list[str]:
    first = f"{head} {value[0]}" if value[0].strip() and not value[0].startswith(" ") else head + value[0]
    return [first, *value[1:]]


def quote(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{escaped}"'


@st.composite
def texts(draw: Any) -> str:
    """A mapping in block style as a whole text."""
    manner = draw(manners)
    most, depth = draw(st.integers(1, 6)), draw(st.integers(0, 4))
    writer = Writer(Random(draw(st.integers(0, 2**32))), manner)  # noqa: S311
    lines = writer.between(0) + writer.mapping(0, depth, most)
    return finish(lines, manner)


def finish(lines: list[str], manner: Manner) -> str:
    lines = [DASH_AND_TAB.sub(r"\1 ", line) for line in lines]
    return ("\n".join(lines) + manner.end).replace("\n", manner.newline)


LEAVES = [value for value in VALUES if value != 1.5]


def json_value(dice: Random, depth: int = 2) -> Any:
    match dice.randrange(6 if depth else 4):
        case 4:
            return [json_value(dice, depth - 1) for _ in range(dice.randrange(4))]
        case 5:
            return {word: json_value(dice, depth - 1) for word in dice.sample(WORDS, dice.randrange(4))}
        case _:
            return dice.choice(LEAVES)


@st.composite
def json_texts(draw: Any) -> str:
    """JSON as tools and people write it, with and without escapes of what lies beyond ASCII.

    Hypothesis chooses the members and the dice that their values are thrown with, for the reason that Writer tells.
    """
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True))
    seed = draw(st.integers(0, 2**32))
    value = {word: json_value(Random(f"{seed} {word}")) for word in words}  # noqa: S311
    indent = draw(st.sampled_from((None, 2, 4, "\t")))
    separators = draw(st.sampled_from((None, (",", ":")))) if indent is None else None
    text = json.dumps(value, ensure_ascii=draw(st.booleans()), indent=indent, separators=separators)
    newline = draw(st.sampled_from(("\n", "\r\n")))
    return (text + draw(st.sampled_from(("\n", "")))).replace("\n", newline)
