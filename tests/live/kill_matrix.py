"""Which installations are stopped where, and the whole product as a program. Stops nothing itself: see kills.py.

python -m tests.live.kill_matrix [--jobs 2]     the whole product; its result goes to docs/reliability.md
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

from tests.live.kill_report import Tally
from tests.live.kills import HOWS, THENS, Calm, Case, How, Moment, Then, attempt, calm
from tests.live.scenes import FROM_NOTHING, SCENES, Scene, bench
from tests.live.worlds import start_ready_world
from tests.world.processes import NotReady
from tests.world.world import World

MOMENTS: tuple[Moment, ...] = ("before", "after")
OTHERS: tuple[How, ...] = ("interrupt", "restart", "cut")
MARK = "patch secrets"
APPROVAL = "patch installplans"
PLATFORM = "helm patch sonataflowplatforms"
# Of the Lease, the journal, helm, RHDH's configuration, the end.
KINDS = ("post leases", "post secrets", PLATFORM, "patch configmaps", "delete leases")


def whole(scene: Scene, calmly: Calm) -> list[Case]:
    """SIGKILL at every write and in every wait, and both ways from there; the other ends at five writes.

    `from nothing` only what comes before the platform is stopped: the rest is that of the other scenes.
    Every write has its turn before one has its next: whoever ends a run early has seen all of them.
    """
    if scene == FROM_NOTHING:
        return list(of_the_operators(scene, calmly))
    first, *rest = kills(scene, calmly)
    beside = [*waiting(scene, calmly), *left_alone(scene, calmly), *others(scene, calmly)]
    return [*first, *beside, *itertools.chain(*rest)]


def kills(scene: Scene, calmly: Calm) -> Iterator[list[Case]]:
    """Four turns, in each of which every write is killed another way."""
    ways = [(moment, then) for moment in MOMENTS for then in THENS]
    for turn in range(len(ways)):
        each = [(number, *ways[(number + turn) % len(ways)]) for number in range(1, len(calmly.writes) + 1)]
        yield [Case(scene, number, moment, "kill", then, calmly.writes[number - 1]) for number, moment, then in each]


def waiting(scene: Scene, calmly: Calm) -> Iterator[Case]:
    for then, number in itertools.product(THENS, calmly.waits):
        yield Case(scene, number, "waiting", "kill", then, calmly.writes[number - 1])


def left_alone(scene: Scene, calmly: Calm) -> Iterator[Case]:
    """The program is killed while its helm writes, and that goes on: both ways from every write of helm's.

    Only where helm has RHDH's own configuration in its hands, as that is what it could spoil.
    """
    numbers = [number for number, what in enumerate(calmly.writes, 1) if what.startswith("helm ")]
    for then, number in itertools.product(THENS, numbers if scene == "helm" else ()):
        yield Case(scene, number, MOMENTS[(number + THENS.index(then)) % 2], "alone", then, calmly.writes[number - 1])


def others(scene: Scene, calmly: Calm) -> Iterator[Case]:
    """Both ways from each end at five writes, before one and after the next."""
    for how, then, (at, number) in itertools.product(OTHERS, THENS, enumerate(of_kinds(calmly))):
        moment = MOMENTS[(at + THENS.index(then)) % 2]
        yield Case(scene, number, moment, how, then, calmly.writes[number - 1])


def of_the_operators(scene: Scene, calmly: Calm) -> Iterator[Case]:
    """Every kind of write until the platform has its turn, and the waits for operators and Knative.

    The approvals and the marks of the journal in all four ways, each kind of helm's writes in two.
    """
    before_the_platform = calmly.writes[: calmly.writes.index(PLATFORM)]
    end = max(number for number, what in enumerate(before_the_platform, 1) if what == MARK)
    begin = next(number for number, what in enumerate(calmly.writes) if what.startswith("helm "))
    yield from (one for one in waiting(scene, calmly) if one.write <= end)
    for turn, one in enumerate(itertools.chain(*kills(scene, calmly))):
        is_first = one.what != calmly.writes[one.write - 2]
        is_helms_second = one.what.startswith("helm ") and turn >= 2 * len(calmly.writes)
        if begin < one.write <= end and (one.what == APPROVAL or is_first) and not is_helms_second:
            yield one


def of_kinds(calmly: Calm) -> list[int]:
    """The numbers of five writes of different kinds; it may be helm who writes RHDH's configuration."""
    return [
        next(number for number, what in enumerate(calmly.writes, 1) if what in (kind, f"helm {kind}")) for kind in KINDS
    ]


