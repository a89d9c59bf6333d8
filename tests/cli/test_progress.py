"""Progress on a terminal, in a log and as events: when it is told, how often, and that its clock ends."""

import json
import os
import pty
import threading
import time
from datetime import datetime

import jsonschema
import pytest

from installer.cli.progress import Progress
from installer.cli.schema import envelope_schema
from installer.cli.telling import Log, Nothing, Screen, elapsed

SCHEMA = envelope_schema()
EVENT = {"$ref": "#/$defs/event", "$defs": SCHEMA["$defs"]}
WORDS = ("install", "--directory", "d")


class Told(Nothing):
    """Keeps what it is told."""

    def __init__(self, every=None):
        self.every = every
        self.said = []

    def note(self, line):
        self.said.append(line)

    def step(self, name, state):
        self.said.append((name, state))

    def wait(self, wait):
        self.said.append((wait.what, wait.last))


def test_a_wait_is_told_again_only_when_something_is_new():
    told = Told()
    with Progress(told) as progress:
        for last in ("a", "a", "b", "b", "a"):
            progress.wait("pods", last)
    assert told.said == [("pods", "a"), ("pods", "b"), ("pods", "a")]


def test_two_waits_side_by_side_do_not_repeat_each_other():
    told = Told()
    with Progress(told) as progress:
        for what, last in (("x", "1"), ("y", "1"), ("x", "1"), ("y", "1"), ("y", "2")):
            progress.wait(what, last)
    assert told.said == [("x", "1"), ("y", "1"), ("y", "2")]


def test_the_clock_tells_what_is_still_waited_for_and_no_more_once_it_is_over():
    told = Told(every=0.01)
    with Progress(told) as progress:
        progress.wait("pods", "a")
        while len(told.said) < 3:
            time.sleep(0.01)
        progress("they are ready")
        count = len(told.said)
        time.sleep(0.1)
        assert told.said[count - 1 :] == ["they are ready"]


def test_the_clock_ends_whatever_happens():
    before = threading.active_count()

    def stopped():
        with Progress(Told(every=0.01)) as progress:
            progress.wait("pods")
            assert threading.active_count() == before + 1
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert threading.active_count() == before


def test_no_secret_is_told():
    told = Told()
    with Progress(told) as progress:
        progress.wait("pods", "pulling https://me:hunter2secret@registry.example/x")
        progress("password: hunter2secret")
    assert "hunter2secret" not in str(told.said)


def test_a_log_has_the_time_in_front(capsys):
    with Progress(Log(timed=True)) as progress:
        progress.step("write", "pending")
        progress.wait("pods", "a\n\x1b[31mb")
        progress.step("write", "done")
    out, err = capsys.readouterr()
    assert out == ""
    times, said = zip(*(line.split(" ", 1) for line in err.splitlines()), strict=True)
    assert said == ("write ...", "waiting for pods (0s): a \\x1b[31mb", "write: done")
    assert all(datetime.fromisoformat(one) for one in times)


def test_a_screen_shows_one_line_and_takes_it_back(capsys):
    with Progress(Screen()) as progress:
        progress.wait("pods", "x" * 300)
        progress.wait("pods", "ready")
        progress("pods are ready")
        progress.wait("data index")
    out, err = capsys.readouterr()
    assert out == ""
    lines = err.split("\r\x1b[2K")
    assert lines[0] == ""
    assert lines[1].endswith("…")
    assert len(lines[1]) == 79
    assert lines[2:] == ["waiting for pods (0s): ready", "pods are ready\n", "waiting for data index (0s)", ""]


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0s"), (59.9, "59s"), (60, "1m00s"), (3599, "59m59s"), (3720, "1h02m")]
)
def test_elapsed(seconds, words):
    assert elapsed(seconds) == words


def events(done):
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_events_then_the_answer(program):
    done = program.run(*WORDS, "-o", "jsonl", fake="work")
    *told, last = events(done)
    for one in told:
        jsonschema.validate(one, EVENT)
    assert [one["event"] for one in told] == ["note", "step", "wait", "wait", "step"]
    assert told[2]["what"] == "pods"
    assert (last["event"], last["result"]) == ("result", {"said": "é"})
    assert done.stderr == ""


def test_quiet_leaves_the_answer_alone(program):
    assert [one["event"] for one in events(program.run(*WORDS, "-qo", "jsonl", fake="work"))] == ["result"]
    assert program.run(*WORDS, "-qv", fake="work").stderr == ""


@pytest.mark.parametrize("line", ["version", "nonsense", "install --nonsense", "--help", "--version", ""])
def test_every_answer_is_one_line_where_nothing_happens(line, program):
    done = program.run(*line.split(), "-o", "jsonl")
    (only,) = events(done)
    assert only["event"] == "result"
    assert only["exit"]["code"] == done.returncode
    jsonschema.validate(only, SCHEMA)


@pytest.mark.parametrize("form", ["text", "json", "yaml"])
def test_stdout_is_the_answer_alone(form, program):
    quiet = program.run(*WORDS, "-qo", form, fake="work").stdout
    done = program.run(*WORDS, "-vo", form, fake="work")
    assert done.stdout == quiet
    assert "waiting for pods (0s): b\n" in done.stderr


def test_a_reader_of_events_who_goes_away_is_no_error(program):
    done = program.shell('"$PYTHON" tests/cli/fakes/launch.py work install --directory d -o jsonl | head -c0')
    assert done.stderr == ""


def test_a_stop_leaves_no_live_line_behind(program):
    ours, theirs = pty.openpty()
    child = program.start(*WORDS, fake="wait", stdout=theirs, stderr=theirs)
    os.close(theirs)
    shown = b""
    while b"(1s)" not in shown:
        shown += os.read(ours, 100)
    child.terminate()
    assert child.wait(60) == 143
    while b"SIGTERM" not in shown:
        shown += os.read(ours, 100)
    os.close(ours)
    assert "\r\x1b[2K\x1b[1;31merror:\x1b[0m stopped by SIGTERM" in shown.decode()
