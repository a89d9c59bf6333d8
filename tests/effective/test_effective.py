"""`config effective` and `config show` through the program: origins, what is not known, what RHDH would refuse."""

from pathlib import Path

import pytest

from tests.tables import table

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "scripts" / "sample"
CASES = table(Path(__file__).with_name("cases.yaml"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case, tmp_path, ask):
    for name, text in case["files"].items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    said = ask(tmp_path, *case["words"].split())
    assert said.code == case.get("exit", 0), said.document["errors"]
    for key, wanted in case.get("result", {}).items():
        assert said.result[key] == wanted, key
    assert plugins(said.result) == case.get("plugins", plugins(said.result))
    errors = said.document["errors"]
    assert [error["code"] for error in errors] == case.get("errors", [])
    for part in case.get("says", []):
        assert part in errors[0]["message"]
    if "where" in case:
        where = errors[0]["where"]
        assert f"{where['file']}:{where['line']}" == case["where"]
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def plugins(result):
    return [
        f"{'on' if one['enabled'] else 'off'} {one['package']} {one['origin']}" for one in result.get("plugins", [])
    ]


def test_a_directory(ask):
    said = ask(SAMPLE.parent, "config", "effective", "--directory", "sample")
    assert said.code == 0
    assert said.result["unknownIncludes"] == ["dynamic-plugins.default.yaml"]
    assert said.result["appConfig"]["app"]["title"] == "Example Corp Developer Hub"
    assert plugins(said.result)[0] == (
        "on ./dynamic-plugins/dist/backstage-plugin-techdocs-backend-dynamic dynamic-plugins.yaml:12"
    )
    assert said.result["instance"]["version"] == "1.6"


def test_a_value_of_a_directory(ask):
    said = ask(SAMPLE.parent, "config", "show", "catalog.locations.0.target", "--directory", "sample")
    assert said.result["origin"] == "app-config.yaml:32"
    said = ask(SAMPLE.parent, "config", "show", "kubernetes.serviceLocatorMethod.type", "--directory", "sample")
    assert said.result["origin"] == "dynamic-plugins.yaml:18"
