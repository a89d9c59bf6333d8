"""Tokens of the concrete syntax that javascript_parser.py builds. Do not mean anything yet.

One class for all kinds, because the parser turns one kind into another while it reads; `kind` says which of the
fields are in use. Kinds are the names that the npm package `yaml` puts in its messages.
"""

from collections.abc import Iterable

from installer.yamltext.javascript.lexer import BOM, DOCUMENT, FLOW_END, SCALAR

FLOW_SCALARS = frozenset(("alias", "scalar", "single-quoted-scalar", "double-quoted-scalar"))
BLOCKS = frozenset(("block-map", "block-seq"))
BLANKS = frozenset(("space", "comment", "newline"))

_WHOLE = {
    BOM: "byte-order-mark",
    DOCUMENT: "doc-mode",
    FLOW_END: "flow-error-end",
    SCALAR: "scalar",
    "---": "doc-start",
    "...": "doc-end",
    "": "newline",
    "\n": "newline",
    "\r\n": "newline",
    "-": "seq-item-ind",
    "?": "explicit-key-ind",
    ":": "map-value-ind",
    "{": "flow-map-start",
    "}": "flow-map-end",
    "[": "flow-seq-start",
    "]": "flow-seq-end",
    ",": "comma",
}
_BY_FIRST = {
    " ": "space",
    "\t": "space",
    "#": "comment",
    "%": "directive-line",
    "*": "alias",
    "&": "anchor",
    "!": "tag",
    "'": "single-quoted-scalar",
    '"': "double-quoted-scalar",
    "|": "block-scalar-header",
    ">": "block-scalar-header",
}


class Token:
    """A lexeme or a construction of them. `indent` is None where the kind has none (document, error, doc-end).

    `start`: document: what stands before its value. `end`: what follows a value on its line; flow-collection: the
    closing bracket and what follows. `props`: block-scalar: its header and what follows in that line. `opener`:
    flow-collection: its opening bracket. `value`: document: its contents. Lists are given only to the kinds that
    use them, for there is a token for every few characters of the text.
    """

    __slots__ = ("end", "indent", "items", "kind", "message", "offset", "opener", "props", "source", "start", "value")

    def __init__(self, kind: str, offset: int, indent: int | None = None, source: str | None = None) -> None:
        self.kind = kind
        self.offset = offset
        self.indent = indent
        self.source = source
        self.message = ""
        self.start: list[Token] = _NONE
        self.end: list[Token] | None = None
        self.props: list[Token] = _NONE
        self.opener: Token | None = None
        self.items: list[Item] = _NO_ITEMS
        self.value: Token | None = None

    @property
    def length(self) -> int:
        return len(self.source or "")


class Item:
    """One item of a collection: what stands before it, its key, what stands between, its value."""

    __slots__ = ("explicit", "key", "separator", "start", "value")

    def __init__(
        self,
        start: list[Token],
        key: Token | None = None,
        separator: list[Token] | None = None,
        value: Token | None = None,
        *,
        explicit: bool = False,
    ) -> None:
        self.start = start
        self.key = key
        self.separator = separator
        self.value = value
        self.explicit = explicit


# Never appended to: they stand for the lists of kinds that have none.
_NONE: list[Token] = []
_NO_ITEMS: list[Item] = []


def error_token(offset: int, source: str, message: str) -> Token:
    token = Token("error", offset, source=source)
    token.message = message
    return token


def map_token(offset: int, indent: int | None, item: Item) -> Token:
    """A block map with its first item."""
    token = Token("block-map", offset, indent)
    token.items = [item]
    return token


def kind_of(lexeme: str) -> str | None:
    """The kind of a lexeme; None for what no YAML has."""
    return _WHOLE.get(lexeme) or _BY_FIRST.get(lexeme[:1])


def includes(tokens: Iterable[Token], kind: str) -> bool:
    return any(token.kind == kind for token in tokens)


def only_blanks(tokens: Iterable[Token]) -> bool:
    return all(token.kind in BLANKS for token in tokens)


def is_flow(token: Token | None) -> bool:
    return token is not None and (token.kind in FLOW_SCALARS or token.kind == "flow-collection")


def contains_newline(token: Token | None) -> bool:
    """Whether a key goes over more than one line; a block collection always does."""
    if token is None:
        return False
    if token.kind in FLOW_SCALARS:
        return "\n" in (token.source or "") or any(part.kind == "newline" for part in token.end or ())
    if token.kind != "flow-collection":
        return True
    for item in token.items:
        if any(part.kind == "newline" for part in (*item.start, *(item.separator or ()))):
            return True
        if contains_newline(item.key) or contains_newline(item.value):
            return True
    return False


def previous_props(parent: Token) -> list[Token]:
    """The tokens in front of what is being read, to be shared with a map that turns out to begin there."""
    match parent.kind:
        case "document":
            return parent.start
        case "block-map":
            last = parent.items[-1]
            return last.start if last.separator is None else last.separator
        case "block-seq":
            return parent.items[-1].start
        case _:
            return []


def take_first_key_props(tokens: list[Token]) -> list[Token]:
    """Cuts off the tail of `tokens` that belongs to the first key of a map: its anchor and tag."""
    index = len(tokens)
    while index and tokens[index - 1].kind not in _BEFORE_KEY:
        index -= 1
    while index < len(tokens) and tokens[index].kind == "space":
        index += 1
    taken = tokens[index:]
    del tokens[index:]
    return taken


_BEFORE_KEY = frozenset(("doc-start", "explicit-key-ind", "map-value-ind", "seq-item-ind", "newline"))


def settle_flow_sequence(collection: Token) -> None:
    """Items of a flow sequence were read as keys; those without a colon are values."""
    if collection.opener is None or collection.opener.kind != "flow-seq-start":
        return
    for item in collection.items:
        separator = item.separator
        if separator is None or item.value or includes(item.start, "explicit-key-ind"):
            continue
        if includes(separator, "map-value-ind"):
            continue
        item.value, item.key, item.separator = item.key, None, None
        value = item.value
        if value is None or not is_flow(value):
            item.start.extend(separator)
        elif value.end is None:
            value.end = separator
        else:
            value.end.extend(separator)
