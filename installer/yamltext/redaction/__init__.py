"""Hides secrets in everything that is shown: texts, plain data, messages. What is masked is never written to a file.

What finds them is loaded where a text may hold one: most hold none of the words that announce it.
"""

from typing import Any

from installer.yamltext.redaction.probe import may_hold_secret

__all__ = ["mask_characters", "mask_message", "mask_value"]


def mask_characters(characters: str) -> str:
    """The text of a file with `***` for every secret; all else, and the number of lines, as it was.

    Masking before and after an edit and comparing these gives the diff that may be shown. Reads YAML, JSON, and
    texts embedded in them; anything else line by line. Idempotent; raises nothing.
    """
    if not may_hold_secret(characters):
        return characters
    from installer.yamltext.redaction import masking  # noqa: PLC0415 - see the module

    return masking.mask_characters(characters)


def mask_message(text: str) -> str:
    """An error message or log line with `***` for every secret it quotes."""
    if not may_hold_secret(text):
        return text
    from installer.yamltext.redaction import masking  # noqa: PLC0415

    return masking.mask_message(text)


def mask_value(value: Any, key: str = "") -> Any:
    """A copy of plain data (dict, list, str, numbers, None) with `***` for every secret; `key` is what holds it."""
    from installer.yamltext.redaction import masking  # noqa: PLC0415

    return masking.mask_value(value, key)
