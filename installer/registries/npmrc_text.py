"""The text of one `.npmrc`, as npm's package `ini` reads it. Opens no file and knows no setting.

https://github.com/npm/ini, lib/ini.js
"""

import json
import re
from collections.abc import Iterator, Mapping

from installer.model.late_pattern import late_pattern

# Two elements of a list, as npm puts a list into one text.
_BETWEEN = "\n\n"
_SECTION = late_pattern(r"\[[^\]]*\]\s*")
# @npmcli/config, lib/env-replace.js: backslashes before ${NAME} escape it; ${NAME?} is empty where NAME is unset.
_VARIABLE = late_pattern(r"(?<!\\)(\\*)\$\{([^${}?]+)(\?)?\}")


def parse(text: str, environment: Mapping[str, str]) -> dict[str, str]:
    """The settings of a `.npmrc` (npm's package `ini`): keys to values; what stands in a section is not npm's.

    The elements of a list (`key[]`) are put together as npm puts them together where it asks.
    """
    found: dict[str, str] = {}
    lists: set[str] = set()
    for key, value in _lines(text):
        name = key[:-2] if len(key) > len("[]") and key.endswith("[]") else key
        name, said = expand(name, environment), expand(value.strip(), environment)
        if key.endswith("[]"):
            lists.add(name)
        joined = name in lists and name in found
        found[name] = f"{found[name]}{',' if name == 'noproxy' else _BETWEEN}{said}" if joined else said
    return found


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.replace("\r", "\n").split("\n"):
        if not line.strip() or line.lstrip()[0] in ";#":
            continue
        if line.startswith("[") and _SECTION.fullmatch(line):
            return
        key, equals, value = line.partition("=")
        if key:
            yield _plain(key), _plain(value) if equals else "true"


def expand(text: str, environment: Mapping[str, str]) -> str:
    """`${NAME}` by its value; a name that is not set stays as it is written."""

    def value(match: re.Match[str]) -> str:
        escapes, name, optional = match.groups()
        if len(escapes) % 2:
            return match[0][(len(escapes) + 1) // 2 :]
        return escapes[len(escapes) // 2 :] + environment.get(name, "" if optional else f"${{{name}}}")

    return _VARIABLE.sub(value, text) if "${" in text else text


def _plain(text: str) -> str:
    """A key or value: in quotes it is JSON, where it is; else up to the first `;` or `#` that is not escaped."""
    text = text.strip()
    if not text or text[0] != text[-1] or text[0] not in "\"'":
        return "".join(_until_comment(text)).strip()
    inner = text[1:-1] if text[0] == "'" else text
    try:
        read = json.loads(inner)
    except ValueError:
        return inner
    return read if isinstance(read, str) else inner


def _until_comment(text: str) -> Iterator[str]:
    escaped = False
    for character in text:
        if escaped:
            yield character if character in "\\;#" else f"\\{character}"
        elif character in ";#":
            return
        elif character != "\\":
            yield character
        escaped = character == "\\" and not escaped
    if escaped:
        yield "\\"
