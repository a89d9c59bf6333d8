"""Faults between the program and the API: no lost update, no write twice, bounded requests, and an end in time.

Need WORLD=1; see tests/world.
"""

import os
from collections import Counter

import pytest

from installer.model.errors import ExitCode
from tests.live.worlds import portal, why_not
from tests.world.faults import Cut, Expire, Late, Refuse, Reset, Silence, every, first_of_each

WHY_NOT = why_not(os.environ.get("WORLD"))
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

ATTEMPTS = 4
ONCE = [
    Refuse(429, "TooManyRequests", retry_after=1),
    Refuse(500, "InternalError"),
    Reset(),
    Reset(carried_out=True),
    Cut(),
    Late(0.3),
]
ALWAYS = [Refuse(500, "InternalError"), Refuse(503, "ServiceUnavailable"), Reset(), Cut()]


@pytest.fixture(scope="module")
def looked_at(ready_world):
    """Where reading is tried: one RHDH for the tests that only look."""
    made = portal(ready_world, "operator")
    yield made
    made.remove()


def without_count(said):
    return {**said.result, "requests": 0}


@pytest.mark.parametrize(("command", "faults"), [("status", ONCE), ("check", ONCE[2:3])])
def test_looking_outlives_what_passes(proxy, program, looked_at, command, faults):
    program.run(command, "--instance", looked_at.address)
    proxy.restart()
    calm = program.run(command, "--instance", looked_at.address)
    asked = len(proxy.seen)
    for fault in faults:
        proxy.restart(first_of_each(fault))
        said = program.run(command, "--instance", looked_at.address)
        assert (said.code, without_count(said)) == (calm.code, without_count(calm)), (fault, said)
        assert len(proxy.seen) <= 2 * asked, proxy.story()
        assert proxy.writes == []


@pytest.mark.parametrize(("command", "faults"), [("status", ALWAYS), ("check", ALWAYS[:1])])
def test_looking_gives_up(proxy, program, looked_at, command, faults):
    for fault in faults:
        proxy.restart(every(fault))
        said = program.run(command, "--instance", looked_at.address)
        assert said.code == ExitCode.UNREACHABLE, (fault, said)
        tried = Counter(str(one) for one in proxy.requests)
        assert max(tried.values()) <= ATTEMPTS, proxy.story()


@pytest.mark.parametrize(
    ("command", "deaf"), [("check", "connection"), ("status", "connection"), ("status", "request")]
)
def test_an_api_that_never_answers_ends_it_in_its_time(proxy, program, looked_at, command, deaf):
    if deaf == "connection":
        proxy.mute = True
    else:
        proxy.restart(every(Silence()))
    said = program.run(command, "--instance", looked_at.address, "--timeout", "3s", seconds=3 + 5)
    assert said.code == ExitCode.UNREACHABLE, said


def test_an_api_that_never_answers_ends_it_within_a_minute(proxy, program, looked_at):
    proxy.mute = True
    assert program.run("status", "--instance", looked_at.address, seconds=60).code == ExitCode.UNREACHABLE


def test_an_api_that_falls_silent_in_between(proxy, program, looked_at):
    proxy.restart(every(Silence(), lambda request: request.number > 2))
    said = program.run("status", "--instance", looked_at.address, "--timeout", "3s", seconds=8)
    assert said.code == ExitCode.UNREACHABLE, said


def test_an_expired_list_is_read_again(proxy, program, looked_at):
    pages = every(Expire(), lambda request: "continue" in request.query)
    proxy.restart(pages)
    assert program.run("status", "--instance", looked_at.address).code == ExitCode.OK
