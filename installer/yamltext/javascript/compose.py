"""Composes the nodes of a YAML document from concrete syntax as the npm package `yaml` 2.x does, with its faults.

Does not resolve aliases and does not raise: faults are data. Follows that package (ISC licence, © Eemeli Aro; see
licence.txt).
"""

from installer.model.dataclass import dataclass
from installer.yamltext.javascript.core12 import TAG_PREFIX, find_tag, read_scalar
from installer.yamltext.javascript.flow import compose_flow_collection
from installer.yamltext.javascript.nodes import Alias, Faults, Keys, Mapping, Node, Pair, Scalar, Sequence
from installer.yamltext.javascript.props import Expected, Props, resolve_end, resolve_props
from installer.yamltext.javascript.scalars import block_text, flow_text
from installer.yamltext.javascript.tags import COLLECTION_TAGS, Directives, read_tagged
from installer.yamltext.javascript.tokens import BLANKS, FLOW_SCALARS, Item, Token, contains_newline

_COLUMN = "All mapping items must start at the same column"
_KEY_LENGTH = 1024
_STYLES = {"single-quoted-scalar": "'", "double-quoted-scalar": '"'}


@dataclass(slots=True)
class Composition:
    """One document on its way to nodes. `at_key` and `at_root` are states of the walk, as in npm's package."""

    directives: Directives
    faults: Faults
    at_key: bool = False
    at_root: bool = True

    def compose_document(self, token: Token) -> tuple[Node, bool]:
        """The root node, and whether `---` stands before it."""
        value, end = token.value, token.end
        following = value or (end[0] if end else None)
        props = resolve_props(token.start, Expected("doc-start", following, token.offset, 0, True), self.faults)
        if props.found and value and value.kind in ("block-map", "block-seq") and not props.newline:
            self.faults.at(props.end, "Block collection cannot start on same line with directives-end marker")
        node = self.node_or_empty(value, props, props.end, token.start)
        resolve_end(end, node.tail, self.faults, strict=False)
        return node, props.found is not None

    def node_or_empty(self, token: Token | None, props: Props, offset: int, before: list[Token] | None) -> Node:
        """The node of a token; an empty scalar after `before` where there is none."""
        if token is None:
            return self._empty(offset, before, props)
        node = self._node(token, props)
        if props.anchor and node.anchor == "":
            self.faults.of(props.anchor, "Anchor cannot be an empty string")
        return node

    def _node(self, token: Token, props: Props) -> Node:
        node: Node
        match token.kind:
            case "alias":
                alias = self._alias(token)
                if props.anchor or props.tag:
                    self.faults.of(token, "An alias node must not specify any properties")
                return alias
            case "block-map" | "block-seq" | "flow-collection":
                node = self._collection(token, props)
            case kind if kind in FLOW_SCALARS or kind == "block-scalar":
                node = self._scalar(token, props.tag)
            case _:
                self.faults.of(token, token.message)
                return self._empty(token.offset, None, props)
        node.anchor = _anchor(props)
        node.lead = props.start if props.anchor or props.tag else None
        return node

    def _empty(self, offset: int, before: list[Token] | None, props: Props) -> Scalar:
        token = Token("scalar", _empty_position(offset, before), -1, "")
        scalar = self._scalar(token, props.tag)
        scalar.anchor = _anchor(props)
        if props.anchor and scalar.anchor == "":
            self.faults.of(props.anchor, "Anchor cannot be an empty string")
        if props.comment:
            scalar.tail = props.end
        return scalar

    def _alias(self, token: Token) -> Alias:
        name = (token.source or "")[1:]
        if not name:
            self.faults.at(token.offset, "Alias cannot be an empty string")
        end = token.offset + token.length
        return Alias(name, token.offset, end, resolve_end(token.end, end, self.faults))

    def _tag_name(self, tag: Token | None) -> str | None:
        if tag is None:
            return None
        return self.directives.tag_name(tag.source or "", lambda message: self.faults.of(tag, message))

    def _scalar(self, token: Token, tag: Token | None) -> Scalar:
        if token.kind == "block-scalar":
            text, end = block_text(token, self.faults, at_root=self.at_root)
            tail = end
            style = (token.props[0].source or "|")[0]
        else:
            text = flow_text(token, self.faults)
            end = token.offset + token.length
            tail = resolve_end(token.end, end, self.faults)
            style = _STYLES.get(token.kind, "")
        scalar = Scalar(text, text, style, token.offset, end, tail)
        name = self._tag_name(tag)
        if name and tag is not None:
            scalar.tag_name = name
            scalar.value, scalar.merge = read_tagged(
                text, name, self.directives.schema, lambda message: self.faults.of(tag, message)
            )
        elif token.kind == "scalar":
            self._resolve_plain(scalar)
        return scalar

    def _resolve_plain(self, scalar: Scalar) -> None:
        schema = self.directives.schema
        found = find_tag(scalar.source, schema)
        if found:
            scalar.value = read_scalar(scalar.source, found.kind)
        elif self.at_key and scalar.source == "<<":
            scalar.merge = self.directives.merges

    def _collection(self, token: Token, props: Props) -> Mapping | Sequence:
        name = self._tag_name(props.tag)
        if token.kind == "block-seq":
            self._check_props_of_sequence(props)
        node = self._untagged_collection(token)
        short = (name or "").removeprefix(TAG_PREFIX)
        shape = "map" if isinstance(node, Mapping) else "seq"
        node.tag_name = TAG_PREFIX + shape if name == "!" else name
        if name == TAG_PREFIX + short and COLLECTION_TAGS.get(short) == shape and props.tag:
            self._convert(node, short, props.tag)
        return node

    def _untagged_collection(self, token: Token) -> Mapping | Sequence:
        match token.kind:
            case "block-map":
                return self._block_map(token)
            case "block-seq":
                return self._block_sequence(token)
            case _:
                return compose_flow_collection(self, token)

    def _check_props_of_sequence(self, props: Props) -> None:
        present = [prop for prop in (props.anchor, props.tag) if prop]
        if not present:
            return
        last = max(present, key=lambda prop: prop.offset)
        if props.newline_after is None or props.newline_after.offset < last.offset:
            self.faults.of(last, "Missing newline after block sequence props")

    def _block_map(self, token: Token) -> Mapping:
        self.at_root = False
        pairs: list[Pair] = []
        keys = Keys()
        offset = token.offset
        comment_end: int | None = None
        for item in token.items:
            key_props = self._key_props(token, item, offset)
            if not key_props.found:
                self._check_implicit_key(token, item, offset)
                if not key_props.anchor and not key_props.tag and item.separator is None:
                    comment_end = key_props.end
                    continue
                self._check_one_line(item, key_props)
            elif key_props.found.indent != token.indent:
                self.faults.at(offset, _COLUMN)
            pair, offset = self._pair(token, item, key_props, keys)
            pairs.append(pair)
        if comment_end and comment_end < offset:
            self.faults.at(comment_end, "Map comment with trailing content")
        tail = offset if comment_end is None else comment_end
        return Mapping(pairs, False, token.offset, offset, tail)

    def _key_props(self, token: Token, item: Item, offset: int) -> Props:
        following = item.key or (item.separator[0] if item.separator else None)
        expected = Expected("explicit-key-ind", following, offset, token.indent or 0, True)
        return resolve_props(item.start, expected, self.faults)

    def _check_implicit_key(self, token: Token, item: Item, offset: int) -> None:
        key = item.key
        if key is None:
            return
        if key.kind == "block-seq":
            self.faults.at(offset, "A block sequence may not be used as an implicit map key")
        elif key.indent is not None and key.indent != token.indent:
            self.faults.at(offset, _COLUMN)

    def _check_one_line(self, item: Item, props: Props) -> None:
        if props.newline_after or contains_newline(item.key):
            self.faults.of(item.key or item.start[-1], "Implicit keys need to be on a single line")

    def _pair(self, token: Token, item: Item, key_props: Props, keys: Keys) -> tuple[Pair, int]:
        """The pair of an item, and the offset where it ends."""
        self.at_key = True
        key = self.node_or_empty(item.key, key_props, key_props.end, item.start)
        self.at_key = False
        if not keys.add(key):
            self.faults.at(key_props.end, "Map keys must be unique")
        fresh = item.key is None or item.key.kind == "block-scalar"
        expected = Expected("map-value-ind", item.value, key.tail, token.indent or 0, fresh)
        props = resolve_props(item.separator or [], expected, self.faults)
        if not props.found:
            if not key_props.found:
                self.faults.over(key, "Implicit map keys need to be followed by map values")
            return Pair(key), props.end
        if not key_props.found:
            self._check_implicit_value(item, key, key_props, props)
        value = self.node_or_empty(item.value, props, props.end, item.separator)
        return Pair(key, value), value.tail

    def _check_implicit_value(self, item: Item, key: Node, key_props: Props, props: Props) -> None:
        if item.value and item.value.kind == "block-map" and not props.newline:
            self.faults.at(props.end, "Nested mappings are not allowed in compact mappings")
        if props.found and key_props.start < props.found.offset - _KEY_LENGTH:
            message = "The : indicator must be at most 1024 chars after the start of an implicit block mapping key"
            self.faults.over(key, message)

    def _block_sequence(self, token: Token) -> Sequence:
        self.at_root = self.at_key = False
        items: list[Node | Pair] = []
        offset = token.offset
        comment_end: int | None = None
        for item in token.items:
            expected = Expected("seq-item-ind", item.value, offset, token.indent or 0, True)
            props = resolve_props(item.start, expected, self.faults)
            if not props.found:
                if not (props.anchor or props.tag or item.value):
                    comment_end = props.end
                    continue
                if item.value and item.value.kind == "block-seq":
                    self.faults.at(props.end, "All sequence items must start at the same column")
                else:
                    self.faults.at(offset, "Sequence item without - indicator")
            node = self.node_or_empty(item.value, props, props.end, item.start)
            offset = node.tail
            items.append(node)
        tail = offset if comment_end is None else comment_end
        return Sequence(items, False, token.offset, offset, tail)

    def _convert(self, node: Mapping | Sequence, tag: str, token: Token) -> None:
        match node:
            case Mapping():
                if all(pair.value is None or _is_null(pair.value) for pair in node.pairs):
                    node.tag = tag
                else:
                    self.faults.of(token, "Set items must all have null values")
            case Sequence():
                node.tag = tag
                node.items = [self._as_pair(item, token) for item in node.items]
                if tag == "omap":
                    self._check_ordered(node, token)

    def _as_pair(self, item: Node | Pair, token: Token) -> Pair:
        match item:
            case Pair():
                return item
            case Mapping(pairs=pairs):
                if len(pairs) > 1:
                    self.faults.of(token, "Each pair must have its own sequence indicator")
                return pairs[0] if pairs else Pair(Scalar(None, "", "", item.start, item.end, item.tail))
            case _:
                return Pair(item)

    def _check_ordered(self, node: Sequence, token: Token) -> None:
        keys = Keys()
        for item in node.items:
            if isinstance(item, Pair) and isinstance(item.key, Scalar) and not keys.add(item.key):
                message = f"Ordered maps must not include duplicate keys: {item.key.source}"
                self.faults.of(token, message)


def _is_null(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None and not node.tag_name


def _anchor(props: Props) -> str | None:
    return (props.anchor.source or "")[1:] if props.anchor else None


def _empty_position(offset: int, before: list[Token] | None) -> int:
    """An empty scalar stands after the last token before it that is not blank, and the spaces that follow it."""
    tokens = before or []
    index = len(tokens)
    while index and tokens[index - 1].kind in BLANKS:
        index -= 1
        offset -= tokens[index].length
    if index:
        while index < len(tokens) and tokens[index].kind == "space":
            offset += tokens[index].length
            index += 1
    return offset
