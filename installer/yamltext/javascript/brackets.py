"""How a flow collection takes the lexemes that follow. Part of javascript_parser.py; judges nothing.

Like that file it follows the npm package `yaml` (ISC licence, © Eemeli Aro; see licence.txt).
"""

from typing import TYPE_CHECKING

from installer.yamltext.javascript.tokens import (
    FLOW_SCALARS,
    Item,
    Token,
    previous_props,
    settle_flow_sequence,
    take_first_key_props,
)

if TYPE_CHECKING:
    from installer.yamltext.javascript.parser import Parser


def read_flow_collection(parser: "Parser", collection: Token) -> None:
    """One lexeme inside a flow collection, or after its end."""
    if parser.kind == "flow-error-end":
        parser.pop()
        while parser.stack and parser.stack[-1].kind == "flow-collection":
            parser.pop()
    elif collection.end:
        _after_flow(parser, collection)
    else:
        _inside_flow(parser, collection)


def _inside_flow(parser: "Parser", collection: Token) -> None:
    item = collection.items[-1] if collection.items else None
    match parser.kind:
        case "comma" | "explicit-key-ind":
            if item is None or item.separator is not None:
                collection.items.append(Item([parser.token]))
            else:
                item.start.append(parser.token)
        case "map-value-ind":
            _push_flow_value(parser, collection, item)
        case "space" | "comment" | "newline" | "anchor" | "tag":
            if item is None or item.value:
                collection.items.append(Item([parser.token]))
            else:
                (item.start if item.separator is None else item.separator).append(parser.token)
        case "flow-map-end" | "flow-seq-end":
            collection.end = [parser.token]
        case kind if kind in FLOW_SCALARS:
            _push_flow_scalar(parser, collection, item)
        case _:
            _push_in_flow(parser, collection)


def _push_flow_value(parser: "Parser", collection: Token, item: Item | None) -> None:
    if item is None or item.value:
        collection.items.append(Item([], None, [parser.token]))
    elif item.separator is not None:
        item.separator.append(parser.token)
    else:
        item.key, item.separator = None, [parser.token]


def _push_flow_scalar(parser: "Parser", collection: Token, item: Item | None) -> None:
    scalar = parser.flow_scalar()
    if item is None or item.value:
        collection.items.append(Item([], scalar, []))
    elif item.separator is not None:
        parser.stack.append(scalar)
    else:
        item.key, item.separator = scalar, []


def _push_in_flow(parser: "Parser", collection: Token) -> None:
    value = parser.start_value(collection)
    if value is not None:
        parser.stack.append(value)
    else:
        parser.pop()
        parser.step()


def _after_flow(parser: "Parser", collection: Token) -> None:
    parent = parser.stack[-2]
    colon = parser.kind == "map-value-ind"
    ends_key = parent.kind == "block-map" and (
        (colon and parent.indent == collection.indent)
        or (parser.kind == "newline" and parent.items[-1].separator is None)
    )
    if ends_key:
        parser.pop()
        parser.step()
    elif colon and parent.kind != "flow-collection":
        start = take_first_key_props(previous_props(parent))
        settle_flow_sequence(collection)
        end = collection.end or []
        separator = [*end[1:], parser.token]
        del end[1:]
        parser.begin_map_at(collection, Item(start, collection, separator))
    else:
        parser.line_end(collection)
