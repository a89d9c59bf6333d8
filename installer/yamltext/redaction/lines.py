"""Finds secrets line by line: in comments, prose, logs, and texts that are no YAML. Builds no tree.

What it cannot be sure of it takes for a secret.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import field

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.yamltext.redaction.keys import Span, is_secret_key, is_secret_under, literal_spans

Line = tuple[int, str]

_MEMBER = late_pattern(
    r"(?P<lead>[ \t]*(?:[-?][ \t]+)*)(?P<quote>\\*[\"']?)(?P<key>[A-Za-z0-9_$@./~\-]{1,200})(?P=quote)"
    r"[ \t]*(?::(?=[ \t]|\Z)|=(?!=))[ \t]*(?P<rest>.*)\Z"
)
_INLINE = late_pattern(
    r"(?<![\w.\-$])-{0,2}(?P<key>[A-Za-z0-9_$@][\w.$\-]{0,200}+(?:\[[^\]\s]{0,80}\])?+)\\*[\"']?"
    r"[ \t]{0,8}+(?P<separator>=(?!=)|:(?=[ \t\"'\\]|\Z)|(?<=[wW][oO][rR][dD]):(?=[^\s/]))[ \t]*"
)
_FLAG = late_pattern(r"(?<![\w\-])--?(?P<key>[A-Za-z][\w\-]{0,80}+)[ \t]++(?P<value>[^\s\-][^\s]*)")
_PAIR = late_pattern(
    r"(?:name|key)\\*[\"']?[ \t]*:[ \t]*\\*[\"']?(?P<key>[\w.\-]+)\\*[\"']?[ \t]*,[ \t]*"
    r"\\*[\"']?value\\*[\"']?[ \t]*:[ \t]*"
)
_RIAP = late_pattern(
    r"\bvalue\\*[\"']?[ \t]*:[ \t]*(?P<value>\\*\"[^\"\n]*\"|'[^'\n]*'|[^\s,\"'}]+)[ \t]*,[ \t]*"
    r"\\*[\"']?(?:name|key)\\*[\"']?[ \t]*:[ \t]*\\*[\"']?(?P<key>[\w.\-]+)"
)
_ELEMENT = late_pattern(r"<(?P<key>[A-Za-z][\w.\-]{0,80}+)>(?P<value>[^<>\n]{1,2000}+)</")
_DOUBLE = late_pattern(r'"((?:\\.|[^"\\])*)"')
_SINGLE = late_pattern(r"'((?:''|[^'])*)'")
_ESCAPED = late_pattern(r"(\\+[\"'])(.*?)(?<!\\)\1")
_REFERENCE = late_pattern(r"\$\{[^{}\s]*\}[^\s,;&}\]\"']*|\{\{[^{}]*\}\}")
_WORD = late_pattern(r"(?:(?:Bearer|Basic|Token)[ \t]+)?[^\s,;&}\]\"'`<>)]+", re.IGNORECASE)
_BLOCK = late_pattern(r"(?:[&!]\S+[ \t]+)*[|>][-+0-9]*[ \t]*(?:#.*)?\Z")
_PROPERTIES = late_pattern(r"(?:[&!][^\s,\[\]{}]*[ \t]+)*")
_ALIAS = late_pattern(r"\*([^\s,\[\]{}*]+)[ \t]*(?:#.*)?\Z")
_ANCHOR = late_pattern(r"&([^\s,\[\]{}]+)[ \t]+(\S.*)")
_KIND_SECRET = late_pattern(r"[ \t]*(?:-[ \t]+)*[\"']?kind[\"']?[ \t]*:[ \t]*[\"']?Secret[\"']?,?[ \t]*(?:#.*)?\Z")
_NPMRC = late_pattern(r"(?:^|[:\s])(?:_authToken|_auth|_password|password)[ \t]*=[ \t]*(\S.*)", re.IGNORECASE)
_NAMES = frozenset({"name", "key", "path", "header", "option", "variable"})
_VALUES = frozenset({"value", "defaultvalue"})
# What a message says about a key instead of giving its value: "token: must be a string".
_TALK = frozenset(
    """a an the is are was were be must may can cannot has have not no missing expected required invalid unknown found
    set unset unresolved undefined empty absent given value values key keys string number mapping list scalar and or in
    of to on at from for with both two under see by as it this that these line file if should does did differ""".split()  # noqa: SIM905
)


def is_secret_path(key: str) -> bool:
    """Whether a name that may be a path (`/data/password/0`, `global.auth.token`) ends in a secret's name."""
    parts = [part for part in key.split("/") if part.strip("-0123456789")]
    return bool(parts) and is_secret_key(parts[-1])


