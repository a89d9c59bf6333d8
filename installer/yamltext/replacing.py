"""Writes values into a text: new members, and new values where others stood, their comments kept.

Does not decide what is written, and does not touch lines it has not been given.
"""

from typing import Any

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.model.late_pattern import late_pattern
from installer.yamltext import spans
from installer.yamltext.emit import block
from installer.yamltext.layout import Comment, Member, in_flow
from installer.yamltext.sheet import Seat, Sheet

_ANCHOR = late_pattern(r"&[^\s,\[\]{}]+")


# -- new members


def insert_pairs(sheet: Sheet, node: MappingNode, new: dict[str, Any], column: int) -> None:
    """New pairs behind the last one, in its style."""
    if not new:
        return
    last = sheet.layout.members(node)[-1]
    if in_flow(node):
        colon = ":" if sheet.json and sheet.style.tight else ": "
        spread = _is_spread(sheet, node, last)
        texts = [f"{sheet.key(name)}{colon}{sheet.flow(one, last.start, spread=spread)}" for name, one in new.items()]
        _insert_flow(sheet, node, last, texts)
    else:
        _insert_lines(sheet, last.end, block(new, column, sheet.style), column)


def append(sheet: Sheet, node: SequenceNode, values: list[Any]) -> None:
    """New items behind the last one, in its style."""
    if not values:
        return
    last = sheet.layout.members(node)[-1]
    if in_flow(node):
        spread = _is_spread(sheet, node, last)
        _insert_flow(sheet, node, last, [sheet.flow(value, last.start, spread=spread) for value in values])
    else:
        column = sheet.column(last.start)
        _insert_lines(sheet, last.end, block(values, column, sheet.style), column + 1)


def _insert_lines(sheet: Sheet, end: int, lines: list[str], column: int) -> None:
    """Lines behind the line of a last member and the comments that are indented like what stands in it."""
    sheet.insert_lines(spans.after_comments(sheet.characters, end, max(column, 1)), lines)


def _is_spread(sheet: Sheet, node: Node, last: Member) -> bool:
    """Whether members stand on lines of their own."""
    return "\n" in sheet.characters[node.start_mark.index : last.start]


def _insert_flow(sheet: Sheet, node: Node, last: Member, texts: list[str]) -> None:
    if not _is_spread(sheet, node, last):
        separator = "," if sheet.json and sheet.style.tight else ", "
        sheet.add(last.end, last.end, "".join(separator + text for text in texts))
        return
    closing = int(node.end_mark.index) - 1
    gap = sheet.newline + sheet.indentation(last.start)
    comma = spans.significant(sheet.characters, last.end)
    trailing = sheet.characters[comma] == ","
    position = comma + 1 if trailing else last.end
    line = spans.line_end(sheet.characters, position)
    comments = sheet.layout.comments([], position, min(line, closing))
    if comments:
        position = comments[0].start + len(comments[0].text)
    text = f",{gap}".join(texts)
    if trailing:
        sheet.add(position, position, f"{gap}{text},")
    elif position == last.end:
        sheet.add(position, position, f",{gap}{text}")
    else:
        sheet.add(last.end, last.end, ",")
        sheet.add(position, position, gap + text)


# -- values in the place of others


def replace_key(sheet: Sheet, key: Node, name: str) -> None:
    """A new name in the place of a key, in its quotes."""
    start, end = sheet.layout.body(key), sheet.layout.end(key)
    quote = key.style if isinstance(key, ScalarNode) else None
    text = sheet.scalar(name, key, in_flow=True) if quote in ("'", '"') else sheet.key(name)
    sheet.add(start, end, text)


def replace(sheet: Sheet, node: Node | None, span: tuple[int, int], value: Any, seat: Seat) -> None:
    """A whole value written anew in the span of the old one (empty: behind the colon or dash)."""
    start, end = span
    if node is not None:
        sheet.leave(node, start, end)
    comments = sheet.layout.comments([] if node is None else [node], start, end)
    if seat.in_flow:
        _replace_in_flow(sheet, span, comments, value, seat)
    elif isinstance(value, dict | list) and value:
        _write_block(sheet, span, comments, value, seat)
    else:
        text = _kept_anchor(sheet, node) + sheet.scalar(value, node, in_flow=False)
        _write_inline(sheet, span, comments, text, seat)


