"""Reads YAML as one family's installer does: values, and the place of every entry. Does not judge shapes.

RHDH up to 1.10 uses PyYAML's pure Python loader. libyaml is many times faster and takes nearly the same texts, so a
text is read with libyaml where the two are known to agree, and again with the pure loader where they may not or where
libyaml finds a fault: verdict, values and words are always the pure loader's.
"""

import io
import re
from copy import deepcopy
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.plugins.behaviour import Behaviour
from installer.plugins.outcome import Failure, Origin
from installer.yamltext.reading import Unreadable, compose, guard

if TYPE_CHECKING:  # a parser of its own, which only RHDH 2.x needs
    from installer.yamltext.javascript import nodes as javascript_nodes

_Fast: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# Where libyaml and the pure loader may differ: tabs, directives, characters other than plain text, keys with `?`,
# a tag without a name, and in flow collections a colon without a blank after it or a question mark.
_DOUBTFUL_SIGNS = r"|^[ ]*(?:-[ ]+)*\?|^%|^(?:---|\.\.\.).|[|>][-+]?[0-9]|!(?:[ \n]|\Z)"
_DOUBTFUL = late_pattern(
    rf"[^\n -~\xa0-\u024f\u0370-\u1fff\u2010-\u2027\u2030-\u2bff\u3040-\ud7ff]{_DOUBTFUL_SIGNS}", re.MULTILINE
)
# The same of ASCII, which is what most texts are: it is compiled in a third of the time.
_DOUBTFUL_ASCII = late_pattern(rf"[^\n -~]{_DOUBTFUL_SIGNS}", re.MULTILINE)
# Without these every character of ASCII decides by itself, and no expression has to be compiled.
_SIGNS = ("?", "%", "---", "...", "|", ">", "!")
_FLOW = late_pattern(r"[\[{,]")
_DOUBTFUL_FLOW = late_pattern(r":[^ ]|\?|:$|,,|[\[{][ ]*,")


@dataclass(frozen=True, slots=True)
class Document:
    """The value of a text, and the origins of the items of its lists (none where they are no lists)."""

    value: Any
    start: Origin
    plugins: tuple[Origin, ...]
    includes: tuple[Origin, ...]


class Refused(Exception):
    """The installer ends because it cannot read a file."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def read(text: str, file: str, label: str, behaviour: Behaviour) -> Document:
    """A file as the installer of that family reads it; `label` is what it calls the file. Raises Refused."""
    if behaviour.language == "javascript":
        return _read_javascript(text, file)
    return _read_python(text, file, label)


def _read_python(text: str, file: str, label: str) -> Document:
    """A copy of what was read: the installer joins lists where they are."""
    document = _parsed(text, file, label)
    return replace(document, value=deepcopy(document.value))


@lru_cache(maxsize=8)
def _parsed(text: str, file: str, label: str) -> Document:
    """A plan reads every text as it is and as it shall be, which are often the same."""
    # Python's text mode turns every line end into \n before PyYAML sees it.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    _check_bounds(text, file)
    try:
        value, node = _load(text, label)
    except yaml.YAMLError as error:
        raise Refused(Failure(crash(error), None, _place_of(error, file))) from error
    except (ValueError, TypeError, OverflowError, RecursionError) as error:
        raise Refused(Failure(crash(error), None, Origin(file, 1, 1))) from error
    return _document(value, node, file)


def _load(text: str, label: str) -> tuple[Any, Node | None]:
    if not _is_doubtful(text):
        try:
            return _construct(_Fast(text))
        except (yaml.YAMLError, ValueError, TypeError, OverflowError):
            pass
    stream = io.StringIO(text)
    stream.name = label
    return _construct(yaml.SafeLoader(stream))


def _is_doubtful(text: str) -> bool:
    if not _is_clear(text) and (_DOUBTFUL_ASCII if text.isascii() else _DOUBTFUL).search(text):
        return True
    inside = 0
    for line in text.split("\n"):
        flow = _FLOW.search(line)
        if (flow or inside) and _DOUBTFUL_FLOW.search(line, flow.start() if flow and not inside else 0):
            return True
        if flow or inside:
            inside = max(0, inside + sum(map(line.count, "[{")) - sum(map(line.count, "]}")))
    return False


def _is_clear(text: str) -> bool:
    printable = text.isascii() and text.replace("\n", "").isprintable()
    return printable and not any(sign in text for sign in _SIGNS)


def _construct(loader: Any) -> tuple[Any, Node | None]:
    try:
        node = loader.get_single_node()
        return (None if node is None else loader.construct_document(node)), node
    finally:
        loader.dispose()


def _check_bounds(text: str, file: str) -> None:
    """Our own bounds, which keep a hostile text from costing more than it is worth. Bad syntax is PyYAML's to name."""
    try:
        compose(text.removeprefix("\ufeff")) if "*" in text else guard(text)
    except Unreadable as error:
        if error.code not in {"yaml-syntax", "yaml-binary"}:
            raise Refused(Failure(error.message, None, Origin(file, error.line, error.column))) from error
    except UnicodeError:
        # A lone half of a surrogate pair, which libyaml does not take and PyYAML names.
        return


