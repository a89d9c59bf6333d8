"""Whatever a command does, its end is words and an exit code."""

import json

import jsonschema
import pytest

from installer.cli.schema import envelope_schema
from installer.cli.signals import Interrupted
from installer.knowledge import releases
from installer.model.change import Change, Ref
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.place import Place
from installer.model.report import Report

INSTALL = ("install", "--directory", "d")


def raising(error):
    def install(_request, **_rest):
        raise error

    return install


def recursing(request, **rest):
    return recursing(request, **rest)


def test_an_error_of_ours_is_its_problems(answer, flow):
    place = Place("a.yaml", 3, 5)
    flow(install=raising(fail(ExitCode.INVALID, "no-yaml", "it is torn", where=place, fix="mend it")))
    said = answer(*INSTALL)
    assert (said.code, said.out) == (6, "")
    assert said.err == "error: it is torn\n  at: a.yaml:3:5\n  fix: mend it\n"


def test_all_problems_are_told_and_the_first_code_wins(answer, flow):
    problems = [Problem(f"code-{code.value}", "x", exit=code) for code in (ExitCode.TARGET, ExitCode.DECIDE)]
    flow(install=raising(InstallerError(*problems)))
    document = json.loads(answer(*INSTALL, "-o", "json").out)
    assert [error["code"] for error in document["errors"]] == ["code-3", "code-7"]
    assert document["exit"] == {"code": 7, "name": "DECIDE"}


@pytest.mark.parametrize(
    "error", [ValueError("s3cr3t"), MemoryError(), RecursionError("s3cr3t"), OSError(5, "s3cr3t"), KeyError("s3cr3t")]
)
def test_a_bug_is_one_line_without_its_message(error, answer, flow):
    flow(install=raising(error))
    said = answer(*INSTALL)
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines()[0].startswith("error: a bug in rhdh-orchestrator ")
    assert type(error).__name__ in said.err
    assert "Traceback" not in said.err
    assert "s3cr3t" not in said.err
    document = json.loads(answer(*INSTALL, "-o", "json").out)
    assert document["exit"] == {"code": 1, "name": "BUG"}


def test_endless_recursion_is_a_bug(answer, flow):
    flow(install=recursing)
    said = answer(*INSTALL)
    assert said.code == 1
    assert "RecursionError" in said.err


def test_a_bug_says_where_in_our_code(answer, monkeypatch):
    def broken():
        raise ZeroDivisionError

    monkeypatch.setattr(releases, "minors", broken)
    assert "ZeroDivisionError in installer.cli.releases:" in answer("releases").err


def test_debug_shows_the_traceback_and_the_document_stays_one(answer, flow):
    flow(install=raising(ValueError("why")))
    for words in (("--debug", *INSTALL), (*INSTALL, "--debug")):
        said = answer(*words, "-o", "json")
        assert "Traceback" in said.err
        assert "ValueError: why" in said.err
        assert json.loads(said.out)["exit"]["code"] == 1


@pytest.mark.parametrize(("number", "code"), [(2, 130), (15, 143), (1, 143)])
def test_a_stop_is_an_answer_too(number, code, answer, flow):
    flow(install=raising(Interrupted(number)))
    said = answer(*INSTALL, "-o", "json")
    document = json.loads(said.out)
    jsonschema.validate(document, envelope_schema())
    assert (said.code, document["exit"]["code"], document["errors"][0]["code"]) == (code, code, "interrupted")


def test_a_command_without_a_report_is_a_bug(answer, flow):
    flow(install=lambda _request, **_: 3)
    assert answer(*INSTALL).code == 1


def test_a_result_that_is_no_data_is_a_bug_and_errors_stay(answer, flow):
    problem = Problem("lost", "x", exit=ExitCode.TARGET)
    flow(install=lambda _request, **_: Report(result={"x": object()}, errors=(problem,)))
    document = json.loads(answer(*INSTALL, "-o", "json").out)
    assert [error["code"] for error in document["errors"]] == ["lost", "bug"]
    assert document["exit"]["code"] == 1


@pytest.mark.parametrize(
    ("gate", "errors", "code"),
    [
        (ExitCode.PENDING, (), 14),
        (ExitCode.WARNINGS, (), 5),
        (ExitCode.PENDING, (Problem("x", "x", exit=ExitCode.FINDINGS),), 4),
        (ExitCode.OK, (), 0),
    ],
)
def test_a_gate_is_no_error(gate, errors, code, answer, flow):
    flow(install=lambda _request, **_: Report(gate=gate, errors=errors))
    assert answer(*INSTALL).code == code


def test_control_characters_of_a_name_do_not_reach_the_terminal(answer, flow):
    flow(install=raising(fail(ExitCode.INVALID, "bad", "in \x1b[31mred\r.yaml\nand on")))
    assert answer(*INSTALL).err == "error: in \\x1b[31mred\\r.yaml\n    and on\n"


def test_the_document_names_everything(answer, flow):
    changes = (
        Change("update", Ref("v1", "ConfigMap", "ns", "a"), "a.yaml", "person", "one line", "--- a\n"),
        Change("create", None, "b.yaml", "helm", "new", ""),
    )
    warnings = (Problem("careful", "mind", Place("a.yaml", 2, 3), "do"),)
    instance = {"flavour": "plain", "managedBy": None, "name": "n", "namespace": None}
    result = {
        "instance": instance | {"version": "1.6", "versionSource": "image"},
        "preview": {"plugins": [], "appConfig": {}, "failure": None},
    }
    flow(install=lambda _request, **_: Report(result=result, changes=changes, warnings=warnings))
    document = json.loads(answer(*INSTALL, "-o", "json").out)
    jsonschema.validate(document, envelope_schema())
    assert document["changes"] == [
        {
            "action": "update",
            "ref": {"apiVersion": "v1", "kind": "ConfigMap", "namespace": "ns", "name": "a"},
            "path": "a.yaml",
            "owner": "person",
            "summary": "one line",
            "diff": "--- a\n",
        },
        {"action": "create", "ref": None, "path": "b.yaml", "owner": "helm", "summary": "new", "diff": ""},
    ]
    place = {"file": "a.yaml", "line": 2, "column": 3}
    assert document["warnings"] == [{"code": "careful", "message": "mind", "where": place, "fix": "do"}]