def _kept_anchor(sheet: Sheet, node: Node | None) -> str:
    """An anchor that nobody needs any more stays: it is somebody's."""
    if not isinstance(node, ScalarNode):
        return ""
    start = int(node.start_mark.index)
    anchor = _ANCHOR.search(sheet.characters, start, max(start, sheet.layout.body(node)))
    if anchor is None or any(sheet.layout.aliases.of(node, start)):
        return ""
    return f"{anchor[0]} "


def _replace_in_flow(sheet: Sheet, span: tuple[int, int], comments: list[Comment], value: Any, seat: Seat) -> None:
    start, end = span
    spread = "\n" in sheet.characters.strip()
    lead = "" if start == end == 0 or sheet.characters[start - 1] in " \t\n[,{" else " "
    if start == end and not seat.colon:
        lead = ": "
    if isinstance(value, dict | list):
        text = sheet.flow(value, start, spread=spread)
    else:
        text = sheet.scalar(value, None, in_flow=True)
    gap = sheet.newline + sheet.indentation(start) + " " * sheet.style.step
    tail = "".join(f"{'' if number else ' '}{one.text}{gap}" for number, one in enumerate(comments))
    sheet.add(start, end, (lead if start == end else "") + text + tail)


def _write_inline(sheet: Sheet, span: tuple[int, int], comments: list[Comment], text: str, seat: Seat) -> None:
    """One token right behind the colon or dash; comments of the old value as lines below."""
    start, end = span
    column = max(seat.column + sheet.style.step, 0)
    lines = sheet.comment_lines(comments, column)
    if _begins_line(sheet, start) and seat.column >= 0:
        sheet.add(seat.after, seat.after, f" {text}" if seat.colon else f": {text}")
        first = spans.line_start(sheet.characters, start)
        stop = spans.line_end(sheet.characters, end)
        comments = [*comments, *sheet.layout.comments([], end, stop)]
        lines = sheet.comment_lines(comments, column)
        sheet.add(first, stop, "".join(line + sheet.newline for line in lines))
        return
    lead = " " if start and sheet.characters[start - 1] not in " \t\n" else ""
    if start == end and not seat.colon:
        lead = f"{sheet.newline}{' ' * seat.column}: "
    tail = " " if sheet.characters[end : end + 1] == "#" else ""
    sheet.add(start, end, lead + text + tail)
    sheet.insert_lines(spans.line_end(sheet.characters, end), lines)


def _write_block(sheet: Sheet, span: tuple[int, int], comments: list[Comment], value: Any, seat: Seat) -> None:
    """A collection on lines of its own, behind the comments of what it replaces."""
    start, end = span
    column = _block_column(sheet, span, value, seat)
    lines = [*sheet.comment_lines(comments, column), *block(value, column, sheet.style)]
    if _begins_line(sheet, start):
        stop = spans.line_end(sheet.characters, end)
        lines = [*sheet.comment_lines(sheet.layout.comments([], end, stop), column), *lines]
        first = spans.line_start(sheet.characters, start)
        sheet.add(first, stop if start < end else first, "".join(line + sheet.newline for line in lines))
        return
    rest = sheet.characters[end : spans.line_end(sheet.characters, end)].strip()
    if seat.in_sequence and not rest and not comments:
        gap = "" if sheet.characters[start - 1] in " \t" else " "
        if sheet.column(start) + len(gap) == column:
            sheet.add(start, end, gap + sheet.newline.join(lines).lstrip(" "))
            return
    head = len(sheet.characters[:start].rstrip(" \t"))
    missing = "" if seat.colon else f"{sheet.newline}{' ' * seat.column}:"
    if seat.in_sequence and sheet.characters[end] == "\t":  # YAML refuses a tab behind a dash
        end += len(sheet.characters[end:]) - len(sheet.characters[end:].lstrip("\t "))
        missing = " "
    sheet.add(head, end, missing)
    sheet.insert_lines(spans.line_end(sheet.characters, end), lines)


def _block_column(sheet: Sheet, span: tuple[int, int], value: Any, seat: Seat) -> int:
    if seat.column < 0:
        return 0
    if seat.in_sequence:
        return seat.column + 2
    if isinstance(value, list) and not sheet.style.indented_sequences:
        return seat.column
    old = sheet.column(span[0])
    if _begins_line(sheet, span[0]) and span[0] < span[1] and old > seat.column:
        return old
    return seat.column + sheet.style.step


def _begins_line(sheet: Sheet, start: int) -> bool:
    """Whether a value stands on a line of its own, below its key."""
    return not sheet.characters[spans.line_start(sheet.characters, start) : start].strip()
