"""What a scalar means to the npm package `yaml`: the YAML 1.2 core schema, and 1.1 where a directive asks for it.

Knows numbers and texts as JavaScript does. Does not parse YAML.
"""

import math
import re
from typing import Any

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern

TAG_PREFIX = "tag:yaml.org,2002:"

_NULL = late_pattern(r"(?:~|[Nn]ull|NULL)?")
_NAN = late_pattern(r"(?:[-+]?\.(?:inf|Inf|INF)|\.nan|\.NaN|\.NAN)")
_DECIMAL_PREFIX = late_pattern(r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?")
_SEXAGESIMAL = r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+"

# From here on JavaScript writes a number with an exponent.
_EXPONENT_FROM = 1e21
_FIXED_DIGITS = 21
_FIXED_ZEROS = -6


@dataclass(frozen=True, slots=True)
class ScalarTag:
    """One rule of a schema: a plain scalar that `test` matches in full has this tag; `kind` says how it is read."""

    tag: str
    test: re.Pattern[str]
    kind: str


def _tag(name: str, pattern: str | re.Pattern[str], kind: str | None = None) -> ScalarTag:
    return ScalarTag(TAG_PREFIX + name, late_pattern(pattern), kind or name)


# The order decides: the first rule that matches is taken.
CORE: tuple[ScalarTag, ...] = (
    _tag("null", _NULL),
    _tag("bool", r"(?:[Tt]rue|TRUE|[Ff]alse|FALSE)"),
    _tag("int", r"0o[0-7]+", "oct"),
    _tag("int", r"[-+]?[0-9]+"),
    _tag("int", r"0x[0-9a-fA-F]+", "hex"),
    _tag("float", _NAN, "special"),
    _tag("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+"),
    _tag("float", r"[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*)"),
)
_CORE_STARTS = frozenset(("", *"~nNtTfF+-.0123456789"))
YAML11: tuple[ScalarTag, ...] = (
    _tag("null", _NULL),
    _tag("bool", r"(?:Y|y|[Yy]es|YES|[Tt]rue|TRUE|[Oo]n|ON)", "true"),
    _tag("bool", r"(?:N|n|[Nn]o|NO|[Ff]alse|FALSE|[Oo]ff|OFF)", "false"),
    _tag("int", r"[-+]?0b[0-1_]+", "int11-2-2"),
    _tag("int", r"[-+]?0[0-7_]+", "int11-1-8"),
    _tag("int", r"[-+]?[0-9][0-9_]*", "int11-0-10"),
    _tag("int", r"[-+]?0x[0-9a-fA-F_]+", "int11-2-16"),
    _tag("float", _NAN, "special"),
    _tag("float", r"[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?[eE][-+]?[0-9]+", "float11"),
    _tag("float", r"[-+]?(?:[0-9][0-9_]*)?\.[0-9_]*", "float11"),
    _tag("int", _SEXAGESIMAL, "sexagesimal"),
    _tag("float", _SEXAGESIMAL + r"\.[0-9_]*", "sexagesimal"),
    _tag(
        "timestamp",
        r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:(?:t|T|[ \t]+)[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:\.[0-9]+)?"
        r"(?:[ \t]*(?:Z|[-+][012]?[0-9](?::[0-9]{2})?))?)?",
    ),
)


def find_tag(text: str, schema: tuple[ScalarTag, ...]) -> ScalarTag | None:
    """The rule that a plain scalar meets; None where it is a text."""
    if schema is CORE and text[:1] not in _CORE_STARTS:
        return None
    return next((tag for tag in schema if tag.test.fullmatch(text)), None)


def resolve_plain(text: str, schema: tuple[ScalarTag, ...] = CORE) -> Any:
    """The value of an untagged plain scalar: str, int, float, bool or None."""
    tag = find_tag(text, schema)
    return text if tag is None else read_scalar(text, tag.kind)


def read_scalar(text: str, kind: str) -> Any:
    """The value of a text that the rule of that kind matched. A timestamp is an object without keys to the loader."""
    if kind.startswith("int11"):
        _, offset, radix = kind.split("-")
        return _signed_int(text, int(offset), int(radix))
    return _READERS[kind](text)


def number(value: float) -> int | float:
    """A JavaScript number: an int where it is a whole one that JavaScript writes without exponent."""
    if math.isfinite(value) and value == math.floor(value) and abs(value) < _EXPONENT_FROM:
        return int(value)
    return value


def read_integer(digits: str, radix: int) -> int | float:
    """`parseInt(digits, radix)`: a double, so large integers lose digits."""
    try:
        return number(float(digits) if radix == 10 else float(int(digits, radix)))  # noqa: PLR2004
    except OverflowError:
        return math.inf
    except ValueError:
        return math.nan


def read_float(text: str) -> int | float:
    """`parseFloat(text)`: as much of the text as is a number, NaN for none."""
    match = _DECIMAL_PREFIX.match(text)
    return number(float(match.group())) if match else math.nan


def text_of(value: Any) -> str:
    """`String(value)` of a scalar, as it becomes a key of an object; null has the key ''."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return number_text(float(value))
        case _:
            return str(value)


def number_text(value: float) -> str:
    """A double as JavaScript writes it: the shortest digits that read back to it."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    if value == 0:
        return "0"
    mantissa, _, exponent = f"{abs(value)!r}".partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent or 0)
    digits = (whole + fraction).lstrip("0")
    point -= len(whole + fraction) - len(digits)
    return ("-" if value < 0 else "") + _place_point(digits.rstrip("0"), point)


def _place_point(digits: str, point: int) -> str:
    if len(digits) <= point <= _FIXED_DIGITS:
        return digits + "0" * (point - len(digits))
    if 0 < point <= _FIXED_DIGITS:
        return f"{digits[:point]}.{digits[point:]}"
    if _FIXED_ZEROS < point <= 0:
        return f"0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if digits[1:] else ""
    return f"{digits[0]}{tail}e{'+' if point > 0 else '-'}{abs(point - 1)}"


def _special(text: str) -> float:
    if text[-3:].lower() == "nan":
        return math.nan
    return -math.inf if text.startswith("-") else math.inf


def _signed_int(text: str, offset: int, radix: int) -> int | float:
    signed = text[0] in "+-"
    digits = text[offset + signed :].replace("_", "")
    value = read_integer(digits, radix)
    return -value if text[0] == "-" else value


def _sexagesimal(text: str) -> int | float:
    total = 0.0
    for part in text.lstrip("+-").replace("_", "").split(":"):
        total = total * 60 + float(part)
    return number(-total if text.startswith("-") else total)


_READERS: dict[str, Any] = {
    "null": lambda _: None,
    "bool": lambda text: text[0] in "tT",
    "true": lambda _: True,
    "false": lambda _: False,
    "int": lambda text: read_integer(text, 10),
    "oct": lambda text: read_integer(text[2:], 8),
    "hex": lambda text: read_integer(text[2:], 16),
    "special": _special,
    "float": read_float,
    "float11": lambda text: read_float(text.replace("_", "")),
    "sexagesimal": _sexagesimal,
    "timestamp": lambda _: {},
}
