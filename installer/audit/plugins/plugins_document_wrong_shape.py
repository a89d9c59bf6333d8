"""YAML not a mapping / wrong key."""

from collections.abc import Iterator
from typing import Any

from installer.audit.finding import Found
from installer.audit.object import mapping
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

LISTS = ("plugins", "includes")


def check(snapshot: Snapshot) -> Iterator[Found]:
    file = snapshot.plugins_file
    if file is None or file.data is None:
        return
    observed = _wrong(file.data)
    if observed:
        yield Found(file.at(), f"{file.name}: {observed}", "a mapping with the list plugins", key=file.name)


def _wrong(data: Any) -> str:
    if not isinstance(data, dict):
        return "it is no mapping"
    told = mapping(data)
    if not set(told) & set(LISTS):
        return f"it has neither plugins nor includes, but {', '.join(list(told)[:3]) or 'nothing'}"
    wrong = [key for key in LISTS if told.get(key) is not None and not isinstance(told[key], list)]
    return f"{wrong[0]} is no list" if wrong else ""


RULE = Rule(
    module=__name__,
    title="YAML not a mapping / wrong key",
    severity="critical",
    wrong="dynamic-plugins.yaml is no mapping with the lists plugins and includes.",
    why="RHDH's installer finds no plugin in it, or stops: the portal comes up without any, or not at all.",
    fix="Write a mapping with includes and plugins at its top, as RHDH's documentation has it.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=check,
)
