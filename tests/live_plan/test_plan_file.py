"""The file that `plan` writes: read back it is the same; whatever else stands in it is refused, never a crash."""

import base64
import gzip
import json

import pytest

from installer.cli.boundary import run
from installer.flow.new_run import begun_now
from installer.flow.plan_file import Planned, how_to_apply, read, refuse_other_instance, write
from installer.model.change import Ref
from installer.model.errors import ExitCode, InstallerError
from installer.model.run import Edit, Run, Target, Writes

TARGET = Target(
    "operator", "rhdh", "developer-hub", "1.8.0", Ref("rhdh.redhat.com/v1alpha3", "Backstage", "rhdh", "x"), None
)
EDIT = Edit(Ref("v1", "ConfigMap", "rhdh", "app-config"), {"data": {"a": "1"}}, {"data": {"a": "2"}})
RUN = Run("20260131-120000-1a2b", "install", "2026-01-31T12:00:00+00:00", TARGET, (Writes((EDIT,)),))
PLANNED = Planned(RUN, "https://127.0.0.1:6443", 3)


@pytest.fixture
def plan(tmp_path):
    write(str(tmp_path / "plan"), PLANNED)
    return tmp_path / "plan"


def test_what_is_written_is_read(plan):
    assert read(str(plan)) == PLANNED
    assert plan.stat().st_mode & 0o777 == 0o600


def packed(run):
    return base64.b64encode(gzip.compress(json.dumps(run).encode())).decode()


def damaged(run):
    """A byte in the middle of what was compressed is another."""
    data = bytearray(base64.b64decode(run))
    data[len(data) // 2] ^= 0xFF
    return base64.b64encode(bytes(data)).decode()


def of_run(plan, change):
    document = json.loads(plan.read_text())
    run = json.loads(gzip.decompress(base64.b64decode(document["run"])))
    change(run)
    return {**document, "run": packed(run)}


@pytest.mark.parametrize(
    "change",
    [
        lambda plan: {**json.loads(plan.read_text()), "run": damaged(json.loads(plan.read_text())["run"])},
        lambda plan: {**json.loads(plan.read_text()), "run": packed([])},
        lambda plan: {**json.loads(plan.read_text()), "run": packed("run")},
        lambda plan: {**json.loads(plan.read_text()), "run": None},
        lambda plan: {**json.loads(plan.read_text()), "base": "3"},
        lambda plan: {**json.loads(plan.read_text()), "version": 2},
        lambda plan: of_run(plan, lambda run: run.update(target="rhdh/developer-hub")),
        lambda plan: of_run(plan, lambda run: run.update(steps="all of them")),
        lambda plan: of_run(plan, lambda run: run["steps"].append({"_": "Delete", "namespace": "rhdh"})),
        lambda plan: of_run(plan, lambda run: run["steps"].append(run["target"])),
        lambda plan: of_run(plan, lambda run: run["steps"][0].update(more=1)),
    ],
)
def test_anything_else_is_no_plan(plan, change):
    plan.write_text(json.dumps(change(plan)))
    with pytest.raises(InstallerError) as caught:
        read(str(plan))
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.INVALID, "plan-unreadable")


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\xff", "null"])
def test_no_json_is_no_plan(plan, text):
    plan.write_text(text, encoding="latin-1")
    with pytest.raises(InstallerError) as caught:
        read(str(plan))
    assert caught.value.exit == ExitCode.INVALID


def test_a_plan_that_is_carried_out_twice_is_two_runs():
    first, second = begun_now(RUN, "apply"), begun_now(RUN, "apply")
    assert (first.command, first.target, first.steps) == ("apply", RUN.target, RUN.steps)
    assert len({first.id, second.id, RUN.id}) == 3
    assert first.started > RUN.started  # the journal sorts by it: `undo` means the run that was carried out last


@pytest.mark.parametrize(
    ("instance", "namespace"), [(None, None), ("developer-hub", None), ("rhdh/developer-hub", "rhdh"), (None, "rhdh")]
)
def test_the_instance_that_was_planned_for(instance, namespace):
    refuse_other_instance(TARGET, instance, namespace)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--instance", "other/developer-hub"], "for rhdh/developer-hub, not for other/developer-hub"),
        (["--instance", "other"], "not for other"),
        (["-n", "other"], "not for an RHDH in namespace other"),
    ],
)
def test_another_instance_is_refused_before_anything_is_asked(words, said, plan, capsys):
    code = run(["apply", str(plan), "--yes", *words, "--server", "http://127.0.0.1:1", "-o", "json"])
    (error,) = json.loads(capsys.readouterr().out)["errors"]
    assert (code, error["code"]) == (ExitCode.TARGET, "other-instance")
    assert said in error["message"]


def test_a_written_plan_says_how_it_is_applied():
    assert "rhdh-orchestrator apply /a/plan" in how_to_apply("/a/plan")
    assert how_to_apply(None) == ""
