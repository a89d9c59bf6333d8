"""Carries a patch into a YAML text as the fewest splices, in the style of the neighbours; every other byte stays.

`edited` proves its result: the parsed text afterwards equals the patch applied to the parsed text before.
Does not know embeddings or files: it works on the characters of one text.
"""

import re
from dataclasses import dataclass
from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.yamltext import spans
from installer.yamltext.embedding import Splice, newline_of, spliced
from installer.yamltext.emit import block, flow, json_lines, key_token, quoted, scalar_token
from installer.yamltext.patch import Branch, Drop, Patch, Set, applied
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.style import is_json, style_of
from installer.yamltext.values import Schema, construct, is_merge, key_text


class Refused(Exception):
    """An edit that cannot be made so that everything else stays as it is. `index` is the place in the text."""

    def __init__(self, message: str, index: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.index = index


@dataclass(frozen=True, slots=True)
class Seat:
    """How a value sits in its parent: the end of its key or dash, the parent's column, and whether in flow."""

    after: int
    column: int
    in_flow: bool
    in_sequence: bool = False


def edited(characters: str, patch: Branch, schema: Schema, document: int = 0) -> list[Splice]:
    """The splices that carry `patch` into a document of the text. Raises Refused, Unreadable."""
    documents = compose(characters)
    before = [construct(node, schema) for node in documents]
    root = documents[document] if documents else None
    wanted = applied(before[document] if before else None, patch)
    if before and wanted == before[document]:
        return []
    splices = _Editor(characters, root, schema).splices(root, patch)
    try:
        after = [construct(node, schema) for node in compose(spliced(characters, splices))]
    except Unreadable as error:
        raise Refused(f"the edit would break the text: {error.message}") from error
    except ValueError as error:
        raise Refused("the edit touches one place twice") from error
    expected = [*before[:document], wanted, *before[document + 1 :]]
    if after != expected:
        raise Refused("the edit would change more than it should")
    return splices


class _Editor:
    """One pass over one tree; collects splices."""

    def __init__(self, characters: str, root: Node | None, schema: Schema) -> None:
        self.characters = characters
        self.schema = schema
        self.root = root
        self.style = style_of(characters, root)
        self.json = is_json(root)
        self.newline = newline_of(characters)
        self.found: list[Splice] = []

    def splices(self, root: Node | None, patch: Branch) -> list[Splice]:
        if root is None:
            value = applied(None, patch)
            self._insert_lines(len(self.characters), block(value, 0, self.style) if value else [])
        else:
            self._visit(root, patch, Seat(0, -self.style.step, in_flow=self.json))
        return self.found

    def _add(self, start: int, end: int, text: str) -> None:
        self.found.append(Splice(start, end, text))

    def _visit(self, node: Node, patch: Patch, seat: Seat) -> None:
        alias = spans.alias_after(self.characters, seat.after, node)
        if alias:
            self._replace(node, alias, applied(construct(node, self.schema), patch), seat)
            return
        self._free_anchor(node)
        match patch, node:
            case (Branch(), MappingNode()) if node.value:
                self._mapping(node, patch, seat)
            case (Branch(), SequenceNode()) if node.value:
                self._sequence_members(node, patch)
                self._append(node, patch.appended)
            case (Set(value), ScalarNode()) if not isinstance(value, dict | list):
                self._scalar(node, value)
            case _:
                span = (int(node.start_mark.index), spans.content_end(self.characters, node))
                self._replace(node, span, applied(construct(node, self.schema), patch), seat)

    def _mapping(self, node: MappingNode, patch: Branch, seat: Seat) -> None:
        own: dict[str | int, tuple[Node, Node]] = {
            key_text(key): (key, value) for key, value in node.value if not is_merge(key, self.schema)
        }
        merged = construct(node, self.schema)
        flowing = bool(node.flow_style)
        column = seat.column + self.style.step if flowing else int(node.value[0][0].start_mark.column)
        dropped = [key for key, member in patch.members.items() if isinstance(member, Drop) and key in own]
        new: dict[str, Any] = {}
        for key, member in patch.members.items():
            if isinstance(member, Drop):
                if key in merged and key not in own:
                    raise Refused(f"{key} comes from a merge key", node.start_mark.index)
            elif key in own:
                key_node, value = own[key]
                self._visit(value, member, Seat(int(key_node.end_mark.index), column, flowing))
            else:
                new[str(key)] = applied(merged.get(key), member)
        for old, name in patch.renames.items():
            if old in own:
                self._token(own[old][0], name)
        if dropped:
            self._drop_pairs(node, dropped, emptied=len(dropped) == len(node.value) and not new)
        if new:
            self._insert_pairs(node, new, column)

    def _insert_pairs(self, node: MappingNode, new: dict[str, Any], column: int) -> None:
        key, value = node.value[-1]
        end = spans.member_end(self.characters, key.end_mark.index, value)
        if node.flow_style:
            texts = [
                f"{self._flow_key(name)}: {self._flow(child, self._column(key))}"
                for name, child in new.items()
            ]
            self._insert_flow(node, end, key.start_mark.index, texts)
        else:
            self._insert_lines(end, block(new, column, self.style), column)

    def _append(self, node: SequenceNode, values: list[Any]) -> None:
        if not values:
            return
        start, end = spans.item_spans(self.characters, node)[-1]
        if node.flow_style:
            self._insert_flow(
                node, end, start, [self._flow(value, self._column_at(start)) for value in values]
            )
        else:
            column = int(node.start_mark.column)
            self._insert_lines(end, block(values, column, self.style), column + 1)

    def _sequence_members(self, node: SequenceNode, patch: Branch) -> None:
        position = int(node.start_mark.index)
        dropped: list[int] = []
        for number, (item, span) in enumerate(
            zip(node.value, spans.item_spans(self.characters, node), strict=True)
        ):
            member = patch.members.get(number)
            if isinstance(member, Drop):
                dropped.append(number)
            elif member is not None:
                column = int(node.start_mark.column)
                self._visit(item, member, Seat(position, column, bool(node.flow_style), in_sequence=True))
            position = span[1]
        if dropped:
            self._drop_items(node, dropped)

    # -- scalars and whole values

    def _scalar(self, node: ScalarNode, value: Any) -> None:
        if construct(node, self.schema) != value or isinstance(value, bool) != isinstance(
            construct(node, self.schema), bool
        ):
            self._token(node, value)

    def _token(self, node: Node, value: Any) -> None:
        """A new scalar in the quotes of the old one; anchors before it stay."""
        start = int(node.start_mark.index)
        anchor = spans.anchor_of(self.characters, node)
        if anchor:
            start = anchor[2]
        end = spans.content_end(self.characters, node)
        old = node.style if isinstance(node, ScalarNode) else None
        gap = " " if start and self.characters[start - 1] == ":" else ""
        self._add(start, end, gap + self._scalar_like(value, old))

    def _scalar_like(self, value: Any, quote: str | None) -> str:
        if self.json:
            return json_lines(value, 0, None)
        if isinstance(value, str) and quote in ("'", '"'):
            return quoted(value, quote)
        return scalar_token(value, self.style)

    def _replace(self, node: Node, span: tuple[int, int], value: Any, seat: Seat) -> None:
        """A whole value written anew; the comments inside it stay as lines of their own."""
        start, end = span
        kept = [] if end <= start else spans.comments(self.characters, [node], start, end)
        if seat.in_flow or not isinstance(value, dict | list) or not value:
            lead = " " if start and self.characters[start - 1] == ":" else ""
            tail = "".join(f"{self.newline}{' ' * (seat.column + self.style.step)}{line}" for line in kept)
            rendered = self._flow(value, seat.column) if seat.in_flow else scalar_token(value, self.style)
            self._add(start, end, lead + rendered + tail)
            return
        column = seat.column + self.style.step
        if isinstance(value, list) and not seat.in_sequence and not self.style.indented_sequences:
            column = seat.column
        lines = [" " * column + line for line in kept] + block(value, max(column, 0), self.style)
        before = self.characters[:start].rstrip(" \t")
        if before.endswith("\n") or not before:
            self._add(len(before), end, self.newline.join(lines))
        else:
            self._add(len(before), end, "")
            self._insert_lines(end, lines)

    def _free_anchor(self, node: Node) -> None:
        """An anchored node that changes hands its old content to the first alias, so that nobody else's changes."""
        anchor = spans.anchor_of(self.characters, node)
        if anchor is None:
            return
        name, start, end = anchor
        if not self._hand_over(node, name, end):
            return
        if self.characters[end : end + 1] in ("\n", "\r", ""):
            start = len(self.characters[:start].rstrip(" \t"))
        self._add(start, end, "")

    def _hand_over(self, node: Node, name: str, behind: int) -> bool:
        """Writes a node's old content out at the first alias behind a position, under the same anchor."""
        alias = re.compile(rf"(?<![^\s,\[{{]])\*{re.escape(name)}(?![^\s,\[\]{{}}])").search(
            self.characters, behind
        )
        if alias is None:
            return False
        rendered = flow(construct(node, self.schema), self.style)
        self._add(alias.start(), alias.end(), f"&{name} {rendered}")
        return True

    def _hand_over_all(self, node: Node, start: int, end: int) -> None:
        """Anchors that go with a removed subtree live on at their first alias behind it."""
        if not start <= node.start_mark.index < end:
            return
        anchor = spans.anchor_of(self.characters, node)
        if anchor and self._hand_over(node, anchor[0], end):
            return
        if isinstance(node, SequenceNode):
            for item in node.value:
                self._hand_over_all(item, start, end)
        elif isinstance(node, MappingNode):
            for _, value in node.value:
                self._hand_over_all(value, start, end)

    # -- lines and flow members

    def _insert_lines(self, end: int, lines: list[str], column: int | None = None) -> None:
        if not lines:
            return
        text = self.newline.join(lines)
        position = (
            spans.line_end(self.characters, end)
            if column is None
            else spans.after_comments(self.characters, end, max(column, 1))
        )
        if position and not self.characters[position - 1 : position] == "\n":
            self._add(position, position, self.newline + text)
        else:
            self._add(position, position, text + self.newline)

    def _insert_flow(self, node: Node, end: int, last_start: int, texts: list[str]) -> None:
        closing = int(node.end_mark.index) - 1
        comma = re.match(r"[ \t]*,", self.characters[end:closing])
        spread = "\n" in self.characters[node.start_mark.index : last_start]
        column = self._column_at(last_start)
        if not spread:
            body = ", ".join(texts)
            self._add(
                end + (comma.end() if comma else 0),
                end + (comma.end() if comma else 0),
                f" {body}" if comma else f", {body}",
            )
            return
        gap = self.newline + " " * column
        if not comma:
            self._add(end, end, ",")
        position = min(spans.line_end(self.characters, end), closing)
        while position > end and self.characters[position - 1] in "\r\n \t":
            position -= 1
        self._add(position, position, gap + f",{gap}".join(texts) + ("," if comma else ""))

    def _flow(self, value: Any, column: int) -> str:
        if not self.json:
            return flow(value, self.style)
        return json_lines(value, column, self.style.step if "\n" in self.characters.strip() else None)

    def _flow_key(self, key: str) -> str:
        return json_lines(key, 0, None) if self.json else key_token(key, self.style)

    def _column(self, node: Node) -> int:
        return int(node.start_mark.column)

    def _column_at(self, index: int) -> int:
        return index - spans.line_start(self.characters, index)

    # -- removal

    def _drop_pairs(self, node: MappingNode, keys: list[str | int], *, emptied: bool) -> None:
        ends = [spans.member_end(self.characters, key.end_mark.index, value) for key, value in node.value]
        members = [
            (int(key.start_mark.index), end, [key, value])
            for (key, value), end in zip(node.value, ends, strict=True)
        ]
        chosen = {number for number, (key, _) in enumerate(node.value) if key_text(key) in keys}
        self._drop(node, members, chosen, emptied="{}" if emptied else None)

    def _drop_items(self, node: SequenceNode, numbers: list[int]) -> None:
        members: list[tuple[int, int, list[Node]]] = []
        position = int(node.start_mark.index)
        for item, (start, end) in zip(node.value, spans.item_spans(self.characters, node), strict=True):
            dash = start if node.flow_style else self.characters.index("-", position)
            members.append((dash, end, [item]))
            position = spans.line_end(self.characters, end) if not node.flow_style else end
        emptied = "[]" if len(numbers) == len(node.value) else None
        self._drop(node, members, set(numbers), emptied)

    def _drop(
        self, node: Node, members: list[tuple[int, int, list[Node]]], chosen: set[int], emptied: str | None
    ) -> None:
        if emptied and not node.flow_style:
            self._empty_block(node, members, emptied)
            return
        for number in sorted(chosen):
            start, end, nodes = members[number]
            for one in nodes:
                self._hand_over_all(one, start, end)
            if node.flow_style:
                self._drop_flow(members, number, int(node.end_mark.index) - 1)
        if not node.flow_style:
            for run in _runs(sorted(chosen)):
                start, end = members[run[0]][0], members[run[-1]][1]
                following = members[run[-1] + 1][0] if run[-1] + 1 < len(members) else None
                self._drop_lines(start, end, [one for number in run for one in members[number][2]], following)

    def _empty_block(self, node: Node, members: list[tuple[int, int, list[Node]]], token: str) -> None:
        start, end = members[0][0], members[-1][1]
        kept = spans.comments(self.characters, [node], start, end)
        column = self._column_at(start)
        self._add(start, end, "".join(f"{line}{self.newline}{' ' * column}" for line in kept) + token)

    def _drop_lines(self, start: int, end: int, nodes: list[Node], following: int | None) -> None:
        """Whole lines go; a first member beside its parent's dash makes room for the next one."""
        first_of_line = spans.line_start(self.characters, start)
        column = start - first_of_line
        stop = spans.line_end(self.characters, end)
        kept = spans.comments(self.characters, nodes, start, stop)
        lines = [" " * column + line + self.newline for line in kept]
        if not self.characters[first_of_line:start].strip():
            self._add(first_of_line, stop, "".join(lines))
        elif following is not None:
            self._add(start, following, "".join(lines)[column:] + " " * (column if lines else 0))
        else:
            raise Refused("the only member beside a dash cannot be removed", start)

    def _drop_flow(self, members: list[tuple[int, int, list[Node]]], number: int, closing: int) -> None:
        start, end, _ = members[number]
        if number + 1 < len(members):
            self._add(start, members[number + 1][0], "")
        elif number:
            self._add(members[number - 1][1], end, "")
        else:
            comma = re.match(r"\s*,", self.characters[end:closing])
            self._add(start, end + (comma.end() if comma else 0), "")


def _runs(numbers: list[int]) -> list[list[int]]:
    """Consecutive numbers together."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs
