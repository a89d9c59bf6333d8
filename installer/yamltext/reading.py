"""Reads YAML text into nodes with places, within bounds. Does not turn nodes into values.

Nodes are PyYAML's own (libyaml's parser, pure Python where libyaml is missing). An untagged plain scalar carries the
tag PLAIN and any other untagged node the tag QUOTED or none of use, so that each schema (YAML 1.1, 1.2 core) resolves
by itself. Marks count characters of the text that was given; a byte order mark must be cut off before.
"""

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

from installer.model.late_pattern import late_pattern
from installer.yamltext.surrogates import parseable, repair

PLAIN = "?"
QUOTED = "!"

EMBEDDED_LIMIT = 1024 * 1024
FILE_LIMIT = 4 * 1024 * 1024
DEPTH_LIMIT = 64
NODE_LIMIT = 200_000
EXPANDED_LIMIT = 500_000
EXPANDED_DEPTH_LIMIT = 2 * DEPTH_LIMIT


class Unreadable(Exception):
    """A text that is no YAML within our bounds. `line` and `column` count from 1, in the text itself."""

    def __init__(self, code: str, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.line = line
        self.column = column


class _Resolve(BaseResolver):
    def resolve(self, kind: Any, value: Any, implicit: Any) -> str:  # noqa: ARG002
        if kind is ScalarNode and implicit[0]:
            return PLAIN
        return QUOTED


if yaml.__with_libyaml__:
    from yaml.cyaml import CParser  # type: ignore[attr-defined]

    class _Fast(CParser, _Resolve):
        def __init__(self, text: str) -> None:
            CParser.__init__(self, text)
            BaseResolver.__init__(self)

else:  # pragma: no cover - wheels of PyYAML carry libyaml

    class _Fast(Reader, Scanner, Parser, Composer, _Resolve):  # type: ignore[no-redef]
        def __init__(self, text: str) -> None:
            Reader.__init__(self, text)
            Scanner.__init__(self)
            Parser.__init__(self)
            Composer.__init__(self)
            BaseResolver.__init__(self)


@contextmanager
def uncollected() -> Iterator[None]:
    """No garbage collection meanwhile: nodes are many and none is garbage; looking for some doubles the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def compose(text: str, *, limit: int = FILE_LIMIT, guarded: bool = False) -> list[Node | None]:
    """The documents of a text, in order; no document at all gives an empty list. Raises Unreadable.

    `guarded` says that `guard` has passed the text, or one that it differs little from.
    """
    if not guarded:
        guard(text, limit=limit)
    characters = parseable(text)
    reader = _open(characters)
    documents: list[Node | None] = []
    try:
        with uncollected():
            while reader.check_node():
                documents.append(reader.get_node())
    except yaml.YAMLError as error:
        raise unreadable(error) from error
    except RecursionError as error:
        raise _too_deep() from error
    finally:
        reader.dispose()
    if characters is not text:
        repair(text, documents)
    if "*" in text:
        _check_expansion(documents)
    return documents


@lru_cache(maxsize=8)
def composed(text: str) -> tuple[Node | None, ...]:
    """As `compose`, for those who look at one text after another: nodes to read, not to change."""
    return tuple(compose(text))


def events(text: str) -> Iterator[yaml.Event]:
    """The parser's events of a text, in order. Raises Unreadable."""
    reader = _open(parseable(text))
    try:
        while (event := reader.get_event()) is not None and not isinstance(event, yaml.StreamEndEvent):
            yield event
    except yaml.YAMLError as error:
        raise unreadable(error) from error
    finally:
        reader.dispose()


def _open(text: str) -> Any:
    """A parser on a text; one half of a surrogate pair has no UTF-8."""
    try:
        return _Fast(text)
    except yaml.YAMLError as error:
        raise unreadable(error) from error
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        raise Unreadable("yaml-binary", "a lone surrogate: not a text", line) from error


def unreadable(error: yaml.YAMLError) -> Unreadable:
    """PyYAML's error as ours, with the place it names."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    if "maximum nesting depth" in str(error):  # libyaml from 0.2.6 on has a bound of its own, far above ours
        return _too_deep(mark)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    context = getattr(error, "context", None)
    message = f"{context}, {problem}" if context and context != problem else str(problem)
    if mark is None:
        return Unreadable("yaml-syntax", message)
    return Unreadable("yaml-syntax", message, mark.line + 1, mark.column + 1)


def guard(text: str, *, limit: int = FILE_LIMIT) -> None:
    """Refuses what would cost too much to parse: size, control characters, depth, nodes. Raises Unreadable."""
    if len(text) > limit or (not text.isascii() and len(text.encode("utf-8", "surrogatepass")) > limit):
        raise Unreadable("yaml-too-large", f"larger than {limit // (1024 * 1024)} MiB")
    nul = text.find("\0")
    if nul >= 0:
        raise Unreadable("yaml-binary", "a NUL byte: not a text", text.count("\n", 0, nul) + 1)
    if _may_be_deep(text) or _may_be_many(text):
        _count_events(text)


# Where block collections may begin in a line: behind blanks and the dashes, question marks and colons of its head.
_HEAD = late_pattern(r"(?:^|(?<=[\r\x85\u2028\u2029]))(?:\ufeff?(?: +|[-?:](?=[\s\ufeff])[ \t]*)+)", re.MULTILINE)
_MARK = late_pattern(r"[-?:]")
# A flow collection without another in it. If its opening bracket is one, so is the closing one: between them stand no
# comment and no quotes but those of scalars, which begin behind a bracket, comma or colon.
_INNERMOST = late_pattern(
    r"""[\[{](?:[^\[\]{}"'#]++|(?:(?<=[\[{,])|(?<=[,:][ ]))(?:"[^"\\\[\]{}]*+"|'[^'\[\]{}]*+'))*+[\]}]"""
)


def _may_be_deep(text: str) -> bool:
    return depth_bound(text) > DEPTH_LIMIT


@lru_cache(maxsize=8)
def depth_bound(text: str) -> int:
    """A number of levels that a text cannot exceed; costs little beside parsing.

    Block collections begin in the columns of line heads, two per column at most (a mapping and its sequence without
    indentation); every flow collection has an opening bracket.
    """
    flow = text.count("[") + text.count("{")
    if flow > DEPTH_LIMIT // 2:
        flow = 1 + flow - len(_INNERMOST.findall(text))
    if flow > DEPTH_LIMIT:
        return flow
    columns = {0}
    for head in set(_HEAD.findall(text)) if _has_heads(text) else ():
        columns.add(len(head))
        columns.update(match.start() for match in _MARK.finditer(head))
    return 2 * len(columns) + flow


def _has_heads(text: str) -> bool:
    """JSON in one line has none, and is spared the expression; of what is rare in a text anything counts as one."""
    rare = not text.isascii() or "\r" in text
    return rare or text.startswith((" ", "-", "?", ":")) or any(line in text for line in ("\n ", "\n-", "\n?", "\n:"))


def _may_be_many(text: str) -> bool:
    """Every node needs one of these characters of its own; a pair is two nodes and may be the first of a third."""
    if 3 * len(text) < NODE_LIMIT:
        return False
    return 3 * sum(map(text.count, (":", ",", "- ", "-\n", "-\r", "-\t", "?", "[", "{"))) > NODE_LIMIT


def _count_events(text: str) -> None:
    depth = nodes = 0
    for event in events(text):
        if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
            nodes += 1
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            nodes += 1
            depth += 1
            if depth > DEPTH_LIMIT:
                raise _too_deep(event.start_mark)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            depth -= 1
        if nodes > NODE_LIMIT:
            raise _placed("yaml-too-many-nodes", f"more than {NODE_LIMIT:,} nodes", event.start_mark)


def _too_deep(mark: Any = None) -> Unreadable:
    return _placed("yaml-too-deep", f"nested deeper than {DEPTH_LIMIT} levels", mark)


def _placed(code: str, message: str, mark: Any) -> Unreadable:
    return Unreadable(code, message) if mark is None else Unreadable(code, message, mark.line + 1, mark.column + 1)


def _check_expansion(documents: list[Node | None]) -> None:
    """Refuses alias bombs: too many nodes or levels after every alias is written out ("billion laughs")."""
    sizes: dict[int, tuple[int, int]] = {}
    for document in documents:
        if document is not None and _size(document, sizes, set())[0] > EXPANDED_LIMIT:
            message = f"more than {EXPANDED_LIMIT:,} nodes once aliases are expanded"
            raise _placed("yaml-alias-bomb", message, document.start_mark)


def _size(node: Node, sizes: dict[int, tuple[int, int]], parents: set[int]) -> tuple[int, int]:
    """Nodes and levels of a subtree, aliases expanded."""
    known = sizes.get(id(node))
    if known is not None:
        return known
    if id(node) in parents:
        raise _placed("yaml-recursive", "an anchor that contains itself", node.start_mark)
    parents.add(id(node))
    inside = [_size(child, sizes, parents) for child in _children(node)]
    parents.discard(id(node))
    total = 1 + sum(size for size, _ in inside)
    levels = 1 + max((level for _, level in inside), default=0)
    if levels > EXPANDED_DEPTH_LIMIT:
        raise _placed(
            "yaml-too-deep", f"more than {EXPANDED_DEPTH_LIMIT} levels once aliases are expanded", node.start_mark
        )
    sizes[id(node)] = total, levels
    return total, levels


def _children(node: Node) -> list[Node]:
    if isinstance(node, MappingNode):
        return [part for pair in node.value for part in pair]
    return list(node.value) if isinstance(node, SequenceNode) else []
