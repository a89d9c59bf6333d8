"""Faults between the program and the API: no lost update, no write twice, bounded requests, and an end in time.

Need WORLD=1; see tests/world.
"""

import itertools
import os
import time
from collections import Counter
from dataclasses import dataclass

import pytest

from installer.model.errors import ExitCode
from tests.live.snapshots import State, differences, state, without_secrets
from tests.live.worlds import Portal, portal, why_not
from tests.world.faults import PASS, Cut, Expire, Late, Meanwhile, Refuse, Reset, Silence, every, first_of_each
from tests.world.standins.backstage_objects import PLUGINS

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
    made.leave()


def without_count(said):
    return {**said.result, "requests": 0}


def await_silence(program, address):
    """Until what earlier tests had is gone: a platform elsewhere is shown as long as it is there."""
    until = time.monotonic() + 120
    while program.run("status", "--instance", address).result["platform"]["name"] is not None:
        assert time.monotonic() < until, "a platform of another test stays"


@pytest.mark.parametrize(("command", "faults"), [("status", ONCE), ("check", ONCE[2:3])])
def test_looking_outlives_what_passes(proxy, program, looked_at, command, faults):
    await_silence(program, looked_at.address)
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
    status = program.start("status", "--instance", looked_at.address)
    install = program.start("install", "--yes", "--instance", looked_at.address)
    assert [one.wait(60).code for one in (status, install)] == [ExitCode.UNREACHABLE] * 2


def test_an_api_that_falls_silent_in_between(proxy, program, looked_at):
    proxy.restart(every(Silence(), lambda request: request.number > 2))
    said = program.run("status", "--instance", looked_at.address, "--timeout", "3s", seconds=8)
    assert said.code == ExitCode.UNREACHABLE, said


def test_an_expired_list_is_read_again(proxy, program, looked_at):
    pages = every(Expire(), lambda request: "continue" in request.query)
    proxy.restart(pages)
    assert program.run("status", "--instance", looked_at.address).code == ExitCode.OK


# -- install

MAP = ("v1", "ConfigMap")
PASSING = [
    Refuse(429, "TooManyRequests"),
    Refuse(500, "InternalError"),
    Reset(),
    Reset(carried_out=True),
    Cut(),
]


@dataclass(frozen=True)
class Calm:
    """An installation without a fault: its end, its writes that the API has carried out, and its requests."""

    end: State
    writes: Counter[str]
    requests: int


def written(made: Portal, log, program) -> Counter[str]:
    """What was carried out in its namespace, but for the journal and the Lease, which say how often it was tried."""
    ours = program.kubeconfig.name.removesuffix("-proxied")
    return Counter(
        f"{one.verb} {one.what}"
        for one in log.writes(ours)
        if one.where.startswith(f"{made.namespace}/") and one.code < 300 and one.what not in ("leases", "secrets")
    )


def bring_to_its_end(program, made: Portal) -> int:
    """Install, and go on where a lost answer left it unknown whether something was made; how often that was."""
    for again in range(4):
        ran = program.run("resume" if again else "install", "--yes", "--instance", made.address)
        if again and ran.code == ExitCode.OK and ran.result["run"] is None:  # it had not begun
            ran = program.run("install", "--yes", "--instance", made.address)
        if ran.code == ExitCode.OK:
            return again
        assert ran.code == ExitCode.UNREACHABLE, ran
    raise AssertionError(ran)


def end_of(made: Portal) -> State:
    made.settled()
    return without_secrets(state(made.world.api, made.namespace))


@pytest.fixture(scope="module")
def calm(ready_world):
    """Installs on an RHDH of a flavour, once per flavour."""
    known = {}

    def measure(flavour, proxy, program):
        if flavour not in known:
            made = portal(ready_world, flavour)
            log = ready_world.audit()
            proxy.restart()
            ran = program.run("install", "--yes", "--instance", made.address)
            assert ran.code == ExitCode.OK, ran
            assert written(made, log, program)["patch configmaps"] == 2
            known[flavour] = Calm(end_of(made), written(made, log, program), len(proxy.seen))
            made.leave()
        return known[flavour]

    return measure


