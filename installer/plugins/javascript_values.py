"""JavaScript's ways with parsed YAML: equality, text, order of keys, words of its errors. Does not read YAML."""

from collections.abc import Iterable
from typing import Any

from installer.model.late_pattern import late_pattern

# Names every object answers to, so that `key in object` is true for them.
PROTOTYPE_NAMES = frozenset(
    (
        "hasOwnProperty",
        "isPrototypeOf",
        "propertyIsEnumerable",
        "toLocaleString",
        "toString",
        "valueOf",
        "__defineGetter__",
        "__defineSetter__",
        "__lookupGetter__",
        "__lookupSetter__",
    )
)
# Keys that the installer of RHDH 2.x skips without a word.
FORBIDDEN = frozenset(("__proto__", "constructor", "prototype"))
_INDEX = late_pattern(r"(?:0|[1-9][0-9]{0,9})\Z")
_LAST_INDEX = 2**32 - 2


def is_object(value: object) -> bool:
    return isinstance(value, dict)


def is_falsy(value: object) -> bool:
    """null, false, 0, NaN and the empty text; an empty list or map is true."""
    if isinstance(value, dict | list):
        return False
    return not value or value != value  # noqa: PLR0124 - only NaN differs from itself


def equal(one: Any, other: Any) -> bool:
    """Strict and deep: true is not 1, but 1 and 1.0 are one number; NaN equals nothing."""
    match one, other:
        case (bool(), _) | (_, bool()):
            return one is other
        case (int() | float(), int() | float()):
            return float(one) == float(other)
        case list(), list():
            return len(one) == len(other) and all(map(equal, one, other))
        case dict(), dict():
            return one.keys() == other.keys() and all(equal(value, other[key]) for key, value in one.items())
        case _:
            return type(one) is type(other) and one == other


def in_order(keys: Iterable[str]) -> list[str]:
    """The keys of an object as JavaScript goes through them: whole numbers first, by size; then as they came."""
    known = list(keys)
    numbers = [key for key in known if _INDEX.match(key) and int(key) <= _LAST_INDEX]
    if not numbers:
        return known
    first = set(numbers)
    return sorted(numbers, key=int) + [key for key in known if key not in first]


def text_of(value: Any) -> str:
    """What String(value) gives."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case float():
            return _number(value)
        case list():
            return ",".join("" if item is None else text_of(item) for item in value)
        case dict():
            return "[object Object]"
        case _:
            return str(value)


def _number(value: float) -> str:
    if value != value:  # noqa: PLR0124 - only NaN differs from itself
        return "NaN"
    if value in (float("inf"), float("-inf")):
        return "Infinity" if value > 0 else "-Infinity"
    whole = value.is_integer() and abs(value) < 1e21  # noqa: PLR2004 - where JavaScript turns to exponents
    return str(int(value)) if whole else repr(value)


def type_of(value: Any) -> str:
    """What `typeof` gives."""
    match value:
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case _:
            return "object"


def received(value: Any) -> str:
    """How Node.js names a value that is no path, in ERR_INVALID_ARG_TYPE."""
    match value:
        case None:
            return "Received null"
        case list():
            return "Received an instance of Array"
        case dict():
            return "Received an instance of Object"
        case _:
            return f"Received type {type_of(value)} ({text_of(value)})"


# The order of ICU's root collation among the characters that package paths are made of; letters follow digits.
_PUNCTUATION = "_-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$"


def collation(text: str) -> tuple[list[tuple[int, str]], list[bool]]:
    """A key that sorts as `localeCompare` does: punctuation, digits, letters; capitals only where all else is equal."""
    return [_weight(character) for character in text], [character.isupper() for character in text]


def _weight(character: str) -> tuple[int, str]:
    at = _PUNCTUATION.find(character)
    if at >= 0:
        return 0, chr(at)
    return (1 if character.isdigit() else 2), character.lower()
