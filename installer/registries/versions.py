"""Versions of npm packages by semantic versioning. Chooses none."""

import heapq
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern, late_patterns

if TYPE_CHECKING:
    import semver

# What node-semver takes at most: https://github.com/npm/node-semver, internal/constants.js
_LENGTH, _NUMBER = 256, 2**53 - 1
# What every version begins with. What has a longer number is none.
_NUMBERS = late_pattern(r"(0|[1-9][0-9]{0,15})\.(0|[1-9][0-9]{0,15})\.(0|[1-9][0-9]{0,15})(?=[-+]|\Z)")

# The lowest prerelease, which npm's ranges end in.
_LOWEST = "0"

Numbers = tuple[int, int, int]
Precedence = tuple[int, int, int, bool, list[tuple[bool, int, str]]]


@dataclass(frozen=True, slots=True)
class Version:
    """The parts of a version, as `semver` names them; `precedence` compares two."""

    major: int
    minor: int
    patch: int
    prerelease: str | None = None
    build: str | None = None

    def __str__(self) -> str:
        return f"{self.without_build}+{self.build}" if self.build else self.without_build

    @property
    def without_build(self) -> str:
        """As registries list it."""
        numbers = f"{self.major}.{self.minor}.{self.patch}"
        return f"{numbers}-{self.prerelease}" if self.prerelease else numbers


@lru_cache(maxsize=1 << 12)
def parse(text: str) -> Version | None:
    """A version as strictly as npm reads one; None of everything else."""
    match = _NUMBERS.match(text) if len(text) <= _LENGTH else None
    if match is None:
        return None
    major, minor, patch = map(int, match.groups())
    if max(major, minor, patch) > _NUMBER:
        return None
    rest = text[match.end() :]
    # Most are no more than three numbers: these need not wait for a library that brings a command line with it.
    if not rest or rest == f"-{_LOWEST}":
        return Version(major, minor, patch, _LOWEST if rest else None)
    try:
        return Version(*_semver().parse(text).to_tuple()) if rest.isascii() else None
    except ValueError:
        return None


@cache
def _semver() -> "type[semver.Version]":
    """Loaded where a version has more than numbers."""
    with late_patterns():
        from semver import Version  # noqa: PLC0415

    return Version


def descending(
    texts: Iterable[str], may_be: Callable[[Numbers], bool] = lambda _: True
) -> Iterator[tuple[str, Version]]:
    """The versions among texts, the highest first; of equal precedence (they differ in the build) in a fixed order.

    A registry may have 20,000 of a package, of which a few are looked at: what nobody comes by is not parsed.

    :param may_be: whether versions of three numbers, releases or not, are wanted at all
    """
    heap = list(_heap(tuple(texts)))
    while heap:
        numbers, same = heap[0][0], []
        while heap and heap[0][0] == numbers:
            same.append(heapq.heappop(heap)[1])
        if not may_be((-numbers[0], -numbers[1], -numbers[2])):
            continue
        found = [(text, version) for text in reversed(same) if (version := parse(text)) is not None]
        yield from sorted(found, key=lambda one: precedence(one[1]), reverse=True) if len(found) > 1 else found


@lru_cache(maxsize=2)
def _heap(texts: tuple[str, ...]) -> list[tuple[Numbers, str]]:
    """With the three numbers below zero, so that the highest is the first; a package is often chosen from twice.

    Most are three numbers and no more. What only looks like them (1.02.3) is found out when it is parsed.
    """
    heap: list[tuple[Numbers, str]] = []
    for text in texts:
        try:
            major, minor, patch = map(int, text.split("."))
        except ValueError:
            match = _NUMBERS.match(text)
            if match is None:
                continue
            major, minor, patch = map(int, match.groups())
        heap.append(((-major, -minor, -patch), text))
    heapq.heapify(heap)
    return heap


def precedence(version: Version) -> Precedence:
    """What sorts as `semver` compares (semver.org, 11), in a hundredth of the time that it takes for two of many.

    Words are above numbers, and what has more of equal parts is above.
    """
    parts = version.prerelease.split(".") if version.prerelease else []
    words = [(False, int(one), "") if one.isdigit() else (True, 0, one) for one in parts]
    return version.major, version.minor, version.patch, not parts, words


@lru_cache(maxsize=1 << 12)
def exact(text: str | None) -> str | None:
    """The version that a spec pins, as registries list it: without `v`, `=` and build; None of ranges and tags."""
    text = text or ""
    version = parse(text if text[:1].isdigit() else re.sub(r"^[=v\s]+", "", text))
    return None if version is None else version.without_build


def newest(versions: Iterable[str], count: int) -> list[str]:
    """The highest versions, the highest first; what is no version does not exist."""
    return [str(version) for _, version in islice(descending(versions), count)]
