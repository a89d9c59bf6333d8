"""The help of every command: whole, the same by every way, and true to the table."""

import json
from pathlib import Path

import click
import pytest

from installer.cli.root import root
from installer.cli.table import CONFIG, RELEASES, ROOT, Entry
from installer.model.errors import MEANINGS, PRECEDENCE, ExitCode

COMMON = ("-o, --output", "--color", "-q, --quiet", "-v, --verbose", "--debug", "-h, --help")
TABLES = [((), ROOT), (("config",), CONFIG), (("releases",), RELEASES)]
COMMANDS: dict[tuple[str, ...], Entry] = {(*above, name): e for above, table in TABLES for name, e in table.items()}


def find(words):
    command = root
    for word in words:
        command = command.get_command(click.Context(command), word)
    return command


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_is_whole(words, answer):
    said = answer(*words, "--help")
    assert (said.code, said.err) == (0, "")
    usage, _, rest = said.out.partition("\n")
    assert usage.startswith(f"Usage: rhdh-orchestrator {' '.join(words)} ")
    assert all(option in rest for option in COMMON)
    for param in find(words).params:
        assert max(param.opts, key=len) in rest or isinstance(param, click.Argument)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_help_is_the_same_by_every_way(words, answer):
    wanted = answer(*words, "--help").out
    assert answer(*words, "-h").out == wanted
    assert answer("help", *words).out == wanted
    assert json.loads(answer("help", *words, "-o", "json").out)["result"]["help"] == wanted.removesuffix("\n")


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_table_says_what_the_command_says(words):
    command = find(words)
    assert command.name == words[-1]
    assert command.short_help == COMMANDS[words].help


@pytest.mark.parametrize("words", [words for words in COMMANDS if words[0] in ("install", "config")], ids=" ".join)
def test_examples_can_be_parsed(words, answer):
    for line in getattr(find(words), "examples", ()):
        said = answer(*line.split()[1:], "--help")
        assert said.code == 0
        assert said.out.startswith(f"Usage: rhdh-orchestrator {' '.join(words)} ")


def test_no_line_is_wider_than_a_terminal(answer):
    for words in ((), *COMMANDS):
        body = answer(*words, "--help").out.partition("Examples:")[0]
        assert max(map(len, body.splitlines())) <= 80


def test_exit_codes(answer):
    said = answer("help", "exit-codes")
    rows = [line.split(maxsplit=2) for line in said.out.partition("\n\n")[0].splitlines()]
    assert rows == [[str(int(code)), code.name, MEANINGS[code]] for code in ExitCode]
    order = "1, 12, 130, 143, 11, 2, 13, 8, 6, 7, 9, 10, 3, 4, 15, 14, 5, 0"
    assert said.out.endswith(f"{order}\n")
    result = json.loads(answer("help", "exit-codes", "-o", "json").out)["result"]
    assert result["exitCodes"][0] == {"code": 0, "name": "OK", "meaning": MEANINGS[ExitCode.OK]}
    assert result["precedence"] == [code.name for code in PRECEDENCE]


def test_the_reference_in_docs_is_fresh(program):
    root_of_checkout = Path(__file__).parents[2]
    done = program.probe(
        "import runpy, sys; sys.stdout.write(runpy.run_path(sys.argv[1])['reference']())",
        str(root_of_checkout / "scripts" / "reference"),
    )
    assert done.stdout == (root_of_checkout / "docs" / "reference.md").read_text(), "run scripts/reference"
