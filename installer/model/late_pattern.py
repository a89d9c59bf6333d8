"""A regular expression that is compiled when it is first used.

It must not differ from `re.compile` but in that: a command uses a third of the 190 expressions of the modules it loads,
and Python keeps none of them compiled from one start to the next.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

_METHODS = ("match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer", "pattern", "flags")


_COMPILE = re.compile


class _LatePattern:
    __slots__ = ("_flags", "_text", *_METHODS)

    def __init__(self, text: str, flags: int) -> None:
        self._text, self._flags = text, flags

    def __getattr__(self, name: str) -> Any:
        # Reached while nothing was used yet; from then on every method is found without this one.
        if name not in _METHODS:
            raise AttributeError(name)
        compiled = _COMPILE(self._text, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


if TYPE_CHECKING:
    # What a type checker sees is the standard function itself.
    late_pattern = re.compile
else:

    def late_pattern(text: "str | _LatePattern", flags: int = 0) -> _LatePattern:
        """As `re.compile`, whose answers are given back as they are; a wrong text raises `re.error` when used."""
        return text if isinstance(text, _LatePattern) else _LatePattern(text, flags)


@contextmanager
def late_patterns() -> Iterator[None]:
    """While a library is imported whose expressions are used by their methods alone: they are late ones, too.

    PyYAML compiles 11 and semver 6 when they are loaded, a tenth of what a command takes that reads one file; what
    reads with libyaml uses two of them.
    """
    re.compile = late_pattern
    try:
        yield
    finally:
        re.compile = _COMPILE  # whatever threads do the same
