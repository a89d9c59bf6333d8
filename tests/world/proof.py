"""Which tests of the world itself have passed on this machine, for the very world that they would try. Runs no test.

A world is not what we make but what we try it on, and proving it takes minutes: as `go test` does, what was proven with
the same files is not proven again. A proof is an empty file; it is believed for a week. A test that is about the
program under test as well says so by the mark `always`.
"""

import hashlib
import platform
import sys
import time
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tests.world.processes import FOLDER
from tests.world.programs import ENVIRONMENT, WHEELS, cache, world_binary

DAYS = 7
DAY = 86_400.0
REASON = "proven here for this very world; WORLD_PROOF=again tries it again"


@dataclass
class Proofs:
    """The proofs of one world; `folder` is named after all that could make a difference."""

    passed: set[str] = field(default_factory=set)

    @cached_property
    def folder(self) -> Path:
        return cache() / "proofs" / key(world_binary(build=False))

    def has(self, test: str) -> bool:
        if ENVIRONMENT.get("WORLD_PROOF") == "again":
            return False
        try:
            return time.time() - self.of(test).stat().st_mtime < DAYS * DAY
        except FileNotFoundError:
            return False

    def of(self, test: str) -> Path:
        return self.folder / hashlib.sha256(test.encode()).hexdigest()[:20]

    def note(self, report: pytest.TestReport) -> None:
        """A test has passed when what it does has, and then all that clears up behind it."""
        if report.when == "call" and report.passed:
            self.passed.add(report.nodeid)
        if report.when == "teardown" and report.passed and report.nodeid in self.passed:
            self.folder.mkdir(parents=True, exist_ok=True)
            self.of(report.nodeid).touch()


def key(binary: Path) -> str:
    """Of the binary, which is named after its own sources; of these files; of Python and of all that is installed."""
    kept = hashlib.sha256(f"{binary} {WHEELS} {sys.version} {platform.machine()} {platform.release()}".encode())
    for one in sorted(f"{each.name} {each.version}" for each in distributions()):
        kept.update(one.encode())
    for path in sorted(FOLDER.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            kept.update(f"{path.relative_to(FOLDER)}\0".encode() + path.read_bytes())
    return kept.hexdigest()[:20]
