"""What Kubernetes would refuse, and what the exit code is asked to say."""

from pathlib import Path

import pytest

from installer.model.errors import ExitCode
from tests.install.case import Case, answer

CASES = Path(__file__).parent / "cases"
MIB = 1024 * 1024


@pytest.fixture
def case() -> Case:
    return Case.load(CASES / "011-operator-2.0.yaml")


def test_a_config_map_beyond_one_mebibyte_is_refused(case: Case, tmp_path: Path) -> None:
    case.lay_out(tmp_path)
    plugins = tmp_path / "given" / "plugins.yaml"
    room = MIB - len(case.given["plugins.yaml"])
    plugins.write_text(case.given["plugins.yaml"] + f"    # {'x' * (room - 300)}\n", encoding="utf-8")
    before = plugins.read_bytes()
    report = answer(case.request(tmp_path, yes=True))
    assert [one.code for one in report.errors] == ["configmap-too-large"]
    assert (report.exit, plugins.read_bytes()) == (ExitCode.FINDINGS, before)
    assert "1,048,576" in report.errors[0].message


def test_all_keys_of_a_config_map_count(case: Case, tmp_path: Path) -> None:
    case.lay_out(tmp_path)
    plugins = tmp_path / "given" / "plugins.yaml"
    text = case.given["plugins.yaml"].replace("\ndata:\n", f"\ndata:\n  other: {'x' * (MIB - 300)}\n", 1)
    plugins.write_text(text, encoding="utf-8")
    report = answer(case.request(tmp_path, yes=True))
    assert [one.code for one in report.errors] == ["configmap-too-large"]


@pytest.mark.parametrize(
    ("options", "gate"),
    [
        ({"dry_run": True}, ExitCode.OK),
        ({"dry_run": True, "exit_code": True}, ExitCode.PENDING),
        ({"dry_run": True, "exit_code": True, "fail_on_warn": True}, ExitCode.PENDING),
        ({"dry_run": True, "fail_on_warn": True}, ExitCode.OK),
        ({}, ExitCode.UNCONFIRMED),
        ({"yes": True, "exit_code": True}, ExitCode.OK),
    ],
)
def test_the_exit_code_says_what_was_asked_of_it(
    case: Case, options: dict[str, bool], gate: ExitCode, tmp_path: Path
) -> None:
    case.lay_out(tmp_path)
    assert answer(case.request(tmp_path, **options)).exit is gate


def test_warnings_fail_where_that_is_asked_for(tmp_path: Path) -> None:
    case = Case.load(CASES / "034-cors-unknown.yaml")
    case.lay_out(tmp_path)
    report = answer(case.request(tmp_path, dry_run=True, fail_on_warn=True))
    assert (report.exit, report.errors) == (ExitCode.WARNINGS, ())


def test_nothing_to_do_is_no_question(tmp_path: Path) -> None:
    case = Case.load(CASES / "090-nothing-to-do.yaml")
    case.lay_out(tmp_path)
    for options in ({}, {"yes": True}, {"dry_run": True, "exit_code": True}):
        report = answer(case.request(tmp_path, **options))
        assert (report.exit, report.changes) == (ExitCode.OK, ())
