"""The simulator beside the real config loader of Backstage, on generated layers."""

import os
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from installer.yamltext.javascript import JavaScriptYamlError, load
from installer.yamltext.reading import Unreadable
from tests.appconfig.comparison import foretell, same, shorten
from tests.appconfig.strategies import Case, cases, damaged, soups
from tests.oracles.config_loader import ConfigLoader

SCALE = int(os.environ.get("APPCONFIG_FUZZ_SCALE", "1"))


def run(examples: int) -> settings:
    return settings(
        max_examples=examples * SCALE,
        deadline=None,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture],
    )


RECURSIVE = "an anchor that contains itself"


def has_odd_key(value: Any) -> bool:
    """A collection as a key keeps its comments and blank lines in its name, a date is written out; ours are not."""
    if isinstance(value, list):
        return any(map(has_odd_key, value))
    if not isinstance(value, dict):
        return False
    return any((key[:1] in ("[", "{") and "\n" in key) or "GMT" in key for key in value) or any(
        map(has_odd_key, value.values())
    )


def possible_failures(case: Case, ours: str) -> set[str]:
    """Where several files are at fault, which one Node reports depends on the disk: any of them will do."""
    alone = [foretell(Case(case.tree, (name,), case.env)).failure for name in case.files]
    return {shorten(ours), *(shorten(failure.message) for failure in alone if failure)}


@run(2000)
@given(case=cases())
def test_same_effective_configuration(loader: ConfigLoader, case: Case) -> None:
    ours = foretell(case)
    foretold = possible_failures(case, ours.failure.message) if ours.failure else set()
    # The loader would follow such an anchor until its memory is full.
    assume(RECURSIVE not in foretold)
    theirs = loader.effective(case.tree, case.files, case.env)
    assume(not has_odd_key(theirs.get("value")))
    if "error" in theirs:
        assert ours.failure is not None, theirs["error"]["message"]
        assert shorten(theirs["error"]["message"]) in foretold
    else:
        assert ours.failure is None, ours.failure
        assert same(ours.value, theirs["value"]), (ours.value, theirs["value"])


@run(1500)
@given(text=soups | damaged())
def test_same_yaml(loader: ConfigLoader, text: str) -> None:
    try:
        ours = {"value": load(text).value}
    except JavaScriptYamlError as error:
        ours = {"error": {"name": error.name, "message": error.full}}
    except Unreadable as error:
        assert error.code == "yaml-recursive"  # noqa: PT017 - whether it is an error is the question
        return
    theirs = loader.yaml(text)
    assume(not has_odd_key(theirs.get("value")))
    if "value" in theirs:
        assert "value" in ours, ours
        assert same(ours["value"], theirs["value"]), (ours, theirs)
    else:
        assert ours == theirs


@pytest.mark.parametrize("width", [1, 60, 79, 80, 81, 200])
@run(30)
@given(lead=st.integers(0, 120))
def test_same_frame_around_long_lines(loader: ConfigLoader, width: int, lead: int) -> None:
    text = f"first: {'x' * width}\n{'k' * lead}a: {{x: 1, x: {'y' * width}}}\n"
    with pytest.raises(JavaScriptYamlError) as caught:
        load(text)
    assert caught.value.full == loader.yaml(text)["error"]["message"]
