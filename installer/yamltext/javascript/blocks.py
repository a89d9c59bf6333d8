"""How a block map and a block sequence take the lexemes that follow. Part of javascript_parser.py; judges nothing.

Like that file it follows the npm package `yaml` (ISC licence, © Eemeli Aro; see licence.txt).
"""

from typing import TYPE_CHECKING

from installer.yamltext.javascript.tokens import (
    FLOW_SCALARS,
    Item,
    Token,
    error_token,
    includes,
    is_flow,
    map_token,
    take_first_key_props,
)

if TYPE_CHECKING:
    from installer.yamltext.javascript.parser import Parser


def read_block_map(parser: "Parser", collection: Token) -> None:
    """One lexeme inside a block map, or after it."""
    item = collection.items[-1]
    match parser.kind:
        case "newline":
            parser.on_key_line = False
            _push_newline(parser, collection, item)
        case "space" | "comment":
            _push_blank(parser, collection, item)
        case _ if parser.indent >= (collection.indent or 0) and _read_map_item(parser, collection, item):
            pass
        case _:
            parser.pop()
            parser.step()


def _push_blank(parser: "Parser", collection: Token, item: Item) -> None:
    if item.value:
        collection.items.append(Item([parser.token]))
    elif item.separator is not None:
        item.separator.append(parser.token)
    elif not _joins_previous(parser, collection, item):
        item.start.append(parser.token)


def _read_map_item(parser: "Parser", collection: Token, item: Item) -> bool:
    """False where the lexeme is not the map's."""
    at_indent = not parser.on_key_line and parser.indent == collection.indent
    begun = item.separator is not None or item.explicit
    at_next = at_indent and begun and parser.kind != "seq-item-ind"
    start = _blank_lines_before_next(collection, item) if at_next else []
    match parser.kind:
        case "anchor" | "tag":
            _push_prop(parser, collection, item, start, new=at_next)
        case "explicit-key-ind":
            _push_explicit_key(parser, collection, item, start, at_next=at_next)
        case "map-value-ind":
            if item.explicit:
                _push_value_of_explicit(parser, collection, item, start)
            else:
                _push_value(parser, collection, item, start, at_next=at_next)
            parser.on_key_line = True
        case kind if kind in FLOW_SCALARS:
            _push_scalar(parser, collection, item, start, new=at_next)
        case _:
            return _push_block(parser, collection, item, start, at_indent=at_indent)
    return True


def _blank_lines_before_next(collection: Token, item: Item) -> list[Token]:
    """Where a key has no value, the lines after the first blank one belong to the next key."""
    if not item.separator or item.value:
        return []
    newlines: list[int] = []
    for index, token in enumerate(item.separator):
        if token.kind == "newline":
            newlines.append(index)
        elif token.kind == "space":
            continue
        elif token.kind != "comment" or (token.indent or 0) > (collection.indent or 0):
            newlines.clear()
    if len(newlines) < 2:  # noqa: PLR2004
        return []
    start = item.separator[newlines[1] :]
    del item.separator[newlines[1] :]
    return start


def _push_prop(parser: "Parser", collection: Token, item: Item, start: list[Token], *, new: bool) -> None:
    if new or item.value:
        collection.items.append(Item([*start, parser.token]))
        parser.on_key_line = True
    elif item.separator is not None:
        item.separator.append(parser.token)
    else:
        item.start.append(parser.token)


def _push_explicit_key(parser: "Parser", collection: Token, item: Item, start: list[Token], *, at_next: bool) -> None:
    if item.separator is None and not item.explicit:
        item.start.append(parser.token)
        item.explicit = True
    elif at_next or item.value:
        collection.items.append(Item([*start, parser.token], explicit=True))
    else:
        nested = Item([parser.token], explicit=True)
        parser.stack.append(map_token(parser.offset, parser.indent, nested))
    parser.on_key_line = True


