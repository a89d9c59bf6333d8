"""Every command, in success and failure, answers with the one document that `schema` promises."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from installer.cli.schema import envelope_schema
from installer.cli.table import AUDIT, CONFIG, PLUGINS, RBAC, RELEASES, ROOT
from installer.model.errors import ExitCode
from tests.tables import table

CASES = table(Path(__file__).with_name("contract.yaml"))
VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
EVENTS = jsonschema.Draft202012Validator({"$ref": "#/$defs/event", "$defs": envelope_schema()["$defs"]})


def name_of(case):
    return " ".join(case["words"])


def hold(document, case):
    VALIDATOR.validate(document)
    code = ExitCode[case["exit"]]
    assert document["exit"] == {"code": int(code), "name": code.name}
    assert [error["code"] for error in document["errors"]] == case.get("errors", [])
    assert document["command"] == case["command"]


@pytest.mark.parametrize("case", CASES, ids=name_of)
@pytest.mark.parametrize("place", ["before", "after"])
def test_json(case, place, answer, manifests, monkeypatch):
    monkeypatch.chdir(manifests.parent)
    words = ("-o", "json", *case["words"]) if place == "before" else (*case["words"], "-o", "json")
    said = answer(*words)
    hold(json.loads(said.out), case)
    assert said.code == ExitCode[case["exit"]]
    assert "Traceback" not in said.err


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_yaml_is_the_same_document(case, answer, manifests, monkeypatch):
    monkeypatch.chdir(manifests.parent)
    said = answer(*case["words"], "--output=yaml")
    hold(yaml.safe_load(said.out), case)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_jsonl_ends_with_the_same_document(case, answer, manifests, monkeypatch):
    monkeypatch.chdir(manifests.parent)
    *events, last = map(json.loads, answer(*case["words"], "-ojsonl").out.splitlines())
    hold(last, case)
    assert last["event"] == "result"
    for event in events:
        EVENTS.validate(event)


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_text(case, answer, manifests, monkeypatch):
    monkeypatch.chdir(manifests.parent)
    said = answer(*case["words"])
    assert said.code == ExitCode[case["exit"]]
    assert said.err.count("error: ") == len(case.get("errors", []))
    assert said.out if said.code == ExitCode.OK else True
    assert said.out == "" if said.code == ExitCode.USAGE else True


def test_every_command_has_a_success_and_a_failure():
    groups = {"audit": AUDIT, "config": CONFIG, "plugins": PLUGINS, "rbac": RBAC, "releases": RELEASES}
    below = {f"{group} {name}" for group, entries in groups.items() for name in entries}
    leaves = {*ROOT, *below} - {"config", "plugins", "rbac"}
    for wanted in (True, False):
        seen = {case["command"] for case in CASES if (case["exit"] == "OK") == wanted}
        told = {command for command in leaves if any(s == command or s.startswith(f"{command} ") for s in seen)}
        assert told == leaves


def test_schema_is_itself_a_schema():
    jsonschema.Draft202012Validator.check_schema(envelope_schema())


def test_schema_command_prints_it(answer):
    assert json.loads(answer("schema").out) == envelope_schema()
    assert json.loads(answer("schema", "-o", "json").out)["result"] == envelope_schema()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document.pop("warnings"),
        lambda document: document.update(schemaVersion=1),
        lambda document: document["exit"].update(code=4),
        lambda document: document.update(extra=1),
        lambda document: document["result"].pop("platform"),
        lambda document: document["errors"].append({"code": "Bad_Code", "message": "x", "where": None, "fix": None}),
        lambda document: document["warnings"].append({"code": "good", "message": "x", "where": {}, "fix": None}),
        lambda document: document["changes"].append({"action": "patch"}),
    ],
)
def test_schema_refuses_what_is_none(spoil, answer):
    document = json.loads(answer("version", "-o", "json").out)
    VALIDATOR.validate(document)
    spoil(document)
    assert not VALIDATOR.is_valid(document)
