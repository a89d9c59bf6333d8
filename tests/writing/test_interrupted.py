"""A signal at any moment: every file complete, all of one generation, no temporary left."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.writing.interrupted import content

CHILD = Path(__file__).with_name("interrupted.py")
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("milliseconds", [0, 1, 3, 7, 13, 29])
def test_files_are_as_before_or_complete(tmp_path, number, milliseconds):
    for name in ("a.yaml", "b.yaml", "sub/c.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content(0))
    with subprocess.Popen(
        [sys.executable, CHILD, tmp_path], cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE
    ) as child:
        assert child.stdout.readline() == b"ready\n"
        time.sleep(milliseconds / 1000)
        child.send_signal(number)
        assert child.wait(30) == 128 + number
    files = [path for path in sorted(tmp_path.rglob("*")) if path.is_file()]
    assert [path.relative_to(tmp_path).as_posix() for path in files] == ["a.yaml", "b.yaml", "sub/c.yaml"]
    first = files[0].read_bytes()
    generation = int(first.split(b"\n")[0].removeprefix(b"generation: "))
    assert [path.read_bytes() for path in files] == [content(generation)] * 3
