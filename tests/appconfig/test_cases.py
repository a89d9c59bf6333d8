"""What the real packages answered, as tables: these run without Node."""

import math
from pathlib import Path
from typing import Any

import pytest

from installer.appconfig.simulate import Effective, Switches
from installer.yamltext.javascript import JavaScriptYamlError, load
from tests.appconfig.comparison import foretell, same, shorten
from tests.appconfig.strategies import Case
from tests.tables import table

CASES = Path(__file__).parent / "cases"
VERSIONS = {
    "before 1.10.0": Switches(dollar_keys_are_placeholders=True, colon_in_keys=False),
    "before 1.10.5": Switches(dollar_keys_are_placeholders=False, colon_in_keys=False),
    "1.11.3": Switches(),
}


def rows_of(name: str) -> list[Any]:
    rows = table(CASES / name)
    return [pytest.param(row, id=row["name"]) for row in rows]


def check(effective: Effective, expected: dict[str, Any]) -> None:
    if "error" in expected:
        assert effective.failure is not None, effective.value
        assert shorten(effective.failure.message) == expected["error"]
    else:
        assert effective.failure is None, effective.failure
        assert same(effective.value, expected["value"]), effective.value


@pytest.mark.parametrize("row", rows_of("yaml.yaml"))
def test_yaml(row: dict[str, Any]) -> None:
    try:
        value = load(row["text"]).value
    except JavaScriptYamlError as error:
        assert error.placed == row.get("error")  # noqa: PT017 - whether it is an error is the question
    else:
        assert "error" not in row, value
        assert same(value, row["value"]), value


@pytest.mark.parametrize("row", rows_of("layers.yaml"))
def test_layers(row: dict[str, Any]) -> None:
    check(foretell(Case(row["files"], tuple(row["layers"]), row.get("env", {}))), row)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("row", rows_of("switches.yaml"))
def test_versions(row: dict[str, Any], version: str) -> None:
    case = Case({"app-config.yaml": row["text"]}, ("app-config.yaml",), row.get("env", {}))
    check(foretell(case, VERSIONS[version]), row[version])


def test_the_tables_are_as_large_as_the_knowledge() -> None:
    rows = [row for name in ("yaml.yaml", "layers.yaml") for row in rows_of(name)]
    assert len(rows) >= 150
    assert len({row.id for row in rows}) == len(rows)


def test_not_a_number_is_itself() -> None:
    assert math.isnan(load("a: .nan").value["a"])
