"""The text under edit: its characters, layout and style, and the splices found so far. Does not decide on edits.

A text without a last line end is edited as if it had one; `finished` takes it away again.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from yaml.nodes import Node, ScalarNode

from installer.model.dataclass import dataclass
from installer.yamltext import spans
from installer.yamltext.emit import flow, json_text, key_token, quoted, scalar_token
from installer.yamltext.layout import Comment, Layout, children, last_scalar
from installer.yamltext.splices import Splice, newline_of
from installer.yamltext.style import is_json, style_of
from installer.yamltext.values import Schema


@dataclass(frozen=True, slots=True)
class Seat:
    """How a value sits: its key's or dash's column, whether in flow, in a sequence; `after` its colon or dash."""

    after: int
    column: int
    in_flow: bool = False
    in_sequence: bool = False
    colon: bool = True


class Sheet:
    def __init__(self, characters: str, root: Node | None, schema: Schema) -> None:
        self.length = len(characters)
        self.newline = newline_of(characters)
        self.open_end = bool(characters) and not characters.endswith("\n")
        self.characters = characters + self.newline if self.open_end else characters
        self.schema = schema
        self.root = root
        self.style = replace(style_of(characters, root), literals=not self.open_end)
        self.json = is_json(root)
        self.layout = Layout(characters)
        self.found: list[Splice] = []
        self.leaving: list[tuple[Node, int, bool]] = []

    def add(self, start: int, end: int, text: str) -> None:
        self.found.append(Splice(start, end, text))

    def change(self, node: Node) -> None:
        """A node's content changes where it stands; its aliases must not."""
        if self.layout.aliases.anchor(node):
            self.leaving.append((node, self.layout.body(node), True))

    def leave(self, node: Node, start: int, end: int) -> None:
        """What stands between two places goes, with the anchors in it."""
        if not self.layout.aliases.found or not start <= node.start_mark.index < end:
            return
        if self.layout.aliases.anchor(node) and not any(node is other for other, _, _ in self.leaving):
            self.leaving.append((node, end, False))
        for child in children(node):
            self.leave(child, start, end)

    def column(self, index: int) -> int:
        return spans.column_at(self.characters, index)

    def indentation(self, index: int) -> str:
        """The blanks that the line of a place begins with."""
        start = spans.line_start(self.characters, index)
        match = re.compile(r"[ \t]*").match(self.characters, start)
        return match[0] if match else ""

    def insert_lines(self, position: int, lines: Iterable[str]) -> None:
        """New lines before the line that starts at `position`."""
        text = "".join(f"{line}{self.newline}" for line in lines)
        if text:
            self.add(position, position, text)

    def comment_lines(self, comments: Iterable[Comment], column: int, *, as_they_are: bool = False) -> list[str]:
        """Comments as lines of their own; those that were keep their indentation where that is safe."""
        lines: list[str] = []
        for comment in comments:
            start = spans.line_start(self.characters, comment.start)
            kept = self.characters[start : comment.start] if as_they_are and comment.own_line else " " * column
            lines.append(kept + comment.text)
        return lines

    # -- tokens

    def flow(self, value: Any, index: int, *, spread: bool = False) -> str:
        """A value in flow style for the line of a place; JSON stays JSON, over several lines where the text is."""
        if not self.json:
            return flow(value, self.style)
        unit = self.style.unit if spread else None
        text = json_text(value, self.indentation(index), unit, tight=self.style.tight)
        return text.replace("\n", self.newline)

    def key(self, name: str) -> str:
        return json_text(name) if self.json else key_token(name, self.style)

    def scalar(self, value: Any, old: Node | None, *, in_flow: bool) -> str:
        """A scalar in the quotes of the one it replaces."""
        if self.json:
            return json_text(value)
        if isinstance(value, str) and isinstance(old, ScalarNode) and old.style in ("'", '"'):
            return quoted(value, old.style)
        return scalar_token(value, self.style, in_flow=in_flow)

    # -- the end

    def finished(self, *, open_end: bool = True) -> list[Splice]:
        """All splices, those that touch joined. Raises ValueError where two overlap.

        Where the last lines go from a text without a last line end, it gets none; with `open_end` false it may.
        """
        joined: list[Splice] = []
        for splice in sorted(self.found, key=lambda splice: (splice.start, splice.end)):
            if joined and splice.start < joined[-1].end:
                raise ValueError("overlapping edits")
            if joined and splice.start == joined[-1].end:
                before = joined.pop()
                splice = Splice(before.start, splice.end, before.text + splice.text)  # noqa: PLW2901
            joined.append(splice)
        if self.open_end and joined and joined[-1].end > self.length:
            joined += self._reopened(joined.pop(), joined, open_end=open_end)
        return joined

    def _reopened(self, last: Splice, others: list[Splice], *, open_end: bool) -> list[Splice]:
        """The last splice, for a text that has no last line end."""
        text = last.text.removesuffix(self.newline)
        if last.start < len(self.characters):
            start = last.start - (0 if text or not open_end else len(self.newline))
            if any(other.end > start for other in others) or not self.characters.startswith(self.newline, start):
                start = last.start
            return [Splice(max(start, 0), self.length, text)]
        header = [one for one in self._chomped() if all(one.start >= other.end for other in others)]
        return [*header, Splice(self.length, self.length, self.newline + text)]

    def _chomped(self) -> list[Splice]:
        """A block scalar that ended with the text had no line end; now that lines follow, its header must say so."""
        last = last_scalar(self.root) if self.root is not None else None
        if not isinstance(last, ScalarNode) or last.style not in ("|", ">") or last.value.endswith("\n"):
            return []
        start = spans.block_header(self.characters, last)[0]
        header = re.compile(r"[|>][-+0-9]*").match(self.characters, start)
        if last.end_mark.index < self.length or header is None or "-" in header[0]:
            return []
        return [Splice(start, header.end(), header[0].replace("+", "") + "-")]
