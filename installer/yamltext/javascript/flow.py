"""Composes flow collections for javascript_compose.py, with the faults that the npm package `yaml` 2.x finds there.

Does not resolve aliases. Follows that package (ISC licence, © Eemeli Aro; see licence.txt).
"""

from typing import TYPE_CHECKING

from installer.yamltext.javascript.nodes import Keys, Mapping, Node, Pair, Sequence
from installer.yamltext.javascript.props import Expected, Props, resolve_end, resolve_props
from installer.yamltext.javascript.tokens import BLOCKS, Item, Token, contains_newline

if TYPE_CHECKING:
    from installer.yamltext.javascript.compose import Composition

_BLOCK = "Block collections are not allowed within flow collections"
_ONE_LINE = "Implicit keys of flow sequence pairs need to be on a single line"
_KEY_LENGTH = 1024


def compose_flow_collection(composition: "Composition", token: Token) -> Mapping | Sequence:
    """The map or sequence of a flow collection's token."""
    return _Flow(composition, token).compose()


class _Flow:
    def __init__(self, composition: "Composition", token: Token) -> None:
        self.composition = composition
        self.faults = composition.faults
        self.token = token
        self.is_map = token.opener is not None and token.opener.source == "{"
        self.name = "flow map" if self.is_map else "flow sequence"
        self.offset = token.offset + 1
        self.keys = Keys()
        self.items: list[Node | Pair] = []
        self.pairs: list[Pair] = []

    def compose(self) -> Mapping | Sequence:
        at_root = self.composition.at_root
        self.composition.at_root = self.composition.at_key = False
        for index, item in enumerate(self.token.items):
            self._compose_item(index, item)
        end, tail = self._close(at_root=at_root)
        if self.is_map:
            return Mapping(self.pairs, True, self.token.offset, end, tail)
        return Sequence(self.items, True, self.token.offset, end, tail)

    def _props(self, tokens: list[Token], indicator: str, following: Token | None, offset: int) -> Props:
        expected = Expected(indicator, following, offset, self.token.indent or 0, False, self.name)
        return resolve_props(tokens, expected, self.faults)

    def _compose_item(self, index: int, item: Item) -> None:
        following = item.key or (item.separator[0] if item.separator else None)
        props = self._props(item.start, "explicit-key-ind", following, self.offset)
        if not props.found:
            if not props.anchor and not props.tag and item.separator is None and not item.value:
                self._check_empty(index, props)
                self.offset = props.end
                return
            if not self.is_map and contains_newline(item.key) and item.key:
                self.faults.of(item.key, _ONE_LINE)
        self._check_comma(index, props)
        if not self.is_map and item.separator is None and not props.found:
            node = self.composition.node_or_empty(item.value, props, props.end, None)
            self.items.append(node)
            self.offset = node.tail
            self._check_block(item.value, node)
        else:
            self._compose_pair(item, props)

    def _check_empty(self, index: int, props: Props) -> None:
        if index == 0 and props.comma:
            self.faults.of(props.comma, f"Unexpected , in {self.name}")
        elif index < len(self.token.items) - 1:
            self.faults.at(props.start, f"Unexpected empty item in {self.name}")

    def _check_comma(self, index: int, props: Props) -> None:
        if index == 0:
            if props.comma:
                self.faults.of(props.comma, f"Unexpected , in {self.name}")
        elif not props.comma:
            self.faults.at(props.start, f"Missing , between {self.name} items")

    def _check_block(self, token: Token | None, node: Node) -> None:
        if token is not None and token.kind in BLOCKS:
            self.faults.over(node, _BLOCK)

    def _compose_pair(self, item: Item, props: Props) -> None:
        self.composition.at_key = True
        key = self.composition.node_or_empty(item.key, props, props.end, item.start)
        self._check_block(item.key, key)
        self.composition.at_key = False
        value_props = self._props(item.separator or [], "map-value-ind", item.value, key.tail)
        if value_props.found:
            if not self.is_map and not props.found:
                self._check_implicit_key(item, props, value_props.found)
        elif item.value:
            self._check_missing(item.value, value_props)
        value: Node | None = None
        if item.value or value_props.found:
            value = self.composition.node_or_empty(item.value, value_props, value_props.end, item.separator)
            self._check_block(item.value, value)
        self._add_pair(Pair(key, value), props)
        self.offset = value.tail if value else value_props.end

    def _check_implicit_key(self, item: Item, props: Props, found: Token) -> None:
        for token in item.separator or ():
            if token is found:
                break
            if token.kind == "newline":
                self.faults.of(token, _ONE_LINE)
                break
        if props.start < found.offset - _KEY_LENGTH:
            message = "The : indicator must be at most 1024 chars after the start of an implicit flow sequence key"
            self.faults.of(found, message)

    def _check_missing(self, value: Token, props: Props) -> None:
        if (value.source or "").startswith(":"):
            self.faults.of(value, f"Missing space after : in {self.name}")
        else:
            self.faults.at(props.start, f"Missing , or : between {self.name} items")

    def _add_pair(self, pair: Pair, props: Props) -> None:
        key = pair.key
        if self.is_map:
            if not self.keys.add(key):
                self.faults.at(props.end, "Map keys must be unique")
            self.pairs.append(pair)
        else:
            last = pair.value or key
            self.items.append(Mapping([pair], True, key.start, last.end, last.tail))

    def _close(self, *, at_root: bool) -> tuple[int, int]:
        bracket = "}" if self.is_map else "]"
        tokens = list(self.token.end or ())
        end = self.offset
        if tokens and tokens[0].source == bracket:
            end = tokens.pop(0).offset + 1
        else:
            name = self.name.capitalize()
            where = "must" if at_root else "in block collection must be sufficiently indented and"
            self.faults.at(self.offset, f"{name} {where} end with a {bracket}")
            if tokens and tokens[0].length == 1:
                tokens.pop(0)
        return end, resolve_end(tokens, end, self.faults)