def lines_of(text: str, start: int = 0, end: int | None = None) -> list[Line]:
    """Every line of text[start:end], with its offset, without its line end."""
    lines: list[Line] = []
    for line in text[start:end].splitlines(keepends=True):
        lines.append((start, line.rstrip("\r\n\v\f\x1c\x1d\x1e\x85\u2028\u2029")))
        start += len(line)
    return lines


@dataclass
class _Region:
    """The lines below a secret's key. `all` of a block scalar; else those that are no members of their own."""

    column: int
    all: bool
    quote: str = ""


@dataclass
class _Item:
    """One `name`/`value` pair whose halves may come in any order."""

    column: int
    secret: bool = False
    values: list[Span] = field(default_factory=list)


@dataclass
class _Scan:
    object_is_secret: bool
    spans: list[Span] = field(default_factory=list)
    region: _Region | None = None
    item: _Item | None = None
    data: int | None = None
    comments: "_Scan | None" = None
    aliases: set[str] = field(default_factory=set)

    def line(self, offset: int, line: str) -> None:
        if not line.strip() or self._inside_region(offset, line):
            return
        self._comment(offset, line)
        if line.lstrip().startswith("#"):
            return
        member = _MEMBER.match(line)
        if member is None:
            self._list_item(offset, line)
            return
        key, column = member["key"], len(member["lead"])
        self._data(key, column)
        self._pair(member, offset, column)
        if self._hides(key, column, member["rest"]):
            self._value(offset + member.start("rest"), member["rest"], column)
        else:
            self.spans += inline_spans(line, offset)

    def _comment(self, offset: int, line: str) -> None:
        """Comments are a text of their own, as long as they follow one another."""
        body = line.lstrip()
        if not body.startswith("#"):
            self.comments = None
            at = line.find(" #")
            body = line[at + 1 :] if at >= 0 else ""
        if body:
            self.comments = self.comments or _Scan(object_is_secret=False, spans=self.spans)
            start = offset + len(line) - len(body)
            self.comments.line(start + len(body) - len(body.lstrip("#")), body.lstrip("#"))

    def _hides(self, key: str, column: int, value: str) -> bool:
        item = self.item
        named = item is not None and item.secret and key.lower() in _VALUES and column == item.column
        return named or is_secret_under(key, value) or (self.data is not None and column > self.data)

    def _data(self, key: str, column: int) -> None:
        if self.data is not None and column <= self.data:
            self.data = None
        if self.object_is_secret and key in ("data", "stringData"):
            self.data = column

    def _pair(self, member: re.Match[str], offset: int, column: int) -> None:
        key, value = member["key"].lower(), member["rest"].strip().strip("\"'")
        item = self.item
        if item is None or column < item.column or ("-" in member["lead"] and column == item.column):
            item = self.item = _Item(column)
        elif column > item.column:
            if "-" not in member["lead"] and key not in _NAMES | _VALUES:
                return
            item = self.item = _Item(column)
        if key in _NAMES and is_secret_path(value):
            item.secret = True
            self.spans += item.values
        elif key in _VALUES and value:
            start = offset + member.start("rest")
            item.values = [(start + a, start + b) for a, b in _whole(member["rest"])]

    def _value(self, start: int, rest: str, column: int) -> None:
        """What follows a secret's key on its line, and whether more of it follows below."""
        blank = _PROPERTIES.match(rest)
        skipped = blank.end() if blank else 0
        start, rest = start + skipped, rest[skipped:]
        if _BLOCK.match(rest):
            self.region = _Region(column, all=True)
            return
        if alias := _ALIAS.match(rest):
            self.aliases.add(alias[1])
        quote = rest[:1]
        if quote in ("'", '"') and not (_DOUBLE if quote == '"' else _SINGLE).match(rest):
            self.region = _Region(-1, all=True, quote=quote)
            self.spans.append((start + 1, start + len(rest)))
            return
        self.region = _Region(column, all=False)
        if rest.startswith("{") or (rest.startswith("[") and ":" in rest):
            self.spans += inline_spans(rest, start)
            if rest.startswith("["):
                self.spans += [(start + 1, start + len(rest))]
            return
        self.spans += [(start + a, start + b) for a, b in _whole(rest)]
        closed = _DOUBLE.match(rest) or _SINGLE.match(rest)
        if closed:
            self.spans += inline_spans(rest[closed.end() :], start + closed.end())

    def _inside_region(self, offset: int, line: str) -> bool:
        region = self.region
        if region is None:
            return False
        if region.quote:
            end = line.find(region.quote)
            self.spans.append((offset, offset + (len(line) if end < 0 else end)))
            self.region = region if end < 0 else None
            return True
        indent = len(line) - len(line.lstrip())
        listed = not region.all and indent == region.column and line[indent : indent + 1] == "-"
        if line[indent : indent + 1] == "#" and (indent <= region.column or not region.all):
            return False
        if indent <= region.column and not listed and line.strip() not in ("]", "],", "}", "},"):
            self.region = None
            return False
        if region.all or not (_MEMBER.match(line) or line.strip()[0] in "]}"):
            self._list_item(offset, line, secret=True)
            return True
        return False

    def _list_item(self, offset: int, line: str, *, secret: bool = False) -> None:
        if not secret:
            self.spans += inline_spans(line, offset)
            return
        if self.region and self.region.all:
            self.spans.append((offset, offset + len(line)))
            return
        lead = re.match(r"[ \t]*(?:-[ \t]+)*", line)
        start = lead.end() if lead else 0
        self.spans += [(offset + start + a, offset + start + b) for a, b in _whole(line[start:])]