def crash(error: BaseException) -> str:
    """The last words of a Python program that an exception ended, as its log shows them."""
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return f"{name}: {error}" if str(error) else name


def _place_of(error: yaml.YAMLError, file: str) -> Origin:
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    return Origin(file, 1, 1) if mark is None else Origin(file, mark.line + 1, mark.column + 1)


def _read_javascript(text: str, file: str) -> Document:
    from installer.yamltext import javascript  # noqa: PLC0415 - RHDH 2.x only

    try:
        document = javascript.load(text)
    except javascript.JavaScriptYamlError as error:
        # Without the lines of the text that the log quotes below: they may hold secrets.
        message = f"{error.name}: {error.placed}"
        raise Refused(Failure(message, None, Origin(file, error.line, error.column))) from error
    except Unreadable as error:
        raise Refused(Failure(error.message, None, Origin(file, error.line, error.column))) from error
    root = document.root
    plugins, includes = (
        tuple(Origin(file, *document.place(item.start)) for item in _javascript_items(root, field))
        for field in ("plugins", "includes")
    )
    start = Origin(file, 1, 1) if root is None else Origin(file, *document.place(root.start))
    return Document(document.value, start, plugins, includes)


def _javascript_items(root: "javascript_nodes.Node | None", field: str) -> "list[javascript_nodes.Node]":
    from installer.yamltext.javascript import nodes as javascript_nodes  # noqa: PLC0415

    if not isinstance(root, javascript_nodes.Mapping):
        return []
    for pair in root.pairs:
        named = isinstance(pair.key, javascript_nodes.Scalar) and pair.key.source == field
        if named and isinstance(pair.value, javascript_nodes.Sequence):
            return [item.key if isinstance(item, javascript_nodes.Pair) else item for item in pair.value.items]
    return []


def _document(value: Any, node: Node | None, file: str) -> Document:
    plugins, includes = (
        tuple(_origin(item, file) for item in _items(node, field)) for field in ("plugins", "includes")
    )
    return Document(value, _origin(node, file), plugins, includes)


def _items(node: Node | None, field: str) -> list[Node]:
    """The nodes of a list: the last of that name wins (a merge key was resolved by the constructor)."""
    if not isinstance(node, MappingNode):
        return []
    found = [value for key, value in node.value if isinstance(key, ScalarNode) and key.value == field]
    return found[-1].value if found and isinstance(found[-1], SequenceNode) else []


def _origin(node: Node | None, file: str) -> Origin:
    mark = getattr(node, "start_mark", None)
    return Origin(file, 1, 1) if mark is None else Origin(file, mark.line + 1, mark.column + 1)
