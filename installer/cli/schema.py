"""`schema`: the JSON Schema of every answer, derived from the same types that build the answers. Checks nothing."""

from collections.abc import Mapping
from typing import Any, get_args

from installer.cli.envelope import SCHEMA_VERSION
from installer.cli.options import PROGRAM, command
from installer.cli.results import RESULTS
from installer.model.change import Action, Owner
from installer.model.errors import ExitCode
from installer.model.report import Report
from installer.model.run import State


@command("schema", short_help="The JSON Schema of every answer.", reads_yaml=False)
def schema() -> Report:
    """Show the JSON Schema (draft 2020-12) that every answer with -o json, yaml or jsonl keeps.

    With -o jsonl that is the last line; those before it keep $defs/event.

    As text the schema itself is printed; with -o json it is the result of an ordinary answer.
    """
    import json

    document = envelope_schema()
    return Report(result=document, text=json.dumps(document, indent=2) + "\n")


def envelope_schema() -> dict[str, Any]:
    """The schema as plain data. New keys may appear in `result` in a later release; none disappears."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{PROGRAM}:answer:{SCHEMA_VERSION}",
        "title": f"An answer of {PROGRAM}",
        **_record(
            schemaVersion={"const": SCHEMA_VERSION},
            tool=_record(name={"const": PROGRAM}, version=_text()),
            command=_text("the command as typed, without options and values; empty where there was none"),
            result={"type": ["object", "null"]},
            changes=_list("change"),
            warnings=_list("problem"),
            errors=_list("problem"),
            exit={"$ref": "#/$defs/exit"},
            optional={"event": {"const": "result", "description": "with -o jsonl only: the last of its lines"}},
        ),
        "allOf": [_result_of(name, keys) for name, keys in RESULTS.items()],
        "$defs": _definitions(),
    }


def _definitions() -> dict[str, Any]:
    ref = _record(apiVersion=_text(), kind=_text(), namespace=_text(), name=_text())
    return {
        "change": _record(
            action={"enum": list(get_args(Action))},
            ref=_or_null(ref),
            path={"type": ["string", "null"], "description": "relative to the directory; null on a cluster"},
            owner={"enum": list(get_args(Owner))},
            summary=_text(),
            diff=_text("a unified diff; empty where there is nothing to show"),
        ),
        "problem": _record(
            code={"type": "string", "pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$"},
            message={"type": "string", "minLength": 1},
            where=_or_null(_record(file=_text(), line=_counted(), column=_counted())),
            fix={"type": ["string", "null"]},
        ),
        "event": _events(),
        "exit": {
            **_record(code={"type": "integer"}, name=_text()),
            "anyOf": [
                {"properties": {"code": {"const": int(code)}, "name": {"const": code.name}}} for code in ExitCode
            ],
        },
    }


def _events() -> dict[str, Any]:
    """The lines of `-o jsonl` before the last one, as they happen."""
    time = {"type": "string", "format": "date-time"}
    return {
        "description": "a line of -o jsonl before the last one",
        "anyOf": [
            _record(event={"const": "note"}, time=time, message=_text()),
            _record(event={"const": "step"}, time=time, name=_text(), state={"enum": list(get_args(State))}),
            _record(event={"const": "wait"}, time=time, what=_text(), last=_text(), since=time),
        ],
    }


def _result_of(name: str, keys: dict[str, Any]) -> dict[str, Any]:
    """Hold the result of one command, where there is one, to its keys."""
    return {
        "if": {"properties": {"command": {"const": name}, "errors": {"maxItems": 0}}},
        "then": {"properties": {"result": keys}},
    }


def _record(*, optional: Mapping[str, Any] | None = None, **keys: Any) -> dict[str, Any]:
    known = {**keys, **(optional or {})}
    return {"type": "object", "properties": known, "required": list(keys), "additionalProperties": False}


def _list(definition: str) -> dict[str, Any]:
    return {"type": "array", "items": {"$ref": f"#/$defs/{definition}"}}


def _text(description: str | None = None) -> dict[str, Any]:
    return {"type": "string"} if description is None else {"type": "string", "description": description}


def _counted() -> dict[str, Any]:
    return {"type": "integer", "minimum": 1}


def _or_null(schema_: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema_, {"type": "null"}]}
