"""Values in, the expected diff out: every file of cases/. `UPDATE=1` writes the answers of today into the cases."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from installer.cli.boundary import run
from installer.directory.read import read
from installer.yamltext.reading import compose
from tests.tables import table

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
MARK = "\nexpect:\n"
Ask = Callable[..., SimpleNamespace]


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def answer(*words: str) -> SimpleNamespace:
        capsys.readouterr()
        code = run([*words, "-o", "json"])
        document = json.loads(capsys.readouterr().out)
        assert document["exit"]["code"] == code
        return SimpleNamespace(code=code, document=document)

    return answer


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = table(path)
    return loaded


def lay_out(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode())


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def seen(document: dict[str, Any], folder: Path) -> dict[str, Any]:
    """What a case says about an answer; `says` are the messages, `instance` and `release` where there is one."""
    diffs = dict.fromkeys((change["path"], change["diff"]) for change in document["changes"])
    result = document["result"] or {}
    problems = [*document["errors"], *document["warnings"]]
    found = {
        "exit": document["exit"]["code"],
        "release": result.get("release"),
        "errors": [error["code"] for error in document["errors"]],
        "warnings": [warning["code"] for warning in document["warnings"]],
        "says": [problem["message"].replace(str(folder), "DIR") for problem in problems],
        "changed": sorted({change["path"] for change in document["changes"]}),
        "diff": "".join(diff for _, diff in diffs),
    }
    return {key: value for key, value in found.items() if value not in (None, [], "")}


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_case(path: Path, ask: Ask, tmp_path: Path) -> None:
    case = load(path)
    lay_out(tmp_path, case["files"])
    before = content(tmp_path)
    words = ["install", "--directory", str(tmp_path), *map(str, case.get("options", []))]
    looked = ask(*words, "--dry-run")
    assert content(tmp_path) == before
    found = seen(looked.document, tmp_path)
    if os.environ.get("UPDATE"):
        refresh(path, found)
        case = load(path)
    assert found == case["expect"]
    if looked.code == 0:
        hold_writing(ask, words, tmp_path, before, found)


def hold_writing(ask: Ask, words: list[str], folder: Path, before: dict[str, bytes], found: dict[str, Any]) -> None:
    written = ask(*words, "--yes")
    after = content(folder)
    changed = sorted(name for name in after if after[name] != before.get(name))
    assert (written.code, sorted(before.keys() - after.keys())) == (0, [])
    assert changed == found.get("changed", [])
    assert seen(written.document, folder).get("diff", "") == found.get("diff", "")
    assert not {one.path for one in read(str(folder)).unreadable} & set(changed)
    for name in changed:
        compose(after[name].decode())
    again = ask(*words, "--yes")
    assert (again.code, again.document["changes"], content(folder)) == (0, [], after)
    failed = written.document["result"]["preview"]["failure"]
    assert failed is None


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 30
    assert {load(path)["expect"]["exit"] for path in CASES} >= {0, 3, 4, 6, 7}


# -- refreshing


def refresh(path: Path, found: dict[str, Any]) -> None:
    head = f"\n{path.read_text(encoding='utf-8')}".split(MARK)[0].strip("\n")
    lines = [f"  {key}: {json.dumps(value)}" for key, value in found.items() if key not in ("diff", "says")]
    if "says" in found:
        lines += ["  says:", *(f"    - {json.dumps(one)}" for one in found["says"])]
    path.write_text(f"{head}{MARK}" + "\n".join([*lines, *as_block(found)]) + "\n", encoding="utf-8")


def as_block(found: dict[str, Any]) -> list[str]:
    diff = found.get("diff")
    if diff is None:
        return []
    if "\r" in diff or "\t" in diff:
        return [f"  diff: {json.dumps(diff)}"]
    return ["  diff: |", *(f"    {line}" for line in diff.removesuffix("\n").split("\n"))]
