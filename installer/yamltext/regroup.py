"""Brings together what was pasted apart: a second occurrence of a key joins the first, a pair moves to the root.

Lines move as they are, indented for their new place, comments with them. Does not decide which keys may be joined.
"""

from dataclasses import dataclass
from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from installer.yamltext import spans
from installer.yamltext.editing import Refused
from installer.yamltext.embedding import Splice, newline_of, spliced
from installer.yamltext.emit import block
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.style import style_of
from installer.yamltext.values import Schema, construct, key_text


class Disagreement(Exception):
    """Two values for one path. `first` and `second` are their places in the text (character indexes)."""

    def __init__(self, path: str, first: int, second: int) -> None:
        super().__init__(path)
        self.path = path
        self.first = first
        self.second = second


@dataclass(frozen=True)
class _Pair:
    key: Node
    value: Node


def duplicates(node: Node | None) -> list[tuple[str, Node, Node]]:
    """Every key that stands twice in one mapping of the tree: key, first and later key node."""
    found: list[tuple[str, Node, Node]] = []
    stack: list[Node] = [] if node is None else [node]
    seen: set[int] = set()
    while stack:
        current = stack.pop()
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, SequenceNode):
            stack.extend(reversed(current.value))
        elif isinstance(current, MappingNode):
            first: dict[str, Node] = {}
            for key, value in current.value:
                name = key_text(key)
                if name in first:
                    found.append((name, first[name], key))
                first.setdefault(name, key)
                stack.append(value)
    return sorted(found, key=lambda one: int(one[2].start_mark.index))


def joined(characters: str, key: str, schema: Schema) -> str:
    """The text after every later root `key` has joined the first one. Raises Disagreement, Refused."""
    while True:
        root = _root(characters)
        pairs = [_Pair(name, value) for name, value in root.value if key_text(name) == key]
        if len(pairs) < 2:  # noqa: PLR2004 - two make a pair
            return characters
        characters = _join(characters, root, pairs[0], pairs[1], schema)


def raised(characters: str, outer: str, inner: str, schema: Schema) -> str:
    """The text after `outer.inner` has become the root's `inner`, joined with what is there."""
    root = _root(characters)
    parent = next((value for name, value in root.value if key_text(name) == outer), None)
    if not isinstance(parent, MappingNode):
        return characters
    pair = next((_Pair(name, value) for name, value in parent.value if key_text(name) == inner), None)
    if pair is None:
        return characters
    present = next((_Pair(name, value) for name, value in root.value if key_text(name) == inner), None)
    mover = _Mover(characters, root, schema)
    wanted = construct(root, schema)
    wanted[outer] = {name: value for name, value in wanted[outer].items() if name != inner}
    if present is None:
        wanted[inner] = construct(pair.value, schema)
        mover.move(pair, root)
    else:
        wanted[inner] = _united(wanted[inner], construct(pair.value, schema))
        mover.join(present, pair, inner)
    if len(parent.value) == 1:
        del wanted[outer]
        mover.remove_line(next(name for name, _ in root.value if key_text(name) == outer))
    return mover.result(wanted)


def _root(characters: str) -> MappingNode:
    documents = compose(characters)
    root = documents[0] if documents else None
    if not isinstance(root, MappingNode):
        raise Refused("not a mapping")
    return root


def _join(characters: str, root: MappingNode, first: _Pair, second: _Pair, schema: Schema) -> str:
    mover = _Mover(characters, root, schema)
    name = key_text(first.key)
    rest = [(key, value) for key, value in root.value if key_text(key) != name]
    wanted = {key_text(key): construct(value, schema) for key, value in rest}
    wanted[name] = _united(construct(first.value, schema), construct(second.value, schema))
    mover.join(first, second, name)
    others = [_Pair(k, v) for k, v in root.value if key_text(k) == name][2:]
    return mover.result(None if others else wanted)


def _united(first: Any, second: Any) -> Any:
    if isinstance(first, dict) and isinstance(second, dict):
        return {
            **first,
            **{key: _united(first[key], value) if key in first else value for key, value in second.items()},
        }
    if isinstance(first, list) and isinstance(second, list):
        return [*first, *second]
    return second if first is None else first


