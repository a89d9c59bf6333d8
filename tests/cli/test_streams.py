"""What goes to which stream, in which colours, and what happens when nobody reads it."""

import json
import subprocess
from pathlib import Path

import pytest

from installer import __version__

SPEAK = ("install", "--directory", "d")
RED, BOLD_RED = "\x1b[31m", "\x1b[1;31m"


def test_text_goes_to_stdout_and_what_is_said_about_it_to_stderr(program):
    done = program.run(*SPEAK, "-v", fake="speak")
    assert done.returncode == 4
    assert done.stdout.startswith("Plan\n")
    assert done.stderr == (
        "planning\nwarning: a warning\n  at: x.yaml:3:5\n  fix: mind it\nerror: an error\n  at: x.yaml:7:1\n"
    )


def test_quiet_silences_warnings_and_progress_but_no_error(program):
    for words in (("-q", *SPEAK), (*SPEAK, "--quiet")):
        done = program.run(*words, fake="speak")
        assert done.stderr == "error: an error\n  at: x.yaml:7:1\n"
        assert done.stdout.startswith("Plan\n")


def test_quiet_keeps_the_document_whole(program):
    document = json.loads(program.run(*SPEAK, "-qo", "json", fake="speak").stdout)
    assert [warning["code"] for warning in document["warnings"]] == ["careful"]


@pytest.mark.parametrize(
    ("words", "env", "colored"),
    [
        ((), {}, False),
        (("--color", "always"), {}, True),
        (("--color=always",), {"NO_COLOR": "1", "TERM": "dumb"}, True),
        (("--color", "never"), {"FORCE_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": ""}, False),
        (("--color", "auto"), {"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_color(words, env, colored, program):
    done = program.run(*SPEAK, *words, fake="speak", env=env)
    assert (BOLD_RED in done.stderr) == colored
    assert (f"{RED}-old: 1" in done.stdout) == colored
    assert "\n- not a diff\n" in done.stdout
    assert "\n+ not a diff either\n" in done.stdout


def test_a_document_is_never_colored(program):
    done = program.run(*SPEAK, "-o", "json", "--color", "always", fake="speak")
    assert "\x1b" not in done.stdout
    assert json.loads(done.stdout)["result"] == {"said": "é"}


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8", "utf-16"])
@pytest.mark.parametrize("form", ["json", "yaml", "text"])
def test_no_encoding_breaks_the_answer(encoding, form, program):
    env = {"PYTHONIOENCODING": encoding}
    done = program.run(*SPEAK, "-o", form, fake="speak", env=env, text=False)
    assert done.returncode == 4
    assert "Traceback" not in done.stderr.decode("latin-1")


@pytest.mark.parametrize("form", ["text", "json", "yaml"])
def test_a_reader_who_goes_away_is_no_error(form, program):
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    child = program.start(*SPEAK, "-qo", form, fake="flood", **pipes)
    child.stdout.read(10)
    child.stdout.close()
    assert child.stderr.read() == ""
    child.stderr.close()
    assert child.wait(60) == 0


@pytest.mark.parametrize("line", ["version -o json", "--help", "--version", "schema", "version", "nonsense -o json"])
@pytest.mark.parametrize("shell", ["{} >&-", "{} | head -c0; exit ${{PIPESTATUS[0]}}"])
def test_closed_stdout_is_a_quiet_0(line, shell, program):
    done = program.shell(shell.format(f'"$PYTHON" -m installer {line}'))
    if "head" in shell and done.returncode != 0:
        # The answer is smaller than a pipe: it may be written before the reader leaves.
        assert line.startswith("nonsense")
        assert done.returncode == 2
    else:
        assert done.returncode == 0
    assert done.stderr == ""


def test_closed_stderr_changes_nothing(program):
    done = program.shell('"$PYTHON" -m installer nonsense 2>&-')
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("line", ["version -o json", "--help", "schema"])
def test_a_full_disk_under_stdout_is_said(line, program):
    with Path("/dev/full").open("w") as full:
        done = program.run(*line.split(), capture_output=False, stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 8
    assert done.stderr == "error: the answer could not be written: No space left on device\n"


def test_the_module_and_its_name(program):
    done = program.run("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"{__version__}\n", "")
