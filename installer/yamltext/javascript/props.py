"""Reads what stands between values: anchors, tags, indicators, blanks, comments; and what follows a value.

Finds the faults that the npm package `yaml` 2.x finds there (ISC licence, © Eemeli Aro; see licence.txt),
in its order. Does not compose nodes.
"""

from collections.abc import Sequence as Tokens

from installer.model.dataclass import dataclass
from installer.yamltext.javascript.nodes import Faults
from installer.yamltext.javascript.tokens import Token

_TAB = "Tabs are not allowed as indentation"
_COMMENT = "Comments must be separated from other tokens by white space characters"
_PROPS = "Tags and anchors must be separated from the next token by white space"
_SEPARATING = frozenset(("space", "newline", "comma"))


@dataclass(slots=True)
class Props:
    """What was found; `start` is the first anchor or tag, else the end."""

    end: int
    start: int
    comma: Token | None = None
    found: Token | None = None
    comment: bool = False
    newline: bool = False
    anchor: Token | None = None
    tag: Token | None = None
    newline_after: Token | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What may stand there: the indicator, the token that follows, and where it is."""

    indicator: str
    following: Token | None
    offset: int
    parent_indent: int
    on_newline: bool
    flow: str | None = None


def resolve_props(tokens: Tokens[Token], expected: Expected, faults: Faults) -> Props:
    """The properties in front of a node; faults are added in order."""
    return _Reader(expected, faults).read(tokens)


class _Reader:
    def __init__(self, expected: Expected, faults: Faults) -> None:
        self.expected = expected
        self.faults = faults
        self.props = Props(expected.offset, expected.offset)
        self.at_newline = self.has_space = expected.on_newline
        self.needs_space = False
        self.tab: Token | None = None
        self.start: int | None = None

    def read(self, tokens: Tokens[Token]) -> Props:
        for token in tokens:
            self._check_separation(token)
            self._take(token)
        if tokens:
            self.props.end = tokens[-1].offset + tokens[-1].length
        self._check_following()
        self.props.start = self.props.end if self.start is None else self.start
        return self.props

    def _check_separation(self, token: Token) -> None:
        if self.needs_space:
            if token.kind not in _SEPARATING:
                self.faults.at(token.offset, _PROPS)
            self.needs_space = False
        if self.tab:
            if self.at_newline and token.kind not in ("comment", "newline"):
                self.faults.of(self.tab, _TAB)
            self.tab = None

    def _take(self, token: Token) -> None:
        match token.kind:
            case "space":
                self._take_space(token)
            case "comment":
                if not self.has_space:
                    self.faults.of(token, _COMMENT)
                self.props.comment = True
                self.at_newline = False
            case "newline":
                self.at_newline = self.has_space = self.props.newline = True
                if self.props.anchor or self.props.tag:
                    self.props.newline_after = token
            case "anchor" | "tag":
                self._take_prop(token)
            case self.expected.indicator:
                self._take_indicator(token)
            case "comma" if self.expected.flow:
                self._take_comma(token)
            case _:
                self.faults.of(token, f"Unexpected {token.kind} token")
                self.at_newline = self.has_space = False

    def _take_space(self, token: Token) -> None:
        # At the root, a flow collection may have tabs before it; inside one only the lexer minds indentation.
        following = self.expected.following
        at_root = self.expected.indicator == "doc-start" and following and following.kind == "flow-collection"
        if not self.expected.flow and not at_root and "\t" in (token.source or ""):
            self.tab = token
        self.has_space = True

    def _take_prop(self, token: Token) -> None:
        if token.kind == "anchor":
            if self.props.anchor:
                self.faults.of(token, "A node can have at most one anchor")
            self.props.anchor = token
        else:
            if self.props.tag:
                self.faults.of(token, "A node can have at most one tag")
            self.props.tag = token
        if self.start is None:
            self.start = token.offset
        self.at_newline = self.has_space = False
        self.needs_space = True

    def _take_indicator(self, token: Token) -> None:
        if self.props.anchor or self.props.tag:
            self.faults.of(token, f"Anchors and tags must be after the {token.source} indicator")
        if self.props.found:
            self.faults.of(token, f"Unexpected {token.source} in {self.expected.flow or 'collection'}")
        self.props.found = token
        self.at_newline = self.expected.indicator in ("seq-item-ind", "explicit-key-ind")
        self.has_space = False

    def _take_comma(self, token: Token) -> None:
        if self.props.comma:
            self.faults.of(token, f"Unexpected , in {self.expected.flow}")
        self.props.comma = token
        self.at_newline = self.has_space = False

    def _check_following(self) -> None:
        following = self.expected.following
        empty = following is not None and following.kind == "scalar" and not following.source
        if self.needs_space and following and following.kind not in _SEPARATING and not empty:
            self.faults.at(following.offset, _PROPS)
        if not self.tab:
            return
        outside = self.at_newline and (self.tab.indent or 0) <= self.expected.parent_indent
        if outside or (following and following.kind in ("block-map", "block-seq")):
            self.faults.of(self.tab, _TAB)


def resolve_end(tokens: Tokens[Token] | None, offset: int, faults: Faults, *, strict: bool = True) -> int:
    """Where what follows a value ends; only blanks and, after a space where `strict`, a comment may follow."""
    has_space = False
    for token in tokens or ():
        match token.kind:
            case "space" | "newline":
                has_space = True
            case "comment":
                if strict and not has_space:
                    faults.of(token, _COMMENT)
            case _:
                faults.of(token, f"Unexpected {token.kind} at node end")
        offset += token.length
    return offset
