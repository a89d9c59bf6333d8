"""Builds the concrete syntax of a YAML text as the npm package `yaml` 2.x builds it. Does not judge most errors.

The order of the tests follows that package's parser (ISC licence, © Eemeli Aro; see licence.txt), because
which texts it refuses, and with which words, follows from it.
"""

from collections.abc import Callable, Iterator
from functools import partial

from installer.yamltext.javascript.blocks import read_block_map, read_block_sequence
from installer.yamltext.javascript.brackets import read_flow_collection
from installer.yamltext.javascript.lexer import Lexer
from installer.yamltext.javascript.tokens import (
    BLANKS,
    BLOCKS,
    FLOW_SCALARS,
    Item,
    Token,
    error_token,
    kind_of,
    map_token,
    only_blanks,
    previous_props,
    settle_flow_sequence,
    take_first_key_props,
)
from installer.yamltext.reading import DEPTH_LIMIT, NODE_LIMIT, Unreadable

_DOCUMENT_PROPS = frozenset(("anchor", "tag", *BLANKS))
_LINE_ENDERS = frozenset(("comma", "doc-start", "doc-end", "flow-seq-end", "flow-map-end", "map-value-ind"))
_INDICATORS = frozenset(("explicit-key-ind", "map-value-ind", "seq-item-ind"))


