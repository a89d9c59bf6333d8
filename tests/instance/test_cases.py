"""Directories in, instances or errors out: every case of cases/*.yaml."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from installer.directory.read import read
from installer.instance.find import find
from installer.model.errors import ExitCode, InstallerError
from tests.tables import table

HERE = Path(__file__).parent
_spec = importlib.util.spec_from_file_location("summary", HERE / "summary.py")
assert _spec is not None
assert _spec.loader is not None
summary = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(summary)

CASES = [
    pytest.param(case, id=f"{file.stem}: {case['case']}")
    for file in sorted((HERE / "cases").glob("*.yaml"))
    for case in table(file)["cases"]
]


def write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], tmp_path: Path) -> None:
    write(tmp_path, case["files"])
    if "error" in case:
        check_error(case["error"], tmp_path, case.get("instance"))
        return
    found = summary.summarise(find(read(str(tmp_path)), case.get("instance")))
    assert {key: found[key] for key in case["expect"]} == case["expect"]


def check_error(expected: dict[str, Any], folder: Path, selection: str | None) -> None:
    with pytest.raises(InstallerError) as caught:
        find(read(str(folder)), selection)
    problem = caught.value.problems[0]
    assert (problem.code, caught.value.exit) == (expected["code"], ExitCode(expected["exit"]))
    assert problem.fix
    if "where" in expected:
        assert str(problem.where) == expected["where"]
    for part in expected.get("says", []):
        assert part in problem.message


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 60
    assert len({case.id for case in CASES}) == len(CASES)
