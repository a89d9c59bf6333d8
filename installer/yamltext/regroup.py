"""Brings together what was pasted apart: a second occurrence of a key joins the first, a pair moves to the root.

Lines move as they are, indented for their new place, comments with them. Does not decide which keys may be joined.
"""

from typing import Any

from yaml.nodes import MappingNode, Node, SequenceNode

from installer.yamltext import spans
from installer.yamltext.layout import Member, is_block
from installer.yamltext.patch import Refused
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.replacing import append, insert_pairs
from installer.yamltext.sheet import Sheet
from installer.yamltext.splices import spliced
from installer.yamltext.values import Schema, construct, is_collection, key_text, same


class Disagreement(Exception):
    """Two values for one path. `first` and `second` are their places in the text (character indexes)."""

    def __init__(self, path: str, first: int, second: int) -> None:
        super().__init__(path)
        self.path = path
        self.first = first
        self.second = second


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
    """The text after every later root `key` has joined the first one. Raises Disagreement, Refused, Unreadable."""
    after = joined_once(characters, key, schema)
    return characters if after == characters else joined(after, key, schema)


def joined_once(characters: str, key: str, schema: Schema) -> str:
    """The text after the second root `key` has joined the first one; a third stays for the next time.

    Raises Disagreement, Refused, Unreadable.
    """
    mover = _Mover(characters, schema)
    pairs = mover.pairs(mover.root, key)
    if len(pairs) < 2:  # noqa: PLR2004 - two make a pair
        return characters
    wanted = {key_text(name): construct(value, schema) for name, value in mover.root.value}
    wanted[key] = _united(construct(pairs[0].value, schema), construct(pairs[1].value, schema))
    mover.join(pairs[0], pairs[1], key)
    return mover.result(wanted if len(pairs) == 2 else None)  # noqa: PLR2004


def raised(characters: str, outer: str, inner: str, schema: Schema) -> str:
    """The text after `outer.inner` has become the root's `inner`, joined with what is there.

    Raises Disagreement, Refused, Unreadable.
    """
    mover = _Mover(characters, schema)
    parents = mover.pairs(mover.root, outer)
    if not parents or parents[-1].alias or not isinstance(parents[-1].value, MappingNode):
        return characters
    moved, present = mover.pairs(parents[-1].value, inner), mover.pairs(mover.root, inner)
    if not moved:
        return characters
    if not is_block(parents[-1].value):
        raise Refused(f"{outer} is written in flow style", parents[-1].start)
    wanted = construct(mover.root, schema)
    value = wanted[outer].pop(inner)
    wanted[inner] = _united(wanted.get(inner), value)
    if present:
        mover.join(present[-1], moved[-1], inner)
    else:
        mover.move(moved[-1], mover.root)
    if not wanted[outer]:
        del wanted[outer]
        mover.remove_line(parents[-1])
    return mover.result(wanted)


def _united(first: Any, second: Any) -> Any:
    if _is_template(second):
        return first
    if isinstance(first, dict) and isinstance(second, dict):
        return {
            **first,
            **{key: _united(first[key], value) if key in first else value for key, value in second.items()},
        }
    if isinstance(first, list) and isinstance(second, list):
        return [*first, *second]
    return first if second is None or (first and not second) else second


def _is_template(value: Any) -> bool:
    """`{{ … }}` without quotes: a document asks its reader to fill it in; to YAML it is a mapping as a key."""
    return (
        isinstance(value, dict)
        and len(value) == 1
        and all(is_collection(key) and inner is None for key, inner in value.items())
    )


