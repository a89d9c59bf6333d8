"""Remedies in, the words of each owner out: every case of fixes.yaml."""

from pathlib import Path

import pytest
import yaml

from installer.audit import remedy
from installer.audit.fixes import fix_for
from installer.model.change import Ref
from tests.audit.cases import Case
from tests.tables import table

CASES = table(Path(__file__).with_name("fixes.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['base']} {case['remedy'][0]}")
def test_case(case):
    instance = Case("x", "pass", "x/pass.yaml", {"base": case["base"]}, ()).contents.instance
    name, given = case["remedy"]
    fix = fix_for("what to do", getattr(remedy, name)(**{key: frozen(value) for key, value in given.items()}), instance)
    assert fix.summary == "what to do"
    assert list(fix.commands) == case.get("commands", list(fix.commands))
    assert (fix.patch.split("\n")[0] if fix.patch else None) == case["head"]
    if "patch" in case:
        assert yaml.safe_load(fix.patch) == case["patch"]


def frozen(value):
    if isinstance(value, list) and len(value) == 4:
        return Ref(*value)
    return tuple(value) if isinstance(value, list) else value
