"""Directives and tags of a YAML document as the npm package `yaml` 2.x understands them. Composes nothing.

Follows that package (ISC licence, © Eemeli Aro; see licence.txt). Warnings of it are no faults here.
"""

import base64
import re
from collections.abc import Callable
from dataclasses import field
from typing import Any
from urllib.parse import unquote_to_bytes

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.yamltext.javascript.core12 import CORE, TAG_PREFIX, YAML11, ScalarTag, find_tag, read_scalar

_HANDLE = late_pattern(r"(.*!)([^!]*)", re.DOTALL)
_VERSION = late_pattern(r"[0-9]+\.[0-9]+")
_BAD_PERCENT = late_pattern(r"%(?![0-9A-Fa-f]{2})")
_BLANKS = late_pattern(r"[ \t]+")
_NOT_BASE64 = late_pattern(r"[^0-9A-Za-z+/]")

COLLECTION_TAGS = {"set": "map", "omap": "seq", "pairs": "seq"}
"""Tags that make another collection of a map or a sequence."""

Report = Callable[[str], None]


@dataclass(slots=True)
class Directives:
    """The directives in force where a document begins."""

    version: str = "1.2"
    explicit: bool = False
    tags: dict[str, str] = field(default_factory=lambda: {"!!": TAG_PREFIX})
    at_next: bool = False

    @property
    def schema(self) -> tuple[ScalarTag, ...]:
        return YAML11 if self.explicit and self.version == "1.1" else CORE

    @property
    def merges(self) -> bool:
        """Whether a plain key `<<` merges: in YAML 1.1 only."""
        return self.schema is YAML11

    def at_document(self) -> "Directives":
        """Those of the document that begins; 1.2 forgets them after it, 1.1 at the next directive."""
        result = Directives(self.version, self.explicit, dict(self.tags))
        self.at_next = self.version == "1.1"
        if not self.at_next:
            self.version, self.explicit, self.tags = "1.2", False, {"!!": TAG_PREFIX}
        return result

    def add(self, line: str, report: Callable[[int, str], None]) -> None:
        """Reads one directive line; `report` takes an offset in it and a message."""
        if self.at_next:
            self.version, self.explicit, self.tags, self.at_next = "1.1", False, {"!!": TAG_PREFIX}, False
        name, *parts = _BLANKS.split(line.strip())
        if name == "%TAG":
            if len(parts) != 2:  # noqa: PLR2004
                report(0, "%TAG directive should contain exactly two parts")
            if len(parts) >= 2:  # noqa: PLR2004
                self.tags[parts[0]] = parts[1]
        elif name == "%YAML":
            self.explicit = True
            if len(parts) != 1:
                report(0, "%YAML directive should contain exactly one part")
            elif parts[0] in ("1.1", "1.2"):
                self.version = parts[0]
            elif not _VERSION.fullmatch(parts[0]):
                report(6, f"Unsupported YAML version {parts[0]}")

    def tag_name(self, source: str, report: Report) -> str | None:
        """The full name of a tag, '!' for the non-specific one, None where it cannot be resolved."""
        if source == "!":
            return "!"
        if source.startswith("!<"):
            return _verbatim(source, report)
        match = _HANDLE.fullmatch(source)
        handle, suffix = match.groups() if match else ("!", "")
        if not suffix:
            report(f"The {source} tag has no suffix")
        if prefix := self.tags.get(handle):
            decoded = _decode_uri(suffix)
            if decoded is None:
                report("URIError: URI malformed")
                return None
            return prefix + decoded
        if handle == "!":
            return source
        report(f"Could not resolve tag: {source}")
        return None


def _decode_uri(text: str) -> str | None:
    """`decodeURIComponent`, None where it throws."""
    if _BAD_PERCENT.search(text):
        return None
    try:
        return unquote_to_bytes(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None


def _verbatim(source: str, report: Report) -> str | None:
    name = source[2:-1]
    if name in ("!", "!!"):
        report(f"Verbatim tags aren't resolved, so {source} is invalid.")
        return None
    if not source.endswith(">"):
        report("Verbatim tags must end with a >")
    return name


def read_tagged(text: str, name: str, schema: tuple[ScalarTag, ...], report: Report) -> tuple[Any, bool]:
    """The value of a scalar with a tag, and whether it is a merge key; an unknown tag leaves the text."""
    for tag in schema:
        if tag.tag == name and tag.test.fullmatch(text):
            return read_scalar(text, tag.kind), False
    match name.removeprefix(TAG_PREFIX) if name.startswith(TAG_PREFIX) else "":
        case "binary":
            return _bytes_of(text), False
        case "merge":
            return text, schema is CORE or text == "<<"
        case "timestamp" if schema is CORE:
            if find_tag(text, YAML11[-1:]) is None:
                report("!!timestamp expects a date, starting with yyyy-mm-dd")
                return text, False
            return {}, False
        case _:
            return text, False


def _bytes_of(text: str) -> dict[str, Any]:
    """A Buffer, whose properties are its indices: that is what the config loader makes of it."""
    digits = _NOT_BASE64.sub("", text.partition("=")[0].replace("-", "+").replace("_", "/"))
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    data = base64.b64decode(digits + "=" * (-len(digits) % 4))
    return {str(index): byte for index, byte in enumerate(data)}
