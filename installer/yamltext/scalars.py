"""A text as a scalar: in double quotes or as a literal block. Does not know where it goes."""

import re

from installer.model.late_pattern import late_pattern

# Controls, and what YAML 1.1 takes for line ends or refuses.
_UNFIT = late_pattern("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


def double_quoted(text: str) -> str:
    """A scalar that JSON and every YAML read alike."""
    escaped = re.sub(r'["\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]', _escape, text)
    return f'"{escaped}"'


def literal(text: str, indent: int, newline: str, comment: str = "") -> str:
    """A literal block scalar with its header and its comment; `indent` blanks before every line that is not empty."""
    chomping = "" if text.endswith("\n") else "-"
    if text.endswith("\n\n") or text == "\n":
        chomping = "+"
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    body = newline.join(" " * indent + line if line else "" for line in lines)
    return f"|{chomping}{comment}{newline}{body}"


def _escape(match: re.Match[str]) -> str:
    short = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
    return short.get(match[0]) or f"\\u{ord(match[0]):04x}"


def fits_literal(text: str) -> bool:
    """Whether a text can stand in a literal block without an indentation indicator, character by character."""
    first = text.lstrip("\n")[:1]
    return bool(text.strip()) and first not in (" ", "\t") and not _UNFIT.search(text)
