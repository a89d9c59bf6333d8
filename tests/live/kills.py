"""Stops an installation at one of its writes, goes on or back, and compares the end with that of a calm one.

What is stopped and how is data (`Case`); nothing here knows how the program keeps its journal.
"""

import re
import signal
import socket
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from tests.live.scenes import Bench, Scene
from tests.live.snapshots import State, differences, made_for_the_plugins, of_the_platform, state, without_secrets
from tests.live.worlds import KNATIVE, OPERATORS, Portal
from tests.world.faults import PASS, Fault, Meanwhile, Request, Rule, Unplug
from tests.world.processes import LOOPBACK, NotReady, wait_for
from tests.world.world import SECONDS, World, start_api_server

How = Literal["kill", "alone", "interrupt", "restart", "cut"]
Moment = Literal["before", "after", "waiting"]
Then = Literal["resume", "undo"]
HOWS: tuple[How, ...] = ("kill", "alone", "interrupt", "restart", "cut")
THENS: tuple[Then, ...] = ("resume", "undo")
# Of the cluster and not of one RHDH: what an undo leaves alone and what a second installation finds.
SHARED = tuple(one[1] for one in (*OPERATORS, *KNATIVE))
RENEWAL = "patch leases"
SETTLING = 20.0
STARTS = 5
PATH = re.compile(r"^/(?:api/v1|apis/[^/]+/[^/]+)(?:/namespaces/[^/]+(?=/))?/([^/]+)")


@dataclass(frozen=True)
class Case:
    """Where an installation is stopped, by the number of its write; how; and what is done then.

    `alone` is a kill of the program only, whose helm goes on. `waiting` is the first watch behind the write.
    """

    scene: Scene
    write: int
    moment: Moment
    how: How
    then: Then
    what: str

    def __str__(self) -> str:
        when = "waiting after" if self.moment == "waiting" else self.moment
        return f"{self.scene}: {self.how} {when} write {self.write} ({self.what}), {self.then}"


@dataclass(frozen=True)
class Calm:
    """An installation that nobody disturbed: its end, its writes in words, and behind which of them it waited."""

    after: State
    writes: tuple[str, ...]
    waits: tuple[int, ...]

    def turn(self, number: int) -> int:
        """The how manieth of its words a write is, from 1: another write repeated before it moves none of the rest."""
        return self.writes[:number].count(self.writes[number - 1])


def spoken(request: Request) -> str:
    """A write in words: `patch configmaps`; helm's as `helm patch services`."""
    found = PATH.match(request.path)
    who = "helm " if request.by_helm else ""
    return f"{who}{request.method.lower()} {found[1] if found else request.path}"


def seen(made: Portal) -> State:
    return state(made.world.api, made.namespace, *SHARED)


def is_step(request: Request) -> bool:
    """Whether it is a write of the installation's own; renewals of the Lease come when the clock says so."""
    return bool(request.write) and spoken(request) != RENEWAL


def is_wait(request: Request) -> bool:
    return request.is_watch and not request.by_helm


def at_point(case: Case, expected: Calm, then: Fault) -> Rule:
    """The fault for one write; or for the watch behind it, if there is one before the next write."""
    met, has_come = 0, False

    def choose(request: Request) -> Fault:
        nonlocal met, has_come
        is_waited = met == expected.turn(case.write) and case.moment == "waiting"
        if is_waited and not has_come and (is_wait(request) or is_step(request)):
            has_come = True
            return then
        if not is_step(request) or spoken(request) != case.what:
            return PASS
        met += 1
        return then if met == expected.turn(case.write) and case.moment != "waiting" else PASS

    return choose


def calm(on: Bench) -> Calm:
    """Install undisturbed."""
    made = on.portal()
    on.proxy.restart()
    ran = on.install(made)
    assert ran.code == 0, f"{ran}\n{on.proxy.story()}"
    requests = on.proxy.requests
    made.settled()
    after = seen(made)
    status = on.program.run("status", "--instance", made.address)
    assert status.result["healthy"], status
    made.leave()
    return Calm(without_secrets(after), tuple(map(spoken, filter(is_step, requests))), tuple(waits(requests)))


