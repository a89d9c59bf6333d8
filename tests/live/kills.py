"""Stops an installation at one of its writes, goes on or back, and compares the end with that of a calm one.

What is stopped and how is data (`Case`); nothing here knows how the program keeps its journal.
"""

import itertools
import re
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.live.harness import Program
from tests.live.snapshots import State, differences, made_for_the_plugins, state, without_secrets
from tests.live.worlds import KNATIVE, OPERATORS, Flavour, Portal, portal
from tests.world.faults import Fault, Meanwhile, Request, Rule, Unplug, every
from tests.world.proxy import Proxy, proxied
from tests.world.world import World, start_api_server

How = Literal["kill", "interrupt", "restart", "cut"]
Then = Literal["resume", "undo"]
HOWS: tuple[How, ...] = ("kill", "interrupt", "restart", "cut")
THENS: tuple[Then, ...] = ("resume", "undo")
# Of the cluster and not of one RHDH: what an undo leaves alone and what a second installation finds.
SHARED = tuple(one[1] for one in (*OPERATORS, *KNATIVE))
RENEWAL = "patch leases"
SETTLING = 20.0
PATH = re.compile(r"^/(?:api/v1|apis/[^/]+/[^/]+)(?:/namespaces/[^/]+(?=/))?/([^/]+)")


@dataclass(frozen=True)
class Case:
    """Where an installation is stopped, by the number of its write; how; and what is done then."""

    flavour: Flavour
    write: int
    carried_out: bool
    how: How
    then: Then
    what: str = ""

    def __str__(self) -> str:
        moment = "after" if self.carried_out else "before"
        return f"{self.flavour}: {self.how} {moment} write {self.write} ({self.what}), {self.then}"


@dataclass(frozen=True)
class Calm:
    """An installation that nobody disturbed: its end, and its writes in words, from the first."""

    after: State
    writes: tuple[str, ...]


@dataclass(frozen=True)
class Bench:
    """What one case at a time needs."""

    world: World
    proxy: Proxy
    program: Program


@contextmanager
def bench(world: World, folder: Path) -> Iterator[Bench]:
    with proxied(world) as proxy:
        yield Bench(world, proxy, Program(proxy.user().kubeconfig, folder))


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


def at_step(number: int, then: Fault) -> Rule:
    """The fault for one write, by its number from 1, renewals not counted."""
    numbers = itertools.count(1)
    return every(then, lambda request: is_step(request) and next(numbers) == number)


def calm(on: Bench, flavour: Flavour) -> Calm:
    """Install twice on one world; the second tells, for the first may have made what all share."""
    for _ in range(2):
        made = portal(on.world, flavour)
        on.proxy.restart()
        ran = on.program.run("install", "--instance", made.address, "--yes")
        assert ran.code == 0, f"{ran}\n{on.proxy.story()}"
        writes = tuple(map(spoken, filter(is_step, on.proxy.writes)))
        made.settled()
        after = seen(made)
        status = on.program.run("status", "--instance", made.address)
        assert status.result["healthy"], status
        made.remove()
    return Calm(without_secrets(after), writes)


def fault(on: Bench, case: Case) -> Fault:
    match case.how:
        case "kill":
            return on.program.signalled(signal.SIGKILL, carried_out=case.carried_out)
        case "interrupt":
            return on.program.signalled(signal.SIGINT, carried_out=case.carried_out)
        case "restart":
            return Meanwhile(lambda: restart(on.world), case.carried_out, answered=False)
        case "cut":
            return Unplug(3.0, case.carried_out)


def restart(world: World) -> None:
    world.end("api")
    start_api_server(world)


ENDS: dict[How, tuple[int, ...]] = {
    "kill": (-signal.SIGKILL,),
    "interrupt": (130, 0),  # 0: it came too late to stop anything
    "restart": (0, 10),
    "cut": (0, 10),
}


def attempt(on: Bench, case: Case, expected: Calm) -> str:
    """What went wrong with one case, with all that was said; "" where nothing did."""
    made = portal(on.world, case.flavour)
    try:
        before = seen(made)
        on.proxy.restart(at_step(case.write, fault(on, case)))
        ran = on.program.run("install", "--instance", made.address, "--yes")
        on.proxy.restart()
        if ran.code not in ENDS[case.how]:
            return f"{case}: the installation ended otherwise: {ran}"
        check = resumed if case.then == "resume" else undone
        why = check(on, made, before, expected)
    except (AssertionError, OSError) as problem:
        return f"{case}: {problem}"
    else:
        return why and f"{case}: {why}\nafter this: {ran}"
    finally:
        made.remove()


def resumed(on: Bench, made: Portal, before: State, expected: Calm) -> str:
    said = on.program.run("resume", "--instance", made.address, "--yes")
    if said.code:
        return f"resume: {said}\n{on.proxy.story()}"
    if said.result["run"] is None:  # it was stopped before there was anything to go on with
        if found := settled(lambda: differences(before, seen(made))):
            return f"nothing to resume, and yet: {found}"
        said = on.program.run("install", "--instance", made.address, "--yes")
        if said.code:
            return f"install again: {said}"
    made.settled()
    found = settled(lambda: differences(expected.after, without_secrets(seen(made))))
    return f"another end than undisturbed: {listed(found)}\n{said}" if found else ""


def undone(on: Bench, made: Portal, before: State, _: Calm) -> str:
    said = on.program.run("undo", "--instance", made.address, "--yes")
    if said.code:
        return f"undo: {said}\n{on.proxy.story()}"
    made.settled()

    def wrong() -> list[str]:
        now = seen(made)
        kept = {name: one for name, one in now.items() if name in before}
        ours = [f"+ {name}" for name in sorted(made_for_the_plugins(now) - made_for_the_plugins(before))]
        return differences(before, kept) + ours

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