def _push_value_of_explicit(parser: "Parser", collection: Token, item: Item, start: list[Token]) -> None:
    if item.separator is None:
        if includes(item.start, "newline"):
            item.key, item.separator = None, [parser.token]
        else:
            parser.stack.append(parser.map_without_key(take_first_key_props(item.start)))
    elif item.value:
        collection.items.append(Item([], None, [parser.token]))
    elif includes(item.separator, "map-value-ind"):
        parser.stack.append(parser.map_without_key(start))
    elif is_flow(item.key) and not includes(item.separator, "newline"):
        _nest_key(parser, item)
    else:
        item.separator.extend([*start, parser.token])


def _nest_key(parser: "Parser", item: Item) -> None:
    """`? a: b`: the key of the explicit key is itself a map."""
    nested = Item(take_first_key_props(item.start), item.key, [*(item.separator or ()), parser.token])
    item.key, item.separator = None, None
    parser.stack.append(map_token(parser.offset, parser.indent, nested))


def _push_value(parser: "Parser", collection: Token, item: Item, start: list[Token], *, at_next: bool) -> None:
    if item.separator is None:
        item.key, item.separator = None, [parser.token]
    elif item.value or at_next:
        collection.items.append(Item(start, None, [parser.token]))
    elif includes(item.separator, "map-value-ind"):
        parser.stack.append(parser.map_without_key([]))
    else:
        item.separator.append(parser.token)


def _push_scalar(parser: "Parser", collection: Token, item: Item, start: list[Token], *, new: bool) -> None:
    scalar = parser.flow_scalar()
    if new or item.value:
        collection.items.append(Item(start, scalar, []))
        parser.on_key_line = True
    elif item.separator is not None:
        parser.stack.append(scalar)
    else:
        item.key, item.separator = scalar, []
        parser.on_key_line = True


def _push_block(parser: "Parser", collection: Token, item: Item, start: list[Token], *, at_indent: bool) -> bool:
    value = parser.start_value(collection)
    if value is None:
        return False
    if value.kind == "block-seq":
        separator = item.separator
        if not item.explicit and separator is not None and not includes(separator, "newline"):
            message = "Unexpected block-seq-ind on same line with key"
            parser.pop(error_token(parser.offset, parser.source, message))
            return True
    elif at_indent:
        collection.items.append(Item(start))
    parser.stack.append(value)
    return True


def read_block_sequence(parser: "Parser", sequence: Token) -> None:
    """One lexeme inside a block sequence, or after it."""
    item = sequence.items[-1]
    match parser.kind:
        case "newline":
            _push_newline(parser, sequence, item)
            return
        case "space" | "comment":
            if item.value:
                sequence.items.append(Item([parser.token]))
            elif not _joins_previous(parser, sequence, item):
                item.start.append(parser.token)
            return
        case "anchor" | "tag" if not item.value and parser.indent > (sequence.indent or 0):
            item.start.append(parser.token)
            return
        case "seq-item-ind" if parser.indent == sequence.indent:
            if item.value or includes(item.start, "seq-item-ind"):
                sequence.items.append(Item([parser.token]))
            else:
                item.start.append(parser.token)
            return
    inside = parser.indent > (sequence.indent or 0)
    if inside and (value := parser.start_value(sequence)) is not None:
        parser.stack.append(value)
    else:
        parser.pop()
        parser.step()


def _push_newline(parser: "Parser", collection: Token, item: Item) -> None:
    """A line end after an item of a block collection: it ends that item's comment or begins the next item."""
    if not item.value:
        (item.start if item.separator is None else item.separator).append(parser.token)
    elif item.value.end and item.value.end[-1].kind == "comment":
        item.value.end.append(parser.token)
    else:
        collection.items.append(Item([parser.token]))


def _joins_previous(parser: "Parser", collection: Token, item: Item) -> bool:
    """An indented comment belongs to the value before it; True where it was put there."""
    indented = parser.kind == "comment" and parser.indent > (collection.indent or 0)
    if not indented or any(token.kind not in ("newline", "space") for token in item.start):
        return False
    previous = collection.items[-2].value if len(collection.items) > 1 else None
    if previous is None or previous.end is None:
        return False
    previous.end.extend([*item.start, parser.token])
    collection.items.pop()
    return True
