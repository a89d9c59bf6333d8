"""What the kill matrix has found: a line for each case in a file, and the table of docs/reliability.md. Runs none."""

import json
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.live.harness import ROOT
from tests.live.kills import HOWS, Calm, Case, How
from tests.live.scenes import SCENES, Scene

REPORT = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- kill matrix: begin -->", "<!-- kill matrix: end -->"


@dataclass
class Tally:
    """What was found so far, written down after every case: a run that is ended early has its result too.

    :param choose: the cases of a scene
    :param log: a line of JSON for each undisturbed installation and each case, with what went wrong; another run of
        the program goes on from there
    """

    choose: Callable[[Scene, Calm], Sequence[Case]]
    log: Path
    calm: dict[Scene, Calm] = field(default_factory=dict)
    found: dict[Case, str] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        for line in self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []:
            self.recall(json.loads(line))

    def recall(self, line: dict[str, Any]) -> None:
        if "why" in line:
            why = str(line.pop("why"))
            self.found[Case(**line)] = why
        else:
            self.calm[line["scene"]] = Calm(line["after"], tuple(line["writes"]), tuple(line["waits"]))

    def keep(self, line: dict[str, Any]) -> None:
        with self.log.open("a", encoding="utf-8") as log:
            log.write(json.dumps(line) + "\n")

    def add_calm(self, scene: Scene, calmly: Calm) -> None:
        self.calm[scene] = calmly
        self.keep({"scene": scene, **asdict(calmly)})

    def add(self, case: Case, why: str) -> None:
        with self.lock:
            self.found[case] = why
            self.keep({**asdict(case), "why": why})
            sys.stdout.write(f"{'FAILED' if why else 'ok':6} {case}\n" + (f"{why}\n" if why else ""))
            sys.stdout.flush()
            write_report(self.lines())

    @property
    def cases(self) -> list[Case]:
        """The cases of all scenes that are known."""
        return [one for scene in SCENES if scene in self.calm for one in self.choose(scene, self.calm[scene])]

    def is_left(self, case: Case) -> bool:
        """Whether it has not run, or failed when it did."""
        return bool(self.found.get(case, "not yet"))

    def lines(self) -> list[str]:
        every = self.cases
        done = sum(one in self.found for one in every)
        took = f"Last run: {datetime.now(UTC):%Y-%m-%d}, {done} cases of {len(every)}."
        head = ["| where | writes | how | cases | tried | failed |", "|---|---|---|---|---|---|"]
        rows = [self.row(scene, how) for scene in SCENES if scene in self.calm for how in HOWS]
        failed = [f"- {one}" for one in every if self.found.get(one)]
        return [took, "", *head, *filter(None, rows), *(["", "Failed:", "", *failed] if failed else [])]

    def row(self, scene: Scene, how: How) -> str:
        """How many cases there are, were tried, have failed; "" where there are none."""
        some = [one for one in self.cases if (one.scene, one.how) == (scene, how)]
        tried, failed = sum(one in self.found for one in some), sum(bool(self.found.get(one)) for one in some)
        counts = f"{len(some)} | {tried} | {failed}"
        return f"| {scene} | {len(self.calm[scene].writes)} | {how} | {counts} |" if some else ""


def write_report(lines: Sequence[str]) -> None:
    """Put the result between its marks in docs/reliability.md; what is beside them is a person's."""
    text = REPORT.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    REPORT.write_text(before + "\n".join([BEGIN, *lines, END]) + rest.partition(END)[2], encoding="utf-8")
