"""Versions of npm packages by semantic versioning. Chooses none."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from semver import Version

# What node-semver takes at most: https://github.com/npm/node-semver, internal/constants.js
_LENGTH, _NUMBER = 256, 2**53 - 1


def parse(text: str) -> "Version | None":
    """A version as strictly as npm reads one; None of everything else."""
    from semver import Version  # noqa: PLC0415 - loaded where a registry is asked

    if not text.isascii() or len(text) > _LENGTH or not Version.is_valid(text):
        return None
    version = Version.parse(text)
    return version if max(version.major, version.minor, version.patch) <= _NUMBER else None


def exact(text: str | None) -> str | None:
    """The version that a spec pins, as registries list it: without `v`, `=` and build; None of ranges and tags."""
    version = parse(re.sub(r"^[=v\s]+", "", text or ""))
    return None if version is None else str(version.replace(build=None))


def newest(versions: Iterable[str], count: int) -> list[str]:
    """The highest versions, the highest first; what is no version does not exist."""
    valid = [version for one in versions if (version := parse(one)) is not None]
    return [str(one) for one in sorted(valid, reverse=True)[:count]]