def waits(requests: Iterable[Request]) -> list[int]:
    """The numbers of the writes that a watch comes behind."""
    number, found = 0, list[int]()
    for one, following in pairwise(filter(lambda each: is_step(each) or is_wait(each), requests)):
        number += is_step(one)
        if is_step(one) and is_wait(following):
            found.append(number)
    return found


def fault(on: Bench, case: Case) -> Fault:
    carried_out = case.moment == "after"
    match case.how:
        case "kill":
            return on.program.signalled(signal.SIGKILL, carried_out=carried_out)
        case "alone":
            return Meanwhile(lambda: alone(on), carried_out)
        case "interrupt":
            return on.program.signalled(signal.SIGINT, carried_out=carried_out)
        case "restart":
            return Meanwhile(lambda: restart(on.world), carried_out, answered=False)
        case "cut":
            return Unplug(3.0, carried_out)


def alone(on: Bench) -> None:
    assert on.program.now is not None
    on.program.now.kill_alone()


def restart(world: World) -> None:
    """While nobody listens there, whoever calls the API again and again may be given its very port for itself."""
    world.end("api")
    for left in range(STARTS, 0, -1):
        try:
            start_api_server(world)
        except NotReady:
            if left == 1:
                raise
            time.sleep(1)
        else:
            return


ENDS: dict[How, tuple[int, ...]] = {
    "kill": (-signal.SIGKILL,),
    "alone": (-signal.SIGKILL,),
    "interrupt": (130, 0),  # 0: it came too late to stop anything
    "restart": (0, 10),
    "cut": (0, 10),
}


def attempt(on: Bench, case: Case, expected: Calm) -> str:
    """What went wrong with one case, with all that was said; "" where nothing did."""
    made = on.portal()
    try:
        before = seen(made)
        on.proxy.restart(at_point(case, expected, fault(on, case)))
        ran = on.install(made)
        on.proxy.restart()
        await_api(on)
        if ran.code not in ENDS[case.how]:
            return f"{case}: the installation ended otherwise: {ran}"
        check = resumed if case.then == "resume" else undone
        why = check(on, made, before, expected)
    except (AssertionError, OSError) as problem:
        return f"{case}: {problem}"
    else:
        return why and f"{case}: {why}\nafter this: {ran}"
    finally:
        made.leave()


def await_api(on: Bench) -> None:
    """Who goes on or back does so once the network is there again, and the API server as well.

    One that still starts knows no roles yet and forbids everything.
    """

    def answers() -> bool:
        with socket.create_connection((LOOPBACK, on.proxy.port), 1):
            return on.world.api.request("GET", "/readyz").ok

    wait_for("the API", answers, seconds=2 * SECONDS)


def resumed(on: Bench, made: Portal, before: State, expected: Calm) -> str:
    said = on.program.run("resume", "--instance", made.address, "--yes")
    if said.code:
        return f"resume: {said}\n{on.proxy.story()}"
    if said.result["run"] is None:  # it was stopped before there was anything to go on with
        if found := settled(lambda: differences(before, seen(made))):
            return f"nothing to resume, and yet: {found}"
        said = on.install(made)
        if said.code:
            return f"install again: {said}"
    made.settled()
    found = settled(lambda: differences(expected.after, without_secrets(seen(made))))
    return f"another end than undisturbed: {listed(found)}\n{said}" if found else ""


def undone(on: Bench, made: Portal, before: State, _: Calm) -> str:
    stays = of_the_platform(seen(made))
    said = on.program.run("undo", "--instance", made.address, "--yes")
    if said.code:
        return f"undo: {said}\n{on.proxy.story()}"
    made.settled()

    def wrong() -> list[str]:
        now = seen(made)
        kept = {name: one for name, one in now.items() if name in before}
        ours = [f"+ {name}" for name in sorted(made_for_the_plugins(now) - made_for_the_plugins(before))]
        gone = [f"- {name}" for name in sorted(stays - of_the_platform(now))]
        return differences(before, kept) + ours + gone

    found = settled(wrong)
    return f"not as it was before: {listed(found)}\n{said}" if found else ""


def settled(wrong: Callable[[], list[str]]) -> list[str]:
    """What is still wrong after the controllers had their time."""
    until = time.monotonic() + SETTLING
    while (found := wrong()) and time.monotonic() < until:
        time.sleep(0.3)
    return found


def listed(found: list[str]) -> str:
    return "".join(f"\n  {one[:600]}" for one in found)