def scan(lines: Iterable[Line]) -> list[Span]:
    """The secrets of consecutive lines, as spans of the text that the offsets count."""
    spans: list[Span] = []
    for document in _documents(list(lines)):
        state = _Scan(any(_KIND_SECRET.match(line) for _, line in document))
        for offset, line in document:
            state.line(offset, line)
        spans += state.spans
        spans += [span for offset, line in document for span in _anchored(offset, line, state.aliases)]
    return spans


def _anchored(offset: int, line: str, names: set[str]) -> list[Span]:
    """What stands behind `&name`, where `*name` is a secret's value."""
    return [
        (offset + match.start(2) + a, offset + match.start(2) + b)
        for match in (_ANCHOR.finditer(line) if names else ())
        if match[1] in names
        for a, b in _whole(match[2])
    ]


def _documents(lines: list[Line]) -> Iterator[list[Line]]:
    document: list[Line] = []
    for offset, line in lines:
        if line.startswith("---"):
            yield document
            document = []
        document.append((offset, line))
    yield document


def _whole(rest: str) -> list[Span]:
    """The value on the rest of a line: inside its quotes, or all of it (what looks like a comment may be none)."""
    quoted = _DOUBLE.match(rest) or _SINGLE.match(rest)
    if quoted:
        return [(1 + a, 1 + b) for a, b in literal_spans(quoted[1])]
    text = rest.rstrip(" \t,")
    comments = [at for at in (text.find(" #"), text.find("\t#"), len(text)) if at >= 0]
    value = text[: min(comments)].rstrip()
    spans = literal_spans(value)
    return [(0, len(text))] if spans == [(0, len(value))] else spans


def inline_spans(line: str, offset: int = 0, *, talk: bool = False) -> list[Span]:
    """Secrets in the middle of a line: `key=value`, `key: value`, `--key value`, `{name: KEY, value: …}`.

    With `talk` (messages), a word that speaks about a value is none.
    """
    spans: list[Span] = []
    for match in _INLINE.finditer(line):
        if is_secret_key(match["key"].replace("[", ".").replace("]", "")):
            spans += _inline_value(line, match.end(), talk=talk)
    for match in _PAIR.finditer(line):
        if is_secret_path(match["key"]):
            spans += _inline_value(line, match.end(), talk=False)
    for match in (*_RIAP.finditer(line), *_FLAG.finditer(line), *_ELEMENT.finditer(line)):
        if is_secret_path(match["key"]) and not (talk and match["value"].lower() in _TALK):
            start = match.start("value")
            spans += [(start + a, start + b) for a, b in _unquoted(match["value"])]
    return [(offset + start, offset + end) for start, end in spans]


def _inline_value(line: str, start: int, *, talk: bool) -> list[Span]:
    for pattern, group in ((_DOUBLE, 1), (_SINGLE, 1), (_ESCAPED, 2)):
        if quoted := pattern.match(line, start):
            begin = quoted.start(group)
            return [(begin + a, begin + b) for a, b in literal_spans(quoted[group])]
    if line[start : start + 1] == "[":
        end = line.find("]", start)
        return [(start + 1, len(line) if end < 0 else end)]
    word = _REFERENCE.match(line, start) or _WORD.match(line, start)
    if word is None or (talk and word[0].lower().rstrip(".:") in _TALK):
        return []
    return [(start + a, start + b) for a, b in literal_spans(word[0])]


def _unquoted(value: str) -> list[Span]:
    inner = value.strip("\\\"'")
    start = value.find(inner) if inner else 0
    return [(start + a, start + b) for a, b in literal_spans(inner)]


def npmrc_spans(text: str) -> list[Span]:
    """The credentials in the lines of an `.npmrc`; scopes and registries stay."""
    return [
        (offset + match.start(1) + a, offset + match.start(1) + b)
        for offset, line in lines_of(text)
        for match in _NPMRC.finditer(line)
        for a, b in literal_spans(match[1])
    ]
