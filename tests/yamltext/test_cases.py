"""The table of edits in cases.yaml, byte for byte."""

from pathlib import Path
from typing import Any

import pytest

from installer.yamltext.editing import Refused, edited
from installer.yamltext.patch import Branch, Drop, Set
from installer.yamltext.splices import spliced
from installer.yamltext.values import Schema
from tests.tables import table

CASES: list[dict[str, Any]] = table(Path(__file__).parent / "cases.yaml")


def path_of(dotted: str) -> tuple[str | int, ...]:
    if not dotted or "/" in dotted:
        return (dotted,) if dotted else ()
    return tuple(int(part) if part.isdigit() else part for part in dotted.split("."))


def branch_of(patch: dict[str, Any]) -> Branch:
    branch = Branch(renames=patch.get("rename", {}))
    for path, value in patch.get("set", {}).items():
        branch.put(path_of(path), Set(value))
    for path in patch.get("drop", []):
        branch.put(path_of(path), Drop())
    for path, values in patch.get("append", {}).items():
        branch.append(path_of(path), values)
    return branch


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    before, patch = case["before"], branch_of(case["patch"])
    if "refused" in case:
        with pytest.raises(Refused, match=case["refused"]):
            edited(before, patch, Schema.KUBERNETES)
        return
    splices = edited(before, patch, Schema.KUBERNETES, case.get("document", 0))
    assert spliced(before, splices) == case["after"]


def test_the_table_is_long() -> None:
    assert len(CASES) >= 80
    assert len({case["name"] for case in CASES}) == len(CASES)
