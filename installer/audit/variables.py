"""The variables that a text of app-config uses. Knows no environment."""

from collections.abc import Iterator, Mapping
from typing import Any

from installer.model.late_pattern import late_pattern

# `$${NAME}` is the text `${NAME}`; `${NAME:-default}` needs no variable (Backstage 1.29 on).
_USE = late_pattern(r"\$\$\{|\$\{([^{}]+)\}")


def is_known(value: Any) -> bool:
    """Whether a value of the effective app-config is what RHDH gets: no variable and no file that is not at hand."""
    if isinstance(value, str):
        return _USE.search(value) is None
    if isinstance(value, Mapping):
        return all(str(key) not in _ELSEWHERE and is_known(child) for key, child in value.items())
    return all(map(is_known, value)) if isinstance(value, list) else True


_ELSEWHERE = ("$env", "$file", "$include")


def names_in(text: str) -> Iterator[str]:
    """The names without which a text has no value, in its order."""
    for match in _USE.finditer(text):
        name, default, _ = (match[1] or "").partition(":-")
        if name.strip() and not default:
            yield name.strip()
