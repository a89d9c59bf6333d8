"""Which installations are stopped where, and the whole product as a program. Stops nothing itself: see kills.py.

python -m tests.live.kill_matrix [--jobs 2]     the whole product; its result goes to docs/reliability.md
"""

import argparse
import itertools
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from tests.live.harness import ROOT
from tests.live.kills import HOWS, THENS, Calm, Case, How, attempt, bench, calm
from tests.live.worlds import FLAVOURS, Flavour, start_ready_world

REPORT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- kill matrix: begin -->", "<!-- kill matrix: end -->"
MOMENTS = (False, True)
KINDS = ("post leases", "post secrets", "helm patch sonataflowplatforms", "patch configmaps", "delete leases")


def whole(flavour: Flavour, calmly: Calm) -> list[Case]:
    """SIGKILL before and after every write, and both ways from there; the other ends at five writes."""
    return [*kills(flavour, calmly), *others(flavour, calmly)]


def kills(flavour: Flavour, calmly: Calm) -> Iterator[Case]:
    """Every write has its turn before one has its next: whoever ends a run early has seen all of them."""
    ways = [(carried_out, then) for carried_out in MOMENTS for then in THENS]
    for turn, (number, what) in itertools.product(range(len(ways)), enumerate(calmly.writes, 1)):
        carried_out, then = ways[(number + turn) % len(ways)]
        yield Case(flavour, number, carried_out, "kill", then, what)


def others(flavour: Flavour, calmly: Calm) -> Iterator[Case]:
    """Both ways from each end at five writes, before one and after the next."""
    for how, then, (at, number) in itertools.product(HOWS[1:], THENS, enumerate(of_kinds(calmly))):
        carried_out = MOMENTS[(at + THENS.index(then)) % 2]
        yield Case(flavour, number, carried_out, how, then, calmly.writes[number - 1])


def of_kinds(calmly: Calm) -> list[int]:
    """The numbers of five writes of different kinds: of the Lease, the journal, helm, RHDH's configuration, the end."""
    return [calmly.writes.index(what) + 1 for what in KINDS]


def subset(flavour: Flavour, calmly: Calm) -> list[Case]:
    """A handful for every day: each kind of end, each moment, both ways, at writes of different kinds."""
    numbers = of_kinds(calmly)[1:]
    turn = list(FLAVOURS).index(flavour)
    cases = []
    for at, number in enumerate(numbers):
        carried_out, then = bool((at + turn) % 2), THENS[(at // 2 + turn) % 2]
        cases.append(Case(flavour, number, carried_out, "kill", then, calmly.writes[number - 1]))
    how: tuple[How, ...] = ("interrupt", "cut") if turn else ("interrupt", "restart")
    middle = cases[len(cases) // 2]
    return cases + [replace(middle, how=one, then=THENS[at]) for at, one in enumerate(how)]


# -- the whole product


@dataclass
class Tally:
    """What was found so far, written down after every case: a run that is ended early has its result too."""

    wanted: dict[Flavour, list[Case]]
    writes: dict[Flavour, int]
    done: list[Case] = field(default_factory=list)
    failed: list[Case] = field(default_factory=list)
    since: float = field(default_factory=time.monotonic)

    def add(self, case: Case, why: str) -> None:
        self.done.append(case)
        self.failed += [case] if why else []
        sys.stdout.write(f"{'FAILED' if why else 'ok':6} {case}\n" + (f"{why}\n" if why else ""))
        sys.stdout.flush()
        write_report(self.lines())

    def lines(self) -> list[str]:
        minutes = (time.monotonic() - self.since) / 60
        took = f"Last run: {datetime.now(UTC):%Y-%m-%d}, {minutes:.0f} minutes, {len(self.done)} cases."
        head = ["| flavour | writes | how | cases | tried | failed |", "|---|---|---|---|---|---|"]
        rows = [
            f"| {flavour} | {self.writes[flavour]} | {how} | {counts[0]} | {counts[1]} | {counts[2]} |"
            for flavour in self.wanted
            for how in HOWS
            if any(counts := self.counts(flavour, how))
        ]
        failed = [f"- {one}" for one in self.failed]
        return [took, "", *head, *rows, *(["", "Failed:", "", *failed] if failed else [])]

    def counts(self, flavour: Flavour, how: How) -> list[int]:
        return [
            sum((one.flavour, one.how) == (flavour, how) for one in some)
            for some in (self.wanted[flavour], self.done, self.failed)
        ]


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="cases at the same time, each on an RHDH of its own")
    parser.add_argument("--flavour", choices=FLAVOURS, action="append", help="only these")
    parser.add_argument("--how", choices=HOWS, action="append", help="only these")
    parser.add_argument("--minutes", type=float, default=600, help="begin no case after so many")
    options = parser.parse_args(arguments)
    until = time.monotonic() + 60 * options.minutes
    world = start_ready_world()
    try:
        with tempfile.TemporaryDirectory() as folder:
            calmly: dict[Flavour, Calm] = {}
            for flavour in options.flavour or FLAVOURS:
                with bench(world, Path(folder)) as on:
                    calmly[flavour] = calm(on, flavour)
            hows = options.how or HOWS
            tally = Tally(
                {flavour: [one for one in whole(flavour, each) if one.how in hows] for flavour, each in calmly.items()},
                {flavour: len(each.writes) for flavour, each in calmly.items()},
            )

            def one_of(case: Case) -> None:
                if time.monotonic() < until:
                    with bench(world, Path(folder)) as on:
                        tally.add(case, attempt(on, case, calmly[case.flavour]))

            for jobs, cases in in_order(tally.wanted, options.jobs):
                with ThreadPoolExecutor(jobs) as pool:
                    list(pool.map(one_of, cases))
    finally:
        world.stop()
    return 1 if tally.failed else 0


def in_order(wanted: dict[Flavour, list[Case]], jobs: int) -> Iterator[tuple[int, list[Case]]]:
    """How many at a time, and which: the flavours by turns. A restart of the API is felt by all: those come alone."""
    turns = [one for some in itertools.zip_longest(*wanted.values()) for one in some if one is not None]
    yield jobs, [one for one in turns if one.how != "restart"]
    yield 1, [one for one in turns if one.how == "restart"]


def write_report(lines: list[str]) -> None:
    """Put the result between its marks in docs/reliability.md; what is beside them is a person's."""
    text = REPORT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    REPORT.write_text(before + "\n".join([BEGIN, *lines, END]) + rest.partition(END)[2], encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
