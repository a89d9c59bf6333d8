"""Reads YAML text into nodes with places, within bounds. Does not turn nodes into values.

Nodes are PyYAML's own (libyaml's parser, pure Python where libyaml is missing). An untagged plain scalar carries the
tag PLAIN and any other untagged node the tag QUOTED or none of use, so that each schema (YAML 1.1, 1.2 core) resolves
by itself. Marks count characters of the text that was given; a byte order mark must be cut off before.
"""

from typing import Any

import yaml
from yaml.composer import Composer
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from yaml.parser import Parser
from yaml.reader import Reader
from yaml.resolver import BaseResolver
from yaml.scanner import Scanner

PLAIN = "?"
QUOTED = "!"

EMBEDDED_LIMIT = 1024 * 1024
FILE_LIMIT = 4 * 1024 * 1024
DEPTH_LIMIT = 64
NODE_LIMIT = 200_000
EXPANDED_LIMIT = 500_000


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
    from yaml.cyaml import CParser

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


def compose(text: str, *, limit: int = FILE_LIMIT) -> list[Node | None]:
    """The documents of a text, in order; None for an empty document. Raises Unreadable."""
    guard(text, limit=limit)
    reader = _Fast(text)
    documents: list[Node | None] = []
    try:
        while reader.check_node():
            documents.append(reader.get_node())
    except yaml.YAMLError as error:
        raise unreadable(error) from error
    except RecursionError as error:
        raise Unreadable("yaml-too-deep", f"nested deeper than {DEPTH_LIMIT} levels") from error
    finally:
        reader.dispose()
    if "*" in text:
        _check_expansion(documents)
    return documents


def unreadable(error: yaml.YAMLError) -> Unreadable:
    """PyYAML's error as ours, with the place it names."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or str(error)
    context = getattr(error, "context", None)
    message = f"{context}, {problem}" if context and context != problem else str(problem)
    if mark is None:
        return Unreadable("yaml-syntax", message)
    return Unreadable("yaml-syntax", message, mark.line + 1, mark.column + 1)


def guard(text: str, *, limit: int = FILE_LIMIT) -> None:
    """Refuses what would cost too much to parse: size, control characters, depth, nodes. Raises Unreadable."""
    if len(text) > limit or len(text.encode("utf-8", "surrogatepass")) > limit:
        raise Unreadable("yaml-too-large", f"larger than {limit // (1024 * 1024)} MiB")
    nul = text.find("\0")
    if nul >= 0:
        raise Unreadable("yaml-binary", "a NUL byte: not a text", text.count("\n", 0, nul) + 1)
    if _may_be_deep(text) or len(text) > NODE_LIMIT:
        _count_events(text)


def _may_be_deep(text: str) -> bool:
    """A bound that costs little: brackets, and the deepest indentation with the dashes that follow it."""
    if text.count("[") + text.count("{") >= DEPTH_LIMIT // 2:
        return True
    flow = min(DEPTH_LIMIT // 2, text.count("[") + text.count("{"))
    for line in text.splitlines():
        body = line.lstrip(" ")
        indentation = len(line) - len(body)
        if indentation + body.count("- ") + body.count("? ") + flow >= DEPTH_LIMIT - 2:
            return True
    return False


def _count_events(text: str) -> None:
    depth = nodes = 0
    reader = _Fast(text)
    try:
        while True:
            event = reader.get_event()
            if event is None or isinstance(event, yaml.StreamEndEvent):
                return
            if isinstance(event, yaml.ScalarEvent | yaml.AliasEvent):
                nodes += 1
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                nodes += 1
                depth += 1
                if depth > DEPTH_LIMIT:
                    raise _too_much("yaml-too-deep", f"nested deeper than {DEPTH_LIMIT} levels", event)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                depth -= 1
            if nodes > NODE_LIMIT:
                raise _too_much("yaml-too-many-nodes", f"more than {NODE_LIMIT:,} nodes", event)
    except yaml.YAMLError as error:
        raise unreadable(error) from error
    finally:
        reader.dispose()


def _too_much(code: str, message: str, event: yaml.Event) -> Unreadable:
    mark = event.start_mark
    return Unreadable(code, message, mark.line + 1, mark.column + 1)


def _check_expansion(documents: list[Node | None]) -> None:
    """Refuses alias bombs: the number of nodes after every alias is written out ("billion laughs")."""
    weights: dict[int, int] = {}
    for document in documents:
        if document is not None and _weight(document, weights, ()) > EXPANDED_LIMIT:
            mark = document.start_mark
            raise Unreadable(
                "yaml-alias-bomb",
                f"more than {EXPANDED_LIMIT:,} nodes once aliases are expanded",
                mark.line + 1,
            )


def _weight(node: Node, weights: dict[int, int], parents: tuple[int, ...]) -> int:
    known = weights.get(id(node))
    if known is not None:
        return known
    if id(node) in parents:
        mark = node.start_mark
        raise Unreadable("yaml-recursive", "an anchor that contains itself", mark.line + 1, mark.column + 1)
    inside = (*parents, id(node))
    total = 1
    match node:
        case SequenceNode():
            total += sum(_weight(child, weights, inside) for child in node.value)
        case MappingNode():
            total += sum(
                _weight(key, weights, inside) + _weight(value, weights, inside) for key, value in node.value
            )
    weights[id(node)] = total
    return total
