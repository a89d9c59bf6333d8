"""Writes plain data as YAML in the style of its neighbours. Does not know where the text goes."""

import json
import re
from typing import Any

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.yamltext.scalars import double_quoted
from installer.yamltext.values import Schema, plain

_PLAIN_BLOCK = late_pattern(r"[A-Za-z0-9_./$(][A-Za-z0-9_./$(){}@+=;*!%^~,&'\"\[\]<>?|\\: #-]*\Z")
_PLAIN_FLOW = late_pattern(r"[A-Za-z0-9_./$(][A-Za-z0-9_./$()@+=;*!%^~ -]*\Z")
_KEY = late_pattern(r"[A-Za-z_./][A-Za-z0-9_./-]*\Z")
_AMBIGUOUS = late_pattern(
    r"(?:[yYnN]|yes|no|on|off|true|false|null|~|=|<<"
    r"|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])*(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?"
    r"|0[xXbBo][0-9a-fA-F_]+|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|nan)"
    r"|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*)\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Style:
    """How neighbours are written: blanks per level, sequences in a mapping indented or not, the quote of choice, short
    lists of scalars on one line or not.

    In JSON, `unit` is what one more level is indented by (None: all on one line), `tight` leaves out blanks.
    Without `literals` no block scalar is written: at a text's open end it would lose its line end.
    """

    step: int = 2
    indented_sequences: bool = True
    quote: str = '"'
    newline: str = "\n"
    flow_lists: bool = True
    unit: str | None = None
    tight: bool = False
    literals: bool = True


def block(value: Any, indent: int, style: Style) -> list[str]:
    """A non-empty mapping or sequence as lines, each behind `indent` blanks."""
    lines: list[str] = []
    if isinstance(value, dict):
        for key, child in value.items():
            lines += _entry(f"{' ' * indent}{key_token(key, style)}:", child, indent, style)
        return lines
    for child in value:
        if isinstance(child, dict | list) and child:
            inner = block(child, indent + 2, style)
            lines += [" " * indent + "- " + inner[0][indent + 2 :], *inner[1:]]
        else:
            lines += _entry(" " * indent + "-", child, indent, style)
    return lines


def _entry(head: str, child: Any, indent: int, style: Style) -> list[str]:
    if isinstance(child, dict) and child:
        return [head, *block(child, indent + style.step, style)]
    if isinstance(child, list) and child:
        if style.flow_lists and _is_short(child):
            return [f"{head} {flow(child, style)}"]
        return [head, *block(child, indent + (style.step if style.indented_sequences else 0), style)]
    if style.literals and isinstance(child, str) and "\n" in child and _as_literal(child):
        body = child.removesuffix("\n").split("\n")
        chomping = "" if child.endswith("\n") else "-"
        return [f"{head} |{chomping}", *(" " * (indent + style.step) + line if line else "" for line in body)]
    return [f"{head} {scalar_token(child, style)}"]


def _is_short(items: list[Any]) -> bool:
    plain_items = all(isinstance(item, str | int | float) and "\n" not in str(item) for item in items)
    return plain_items and sum(len(str(item)) + 4 for item in items) < 80  # noqa: PLR2004 - fits a line


def _as_literal(text: str) -> bool:
    return text[0] not in " \t\n" and not text.endswith("\n\n") and not re.search(r"[^\S\n ]|[\x00-\x08\x7f]", text)


def flow(value: Any, style: Style) -> str:
    """Data on one line, in flow style."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key_token(key, style)}: {flow(child, style)}" for key, child in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(flow(child, style) for child in value) + "]"
    return scalar_token(value, style, in_flow=True)


def json_text(value: Any, lead: str = "", unit: str | None = None, *, tight: bool = False) -> str:
    """Data as JSON; with `unit` over several lines, each level behind one more of it, all but the first behind `lead`.

    `tight` leaves out the blanks behind commas and colons.
    """
    separators = (",", ":") if tight else (", ", ": ") if unit is None else (",", ": ")
    text = json.dumps(value, ensure_ascii=False, indent=unit, separators=separators)
    return text if unit is None else text.replace("\n", "\n" + lead)


def key_token(key: str, style: Style) -> str:
    return key if _KEY.match(key) and not _AMBIGUOUS.match(key) else quoted(key, style.quote)


def scalar_token(value: Any, style: Style, *, in_flow: bool = False) -> str:
    """One scalar, plain where YAML 1.1 and 1.2 both read the plain form as the same text."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int() | float():
            return json.dumps(value)
        case dict() | list():
            return "{}" if isinstance(value, dict) else "[]"
        case _:
            return _text_token(str(value), style, in_flow=in_flow)


def _text_token(text: str, style: Style, *, in_flow: bool) -> str:
    return text if plain_is_safe(text, in_flow=in_flow) else quoted(text, style.quote)


def plain_is_safe(text: str, *, in_flow: bool = False) -> bool:
    pattern = _PLAIN_FLOW if in_flow else _PLAIN_BLOCK
    if not pattern.match(text) or _AMBIGUOUS.match(text) or text != text.strip():
        return False
    if ": " in text or " #" in text or text.endswith(":") or "{{" in text:
        return False
    return all(plain(text, schema) == text for schema in Schema)


def quoted(text: str, quote: str) -> str:
    if text.isprintable() and (quote == "'" or ('"' in text and "'" not in text)):
        return "'" + text.replace("'", "''") + "'"
    return double_quoted(text)
