"""The variables that a text of app-config uses. Knows no environment."""

import re
from collections.abc import Iterator

# `$${NAME}` is the text `${NAME}`; `${NAME:-default}` needs no variable (Backstage 1.29 on).
_USE = re.compile(r"\$\$\{|\$\{([^{}]+)\}")


def names_in(text: str) -> Iterator[str]:
    """The names without which a text has no value, in its order."""
    for match in _USE.finditer(text):
        name, default, _ = (match[1] or "").partition(":-")
        if name.strip() and not default:
            yield name.strip()
