"""Which process holds a Lease, and when it is certain that it does no more."""

import os
import subprocess
import sys
from dataclasses import replace

import pytest

from installer.apply.holder import Holder, holder_of, is_gone, this_process

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="it reads /proc")


@pytest.fixture
def child():
    started = subprocess.Popen([sys.executable, "-c", "print(1, flush=True); input()"], stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE)  # fmt: skip
    assert started.stdout.readline() == b"1\n"
    yield started
    started.kill()
    started.communicate()


def holder_of_process(number):
    """As that process would write it itself."""
    script = "from installer.apply import holder; print(*holder._state(int(input())))"
    done = subprocess.run([sys.executable, "-c", script], input=str(number), capture_output=True, text=True, check=True)
    return replace(this_process(), number=number, born=done.stdout.split()[1])


def test_this_process_is_there():
    mine = this_process()
    assert not is_gone(mine)
    assert holder_of(mine.identity, mine.space) == mine
    assert holder_of(mine.identity, "") == mine
    boot, number, born = mine.identity.split("/")
    assert (boot, int(number), born) == (mine.boot, mine.number, mine.born)


def test_a_process_that_ends(child):
    holder = holder_of_process(child.pid)
    assert not is_gone(holder)
    child.kill()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # it has ended, and stays a zombie
    assert is_gone(holder)
    child.wait()
    assert is_gone(holder)


def test_a_later_process_of_the_same_number(child):
    assert is_gone(replace(holder_of_process(child.pid), born="1"))


@pytest.mark.parametrize("elsewhere", [{"boot": "another"}, {"space": "pid:[1]"}])
def test_of_another_machine_or_container_nothing_is_certain(elsewhere):
    assert not is_gone(replace(this_process(), number=2**22 + 1, **elsewhere))


@pytest.mark.parametrize("identity", ["", "somebody", "a/b", "a/b/c", "/1/2", "a/1/"])
def test_who_is_no_process(identity):
    assert holder_of(identity, "") is None


def test_a_boot_may_hold_slashes():
    assert holder_of("a/b/7/9", "s") == Holder("a/b", 7, "9", "s")
