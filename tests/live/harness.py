"""The program as its users run it: a process with a home of its own, ended by id. Imports nothing of it."""

import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.world.faults import Meanwhile
from tests.world.processes import born
from tests.world.programs import HELM_4, helm

ROOT = Path(__file__).parents[2]
SECONDS = 300.0


@dataclass(frozen=True)
class Ran:
    """What a process left. `memory` is its largest resident size in MiB, without its children's."""

    code: int
    out: str
    err: str
    seconds: float
    memory: float

    @property
    def document(self) -> dict[str, Any]:
        """The one document of -o json; raises where there is none, with all that was said."""
        try:
            found: dict[str, Any] = json.loads(self.out)
        except ValueError:
            raise AssertionError(str(self)) from None
        return found

    @property
    def result(self) -> Any:
        return self.document["result"]

    @property
    def errors(self) -> list[dict[str, Any]]:
        return list(self.document["errors"])

    @property
    def codes(self) -> list[str]:
        return [one["code"] for one in self.errors]

    def __str__(self) -> str:
        return f"exit code {self.code} after {self.seconds:.1f} s\n{self.out}\n{self.err}"


@dataclass(frozen=True)
class Running:
    """A process of ours that has been started; its output goes to files, so that nothing waits for a reader."""

    pid: int
    folder: Path
    since: float

    def send(self, number: signal.Signals) -> None:
        """A signal; SIGKILL takes what it has started along, as the end of a machine or of a container does."""
        every = [self.pid, *offspring(self.pid)] if number == signal.SIGKILL else [self.pid]
        for one in every:
            if born(one):
                os.kill(one, number)

    def kill_alone(self) -> None:
        """SIGKILL for the process itself: a helm that it has started goes on."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self, seconds: float = SECONDS) -> Ran:
        """Until it ends; after `seconds` it is killed and the test fails."""
        code, usage = self._reaped(time.monotonic() + seconds)
        out, err = ((self.folder / one).read_text(encoding="utf-8") for one in ("out", "err"))
        ran = Ran(code, out, err, time.monotonic() - self.since, usage.ru_maxrss / 1024)
        assert "Traceback" not in ran.err, ran
        return ran

    def _reaped(self, until: float) -> tuple[int, resource.struct_rusage]:
        while True:
            found, status, usage = os.wait4(self.pid, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status), usage
            if time.monotonic() > until:
                self.send(signal.SIGKILL)
                os.wait4(self.pid, 0)
                raise AssertionError(f"it did not end:\n{(self.folder / 'err').read_text(encoding='utf-8')}")
            time.sleep(0.02)


@dataclass
class Program:
    """`rhdh-orchestrator` for one user of a cluster. `more` are variables of its environment beside the few it gets."""

    kubeconfig: Path
    folder: Path
    helm: Path = field(default_factory=lambda: helm(HELM_4))
    more: Mapping[str, str] = field(default_factory=dict)
    now: Running | None = None

    def start(self, *words: str) -> Running:
        """Run it with these words and -o json, unless they name another form."""
        form = () if {"-o", "--output"} & set(words) else ("-o", "json")
        folder = Path(tempfile.mkdtemp(dir=self.folder))
        with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
            process = subprocess.Popen(
                [sys.executable, "-m", "installer", *words, *form],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        process.returncode = 0  # waited for by its number
        self.now = Running(process.pid, folder, time.monotonic())
        return self.now

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": "/usr/bin:/bin",
            "HOME": str(self.folder),
            "KUBECONFIG": str(self.kubeconfig),
            "RHDH_ORCHESTRATOR_HELM": str(self.helm),
            **self.more,
        }

    def run(self, *words: str, seconds: float = SECONDS) -> Ran:
        return self.start(*words).wait(seconds)

    def signalled(self, number: signal.Signals, *, carried_out: bool) -> Meanwhile:
        """The fault that sends the running program a signal; after SIGKILL it is gone when the fault is over."""

        def send() -> None:
            running = self.now
            assert running is not None
            running.send(number)
            while number == signal.SIGKILL and born(running.pid):
                time.sleep(0.005)

        return Meanwhile(send, carried_out, answered=number != signal.SIGKILL)


def offspring(pid: int) -> list[int]:
    """The living descendants of a process, parents before their children."""
    parents = {int(one): parent_of(one) for one in os.listdir("/proc") if one.isdigit()}  # noqa: PTH208 - asked often
    found = [pid]
    for one in found:  # grows meanwhile
        found += [child for child, parent in parents.items() if parent == one]
    return found[1:]


def parent_of(process: str) -> int:
    """Field 4 of proc(5) stat, behind the command in parentheses; 0 of a process that is gone."""
    try:
        number = os.open(f"/proc/{process}/stat", os.O_RDONLY)
    except FileNotFoundError:
        return 0
    try:
        return int(os.read(number, 1024).rpartition(b")")[2].split()[1])
    except ProcessLookupError:
        return 0
    finally:
        os.close(number)
