"""What `plugins.py` measures with: rows, runs that take turns, peak memory, a registry elsewhere. Measures nothing."""

import multiprocessing
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs have their bytecode
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.registries.fake import Registry, served

RUNS = 7
PEAK = """
import pathlib, sys
from installer.cli.boundary import run
code = run(sys.argv[1:])
print(next(line.split()[1] for line in pathlib.Path("/proc/self/status").open() if line.startswith("VmHWM")))
sys.exit(code)
"""


@dataclass(frozen=True)
class Row:
    """A figure and what it may be: at most `most`, or at least `least`."""

    name: str
    value: float
    most: float | None = None
    least: float | None = None

    def __str__(self) -> str:
        bound = f"<= {self.most:g}" if self.most is not None else f">= {self.least:g}"
        return f"{'met   ' if self.met else 'MISSED'} {self.value:7.2f}  ({bound})  {self.name}"

    @property
    def met(self) -> bool:
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)


def side_by_side(*actions: Callable[[], object], runs: int = RUNS) -> list[float]:
    """Seconds of each, the median of runs that take turns, after one that does not count: what else runs, hits all."""
    return _in_turns(actions, runs, time.perf_counter)


def processor(*actions: Callable[[], object], runs: int = RUNS) -> list[float]:
    """The same of the processor time of their children, which is what they take where nobody else wants a processor.

    For bounds with seconds in them: on a busy machine those are next to nothing.
    """
    return _in_turns(actions, runs, _children)


def _in_turns(actions: Sequence[Callable[[], object]], runs: int, clock: Callable[[], float]) -> list[float]:
    taken: list[list[float]] = [[] for _ in actions]
    for number in range(runs + 1):
        for seconds, action in zip(taken, actions, strict=True):
            start = clock()
            action()
            if number:
                seconds.append(clock() - start)
    return [statistics.median(seconds) for seconds in taken]


def _children() -> float:
    """The seconds of every child that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(*command: str, env: dict[str, str] | None = None) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=env)


def resident(words: list[str], environment: dict[str, str]) -> float:
    """MiB at the most, of a command that has to succeed; `wait` would tell its parent's, where that is larger."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *words], check=True, stdout=subprocess.PIPE, text=True, env=environment
    )
    return int(done.stdout.split()[-1]) / 1024


@dataclass(frozen=True)
class Shop:
    """A registry in a process of its own, which shares no lock with what is measured."""

    url: str
    _pipe: Any

    def asked(self) -> int:
        """How many requests there were since this was asked last."""
        self._pipe.send(None)
        return int(self._pipe.recv())


@contextmanager
def registry(fill: Callable[[Registry], Any]) -> Iterator[Shop]:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    with child(_serve, fill, there):
        yield Shop(here.recv(), here)


@contextmanager
def child(work: Callable[..., None], *given: Any) -> Iterator[None]:
    """A process that works until it is ended."""
    process = multiprocessing.get_context("fork").Process(target=work, args=given, daemon=True)
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()


def _serve(fill: Callable[[Registry], Any], told: Any) -> None:
    with served(Registry()) as running:
        fill(running)
        told.send(running.url)
        while True:
            told.recv()
            told.send(len(running.asked))
            running.asked.clear()


def alone(scratch: Path) -> dict[str, str]:
    """Nobody's configuration, and no cache."""
    root = str(Path(__file__).resolve().parent.parent)
    return {
        "HOME": str(scratch),
        "PATH": os.environ["PATH"],
        "XDG_CACHE_HOME": str(scratch / "cache"),
        "PYTHONPATH": root,
    }
