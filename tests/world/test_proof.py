"""What was proven of the world is believed for as long as nothing of it has changed, and not for ever."""

import os
import time
from pathlib import Path
from typing import Literal

import pytest

from tests.world.proof import DAY, DAYS, Proofs, key

Outcome = Literal["passed", "failed"]
NAME = "tests/world/test_it.py::test_it"


@pytest.fixture
def proofs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Proofs:
    monkeypatch.setattr("tests.world.proof.ENVIRONMENT", {})
    made = Proofs()
    made.folder = tmp_path / "proofs"
    return made


def report(when: Literal["call", "teardown"], outcome: Outcome) -> pytest.TestReport:
    return pytest.TestReport(NAME, ("", 0, ""), {}, outcome, None, when)


def test_what_has_passed_is_proven_for_a_while(proofs: Proofs) -> None:
    assert not proofs.has(NAME)
    proofs.note(report("call", "passed"))
    assert not proofs.has(NAME), "it has not cleared up behind it yet"
    proofs.note(report("teardown", "passed"))
    assert proofs.has(NAME)
    long_ago = time.time() - DAYS * DAY - 60
    os.utime(proofs.of(NAME), (long_ago, long_ago))
    assert not proofs.has(NAME)


@pytest.mark.parametrize(("call", "teardown"), [("failed", "passed"), ("passed", "failed")])
def test_what_has_failed_is_not(proofs: Proofs, call: Outcome, teardown: Outcome) -> None:
    proofs.note(report("call", call))
    proofs.note(report("teardown", teardown))
    assert not proofs.has(NAME)


def test_who_wants_it_tries_again(proofs: Proofs, monkeypatch: pytest.MonkeyPatch) -> None:
    proofs.note(report("call", "passed"))
    proofs.note(report("teardown", "passed"))
    monkeypatch.setattr("tests.world.proof.ENVIRONMENT", {"WORLD_PROOF": "again"})
    assert not proofs.has(NAME)


def test_another_world_is_another_proof(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.world.proof.FOLDER", tmp_path)
    (tmp_path / "stages.yaml").write_text("one", encoding="utf-8")
    first = key(tmp_path / "world")
    assert key(tmp_path / "world") == first
    assert key(tmp_path / "another") != first
    (tmp_path / "stages.yaml").write_text("two", encoding="utf-8")
    assert key(tmp_path / "world") != first
