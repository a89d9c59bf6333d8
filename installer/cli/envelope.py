"""Turns a report into the one document of `-o json` and `-o yaml`. Renders nothing."""

import math
from collections.abc import Mapping
from enum import Enum
from functools import partial
from typing import Any

from installer import __version__
from installer.cli.options import PROGRAM
from installer.model.change import Change, Ref
from installer.model.errors import ExitCode, Problem
from installer.model.place import Place
from installer.model.report import Report

SCHEMA_VERSION = "1"
# JSON.stringify, which Backstage would use, writes null for what is infinite as a double.
_DOUBLE_BITS = 1024


def envelope(report: Report, command: str) -> dict[str, Any]:
    """The document of a report; its shape is what `rhdh-orchestrator schema` prints."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "tool": {"name": PROGRAM, "version": __version__},
        "command": command,
        "result": None if report.result is None else plain(report.result),
        "changes": [_change(change) for change in report.changes],
        "warnings": [_problem(problem) for problem in report.warnings],
        "errors": [_problem(problem) for problem in report.errors],
        "exit": {"code": int(report.exit), "name": ExitCode(report.exit).name},
    }


def _change(change: Change) -> dict[str, Any]:
    return {
        "action": change.action,
        "ref": None if change.ref is None else _ref(change.ref),
        "path": change.path,
        "owner": change.owner,
        "summary": change.summary,
        "diff": change.diff,
    }


def _ref(ref: Ref) -> dict[str, str]:
    return {"apiVersion": ref.api_version, "kind": ref.kind, "namespace": ref.namespace, "name": ref.name}


def _problem(problem: Problem) -> dict[str, Any]:
    where = None if problem.where is None else _place(problem.where)
    return {"code": problem.code, "message": problem.message, "where": where, "fix": problem.fix}


def _place(place: Place) -> dict[str, Any]:
    return {"file": place.file, "line": place.line, "column": place.column}


def plain(value: Any) -> Any:
    """The value as JSON data: string keys, lists, and null for the numbers that JSON has no word for.

    A `partial` is asked now: what costs time is not worked out for an answer in text.
    """
    match value:
        case Enum():
            return plain(value.value)
        case None | bool():
            return value
        case str():
            return str(value)
        case int():
            return int(value) if value.bit_length() <= _DOUBLE_BITS else None
        case float():
            return float(value) if math.isfinite(value) else None
        case Mapping():
            return {_key(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case set() | frozenset():
            return sorted(plain(item) for item in value)
        case partial():
            return plain(value())
        case _:
            raise TypeError(f"a result holds a {type(value).__name__}, which is no JSON data")


def _key(key: Any) -> str:
    """A mapping key as JavaScript spells it."""
    match key:
        case str():
            return key
        case bool():
            return "true" if key else "false"
        case None:
            return "null"
        case _:
            return str(key)
