"""What the README shows is true: its commands run, and CI runs its two."""

import re
from pathlib import Path

import pytest

from installer.cli import table
from installer.model.errors import ExitCode

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
LINES = [line for block in BLOCKS for line in block.splitlines() if line]
# Run by .ci/run itself, of which this test is a part.
OF_CI = ["scripts/quickstart", "scripts/test"]
COMMANDS = [line for line in LINES if line not in OF_CI]


@pytest.fixture
def shop(tmp_path, manifests):
    """A directory as the README's reader has it, with the program on the PATH."""
    shim = tmp_path / "bin" / "rhdh-orchestrator"
    shim.parent.mkdir()
    shim.write_text('#!/bin/sh\nexec "$PYTHON" -m installer "$@"\n')
    shim.chmod(0o755)
    return manifests.parent


@pytest.mark.parametrize("line", COMMANDS)
def test_command_runs(line, program, shop):
    done = program.shell(f'set -euo pipefail; PATH="{shop}/bin:$PATH"; {line}', cwd=shop)
    assert (done.returncode, done.stderr.count("error: ")) == (0, 0), done.stderr


def test_ci_runs_the_two_commands_of_the_readme():
    assert [line for line in LINES if line.startswith("scripts/")] == OF_CI
    script = (ROOT / ".ci" / "run").read_text().splitlines()
    assert [line for line in script if line.startswith("scripts/")] == OF_CI
    assert script[-1] == "scripts/test"


def test_scripts_can_be_run():
    for name in (*OF_CI, "scripts/python-of", ".ci/run"):
        assert (ROOT / name).stat().st_mode & 0o111 == 0o111


def test_exit_codes_of_the_readme_exist():
    codes = [int(code) for code in re.findall(r"^\| (\d+) \|", README, re.MULTILINE)]
    assert len(codes) > 5
    assert {ExitCode(code) for code in codes}


def test_every_command_is_in_the_readme():
    for name in table.ROOT:
        assert re.search(rf"rhdh-orchestrator {name}\b", README), name


def test_files_of_the_readme_exist():
    for name in re.findall(r"`((?:docs|scripts)/[\w./-]+|LICENSE)`", README):
        assert (ROOT / name).exists(), name
