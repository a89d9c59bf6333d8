"""Versions as numbers that can be compared. Knows no release."""

from installer.model.late_pattern import late_pattern

_NUMBERS = late_pattern(r"(?<!\d)(\d+)\.(\d+)(?:\.(\d+))?")


def minor(version: str) -> tuple[int, int] | None:
    """(1, 36) of `1.36.0`, `v1.36`, `logic-operator.v1.36.0`; None where no version is in the text."""
    found = _NUMBERS.search(version)
    return (int(found[1]), int(found[2])) if found else None


def triple(version: str) -> tuple[int, int, int] | None:
    """The same with the patch, 0 where none is said."""
    found = _NUMBERS.search(version)
    return (int(found[1]), int(found[2]), int(found[3] or 0)) if found else None