class Parser:
    """One text on its way to tokens of the stream; `line_starts` are the offsets of its lines."""

    def __init__(self, text: str) -> None:
        self.lexemes = Lexer(text).lex()
        self.line_starts = [0]
        self.offset = 0
        self.nodes = 0
        self.indent = 0
        self.kind = ""
        self.source = ""
        self.at_new_line = True
        self.at_scalar = False
        self.on_key_line = False
        self.stack: list[Token] = []
        self.out: list[Token] = []
        self.steps: dict[str, Callable[[Token], None]] = {
            "document": self._document,
            "block-scalar": self._block_scalar,
            "block-map": partial(read_block_map, self),
            "block-seq": partial(read_block_sequence, self),
            "flow-collection": partial(read_flow_collection, self),
            "doc-end": self._document_end,
            **dict.fromkeys(FLOW_SCALARS, self._scalar),
        }

    def parse(self) -> Iterator[Token]:
        """Directives, documents, errors and what stands between them. Raises Unreadable beyond our depth."""
        for lexeme in self.lexemes:
            self._next(lexeme)
            if self.out:
                yield from self.out
                self.out.clear()
        while self.stack:
            self.pop()
        yield from self.out

    def _next(self, source: str) -> None:
        self.source = source
        if self.at_scalar:
            self.at_scalar = False
            self.step()
            self.offset += len(source)
            return
        kind = kind_of(source)
        if kind is None:
            self.pop(error_token(self.offset, source, f"Not a YAML token: {source}"))
            self.offset += len(source)
        elif kind == "scalar":
            self.at_new_line = False
            self.at_scalar = True
            self.kind = kind
        else:
            self.kind = kind
            self.step()
            self._advance(kind, source)

    def _advance(self, kind: str, source: str) -> None:
        if kind in ("doc-mode", "flow-error-end"):
            return
        if kind == "newline":
            self.at_new_line = True
            self.indent = 0
            self.line_starts.append(self.offset + len(source))
        elif kind in _INDICATORS or kind == "space":
            if self.at_new_line and not source.startswith("\t"):
                self.indent += len(source)
        else:
            self.at_new_line = False
        self.offset += len(source)

    @property
    def token(self) -> Token:
        """The current lexeme."""
        return Token(self.kind, self.offset, self.indent, self.source)

    def step(self) -> None:
        """Gives the current lexeme to the construction on top of the stack."""
        if len(self.stack) > DEPTH_LIMIT + 2:
            line = len(self.line_starts)
            raise Unreadable("yaml-too-deep", f"nested deeper than {DEPTH_LIMIT} levels", line)
        top = self.stack[-1] if self.stack else None
        if self.kind == "doc-end" and (top is None or top.kind != "doc-end"):
            while self.stack:
                self.pop()
            self.stack.append(Token("doc-end", self.offset, source=self.source))
        elif top is None:
            self._stream()
        else:
            self.steps[top.kind](top)

    def pop(self, error: Token | None = None) -> None:
        """Ends the construction on top of the stack, or puts an error in its place, and hands it to the next."""
        token = error or self.stack.pop()
        if not self.stack:
            self.out.append(token)
            return
        top = self.stack[-1]
        if token.kind == "block-scalar":
            # A block scalar is indented from its parent, not from its header.
            token.indent = top.indent or 0
        elif token.kind == "flow-collection":
            if top.kind == "document":
                token.indent = 0
            settle_flow_sequence(token)
        if self._attach(top, token) and token.kind in BLOCKS and top.kind in {"document", *BLOCKS}:
            _return_blank_item(top, token)

    def _attach(self, top: Token, token: Token) -> bool:
        """Puts a token where it belongs in its parent; False where a key is now open."""
        match top.kind:
            case "document":
                top.value = token
            case "block-scalar":
                top.props.append(token)
            case "block-map":
                return self._attach_to_map(top, token)
            case "block-seq":
                if top.items[-1].value:
                    top.items.append(Item([], value=token))
                else:
                    top.items[-1].value = token
            case "flow-collection":
                _attach_to_flow(top, token)
                return False
            case _:
                self.pop()
                self.pop(token)
        return True

    def _attach_to_map(self, top: Token, token: Token) -> bool:
        item = top.items[-1]
        if item.value:
            top.items.append(Item([], token, []))
            self.on_key_line = True
            return False
        if item.separator is not None:
            item.value = token
            return True
        item.key, item.separator = token, []
        self.on_key_line = not item.explicit
        return False

    def _stream(self) -> None:
        match self.kind:
            case "directive-line":
                self.out.append(Token("directive", self.offset, source=self.source))
            case "byte-order-mark" | "space" | "comment" | "newline":
                self.out.append(self.token)
            case "doc-mode" | "doc-start":
                document = Token("document", self.offset)
                document.start = [self.token] if self.kind == "doc-start" else []
                self.stack.append(document)
            case _:
                self._unexpected("YAML stream")

    def _unexpected(self, where: str) -> None:
        message = f"Unexpected {self.kind} token in {where}"
        self.out.append(error_token(self.offset, self.source, message))

    def _document(self, document: Token) -> None:
        if document.value:
            self.line_end(document)
        elif self.kind == "doc-start" and not only_blanks(document.start):
            self.pop()
            self.step()
        elif self.kind == "doc-start" or self.kind in _DOCUMENT_PROPS:
            document.start.append(self.token)
        elif (value := self.start_value(document)) is not None:
            self.stack.append(value)
        else:
            self._unexpected("YAML document")

    def _scalar(self, scalar: Token) -> None:
        if self.kind != "map-value-ind":
            self.line_end(scalar)
            return
        start = take_first_key_props(previous_props(self.stack[-2]))
        separator = [*(scalar.end or ()), self.token]
        scalar.end = None
        self.begin_map_at(scalar, Item(start, scalar, separator))

    def begin_map_at(self, key: Token, item: Item) -> None:
        """What was read is the first key of a map."""
        self.on_key_line = True
        self.stack[-1] = map_token(key.offset, key.indent, item)

    def _block_scalar(self, scalar: Token) -> None:
        if self.kind in BLANKS:
            scalar.props.append(self.token)
        elif self.kind == "scalar":
            scalar.source = self.source
            # The source of a block scalar includes its last line end.
            self.at_new_line = True
            self.indent = 0
            self._count_lines()
            self.pop()
        else:
            self.pop()
            self.step()

    def _document_end(self, end: Token) -> None:
        if self.kind == "doc-mode":
            return
        end.end = [*(end.end or ()), self.token]
        if self.kind == "newline":
            self.pop()

    def line_end(self, token: Token) -> None:
        """What follows a value on its line; errors are judged later."""
        if self.kind in _LINE_ENDERS:
            self.pop()
            self.step()
            return
        if token.end is None:
            token.end = []
        token.end.append(self.token)
        if self.kind == "newline":
            self.on_key_line = False
            self.pop()

    def flow_scalar(self) -> Token:
        """The current lexeme as a scalar of its own."""
        self._count_lines()
        self._count_node()
        return self.token

    def _count_lines(self) -> None:
        index = self.source.find("\n")
        while index != -1:
            self.line_starts.append(self.offset + index + 1)
            index = self.source.find("\n", index + 1)

    def start_value(self, parent: Token) -> Token | None:
        """The construction that the current lexeme begins; None where it begins none."""
        match self.kind:
            case "alias" | "scalar" | "single-quoted-scalar" | "double-quoted-scalar":
                return self.flow_scalar()
            case "block-scalar-header":
                return self._block("block-scalar")
            case "flow-map-start" | "flow-seq-start":
                return self._block("flow-collection")
            case "seq-item-ind":
                return self._block("block-seq")
            case "explicit-key-ind":
                self.on_key_line = True
                start = [*take_first_key_props(previous_props(parent)), self.token]
                return map_token(self.offset, self.indent, Item(start, explicit=True))
            case "map-value-ind":
                self.on_key_line = True
                return self.map_without_key(take_first_key_props(previous_props(parent)))
            case _:
                return None

    def _block(self, kind: str) -> Token:
        """A construction that begins with the current lexeme."""
        self._count_node()
        token = Token(kind, self.offset, self.indent)
        match kind:
            case "block-scalar":
                token.source, token.props = "", [self.token]
            case "flow-collection":
                token.opener, token.items, token.end = self.token, [], []
            case _:
                token.items = [Item([self.token])]
        return token

    def _count_node(self) -> None:
        self.nodes += 1
        if self.nodes > NODE_LIMIT:
            raise Unreadable("yaml-too-many-nodes", f"more than {NODE_LIMIT:,} nodes", len(self.line_starts))

    def map_without_key(self, start: list[Token]) -> Token:
        """A block map whose first item begins with the colon at hand."""
        return map_token(self.offset, self.indent, Item(start, None, [self.token]))


def _attach_to_flow(top: Token, token: Token) -> None:
    item = top.items[-1] if top.items else None
    if item is None or item.value:
        top.items.append(Item([], token, []))
    elif item.separator is not None:
        item.value = token
    else:
        item.key, item.separator = token, []


def _return_blank_item(top: Token, token: Token) -> None:
    """Blank lines and comments after the last item of a collection belong to its parent, where not indented."""
    last = token.items[-1] if token.items else None
    if last is None or last.separator is not None or last.value or not last.start or not only_blanks(last.start):
        return
    indent = token.indent or 0
    if indent and any(t.kind == "comment" and (t.indent or 0) >= indent for t in last.start):
        return
    if top.kind == "document":
        top.end = last.start
    else:
        top.items.append(Item(last.start))
    token.items.pop()
