"""How long an answer of a registry may be used without asking again: RFC 9111, of a cache that one person has.

Reads no clock and keeps nothing.
"""

from collections.abc import Mapping

from installer.model.late_pattern import late_pattern

# What an answer is found and renewed by, and what its reader needs beside the body.
KEPT = frozenset(
    {
        "cache-control",
        "content-type",
        "docker-content-digest",
        "etag",
        "expires",
        "last-modified",
        "link",
        "vary",
    }
)
# A registry that says "a year" would hide a version that was withdrawn today.
LONGEST = 7 * 86400.0
_DIRECTIVE = late_pattern(r'([A-Za-z-]+)(?:\s*=\s*(?:"([^"]*)"|([^\s,"]*)))?')


def kept(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers (in lower case) that are worth keeping."""
    return {name: value for name, value in headers.items() if name in KEPT}


def seconds(headers: Mapping[str, str]) -> float | None:
    """For how long nothing has to be asked; 0: ask each time, on a condition; None: keep nothing of it.

    `private` is what this cache is; `s-maxage` is for those that several people share (RFC 9111, 5.2.2.7, 5.2.2.10).
    """
    told = _directives(headers.get("cache-control", ""))
    if "no-store" in told or headers.get("vary", "").strip() == "*":
        return None
    if "no-cache" in told:
        return 0.0
    lifetime = _number(told["max-age"]) if "max-age" in told else _until_expires(headers)
    return min(max(0.0, lifetime - _number(headers.get("age", ""))), LONGEST)


def conditions(headers: Mapping[str, str]) -> dict[str, str]:
    """What makes a question conditional: the validators that came with what is kept."""
    pairs = {"If-None-Match": headers.get("etag"), "If-Modified-Since": headers.get("last-modified")}
    return {name: value for name, value in pairs.items() if value}


def _directives(text: str) -> dict[str, str]:
    """The first of each name counts (RFC 9111, 4.2.1)."""
    found: dict[str, str] = {}
    for name, quoted, plain in _DIRECTIVE.findall(text):
        found.setdefault(name.lower(), quoted or plain)
    return found


def _number(text: str) -> float:
    """Seconds; what is none makes an answer old."""
    text = text.strip()
    return float(text[:12]) if text.isascii() and text.isdigit() else 0.0


def _until_expires(headers: Mapping[str, str]) -> float:
    """By the registry's own clock: what lies between Date and Expires."""
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - loaded where somebody was asked

    try:
        expires, date = (parsedate_to_datetime(headers[name]) for name in ("expires", "date"))
        return (expires - date).total_seconds()
    except (KeyError, ValueError, TypeError):
        return 0.0
