"""In which order the files of tests are run, and which of them share a process. Knows no test by its name.

A world takes a gigabyte, and half a minute of a processor until the operators are in it, so the files that need one
like it are put together in three pieces, beside which a fourth process begins with what takes worlds of its own; the
long ones come first, so that none is left for the end.
"""

import re
from functools import cache
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[1]
Worlds = Literal["ready", "many", "own", "session", "none"]
# What the text of a file says of the worlds that it takes; the first that fits.
SIGNS: dict[Worlds, str] = {
    "ready": r"\b(ready_world|portals)\b",
    "many": r"\brunning\[name\] = start_world\b",
    "own": r"\b(fresh_world|bare_world|start_world)\b",
}
# A process takes two pieces at its start: behind the longest comes what is soon done.
RANKS: tuple[tuple[Worlds, str], ...] = (
    ("ready", "tests/live/"),
    ("many", "tests/live/"),
    ("own", "tests/world/"),
    ("own", "tests/"),
    ("session", "tests/world/"),
)
READY_WORLDS = 3


@cache
def worlds(file: str) -> Worlds:
    """Which worlds a file of tests takes: the one with operators, several, its own, that of tests/world, or none."""
    if not file.startswith(("tests/live/", "tests/world/", "tests/programs/test_live")):
        return "none"
    text = (ROOT / file).read_text(encoding="utf-8")
    for kind, sign in SIGNS.items():
        if re.search(sign, text):
            return kind
    return "session" if file.startswith("tests/world/") else "none"


@cache
def company(file: str) -> str:
    """The name of the piece of work that a file belongs to: a piece is done by one process, in one go."""
    match worlds(file):
        case "ready":
            every = ready_files()
            return f"ready world {every.index(file) * READY_WORLDS // len(every) + 1}"
        case "session":
            return "the world of tests/world"
        case _:
            return file


@cache
def ready_files() -> list[str]:
    found = sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "tests" / "live").glob("test_*.py"))
    return [one for one in found if worlds(one) == "ready"]


def turn(file: str) -> tuple[int, str]:
    """Sorts files: worlds first, then the comparison with other programs, then the rest; pieces in one go."""
    kind = worlds(file)
    for number, (one, folder) in enumerate(RANKS):
        if kind == one and file.startswith(folder):
            return number, company(file)
    return len(RANKS) + (not file.endswith("test_oracle.py")), company(file)
