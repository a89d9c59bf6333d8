"""The table of cases: what every family of installers makes of an input, drawn from what they were seen to do."""

from pathlib import Path
from typing import Any

import pytest

from installer.plugins.behaviour import behaviour, behaviours
from installer.plugins.simulate import ABSENT, UNKNOWN, Outcome, simulate
from tests.tables import table

CASES = Path(__file__).parent / "cases"
KNOWN = {
    "families",
    "joined",
    "plugins",
    "config",
    "failure",
    "package",
    "at",
    "warnings",
    "unknown",
    "dropped",
    "failures",
    "origins",
}
START = {"dynamicPlugins": {"rootDirectory": "dynamic-plugins-root"}}


def families(words: str) -> list[str]:
    """ "A..C F" as names: a range in the order of installers.yaml, or single ones."""
    names = list(behaviours())
    chosen: list[str] = []
    for word in words.split():
        first, dots, last = word.partition("..")
        chosen += names[names.index(first) : names.index(last) + 1] if dots else [first]
    return chosen


def rows() -> list[Any]:
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        for case in table(path):
            for expected in case["expect"]:
                assert expected.keys() <= KNOWN, (path, case["name"])
                found += [
                    pytest.param(case, expected, name, id=f"{path.stem}: {case['name']}: {name}")
                    for name in families(expected["families"])
                ]
    return found


ROWS = rows()


def run(case: dict[str, Any], name: str) -> Outcome:
    texts = case.get("includes", {})

    def include(asked: str) -> Any:
        text = texts.get(asked)
        return ABSENT if text is None else UNKNOWN if text == "?" else text

    main = ABSENT if case["main"] is None else case["main"]
    return simulate(main, include, behaviour(name), case.get("environment", {}))


def shown(outcome: Outcome) -> list[str]:
    return [plugin.package if plugin.enabled else f"off: {plugin.package}" for plugin in outcome.plugins]


@pytest.mark.parametrize(("case", "expected", "name"), ROWS)
def test_case(case: dict[str, Any], expected: dict[str, Any], name: str) -> None:
    outcome = run(case, name)
    message = outcome.failure.message if outcome.failure else None
    assert message == expected.get("failure")
    assert (outcome.app_config is None) == (message is not None)
    if "plugins" in expected:
        assert shown(outcome) == expected["plugins"]
    if "config" in expected:
        assert repr(outcome.app_config) == repr(expected["config"]) or outcome.app_config == expected["config"]
    if "joined" in expected:
        assert outcome.app_config == START | expected["joined"]
    _check_rest(outcome, expected)


def _check_rest(outcome: Outcome, expected: dict[str, Any]) -> None:
    failure = outcome.failure
    if "package" in expected:
        assert failure is not None
        assert failure.package == expected["package"]
    if "at" in expected:
        assert failure is not None
        assert failure.origin is not None
        assert f"{failure.origin.file}:{failure.origin.line}:{failure.origin.column}" == expected["at"]
    if "failures" in expected:
        assert [one.message for one in outcome.failures] == expected["failures"]
    if "warnings" in expected:
        assert list(outcome.warnings) == expected["warnings"]
    if "unknown" in expected:
        assert list(outcome.unknown) == expected["unknown"]
    if "dropped" in expected:
        assert [plugin.package for plugin in outcome.dropped] == expected["dropped"]
        assert not any(plugin.enabled for plugin in outcome.dropped)
    if "origins" in expected:
        assert [
            [f"{origin.file}:{origin.line}" for origin in (plugin.origin, *plugin.overrides)]
            for plugin in outcome.plugins
        ] == expected["origins"]


def test_the_table_is_large() -> None:
    assert len(ROWS) >= 250


def test_every_family_is_in_the_table() -> None:
    assert {row.values[2] for row in ROWS} == set(behaviours())