class _Mover:
    """Collects the splices of one regrouping."""

    def __init__(self, characters: str, root: MappingNode, schema: Schema) -> None:
        self.characters = characters
        self.schema = schema
        self.newline = newline_of(characters)
        self.style = style_of(characters, root)
        self.found: list[Splice] = []

    def result(self, wanted: Any) -> str:
        try:
            after = spliced(self.characters, self.found)
            (root,) = compose(after)
        except (ValueError, Unreadable) as error:
            raise Refused("the pasted parts cannot be joined") from error
        if wanted is not None and construct(root, self.schema) != wanted:
            raise Refused("joining the pasted parts would change more than it should")
        return after

    def remove_line(self, key: Node) -> None:
        start = spans.line_start(self.characters, key.start_mark.index)
        end = spans.line_end(self.characters, key.start_mark.index)
        comment = spans.comments(self.characters, [key], int(key.start_mark.index), end)
        column = int(key.start_mark.column)
        kept = "".join(f"{' ' * column}{line}{self.newline}" for line in comment)
        self.found.append(Splice(start, end, kept))

    def join(self, first: _Pair, second: _Pair, path: str) -> None:
        """`second` gives its members to `first` and goes."""
        match first.value, second.value:
            case MappingNode(), MappingNode():
                self._join_mappings(first.value, second, path)
            case SequenceNode(), SequenceNode() if spans.is_block(first.value) and spans.is_block(
                second.value
            ):
                start = spans.line_start(self.characters, second.value.start_mark.index)
                self._transfer(start, self._end(second), int(second.value.start_mark.column), first.value)
                self.remove_line(second.key)
            case _ if construct(second.value, self.schema) in (None, construct(first.value, self.schema)):
                self._cut(second)
            case SequenceNode(), SequenceNode():
                self._rendered(first.value, construct(second.value, self.schema))
                self._cut(second)
            case _:
                raise Disagreement(path, int(first.key.start_mark.index), int(second.key.start_mark.index))

    def _join_mappings(self, destination: MappingNode, second: _Pair, path: str) -> None:
        present = {key_text(key): _Pair(key, value) for key, value in destination.value}
        source = second.value
        if not (spans.is_block(source) and spans.is_block(destination)):
            self._join_flow(destination, second, path)
            return
        for key, value in source.value:
            name = key_text(key)
            pair = _Pair(key, value)
            if name in present:
                self.join(present[name], pair, f"{path}.{name}")
            else:
                self.move(pair, destination)
        self.remove_line(second.key)

    def _join_flow(self, destination: MappingNode, second: _Pair, path: str) -> None:
        mine = construct(destination, self.schema)
        for key, value in construct(second.value, self.schema).items():
            if key in mine and mine[key] != value:
                raise Disagreement(
                    f"{path}.{key}", int(destination.start_mark.index), int(second.key.start_mark.index)
                )
        self._rendered(
            destination, {k: v for k, v in construct(second.value, self.schema).items() if k not in mine}
        )
        self._cut(second)

    def move(self, pair: _Pair, destination: Node) -> None:
        """The lines of a pair, with the comments right above it, go to the end of a block mapping."""
        start = spans.line_start(self.characters, pair.key.start_mark.index)
        column = int(pair.key.start_mark.column)
        if self.characters[start : pair.key.start_mark.index].strip() or not spans.is_block(destination):
            self._rendered(destination, {key_text(pair.key): construct(pair.value, self.schema)})
            self._cut(pair)
            return
        self._transfer(start, self._end(pair), column, destination)

    def _end(self, pair: _Pair) -> int:
        end = spans.member_end(self.characters, pair.key.end_mark.index, pair.value)
        return spans.after_comments(self.characters, end, int(pair.key.start_mark.column) + 1)

    def _transfer(self, start: int, end: int, column: int, destination: Node) -> None:
        target = int(destination.start_mark.column)
        text = self.characters[start:end]
        if not text.endswith("\n"):
            text += self.newline
        shifted = "".join(_shift(line, target - column) for line in text.splitlines(keepends=True))
        position = spans.after_comments(
            self.characters, spans.content_end(self.characters, destination), max(target, 1)
        )
        if start <= position <= end:
            self.found.append(Splice(start, end, shifted))
            return
        lead = "" if position == 0 or self.characters[position - 1] == "\n" else self.newline
        self.found.append(Splice(start, end, ""))
        self.found.append(Splice(position, position, lead + shifted))

    def _rendered(self, destination: Node, value: Any) -> None:
        if not value:
            return
        if not spans.is_block(destination):
            raise Refused("a flow collection here cannot be joined", int(destination.start_mark.index))
        lines = block(value, int(destination.start_mark.column), self.style)
        position = spans.line_end(self.characters, spans.content_end(self.characters, destination))
        lead = "" if self.characters[position - 1] == "\n" else self.newline
        self.found.append(Splice(position, position, lead + self.newline.join(lines) + self.newline))

    def _cut(self, pair: _Pair) -> None:
        start = spans.line_start(self.characters, pair.key.start_mark.index)
        end = spans.line_end(
            self.characters, spans.member_end(self.characters, pair.key.end_mark.index, pair.value)
        )
        kept = spans.comments(self.characters, [pair.key, pair.value], start, end)
        column = int(pair.key.start_mark.column)
        self.found.append(Splice(start, end, "".join(f"{' ' * column}{line}{self.newline}" for line in kept)))


def _shift(line: str, by: int) -> str:
    if not line.strip():
        return line
    if by >= 0:
        return " " * by + line
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(-by, blanks) :]
