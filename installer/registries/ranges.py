"""npm's ranges of versions: which versions satisfy one. Knows no package and chooses no version.

The grammar is node-semver's (https://github.com/npm/node-semver, classes/range.js), not in its loose mode.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from operator import eq, ge, gt, le, lt

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.registries.versions import Numbers, Precedence, Version, precedence
from installer.registries.versions import parse as parse_version

_NUMBER = r"0|[1-9][0-9]*"
_PLACE = rf"{_NUMBER}|x|X|\*"
_WORD = rf"(?:[0-9]*[a-zA-Z-][a-zA-Z0-9-]*|{_NUMBER})"
_PARTIAL = rf"[v=\s]*({_PLACE})(?:\.({_PLACE})(?:\.({_PLACE})(?:-({_WORD}(?:\.{_WORD})*))?)?)?"
_BUILD = late_pattern(r"\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*")
_HYPHEN = late_pattern(rf"\s*{_PARTIAL}\s+-\s+{_PARTIAL}\s*", re.ASCII)
_BLANK_BEHIND = late_pattern(r"([<>]=?|=|~>?|\^)\s+(?=[v=]*[0-9xX*])", re.ASCII)
_CARET, _TILDE = late_pattern(rf"\^{_PARTIAL}", re.ASCII), late_pattern(rf"~>?{_PARTIAL}", re.ASCII)
_COMPARED = late_pattern(rf"([<>]?=?){_PARTIAL}", re.ASCII)
_TESTS: dict[str, Callable[[Precedence, Precedence], bool]] = {"": eq, "=": eq, "<": lt, "<=": le, ">": gt, ">=": ge}
_NOTHING = "<0.0.0-0"


@dataclass(frozen=True, slots=True)
class Comparator:
    """One bound, such as >=1.2.0; `bound` is the precedence of its version."""

    operator: str
    bound: Precedence

    def holds(self, version: Precedence) -> bool:
        return _TESTS[self.operator](version, self.bound)

    def may_hold(self, numbers: Numbers) -> bool:
        """Whether it holds of a release with these numbers, or of what may come before one."""
        lowest: Precedence = (*numbers, False, [])
        highest: Precedence = (*numbers, True, [])
        match self.operator:
            case "<" | "<=":
                return lowest <= self.bound
            case ">" | ">=":
                return highest >= self.bound
            case _:
                return lowest <= self.bound <= highest

    @property
    def names_prerelease_of(self) -> Numbers | None:
        """The three numbers of a bound that is a prerelease."""
        return None if self.bound[3] else self.bound[:3]


@dataclass(frozen=True, slots=True)
class Range:
    """Sets of bounds, of which one must hold as a whole; an empty set is any version.

    A prerelease needs a bound that is a prerelease of the same three numbers, unless `prereleases`.
    """

    alternatives: tuple[tuple[Comparator, ...], ...]
    prereleases: bool = False

    def holds(self, version: Version) -> bool:
        if self.prereleases and () in self.alternatives:
            return True
        key = precedence(version)
        return any(self._holds(bounds, key) for bounds in self.alternatives)

    def may_hold(self, numbers: Numbers) -> bool:
        """Whether a version of these three numbers may satisfy it; where not, none does."""
        return any(all(bound.may_hold(numbers) for bound in bounds) for bounds in self.alternatives)

    def _holds(self, bounds: tuple[Comparator, ...], key: Precedence) -> bool:
        if not all(bound.holds(key) for bound in bounds):
            return False
        is_release = key[3]
        return self.prereleases or is_release or any(bound.names_prerelease_of == key[:3] for bound in bounds)


@lru_cache(maxsize=1 << 8)
def parse(text: str, *, prereleases: bool = False) -> Range | None:
    """The range that a text means; None where it means none (it may be a tag)."""
    try:
        sets = [tuple(_set(one.strip(), prereleases)) for one in text.strip().split("||")]
    except ValueError:
        return None
    # As node-semver: any version is any version, whatever prerelease another alternative names.
    return Range(((),) if () in sets else tuple(sets), prereleases)


def _set(text: str, prereleases: bool) -> Iterator[Comparator]:  # noqa: FBT001
    """The bounds of one alternative. Raises ValueError."""
    # Each expression takes longer to compile than a range to read: none is looked at that cannot match.
    text = _BUILD.sub("", text) if "+" in text else text
    words = text.split()
    hyphen = _HYPHEN.fullmatch(text) if "-" in words else None
    if hyphen:
        words = _between(hyphen, prereleases)
    elif len(words) > 1:
        words = _BLANK_BEHIND.sub(r"\1", text).split()
    anything = ">=0.0.0-0" if prereleases else ">=0.0.0"
    for word in words:
        for bound in _bounds(word, "-0" if prereleases else "").split():
            if bound != anything:
                yield _comparator(bound)


def _comparator(text: str) -> Comparator:
    operator = re.match(r"[<>]?=?", text)
    assert operator is not None  # noqa: S101 - it matches nothing, too
    version = parse_version(text[operator.end() :].removeprefix("v"))
    if version is None:
        raise ValueError(text)
    return Comparator(operator[0], precedence(version))


def _bounds(word: str, lowest: str) -> str:
    """A caret, a tilde or a partial version as full comparators; `lowest` makes prereleases of a lower end count."""
    if word.startswith("^") and (match := _CARET.fullmatch(word)):
        return _caret(match.groups(), lowest)
    if word.startswith("~") and (match := _TILDE.fullmatch(word)):
        return _tilde(match.groups(), lowest)
    major, _, minor = word.partition(".")
    if minor == "x" and major.isascii() and major.isdigit() and str(int(major)) == major:
        return _compared(word, "", (major, minor, None), lowest)  # as most that we ask ourselves
    match = _COMPARED.fullmatch(word)
    if match is None or _disordered(match.groups()[1:]):
        return word
    return _compared(match[0], match[1], match.groups()[1:4], lowest)


def _caret(places: tuple[str | None, ...], lowest: str) -> str:
    major, minor, patch, prerelease = places
    if _open(major):
        return ""
    if _open(minor):
        return f">={major}.0.0{lowest} <{_next(major)}.0.0-0"
    if _open(patch):
        low = f">={major}.{minor}.0{lowest}"
        return f"{low} <{major}.{_next(minor)}.0-0" if major == "0" else f"{low} <{_next(major)}.0.0-0"
    low = f">={major}.{minor}.{patch}{f'-{prerelease}' if prerelease else ''}"
    if major != "0":
        return f"{low} <{_next(major)}.0.0-0"
    return f"{low} <0.0.{_next(patch)}-0" if minor == "0" else f"{low} <0.{_next(minor)}.0-0"


def _tilde(places: tuple[str | None, ...], lowest: str) -> str:
    major, minor, patch, prerelease = places
    if _open(major):
        return ""
    if _open(minor):
        return f">={major}.0.0{lowest} <{_next(major)}.0.0-0"
    if _open(patch):
        return f">={major}.{minor}.0{lowest} <{major}.{_next(minor)}.0-0"
    low = f">={major}.{minor}.{patch}{f'-{prerelease}' if prerelease else ''}"
    return f"{low} <{major}.{_next(minor)}.0-0"


def _compared(word: str, operator: str, places: tuple[str | None, ...], lowest: str) -> str:
    """`>1.2`, `1.x`: what the missing places stand for depends on the operator."""
    major, minor, patch = places
    if _open(major):
        return _NOTHING if operator in (">", "<") else ""
    if not _open(minor) and not _open(patch):
        return word
    here = f"{major}.0.0" if _open(minor) else f"{major}.{minor}.0"
    above = f"{_next(major)}.0.0" if _open(minor) else f"{major}.{_next(minor)}.0"
    match operator:
        case ">":
            return f">={above}{lowest}"
        case "<=":
            return f"<{above}-0"
        case "<":
            return f"<{here}-0"
        case ">=":
            return f">={here}{lowest}"
        case _:
            return f">={here}{lowest} <{above}-0"


def _between(match: re.Match[str], prereleases: bool) -> list[str]:  # noqa: FBT001
    """`A - B`: both ends belong to it, and a partial end means all that it stands for."""
    low, high = match.groups()[:4], match.groups()[4:]
    lowest = "-0" if prereleases else ""
    return [word for word in (_low(low, lowest), _high(high, prereleases=prereleases)) if word]


def _low(places: tuple[str | None, ...], lowest: str) -> str:
    major, minor, patch, prerelease = places
    if _open(major):
        return ""
    if _open(minor) or _open(patch):
        return f">={major}.{'0' if _open(minor) else minor}.0{lowest}"
    return f">={major}.{minor}.{patch}{f'-{prerelease}' if prerelease else lowest}"


def _high(places: tuple[str | None, ...], *, prereleases: bool) -> str:
    major, minor, patch, prerelease = places
    if _open(major):
        return ""
    if _open(minor):
        return f"<{_next(major)}.0.0-0"
    if _open(patch):
        return f"<{major}.{_next(minor)}.0-0"
    if prerelease:
        return f"<={major}.{minor}.{patch}-{prerelease}"
    return f"<{major}.{minor}.{_next(patch)}-0" if prereleases else f"<={major}.{minor}.{patch}"


def _open(place: str | None) -> bool:
    return place is None or place in "xX*"


def _disordered(places: tuple[str | None, ...]) -> bool:
    """`1.x.3`, `*.1`: a number behind a place that is open."""
    major, minor, patch = places[:3]
    return (_open(major) and not _open(minor)) or (_open(minor) and patch is not None and not _open(patch))


def _next(number: str | None) -> int:
    return int(number or 0) + 1
