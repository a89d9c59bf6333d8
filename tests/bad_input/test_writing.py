"""What happens while files are written: disks that are full or read-only, signals at any moment, a closed stdout."""

import json
import os
import resource
import shutil
import signal
import subprocess
import time

import pytest

from tests.bad_input.conftest import SAMPLE, command, contents, environment, obey_modes

SIGNALS = [(signal.SIGINT, 130), (signal.SIGTERM, 143)]


def install(folder):
    return command("install", "--directory", str(folder), "--yes", "-o", "json")


def test_a_read_only_directory(portal, answer):
    before = contents(portal)
    portal.chmod(0o555)
    said = answer("install", "--directory", str(portal), "--yes", expect=8, child_after=obey_modes)
    portal.chmod(0o755)
    assert contents(portal) == before
    assert [one["code"] for one in said.document["errors"]] == ["not-written"]


@pytest.mark.parametrize("room", [0, 100, 2000, 3000])
def test_no_room(portal, answer, room):
    """A limit on the size of files ends a write in the middle, as a full disk does."""

    def limited():
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)

    before = contents(portal)
    said = answer("install", "--directory", str(portal), "--yes", expect=8, child_after=limited)
    assert contents(portal) == before
    assert [one["code"] for one in said.document["errors"]] == ["not-written"]


def test_a_link_out_is_not_written(portal, tmp_path, answer):
    outside = tmp_path / "outside.yaml"
    shutil.move(portal / "dynamic-plugins.yaml", outside)
    (portal / "dynamic-plugins.yaml").symlink_to(outside)
    before = outside.read_bytes()
    said = answer("install", "--directory", str(portal), "--yes", expect=3)
    assert outside.read_bytes() == before
    assert "link-not-followed" in [one["code"] for one in said.document["warnings"]] or said.document["errors"]


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """The sample before and after, and how long the program takes for it."""
    folder = tmp_path_factory.mktemp("finished")
    sample = {path.name: path.read_bytes() for path in sorted(SAMPLE.glob("*.yaml"))}
    for name, data in sample.items():
        (folder / name).write_bytes(data)
    begin = time.monotonic()
    subprocess.run(install(folder), check=True, capture_output=True, env=environment())
    return sample, contents(folder), time.monotonic() - begin


@pytest.mark.parametrize(("number", "code"), SIGNALS)
@pytest.mark.parametrize("part", [step / 12 for step in range(12)])
def test_a_signal_at_any_moment(portal, finished, number, code, part):
    before, after, seconds = finished
    moment = (part + 1 / 24) * seconds
    child = subprocess.Popen(install(portal), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment())
    with child:
        time.sleep(moment)
        child.send_signal(number)
        out, err = child.communicate(timeout=60)
    found = contents(portal)
    if child.returncode in (1, -number):  # while Python itself was starting: no line of ours had run
        assert b"installer/" not in err.replace(b"/installer/__main__.py", b"")
        assert found == before
        return
    assert child.returncode in (0, code)
    assert b"Traceback" not in err
    assert found in (before, after)
    if child.returncode == code and out:
        assert json.loads(out)["exit"]["code"] == code


@pytest.mark.parametrize("words", [["--dry-run"], ["--yes"], ["--dry-run", "-o", "json"], ["--yes", "-o", "yaml"]])
def test_a_closed_stdout(portal, words):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        command("install", "--directory", str(portal), *words),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
        env=environment(),
    )
    os.close(writer)
    assert (done.returncode, b"Traceback" in done.stderr, b"Error" in done.stderr) == (0, False, False)


def test_no_stdout_at_all(portal):
    done = subprocess.run(
        ["/bin/sh", "-c", '"$@" >&-', "sh", *command("install", "--directory", str(portal), "--dry-run")],
        capture_output=True,
        check=False,
        env=environment(),
    )
    assert (done.returncode, b"Traceback" in done.stderr) == (0, False)
