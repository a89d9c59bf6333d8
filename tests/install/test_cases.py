"""Directory in, expected diff out: every file of cases/. `UPDATE=1 pytest` writes the answers of today into them."""

import os
from pathlib import Path

import pytest
import yaml

from installer.model.errors import ExitCode
from tests.install.case import Case, answer, refresh, seen
from tests.install.losses import losses

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, tmp_path: Path) -> None:
    case = Case.load(path)
    case.lay_out(tmp_path)
    before = content(tmp_path)
    found = seen(answer(case.request(tmp_path, dry_run=True)), tmp_path)
    assert content(tmp_path) == before
    if os.environ.get("UPDATE"):
        refresh(case, found)
        case = Case.load(path)
    assert found == case.expect
    if found["exit"] == ExitCode.OK.name:
        hold_writing(case, tmp_path, before, found.get("changed", []))


def hold_writing(case: Case, folder: Path, before: dict[str, bytes], expected: list[str]) -> None:
    written = answer(case.request(folder, yes=True))
    after = content(folder)
    assert written.exit is ExitCode.OK
    assert sorted(name for name in after if after[name] != before.get(name)) == [f"given/{path}" for path in expected]
    assert sorted(before.keys() - after.keys()) == []
    for path in expected:
        assert path == ".npmrc" or list(yaml.compose_all(after[f"given/{path}"].decode("utf-8-sig")))
    lost = {name: losses(name, before[name], after[name]) for name in before if after[name] != before[name]}
    assert {name: found for name, found in lost.items() if found} == {}
    again = answer(case.request(folder, yes=True))
    assert (again.exit, again.changes) == (ExitCode.OK, ())
    assert content(folder) == after


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_set_is_wide() -> None:
    codes = {Case.load(path).expect["exit"] for path in CASES}
    assert len(CASES) >= 45
    assert codes >= {"OK", "TARGET", "FINDINGS", "INVALID", "DECIDE"}
