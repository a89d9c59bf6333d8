"""The programs of a world as child processes, ended by id. Knows nothing of Kubernetes, ends nothing by name."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

LOOPBACK = "127.0.0.1"
FOLDER = Path(__file__).parent
LINES_OF_A_FAILURE = 15
# Of Go programs: how much more may lie about before it is collected, in percent. There is more memory than processors.
GARBAGE = "400"

Answer = TypeVar("Answer")


class NotReady(Exception):
    """Something of the world did not become ready in its time, or died before."""


@dataclass(frozen=True)
class Child:
    """A process that we started: `born` tells it from a later one that got the same number."""

    name: str
    pid: int
    born: str
    log: Path

    def alive(self) -> bool:
        return born(self.pid) == self.born

    def end(self, *, gently: bool) -> None:
        """Ask for its end, SIGTERM or SIGKILL; a process that is no longer ours is left alone."""
        if self.alive():
            os.kill(self.pid, signal.SIGTERM if gently else signal.SIGKILL)
        reap(self.pid)


def born(pid: int) -> str:
    """Start time of a process in clock ticks since boot (proc(5), field 22), "" when it is gone or a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # The second field is the command in parentheses and may hold anything, blanks and parentheses too.
    state, *rest = text.rpartition(")")[2].split()
    return "" if state == "Z" else rest[18]


def reap(pid: int) -> None:
    """Take away a dead child of ours; in another process than its parent this does nothing."""
    try:
        os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return


def start(name: str, argv: Iterable[str | Path], log: Path, *, with_parent: bool, env: Mapping[str, str] = {}) -> Child:
    """Start a program in its own session with its output in a file; `with_parent`: it dies soon after this process."""
    more = {"GOGC": GARBAGE, **({"WORLD_PARENT": str(os.getpid())} if with_parent else {})}
    with log.open("ab") as output:
        process = subprocess.Popen(
            [str(one) for one in argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=log.parent,
            env={**os.environ, **env, **more},
        )
    # The child is ours to wait for by number: Popen must not warn of it when it is forgotten.
    process.returncode = 0
    return Child(name, process.pid, born(process.pid), log)


def stop(children: Iterable[Child], *, grace: float = 0.0) -> None:
    """End all of them, last started first; those that outlive `grace` seconds are killed. Returns when all are gone."""
    left = [one for one in reversed(list(children)) if one.alive()]
    if grace:
        for one in left:
            one.end(gently=True)
        settle(left, grace)
    for one in left:
        one.end(gently=False)
    settle(left, 10)


def settle(children: list[Child], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while any(one.alive() for one in children) and time.monotonic() < deadline:
        time.sleep(0.02)
    for one in children:
        reap(one.pid)


def free_ports(count: int) -> list[int]:
    """So many different ports of 127.0.0.1 that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind((LOOPBACK, 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def wait_for(what: str, ask: Callable[[], Answer], *, seconds: float = 60.0, watched: Iterable[Child] = ()) -> Answer:
    """The first true answer. Bounded by the clock, not by the number of tries; a dead process ends the wait at once.

    :raises NotReady: naming what was waited for, the last answer or error, and the end of a dead process's log
    """
    begun = time.monotonic()
    deadline = begun + seconds
    last: object = None
    while True:
        try:
            if answer := ask():
                return answer
            last = answer
        except (OSError, LookupError) as problem:
            last = problem
        for one in watched:
            if not one.alive():
                raise NotReady(f"{one.name} died while the world waited for {what}:\n{tail(one.log)}")
        if time.monotonic() > deadline:
            raise NotReady(f"{what}: not after {seconds:.0f} s; last: {last!r}")
        # Whoever asks often takes the processor from what is waited for.
        time.sleep(0.05 if time.monotonic() < begun + 1 else 0.15)


def tail(log: Path) -> str:
    return "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-LINES_OF_A_FAILURE:])
