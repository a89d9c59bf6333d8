"""Planted secrets, in every spelling near what is edited, never appear: any command, any format, both streams."""

import re
import shutil
from pathlib import Path

import pytest

PORTALS = Path(__file__).parent / "secrets"
CANARY = re.compile(r"canary\d\d")
COMMANDS = {
    "dry-run": ["install", "--directory", ".", "--dry-run"],
    "not confirmed": ["install", "--directory", "."],
    "write": ["install", "--directory", ".", "--yes"],
    "effective": ["config", "effective", "--directory", "."],
    "show all": ["config", "show", "", "--directory", "."],
    "show auth": ["config", "show", "auth", "--directory", "."],
    "show one": ["config", "show", "auth.providers.github.development.clientSecret", "--directory", "."],
}


def planted(portal: Path) -> set[str]:
    return {name for path in portal.iterdir() for name in CANARY.findall(path.read_text())}


def test_there_are_enough():
    found = [name for portal in PORTALS.iterdir() for name in sorted(planted(portal))]
    assert len(found) == len(set(found)) >= 40


@pytest.fixture
def spoken(speak):
    """All that it says in a folder, on both streams."""

    def both(folder, *words):
        said = speak(folder, *words)
        return said.out + said.err

    return both


@pytest.mark.parametrize("portal", sorted(PORTALS.iterdir()), ids=lambda path: path.name)
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("output", ["text", "json", "yaml"])
def test_no_secret_is_shown(portal, command, output, tmp_path, spoken):
    folder = tmp_path / "portal"
    shutil.copytree(portal, folder)
    words = [*COMMANDS[command], "-o", output, "-v", "--debug"]
    said = spoken(folder, *words)
    assert sorted(set(CANARY.findall(said))) == []
    assert "bug in" not in said
    # What stood in a package that is replaced is gone, and nothing else.
    assert planted(portal) - planted(folder) <= {"canary46"}


SPOILED = ["plugins:\n  - package: [", "}", "\t- a"]


@pytest.mark.parametrize("more", SPOILED)
@pytest.mark.parametrize("portal", sorted(PORTALS.iterdir()), ids=lambda path: path.name)
def test_errors_quote_no_secret(portal, more, tmp_path, spoken):
    for number, file in enumerate(sorted(portal.iterdir())):
        folder = tmp_path / str(number)
        shutil.copytree(portal, folder)
        (folder / file.name).write_text(f"{file.read_text()}{more}\n")
        said = spoken(folder, "install", "--directory", ".", "--yes", "-v", "--debug")
        assert sorted(set(CANARY.findall(said))) == []
