"""Proves a file that was edited through its embeddings: parsed again, it differs in the planned texts and nowhere else.

Edits of one text are proven where they are made (`yamltext.editing`); this is the proof for the file around it.
"""

from collections.abc import Mapping
from typing import Any

from installer.model.errors import ExitCode, InstallerError, fail
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.values import Schema, construct, same


def prove(path: str, before: str, after: str, planned: Mapping[str, str]) -> None:
    """`before` is the file as planned without its embedded texts, `planned` leads from each such text to its new one.

    Raises InstallerError (INVALID) where the file would not say what was planned.
    """
    try:
        held = _holds(_documents(before), _documents(after), planned)
    except Unreadable as error:
        raise _unproven(path) from error
    if not held:
        raise _unproven(path)


def _unproven(path: str) -> InstallerError:
    return fail(
        ExitCode.INVALID,
        "cannot-edit",
        f"{path} cannot be edited so that everything else stays as it is",
        fix="write the text in it as a literal block scalar (`|`) and run the command again",
    )


def _documents(characters: str) -> list[Any]:
    return [construct(node, Schema.KUBERNETES) for node in compose(characters)]


def _holds(before: Any, after: Any, planned: Mapping[str, str]) -> bool:
    if isinstance(before, dict) and isinstance(after, dict):
        return list(before) == list(after) and all(_holds(before[key], after[key], planned) for key in before)
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(_holds, before, after, [planned] * len(before)))
    if same(before, after):
        return True
    old = before or ""  # a key without a value is an empty text
    if not isinstance(old, str) or not isinstance(after, str):
        return False
    return _is_planned(planned.get(old), after) or _nested(old, after, planned)


def _is_planned(wanted: str | None, after: str) -> bool:
    """Empty lines at the end may go: a block scalar clips them, and to YAML they say nothing."""
    return wanted is not None and wanted.rstrip("\n") == after.rstrip("\n")


def _nested(before: str, after: str, planned: Mapping[str, str]) -> bool:
    """A text that holds texts itself, such as the values of an Argo CD Application."""
    try:
        return _holds(_documents(before), _documents(after), planned)
    except Unreadable:
        return False
