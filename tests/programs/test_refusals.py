"""What helm's last words become."""

from pathlib import Path
from typing import Any

import pytest

from installer.model.errors import ExitCode
from installer.programs.helm_refusals import refusal
from tests.tables import table

CASES: list[dict[str, Any]] = table(Path(__file__).with_name("refusals.yaml"))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_refusal(case: dict[str, Any]) -> None:
    (problem,) = refusal("upgrade orchestrator", case["stderr"]).problems
    assert (problem.exit, problem.code) == (ExitCode[case["exit"]], case["code"])
    assert case.get("words", "") in problem.message
    assert "never" not in case or case["never"] not in problem.message