def weather(first: int):
    """To the first request of each method and path, another fault in turn; helm's own are left in peace.

    One ConfigMap is read 5 s late: were it written so late, RHDH's operator would see the two apart.
    """
    turn = itertools.count(first)
    late = iter([Late(5.0), Refuse(429, "TooManyRequests", retry_after=1)])
    expired = first_of_each(Expire(), lambda request: request.is_watch)
    others = {fault: first_of_each(fault) for fault in PASSING}
    met: set[str] = set()

    def choose(request):
        if request.by_helm or str(request) in met:
            return PASS
        met.add(str(request))
        if request.is_watch:
            return expired(request)
        if "/configmaps/" in request.path and not request.write and (fault := next(late, None)):
            return fault
        return others[PASSING[next(turn) % len(PASSING)]](request)

    return choose


@pytest.mark.parametrize(("flavour", "first"), [("operator", 0), ("operator", 2), ("plain", 3)])
def test_an_installation_outlives_what_passes(ready_world, proxy, program, portals, calm, flavour, first):
    expected = calm(flavour, proxy, program)
    made = portals(flavour)
    generation, log = made.generation(), ready_world.audit()
    proxy.restart(weather(first))
    again = bring_to_its_end(program, made)
    assert differences(expected.end, end_of(made)) == []
    assert written(made, log, program) == expected.writes, proxy.story()
    # Its operator sees the two ConfigMaps apart where what is between them must be sent again.
    assert made.generation() - generation in ({1} if flavour == "plain" else {1, 2})
    assert len(proxy.seen) <= (3 + again) * expected.requests, proxy.story()


def test_a_conflict_that_is_about_something_else_is_looked_at_again(ready_world, proxy, program, portals, calm):
    expected = calm("plain", proxy, program)
    made = portals("plain")
    generation, log = made.generation(), ready_world.audit()
    objects = ("/configmaps/", "/deployments/")
    moved = lambda one: one.method == "PATCH" and not one.by_helm and any(part in one.path for part in objects)  # noqa: E731
    proxy.restart(first_of_each(Refuse(409, "Conflict"), moved))
    ran = program.run("install", "--yes", "--instance", made.address)
    assert ran.code == ExitCode.OK, f"{ran}\n{proxy.story()}"
    assert differences(expected.end, end_of(made)) == []
    assert written(made, log, program) == expected.writes, proxy.story()
    assert made.generation() == generation + 1


def test_an_edit_while_the_write_is_under_way_is_kept(proxy, program, portals):
    made = portals("operator")
    before = made.world.api.get(*MAP, "dynamic-plugins-rhdh", made.namespace)["data"]
    theirs = before[PLUGINS] + "# theirs\n"

    def edit():
        one = made.world.api.get(*MAP, "dynamic-plugins-rhdh", made.namespace)
        made.world.api.patch({"apiVersion": "v1", "kind": "ConfigMap", **one}, {"data": {PLUGINS: theirs}})

    ours = lambda one: one.method == "PATCH" and one.path.endswith("/configmaps/dynamic-plugins-rhdh")  # noqa: E731
    proxy.restart(first_of_each(Meanwhile(edit), ours))
    ran = program.run("install", "--yes", "--instance", made.address)
    assert ran.code == ExitCode.CONFLICT, ran
    assert "dynamic-plugins-rhdh" in ran.errors[0]["message"], ran
    assert made.world.api.get(*MAP, "dynamic-plugins-rhdh", made.namespace)["data"] == {PLUGINS: theirs}


def test_an_api_that_falls_silent_ends_an_installation_in_its_time(proxy, program, portals):
    made = portals("plain")
    loading = program.run("version").seconds  # Python's own start, which takes seconds on a busy machine
    proxy.restart(every(Silence(), lambda request: request.write > 3))
    ran = program.run("install", "--yes", "--instance", made.address, "--timeout", "20s", seconds=20 + 5 + loading)
    assert ran.code == ExitCode.UNREACHABLE, ran
    proxy.restart()
    ran = program.run("resume", "--yes", "--instance", made.address)
    assert ran.code == ExitCode.OK, ran
