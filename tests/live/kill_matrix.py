"""Stops an installation at each of its writes, goes on or back, and compares the end with that of a calm one.

    python -m tests.live.kill_matrix [--jobs 2]     the whole product; its result goes to docs/reliability.md

What is stopped and how is data (`Case`); nothing here knows how the program keeps its journal.
"""

import argparse
import itertools
import re
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from tests.live.harness import ROOT, Program
from tests.live.snapshots import State, differences, made_for_the_plugins, state, without_secrets
from tests.live.worlds import FLAVOURS, KNATIVE, OPERATORS, Flavour, Portal, portal, start_ready_world
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
REPORT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- kill matrix: begin -->", "<!-- kill matrix: end -->"


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
        recorded = on.program.run("history", "--instance", made.address)
        is_recorded = recorded.code == 0 and bool(recorded.result["runs"])
        check = resumed if case.then == "resume" else undone
        why = check(on, made, before, expected, is_recorded=is_recorded)
    except (AssertionError, OSError) as problem:
        return f"{case}: {problem}"
    else:
        return why and f"{case}: {why}\nafter this: {ran}"
    finally:
        made.remove()


def resumed(on: Bench, made: Portal, before: State, expected: Calm, *, is_recorded: bool) -> str:
    said = on.program.run("resume", "--instance", made.address, "--yes")
    if said.code:
        return f"resume: {said}\n{on.proxy.story()}"
    if not is_recorded:  # it was stopped before there was anything to go on with
        if found := settled(lambda: differences(before, seen(made))):
            return f"nothing to resume, and yet: {found}"
        said = on.program.run("install", "--instance", made.address, "--yes")
        if said.code:
            return f"install again: {said}"
    made.settled()
    found = settled(lambda: differences(expected.after, without_secrets(seen(made))))
    return f"another end than undisturbed: {listed(found)}\n{said}" if found else healthy(on, made)


def undone(on: Bench, made: Portal, before: State, _: Calm, *, is_recorded: bool) -> str:
    said = on.program.run("undo", "--instance", made.address, "--yes")
    if said.code and is_recorded:
        return f"undo: {said}\n{on.proxy.story()}"
    made.settled()

    def wrong() -> list[str]:
        now = seen(made)
        kept = {name: one for name, one in now.items() if name in before}
        ours = [f"+ {name}" for name in sorted(made_for_the_plugins(now) - made_for_the_plugins(before))]
        return differences(before, kept) + ours

    found = settled(wrong)
    return f"not as it was before: {listed(found)}\n{said}" if found else ""


def healthy(on: Bench, made: Portal) -> str:
    said = on.program.run("status", "--instance", made.address)
    return "" if said.code == 0 and said.result["healthy"] else f"not healthy: {said}"


def settled(wrong: Callable[[], list[str]]) -> list[str]:
    """What is still wrong after the controllers had their time."""
    until = time.monotonic() + SETTLING
    while (found := wrong()) and time.monotonic() < until:
        time.sleep(0.3)
    return found


def listed(found: list[str]) -> str:
    return "".join(f"\n  {one[:600]}" for one in found)


# -- which cases


def whole(flavour: Flavour, calmly: Calm) -> list[Case]:
    """SIGKILL before and after every write, and both ways from there; the other ends at five writes."""
    writes = list(enumerate(calmly.writes, 1))
    cases = [
        Case(flavour, number, carried_out, "kill", then, what)
        for number, what in writes
        for carried_out in (False, True)
        for then in THENS
    ]
    others = [
        Case(flavour, number, carried_out, how, then, calmly.writes[number - 1])
        for how in HOWS[1:]
        for number in of_kinds(calmly)
        for carried_out in (False, True)
        for then in THENS
    ]
    return cases + others


def of_kinds(calmly: Calm, count: int = 5) -> list[int]:
    """The numbers of five writes of different kinds, spread over the installation."""
    first: dict[str, int] = {}
    for number, what in enumerate(calmly.writes, 1):
        first.setdefault(what, number)
    numbers = sorted(first.values())
    step = max(1.0, (len(numbers) - 1) / max(1, count - 1))
    return sorted({numbers[min(round(at * step), len(numbers) - 1)] for at in range(count)})


def subset(flavour: Flavour, calmly: Calm) -> list[Case]:
    """A handful for every day: each kind of end, each moment, both ways, at writes of different kinds."""
    numbers = of_kinds(calmly)
    turn = list(FLAVOURS).index(flavour)
    cases = []
    for at, number in enumerate(numbers):
        carried_out, then = bool((at + turn) % 2), THENS[(at // 2 + turn) % 2]
        cases.append(Case(flavour, number, carried_out, "kill", then, calmly.writes[number - 1]))
    how = ("interrupt", "cut") if turn else ("interrupt", "restart")
    middle = cases[len(cases) // 2]
    return cases + [replace(middle, how=one, then=THENS[at]) for at, one in enumerate(how)]


# -- the whole product


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="cases at the same time, each on an RHDH of its own")
    parser.add_argument("--flavour", choices=FLAVOURS, action="append", help="only these")
    options = parser.parse_args(arguments)
    world = start_ready_world()
    try:
        with tempfile.TemporaryDirectory() as folder:
            lines = [run(world, Path(folder), one, options.jobs) for one in options.flavour or FLAVOURS]
    finally:
        world.stop()
    write_report([line for line, _ in lines])
    return 1 if any(failed for _, failed in lines) else 0


def run(world: World, folder: Path, flavour: Flavour, jobs: int) -> tuple[str, bool]:
    """Every case of one flavour; the line for the report, and whether any failed."""
    with bench(world, folder) as on:
        calmly = calm(on, flavour)
    cases = whole(flavour, calmly)
    since, failed = time.monotonic(), []
    # A restart of the API is felt by everybody: those come alone.
    alone = [one for one in cases if one.how == "restart"]
    together = [one for one in cases if one.how != "restart"]

    def one_of(case: Case) -> tuple[Case, str]:
        with bench(world, folder) as on:
            return case, attempt(on, case, calmly)

    for count, some in ((jobs, together), (1, alone)):
        with ThreadPoolExecutor(count) as pool:
            for case, why in pool.map(one_of, some):
                sys.stdout.write(f"{'FAILED' if why else 'ok':6} {case}\n{why}\n" if why else f"ok     {case}\n")
                sys.stdout.flush()
                failed += [case] if why else []
    counts = Counter(case.how for case in cases)
    every = ", ".join(f"{counts[how]} {how}" for how in HOWS)
    minutes = (time.monotonic() - since) / 60
    line = f"| {flavour} | {len(calmly.writes)} | {len(cases)} ({every}) | {len(failed)} | {minutes:.0f} min |"
    return line, bool(failed)


def write_report(lines: list[str]) -> None:
    """Put the result between its marks in docs/reliability.md; what is beside them is a person's."""
    head = ["| flavour | writes | cases | failed | took |", "|---|---|---|---|---|"]
    said = "\n".join([BEGIN, f"Last whole run: {datetime.now(UTC):%Y-%m-%d}.", "", *head, *lines, END])
    text = REPORT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    REPORT.write_text(before + said + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