def subset(scene: Scene, calmly: Calm) -> list[Case]:
    """A handful for every day: each kind of end, each moment, both ways, at writes of different kinds.

    With Helm only what is its own: the program ends in the middle of its upgrade.
    """
    if scene == "helm":
        return list(of_the_upgrade(scene, calmly))
    numbers = of_kinds(calmly)[1:]
    turn = SCENES.index(scene)
    cases = []
    for at, number in enumerate(numbers):
        moment, then = MOMENTS[(at + turn) % 2], THENS[(at // 2 + turn) % 2]
        cases.append(Case(scene, number, moment, "kill", then, calmly.writes[number - 1]))
    how: tuple[How, ...] = ("interrupt", "cut") if turn else ("interrupt", "restart")
    middle = cases[len(cases) // 2]
    return cases + [replace(middle, how=one, then=THENS[at]) for at, one in enumerate(how)]


def of_the_upgrade(scene: Scene, calmly: Calm) -> Iterator[Case]:
    ends: tuple[tuple[str, Moment, How, Then], ...] = (
        ("helm patch configmaps", "after", "kill", "resume"),
        ("helm patch deployments", "before", "alone", "undo"),
        ("helm patch deployments", "after", "kill", "undo"),
    )
    for what, moment, how, then in ends:
        yield Case(scene, calmly.writes.index(what) + 1, moment, how, then, what)


# -- the whole product


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="cases at the same time, each on an RHDH of its own")
    parser.add_argument("--scene", choices=SCENES, action="append", help="only these")
    parser.add_argument("--how", choices=HOWS, action="append", help="only these")
    parser.add_argument("--minutes", type=float, default=600, help="begin no case after so many")
    parser.add_argument("--log", type=Path, help="cases that ran well by this file are not run again; it is added to")
    options = parser.parse_args(arguments)
    until = time.monotonic() + 60 * options.minutes
    world = start_ready_world()
    try:
        with tempfile.TemporaryDirectory() as folder:
            tally = Tally(whole, options.log or Path(folder) / "log")
            for scene in (one for one in options.scene or SCENES if one not in tally.calm):
                with bench(world, Path(folder), scene) as on:
                    tally.add_calm(scene, calm(on))

            def one_of(case: Case) -> None:
                if time.monotonic() < until:
                    tally.add(case, tried(world, Path(folder), case, tally.calm[case.scene]))

            left = [one for one in tally.cases if tally.is_left(one)]
            chosen = [
                one for one in left if one.scene in (options.scene or SCENES) and one.how in (options.how or HOWS)
            ]
            for jobs, cases in in_order(chosen, options.jobs):
                with ThreadPoolExecutor(jobs) as pool:
                    list(pool.map(one_of, cases))
    finally:
        world.stop()
    return 1 if any(tally.found.values()) else 0


def tried(world: World, folder: Path, case: Case, calmly: Calm) -> str:
    try:
        with bench(world, folder, case.scene) as on:
            return attempt(on, case, calmly)
    except (NotReady, OSError) as problem:
        return f"{case}: {problem}"


def in_order(cases: Sequence[Case], jobs: int) -> Iterator[tuple[int, list[Case]]]:
    """How many at a time, and which: the scenes by turns. A restart of the API is felt by all: those come alone."""
    scenes = [[one for one in cases if one.scene == scene] for scene in SCENES]
    turns = [one for some in itertools.zip_longest(*scenes) for one in some if one is not None]
    yield jobs, [one for one in turns if one.how != "restart"]
    yield 1, [one for one in turns if one.how == "restart"]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
