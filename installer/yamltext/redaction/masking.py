"""Hides secrets: `***` for every value of a secret-like key, for tokens, private keys and passwords in URLs.

Works on what is shown only; nothing masked here may ever be written to a file.
"""

import re
from collections.abc import Mapping
from typing import Any

from installer.model.late_pattern import late_pattern
from installer.yamltext.redaction.keys import (
    holds_secrets,
    is_secret_key,
    is_secret_under,
    literal_spans,
    stands_beside,
)
from installer.yamltext.redaction.lines import inline_spans, is_secret_path, npmrc_spans
from installer.yamltext.redaction.probe import may_hold_secret
from installer.yamltext.redaction.shapes import MASK, masked, shaped_spans
from installer.yamltext.redaction.tree import secret_spans

_NEUTRAL = "x" * len(MASK)
_SURROGATE = late_pattern(r"\\u[dD](?=[89abAB])|\\u[dD](?=[c-fC-F])")
_PAIR_NAMES = ("name", "key", "path", "header", "option", "variable")
_PAIR_VALUES = frozenset({"value", "defaultvalue"})


def mask_characters(characters: str) -> str:
    """See `redaction.mask_characters`."""
    if not may_hold_secret(characters):
        return characters
    # A mask of an earlier pass is no YAML (`*` begins an alias), nor is half of a surrogate pair that JSON may write:
    # both are replaced by as many harmless characters while we look.
    text = _SURROGATE.sub(r"\\ue", characters.replace(MASK, _NEUTRAL))
    return masked(characters, secret_spans(text))


def mask_message(text: str) -> str:
    """Of a text in which `may_hold_secret` found a word; see `redaction.mask_message`."""
    quoted = [
        (offset + a, offset + b)
        for offset, line in _lines(text.replace(MASK, _NEUTRAL))
        for a, b in inline_spans(line, talk=True)
    ]
    return masked(text, shaped_spans(text.replace(MASK, _NEUTRAL)) + quoted)


def _lines(text: str) -> list[tuple[int, str]]:
    return [(match.start(), match[0]) for match in re.finditer(r"[^\n]+", text)]


def mask_value(value: Any, key: str = "") -> Any:
    """See `redaction.mask_value`."""
    match value:
        case str() if not _refers(key) and (is_secret_under(key, value)):
            return masked(value, literal_spans(value))
        case str():
            return value if key == "integrity" else mask_characters(value)
        case bool() | None:
            return value
        case int() | float() if is_secret_under(key, str(value)):
            return MASK
        case Mapping():
            return _mask_members(value, key)
        case list() | tuple():
            return [mask_value(item, key) for item in value]
        case _:
            return value


def _refers(key: str) -> bool:
    """Backstage's `$env`, `$file`: the name of a place, not its content."""
    return key.startswith("$")


def _mask_members(value: Mapping[Any, Any], key: str) -> dict[Any, Any]:
    if value.get("kind") == "Secret":
        return {
            name: _mask_data(child) if name in ("data", "stringData") else mask_value(child, str(name))
            for name, child in value.items()
        }
    named = any(isinstance(value.get(name), str) and is_secret_path(value[name]) for name in _PAIR_NAMES)
    held = is_secret_key(key) and holds_secrets(key)
    return {name: mask_value(child, _meant(str(name), child, named=named, held=held)) for name, child in value.items()}


def _meant(name: str, child: Any, *, named: bool, held: bool) -> str:
    """The name that says what a member is: `value` beside `name: GITHUB_TOKEN` is a token."""
    scalar = isinstance(child, str | int | float)
    if scalar and (
        (named and name.lower() in _PAIR_VALUES) or (held and not stands_beside(name) and not _refers(name))
    ):
        return "secret"
    return name


def _mask_data(data: Any) -> Any:
    if not isinstance(data, Mapping):
        return mask_value(data, "secret")
    return {
        name: masked(child, npmrc_spans(child) + shaped_spans(child))
        if name == ".npmrc" and isinstance(child, str) and ":" in child
        else mask_value(child, "secret")
        for name, child in data.items()
    }
