"""Writes a collection that is a key as the npm package `yaml` 2.x does: on one line, or indented where too long.

That text becomes the name of a property (`{{ inherit }}` without quotes has such a key). Comments, blank lines and the
folding of long texts, which that package would also keep there, are left out. Follows it (ISC licence, © Eemeli Aro;
see licence.txt).
"""

import json
import re
from typing import Any

from installer.model.late_pattern import late_pattern
from installer.yamltext.javascript.core12 import TAG_PREFIX, ScalarTag, number_text
from installer.yamltext.javascript.nodes import Alias, Mapping, Node, Pair, Scalar, Sequence

_WIDTH = 80
_STEP = "  "
_FLOW_CHARS = late_pattern(r"[\[\]{},]")
_NOT_PLAIN = late_pattern(
    r"^[\n\t ,\[\]{}#&*!|>'\"%@`]|^[?-]$|^[?-][ \t]|[\n:][ \t]|[ \t]\n|[\n\t ]#|[\n\t :]\Z", re.DOTALL
)
_CONTROL = late_pattern("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BLANK_AT_BREAK = late_pattern(r"[ \t]\n|\n[ \t]")
_NEWLINES = late_pattern(r"\n+")
_UNICODE = late_pattern(r"(?<!\\)\\u00([0-9a-f]{2})")
# What becomes of a text that its tag does not fit.
_MISFITS = {"int": ".nan", "float": ".nan", "bool": "true", "null": "null"}
_SHORT = {"00": "\\0", "07": "\\a", "0b": "\\v", "1b": "\\e"}


def key_of_collection(node: Node, schema: tuple[ScalarTag, ...]) -> str:
    """The name of the property that a collection as a key becomes."""
    text = _Writer(schema).write(node, "", implicit=False)
    # The anchor and the tag of the key itself are not part of its text.
    return text.removeprefix(_props(node)) if isinstance(node, Mapping | Sequence) else text


class _Writer:
    def __init__(self, schema: tuple[ScalarTag, ...]) -> None:
        self.schema = schema

    def write(self, node: Node, indent: str, *, implicit: bool) -> str:
        match node:
            case Alias(name=name):
                return f"*{name} " if implicit else f"*{name}"
            case Scalar():
                return _props(node) + self._scalar(node, indent, implicit=implicit)
            case Mapping(pairs=pairs):
                bare = bool(pairs) and all(pair.value is None for pair in pairs)
                lines = [self._pair(pair, indent + _STEP, bare=bare) for pair in pairs]
                return _props(node) + _wrap(lines, indent, "{}")
            case Sequence(items=items):
                inner = indent + _STEP * 2
                return _props(node) + _wrap([self._item(item, inner) for item in items], indent, "[]")

    def _item(self, item: Node | Pair, indent: str) -> str:
        if isinstance(item, Pair):
            return self._pair(item, indent, bare=False)
        return self.write(item, indent, implicit=False)

    def _pair(self, pair: Pair, indent: str, *, bare: bool) -> str:
        explicit = isinstance(pair.key, Mapping | Sequence) or (
            isinstance(pair.key, Scalar) and pair.key.style in ("|", ">")
        )
        inner = indent + _STEP
        key = self.write(pair.key, inner, implicit=not explicit and not bare)
        if bare or pair.value is None:
            return f"? {key}" if explicit else key or "?"
        head = f"? {key}\n{indent}:" if explicit else f"{key}:"
        value = self.write(pair.value, inner, implicit=False)
        if not explicit and isinstance(pair.value, Mapping | Sequence) and "\n" in value:
            return f"{head}\n{inner}{value}"
        return f"{head} {value}" if value else head

    def _scalar(self, node: Scalar, indent: str, *, implicit: bool) -> str:
        value: Any = node.value
        if not isinstance(value, str):
            return _other(node)
        if (name := (node.tag_name or "").removeprefix(TAG_PREFIX)) in _MISFITS:
            return _MISFITS[name]
        if node.style == '"' or _CONTROL.search(value):
            return _double(value)
        if node.style == "'":
            return self._single(value, indent, implicit=implicit)
        if node.style in ("|", ">"):
            return self._quoted(value, indent, implicit=implicit)
        if (implicit and "\n" in value) or _FLOW_CHARS.search(value) or _NOT_PLAIN.search(value):
            return self._quoted(value, indent, implicit=implicit)
        text = _NEWLINES.sub(lambda match: f"{match.group()}\n{indent}", value)
        if any(tag.test.fullmatch(text) for tag in self.schema):
            return self._quoted(value, indent, implicit=implicit)
        return text

    def _single(self, value: str, indent: str, *, implicit: bool) -> str:
        if (implicit and "\n" in value) or _BLANK_AT_BREAK.search(value):
            return _double(value)
        text = value.replace("'", "''")
        return "'" + _NEWLINES.sub(lambda match: f"{match.group()}\n{indent}", text) + "'"

    def _quoted(self, value: str, indent: str, *, implicit: bool) -> str:
        if '"' in value and "'" not in value:
            return self._single(value, indent, implicit=implicit)
        return _double(value)


def _other(node: Scalar) -> str:
    """A number, boolean or null: as written where that is one of its forms."""
    if node.value is None or isinstance(node.value, bool):
        return node.source
    if isinstance(node.value, dict):
        return node.source
    return _number(node)


def _number(node: Scalar) -> str:
    value = float(node.value)
    if value != value:  # noqa: PLR0124 - NaN
        return ".nan"
    if abs(value) == float("inf"):
        return ".inf" if value > 0 else "-.inf"
    source = node.source
    if source[:2].lower() in ("0x", "0o"):
        return f"0{source[1]}{int(value):{source[1].lower()}}"
    if "e" in source.lower():
        return _exponential(value)
    text = number_text(value)
    whole, dot, fraction = source.partition(".")
    if dot and fraction.endswith("0") and "e" not in text:
        written = text.partition(".")[2]
        return f"{text.partition('.')[0]}.{written.ljust(len(fraction), '0')}"
    return "-0" if value == 0 and whole.startswith("-") else text


def _exponential(value: float) -> str:
    """`Number.prototype.toExponential()`."""
    if value == 0:
        return "0e+0"
    digits, _, exponent = f"{value:.17e}".partition("e")
    for precision in range(17):
        digits, _, exponent = f"{value:.{precision}e}".partition("e")
        if float(f"{digits}e{exponent}") == value:
            break
    return f"{digits}e{int(exponent):+d}"


def _double(value: str) -> str:
    text = json.dumps(value, ensure_ascii=False)
    return _UNICODE.sub(lambda match: _SHORT.get(match.group(1), f"\\x{match.group(1)}"), text)


def _props(node: Scalar | Mapping | Sequence) -> str:
    anchor = f"&{node.anchor} " if node.anchor else ""
    return f"{anchor}{_shown(node.tag_name)} " if node.tag_name else anchor


def _shown(tag: str) -> str:
    if tag.startswith(TAG_PREFIX):
        return "!!" + tag.removeprefix(TAG_PREFIX)
    return tag if tag.startswith("!") else f"!<{tag}>"


def _wrap(lines: list[str], indent: str, brackets: str) -> str:
    if not lines:
        return brackets
    first, last = brackets[0], brackets[1]
    parts = [*(f"{line}," for line in lines[:-1]), lines[-1]]
    if any("\n" in line for line in lines) or sum(len(part) + 2 for part in parts) + 2 > _WIDTH:
        body = "".join(f"\n{_STEP}{indent}{part}" for part in parts)
        return f"{first}{body}\n{indent}{last}"
    return f"{first} {' '.join(parts)} {last}"
