"""The process ends without taking itself apart, but not before everything that is to be done at the end."""

import pytest

LATE = """
import atexit, sys, tempfile, weakref
from pathlib import Path
sys.argv = ["rhdh-orchestrator", *sys.argv[1:]]
import installer.cli.boundary as boundary

class Kept:
    pass

real, kept = boundary.run, Kept()
def run(words):
    atexit.register(lambda: print("registered", flush=True))
    weakref.finalize(kept, lambda: print("finalized"))  # not flushed: who ends the process has to do that
    return real(words)
boundary.run = run
from installer.__main__ import main
Kept.__del__ = lambda self: print("taken apart", flush=True)
main()
"""


@pytest.mark.parametrize(("words", "code"), [(["--version"], 0), (["explain", "no-such-rule"], 3), (["nonsense"], 2)])
def test_what_is_registered_is_done_and_nothing_is_taken_apart(program, words, code):
    done = program.probe(LATE, *words)
    assert done.returncode == code
    assert "registered\n" in done.stdout
    assert "finalized\n" in done.stdout
    assert "taken apart" not in done.stdout


def test_an_end_that_is_not_ours_stays_as_it_is(program):
    done = program.probe("import installer.__main__ as door\ndoor.watch_signals = None\ndoor.main()", "--version")
    assert done.returncode == 1
    assert "TypeError" in done.stderr