class _Mover:
    """Collects the splices of one regrouping."""

    def __init__(self, characters: str, schema: Schema) -> None:
        documents = compose(characters)
        root = documents[0] if documents else None
        if not isinstance(root, MappingNode) or len(documents) != 1 or not is_block(root):
            raise Refused("not one mapping in block style")
        self.original = characters
        self.root = root
        self.schema = schema
        self.sheet = Sheet(characters, root, schema)
        self.characters = self.sheet.characters

    def pairs(self, node: MappingNode, key: str) -> list[Member]:
        """The pairs of one key, in order."""
        return [one for one in self.sheet.layout.members(node) if one.key is not None and key_text(one.key) == key]

    def result(self, wanted: Any) -> str:
        try:
            after = spliced(self.original, self.sheet.finished())
            (root,) = compose(after)
        except (ValueError, Unreadable) as error:
            raise Refused("the pasted parts cannot be joined") from error
        if wanted is not None and not same(construct(root, self.schema), wanted):
            raise Refused("joining the pasted parts would change more than it should")
        return after

    def remove_line(self, pair: Member) -> None:
        """The line of a key goes; the comment behind it stays."""
        start = spans.line_start(self.characters, pair.start)
        end = spans.line_end(self.characters, pair.start)
        self._take(start, end, pair)

    def join(self, first: Member, second: Member, path: str) -> None:
        """`second` gives its members to `first` and goes."""
        values = construct(first.value, self.schema), construct(second.value, self.schema)
        values = (values[0], None) if _is_template(values[1]) else values
        kept = None if second.alias else second.value
        match first.value, kept:
            case _ if not values[1] and (values[1] is None or isinstance(values[1], type(values[0]))):
                self._cut(second)
            case _ if not values[0] and (values[0] is None or isinstance(values[0], type(values[1]))):
                self._cut(first)
            case _ if first.alias:
                raise Refused(f"{path} is an alias", first.start)
            case MappingNode() as destination, MappingNode() as source if is_block(source) and is_block(destination):
                self._join_mappings(destination, source, second, path)
            case SequenceNode() as destination, SequenceNode() as source if is_block(source) and is_block(destination):
                self._lead(second, destination)
                self._transfer(spans.line_end(self.characters, second.start), second, source, destination)
                self.remove_line(second)
            case SequenceNode() as destination, _ if isinstance(values[1], list):
                append(self.sheet, destination, values[1])
                self._cut(second)
            case MappingNode() as destination, _ if isinstance(values[1], dict):
                self._write_pairs(destination, second, values, path)
            case _ if same(*values):
                self._cut(second)
            case _:
                raise Disagreement(path, first.start, second.start)

    def _join_mappings(self, destination: MappingNode, source: MappingNode, second: Member, path: str) -> None:
        for pair in self.sheet.layout.members(source):
            name = key_text(pair.key) if pair.key is not None else ""
            present = self.pairs(destination, name)
            if present:
                self.join(present[-1], pair, f"{path}.{name}")
            else:
                self.move(pair, destination)
        self.remove_line(second)

    def _write_pairs(self, destination: MappingNode, second: Member, values: tuple[Any, Any], path: str) -> None:
        """Where one side is in flow style, what is missing is written anew."""
        for key, value in values[1].items():
            if key in values[0] and not same(values[0][key], value):
                raise Disagreement(f"{path}.{key}", int(destination.start_mark.index), second.start)
        new = {key: value for key, value in values[1].items() if key not in values[0]}
        insert_pairs(self.sheet, destination, new, self.sheet.column(self._first(destination)))
        self._cut(second)

    def _first(self, node: MappingNode | SequenceNode) -> int:
        return self.sheet.layout.members(node)[0].start

    def move(self, pair: Member, destination: MappingNode) -> None:
        """The lines of a pair, with the comments that belong to it, go to the end of a block mapping."""
        start = spans.line_start(self.characters, pair.start)
        if self.characters[start : pair.start].strip() or pair.key is None:
            raise Refused("a pair beside a dash cannot be moved", pair.start)
        self._transfer(start, pair, None, destination)

    def _transfer(self, start: int, pair: Member, source: SequenceNode | None, destination: Node) -> None:
        """Lines from `start` to a pair's end go behind the members of `destination`, indented like them."""
        if not isinstance(destination, MappingNode | SequenceNode):
            raise Refused("nothing can be moved here", pair.start)
        column = self.sheet.column(pair.start if source is None else self._first(source))
        end = spans.after_comments(self.characters, pair.end, column + 1)
        target = self.sheet.column(self._first(destination))
        lines = self.characters[start:end].splitlines(keepends=True)
        text = "".join(_shift(line, target - column) for line in lines)
        position = self._behind(destination, target)
        if start <= position <= end:
            self.sheet.add(start, end, text)
        else:
            self.sheet.add(start, end, "")
            self.sheet.add(position, position, text)

    def _lead(self, pair: Member, destination: SequenceNode) -> None:
        """The comment right above a key is about what stands under it, and goes ahead of it."""
        end = spans.line_start(self.characters, pair.start)
        start = spans.before_comments(self.characters, end, pair.start - end)
        target = self.sheet.column(self._first(destination))
        position = self._behind(destination, target)
        if position <= start < end:
            lines = self.characters[start:end].splitlines(keepends=True)
            self.sheet.add(start, end, "")
            self.sheet.add(position, position, "".join(_shift(line, target - (pair.start - end)) for line in lines))

    def _behind(self, destination: MappingNode | SequenceNode, column: int) -> int:
        """Where the next member of a collection would begin."""
        last = self.sheet.layout.members(destination)[-1]
        return spans.after_comments(self.characters, last.end, max(column, 1))

    def _cut(self, pair: Member) -> None:
        """A pair goes; the comments in it stay."""
        start = spans.line_start(self.characters, pair.start)
        if self.characters[start : pair.start].strip():
            raise Refused("a pair beside a dash cannot be moved", pair.start)
        self._take(start, spans.line_end(self.characters, pair.end), pair)

    def _take(self, start: int, end: int, pair: Member) -> None:
        nodes = [node for node in (pair.key, pair.value) if node is not None]
        comments = self.sheet.layout.comments(nodes, start, end)
        lines = self.sheet.comment_lines(comments, self.sheet.column(pair.start))
        self.sheet.add(start, end, "".join(line + self.sheet.newline for line in lines))


def _shift(line: str, by: int) -> str:
    if not line.strip():
        return line
    if by >= 0:
        return " " * by + line
    blanks = len(line) - len(line.lstrip(" "))
    return line[min(-by, blanks) :]
