"""Versions of npm packages by semantic versioning. Chooses none."""

import re
from collections.abc import Iterable


def exact(text: str | None) -> str | None:
    """The version that a spec pins, as registries list it: without `v`, `=` and build; None of ranges and tags."""
    from semver import Version  # noqa: PLC0415 - loaded where a registry is asked

    try:
        return str(Version.parse(re.sub(r"^[=v\s]+", "", text or "")).replace(build=None))
    except (ValueError, TypeError):
        return None


def newest(versions: Iterable[str], count: int) -> list[str]:
    """The highest versions, the highest first; what is no version does not exist."""
    from semver import Version  # noqa: PLC0415

    valid = [Version.parse(one) for one in versions if Version.is_valid(one)]
    return [str(one) for one in sorted(valid, reverse=True)[:count]]
