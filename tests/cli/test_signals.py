"""Stopping the program: no traceback, the right code, everything cleaned up, one document."""

import json
import signal
import subprocess

import pytest


def started(program, tmp_path, *words, fake="hang"):
    """The program, once it is in the middle of its work and holds a temporary file."""
    child = program.start(
        "install",
        "--directory",
        str(tmp_path),
        "-v",
        *words,
        fake=fake,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert child.stderr.readline() == "holding\n"
    assert [path.name for path in tmp_path.iterdir()] == ["held.tmp"]
    return child


STOPS = [(signal.SIGINT, 130, "SIGINT"), (signal.SIGTERM, 143, "SIGTERM"), (signal.SIGHUP, 143, "SIGTERM")]


@pytest.mark.parametrize(("number", "code", "name"), STOPS)
def test_stop_in_text(number, code, name, program, tmp_path):
    child = started(program, tmp_path)
    child.send_signal(number)
    out, err = child.communicate(timeout=60)
    assert (child.returncode, out, err) == (code, "", f"error: stopped by {name}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("number", "code", "name"), STOPS)
def test_stop_with_a_document(number, code, name, program, tmp_path):
    child = started(program, tmp_path, "-o", "json")
    child.send_signal(number)
    out, err = child.communicate(timeout=60)
    document = json.loads(out)
    assert (child.returncode, document["exit"], err) == (code, {"code": code, "name": name}, "")
    assert document["command"] == "install"
    assert list(tmp_path.iterdir()) == []


def test_a_second_signal_does_not_tear_the_cleanup(program, tmp_path, monkeypatch):
    monkeypatch.setenv("CLEANUP_SECONDS", "1")
    child = started(program, tmp_path)
    child.send_signal(signal.SIGTERM)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.3)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (143, "error: stopped by SIGTERM\n")
    assert list(tmp_path.iterdir()) == []


def test_a_stop_while_the_answer_is_written(program):
    child = program.start("install", "--directory", "d", fake="flood", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdout.read(5) == "line\n"  # the pipe is full behind it: the child waits for us
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (130, "")


def test_a_signal_that_our_parent_ignores_stays_ignored(program, tmp_path):
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        child = started(program, tmp_path)
    finally:
        signal.signal(signal.SIGHUP, before)
    child.send_signal(signal.SIGHUP)
    with pytest.raises(subprocess.TimeoutExpired):
        child.wait(0.3)
    child.send_signal(signal.SIGTERM)
    child.communicate(timeout=60)
    assert child.returncode == 143


@pytest.mark.parametrize(("number", "code", "name"), STOPS)
def test_a_stop_that_python_drops_is_not_lost(number, code, name, program, tmp_path):
    child = started(program, tmp_path, fake="drop")
    child.send_signal(number)
    _, err = child.communicate(timeout=60)
    assert (child.returncode, err) == (code, f"error: stopped by {name}\n")
    assert list(tmp_path.iterdir()) == []
