"""What holds for every text: the simulator answers, agrees with itself, and its cost grows with the text."""

import sys
from collections.abc import Callable
from functools import partial
from random import Random
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from installer.plugins.behaviour import behaviour, behaviours
from installer.plugins.documents import _construct, _Fast, _is_doubtful
from installer.plugins.simulate import ABSENT, UNKNOWN, Outcome, simulate

PACKAGES = (
    "./a", "./b", "'@s/a@1'", "'@s/a@2'", "a@1", "a", "x@npm:a@1", "u/r#v1", "https://h/a-1.0.0.tgz", "5", "[x]",
    "oci://h/i:1!p", "oci://h/i:2!p", "oci://h/i:1!q", "oci://h/i:1", "'oci://h/i:{{inherit}}'",
    "'oci://h/i:{{inherit}}!p'", "oci://h/i", "oci://h:5000/j:1!p",
)  # fmt: skip
OPTIONAL = {
    "disabled": ("true", "false", "yes", "'false'", "1", "0", ""),
    "enabled": ("true", "false", "yes", "'false'", "1", "0", ""),
    "integrity": (f"sha512-{'A' * 86}==", "x", "sha512-A", ""),
    "pluginConfig": (
        *("{a: 1}", "{a: {b: 1}}", "{a: {b: true}}", "{a: [1]}", "{a:}", "[1]", "x"),
        *("{1: {a: 1}}", "{on: 1}", "{c: {d: 2}}"),
    ),
    "reviewed": ("2025-03-01", "x"),
}


def entry(seed: int) -> str:
    """An entry; hypothesis chooses entries, for a choice of its own for each field would cost more than the test."""
    dice = Random(seed)  # noqa: S311
    lines = [f"package: {dice.choice(PACKAGES)}"]
    lines += [f"{key}: {dice.choice(values)}" for key, values in OPTIONAL.items() if dice.randrange(2)]
    return "  - " + "\n    ".join(lines) + "\n"


ENTRIES = st.lists(st.integers(0, 2**32).map(entry), max_size=5).map(
    lambda entries: "plugins:\n" + "".join(entries) if entries else "plugins: []\n"
)
PIECES = st.sampled_from(
    [
        "plugins:", "includes:", "package: ", "- ", "  ", "\n", "\n  ", "\t", "{", "}", "[", "]", ": ", ",", "'", '"',
        "#", "&a ", "*a", "!x ", "!!set ", "|\n", ">\n", "---", "...", "? ", "<<: ", "%YAML 1.2", "@", "`", "\0", "\a",
        "\r", "\ud800", "\ufeff", "é", "\u2028", "😀", "2025-13-45", "oci://h/i:1!p", "./a", "null", "yes", "0o7",
        "!", "=",
    ]
)  # fmt: skip
TEXTS = st.one_of(st.lists(PIECES, max_size=25).map("".join), st.text(max_size=60), ENTRIES)
FAMILIES = st.sampled_from(behaviours())


def outcome(family: str, main: str, include: str) -> Outcome:
    return simulate(main, lambda _: include, behaviour(family), {})


@settings(max_examples=1500, deadline=None)
@given(FAMILIES, st.sampled_from(["", "includes: [i.yaml]\n"]), TEXTS, TEXTS)
def test_always_answers(family: str, start: str, main: str, include: str) -> None:
    result = outcome(family, start + main, include)
    assert (result.app_config is None) == (result.failure is not None)
    assert result.failure == next(iter(result.failures), None)
    assert all(plugin.origin.line >= 1 and plugin.origin.column >= 1 for plugin in result.plugins)


@settings(max_examples=400, deadline=None)
@given(FAMILIES, ENTRIES, ENTRIES)
def test_same_input_same_answer(family: str, main: str, include: str) -> None:
    text = f"includes: [i.yaml]\n{main}"
    assert repr(outcome(family, text, include)) == repr(outcome(family, text, include))


@settings(max_examples=400, deadline=None)
@given(FAMILIES, ENTRIES)
def test_an_unknown_include_never_adds_a_failure(family: str, main: str) -> None:
    without = simulate(main, lambda _: ABSENT, behaviour(family))
    beside = simulate(f"includes: [i.yaml]\n{main}", lambda _: UNKNOWN, behaviour(family))
    assert without.failure is not None or beside.failure is None


@settings(max_examples=400, deadline=None)
@given(ENTRIES, ENTRIES)
def test_families_that_differ_in_nothing_answer_alike(main: str, include: str) -> None:
    text = f"includes: [i.yaml]\n{main}"
    for one, other in (("B", "B-lock"), ("B", "C"), ("C", "C-include-warning"), ("E3", "E4")):
        assert repr(outcome(one, text, include)) == repr(outcome(other, text, include))


@settings(max_examples=1500, deadline=None)
@given(TEXTS)
def test_libyaml_is_only_trusted_where_it_agrees_with_the_pure_loader(text: str) -> None:
    if _is_doubtful(text):
        return
    try:
        fast, _ = _construct(_Fast(text))
    except (yaml.YAMLError, ValueError, TypeError, OverflowError):
        return
    assert repr(fast) == repr(yaml.safe_load(text))


def _calls(function: Callable[[], Any]) -> int:
    """How many calls of Python functions, a count that is the same on every machine."""
    count = 0

    def note(_frame: Any, event: str, _argument: Any) -> None:
        nonlocal count
        count += event == "call"

    sys.setprofile(note)
    try:
        function()
    finally:
        sys.setprofile(None)
    return count


def _large(entries: int, image: str = "") -> str:
    return "plugins:\n" + "".join(
        f"  - package: {image or f'oci://h/i{number}:1'}!p{number}\n    disabled: false\n"
        f"    pluginConfig: {{k{number}: {{a: 1}}}}\n"
        for number in range(entries)
    )


@pytest.mark.parametrize("family", ["B", "D", "E1", "E4", "F"])
@pytest.mark.parametrize("image", ["", "oci://h/i:1"])
def test_cost_is_linear(family: str, image: str) -> None:
    texts = [_large(size, image) for size in (100, 800)]
    small, large = (_calls(partial(outcome, family, text, "")) for text in texts)
    assert large < 8 * small * 1.3
