"""Versions of npm packages by semantic versioning. Chooses none."""

import re
from collections.abc import Iterable
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semver import Version

# What node-semver takes at most: https://github.com/npm/node-semver, internal/constants.js
_LENGTH, _NUMBER = 256, 2**53 - 1


@lru_cache(maxsize=1 << 17)
def parse(text: str) -> "Version | None":
    """A version as strictly as npm reads one; None of everything else."""
    from semver import Version  # noqa: PLC0415 - loaded where a registry is asked

    if not text.isascii() or len(text) > _LENGTH:
        return None
    try:
        version = Version.parse(text)
    except ValueError:
        return None
    return version if max(version.major, version.minor, version.patch) <= _NUMBER else None


def descending(found: "Iterable[tuple[str, Version]]") -> "list[tuple[str, Version]]":
    """Texts with their versions, the highest first; of equal precedence (they differ in the build) in a fixed order.

    `semver` compares two versions in the time of a hundred comparisons of numbers, and nearly all differ in those.
    """
    by_numbers = sorted(sorted(found, key=itemgetter(0), reverse=True), key=_numbers, reverse=True)
    groups = (list(same) for _, same in groupby(by_numbers, _numbers))
    return [one for same in groups for one in (sorted(same, key=itemgetter(1), reverse=True) if same[1:] else same)]


def _numbers(one: "tuple[str, Version]") -> tuple[int, int, int]:
    return one[1].major, one[1].minor, one[1].patch


def exact(text: str | None) -> str | None:
    """The version that a spec pins, as registries list it: without `v`, `=` and build; None of ranges and tags."""
    version = parse(re.sub(r"^[=v\s]+", "", text or ""))
    return None if version is None else str(version.replace(build=None))


def newest(versions: Iterable[str], count: int) -> list[str]:
    """The highest versions, the highest first; what is no version does not exist."""
    valid = ((one, version) for one in versions if (version := parse(one)) is not None)
    return [str(version) for _, version in descending(valid)[:count]]
