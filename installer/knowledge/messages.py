"""Turns a line of RHDH's log into its cause and remedy. Does not look for the line."""

import re
from functools import cache
from typing import Any, NamedTuple

from installer.knowledge import reading


class Meaning(NamedTuple):
    """Why RHDH logged a line, and what to do about it."""

    cause: str
    fix: str


def translate(line: str) -> Meaning | None:
    """The meaning of a log line, None where unknown. The first pattern of messages.yaml that fits wins."""
    for pattern, data in _messages():
        found = pattern.search(line)
        if found is not None:
            names = found.groupdict()
            return Meaning(data["cause"].format(**names), data["fix"].format(**names))
    return None


@cache
def _messages() -> tuple[tuple[re.Pattern[str], Any], ...]:
    return tuple((re.compile(data["pattern"]), data) for data in reading.shared("messages")["messages"])
