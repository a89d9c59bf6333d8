from pathlib import Path

import pytest

from installer.plugins.behaviour import behaviour
from installer.plugins.identity import merge_key, name_of, parse_oci, version_of, without_version
from tests.tables import table

TABLE = [
    line.split("\t")
    for line in (Path(__file__).parent / "cases" / "keys.tsv").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
]
VERSIONS = table(Path(__file__).parent / "versions.yaml")


@pytest.mark.parametrize(("package", "version", "bare"), VERSIONS, ids=[row[0] for row in VERSIONS])
def test_version(package: str, version: str | None, bare: str | None) -> None:
    assert version_of(package) == version
    assert without_version(package) == (bare or package)


@pytest.mark.parametrize("row", TABLE, ids=[row[0] for row in TABLE])
def test_key_and_name(row: list[str]) -> None:
    package, exact, python, javascript, name = row
    for family, key in (("A", exact), ("D", exact), ("E2", python), ("E4", python), ("F", javascript)):
        assert merge_key(package, behaviour(family)) == (package if key == "=" else key), family
    assert name_of(package) == name


def test_the_first_19_knew_no_port() -> None:
    assert parse_oci("oci://h:5000/i:1!p", behaviour("E1")) is None
    assert merge_key("oci://h:5000/i:1!p", behaviour("E1")) == "oci://h:5000/i:1!p"


def test_python_forgives_a_newline_at_the_end() -> None:
    assert merge_key("oci://h/i:1!p\n", behaviour("E4")) == "oci://h/i:!p"
    assert merge_key("oci://h/i:1!p\n", behaviour("F")) == "oci://h/i:1!p\n"


@pytest.mark.parametrize("package", ["", "@", "oci://", "@npm:", "#", "/", "./", "://", "a@"])
def test_odd_strings_have_a_key_and_a_name(package: str) -> None:
    for family in ("A", "E1", "E4", "F"):
        assert isinstance(merge_key(package, behaviour(family)), str)
    assert isinstance(name_of(package), str)
