"""Substitutes `${NAME}` and `${NAME:-default}` in texts as Backstage's config loader does. Reads no files."""

from installer.appconfig.terms import ALL, Environment
from installer.model.late_pattern import late_pattern

# String.prototype.trim() of JavaScript; Python's strip() takes other characters.
BLANKS = "\t\n\v\f\r \xa0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff" + "".join(map(chr, range(0x2000, 0x200B)))

_REFERENCE = late_pattern(r"(\$?\$\{[^{}]*\})")
_DEFAULT = ":-"


class Unknown(Exception):
    """A value depends on variables whose values are not known."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(", ".join(names))
        self.names = names


def variable(name: str, environment: Environment) -> str | None:
    """The trimmed value of a variable, None where it is not set. Raises Unknown."""
    value = environment.values.get(name)
    if value is not None:
        return value.strip(BLANKS)
    if environment.unknown is ALL or name in environment.unknown:
        raise Unknown((name,))
    return None


def substitute(text: str, environment: Environment) -> str | None:
    """The text with its references replaced; None where one of them is not set. Raises Unknown, with all names."""
    parts = _REFERENCE.split(text)
    unknown: list[str] = []
    missing = False
    for index in range(1, len(parts), 2):
        try:
            replaced = _replace(parts[index], environment)
        except Unknown as error:
            unknown.extend(error.names)
            continue
        missing = missing or replaced is None
        parts[index] = replaced or ""
    if missing:
        # One variable that is not set is enough for the whole value to be dropped, whatever the others are.
        return None
    if unknown:
        raise Unknown(tuple(unknown))
    return "".join(parts)


def _replace(reference: str, environment: Environment) -> str | None:
    if reference.startswith("$$"):
        return reference[1:]
    name, separator, default = reference[2:-1].partition(_DEFAULT)
    value = variable(name.strip(BLANKS), environment)
    if not separator:
        return value
    return value or default.strip(BLANKS) or None
