"""Measures the commands against a cluster, peers side by side on one world; exit code 1 where one misses its bound."""

import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs have their bytecode
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tests.live.harness import Program, Ran
from tests.live.worlds import Portal, portal, start_ready_world
from tests.world.api import config_map
from tests.world.audit import Asked
from tests.world.programs import helm, kubectl

RUNS = 5
ADMIN = "admin"
FEW, MANY = 200, 2000
CHART = Path(__file__).resolve().parent.parent / "charts" / "orchestrator"
# What `status` shows, a kind each, as a person would ask for it.
SHOWN = (
    "backstages.rhdh.redhat.com",
    "deployments.apps",
    "configmaps",
    "subscriptions.operators.coreos.com",
    "clusterserviceversions.operators.coreos.com",
    "knativeservings.operator.knative.dev",
    "knativeeventings.operator.knative.dev",
    "sonataflowplatforms.sonataflow.org",
)


@dataclass(frozen=True)
class Row:
    """A figure, what it may be, and how that was met."""

    name: str
    value: float
    most: float

    def __str__(self) -> str:
        return f"{'met   ' if self.met else 'MISSED'} {self.value:7.2f}  (<= {self.most:g})  {self.name}"

    @property
    def met(self) -> bool:
        return self.value <= self.most


@dataclass(frozen=True)
class Bench:
    """One RHDH, and the program with a helm that notes how it is called."""

    made: Portal
    program: Program
    called: Path

    def run(self, *words: str) -> Ran:
        ran = self.program.run(*words, "--instance", self.made.address)
        if ran.code:
            sys.exit(str(ran))
        return ran

    def asked(self, *words: str) -> tuple[Ran, list[Asked]]:
        """A run, and every request of it, of helm and of discovery too."""
        log = self.made.world.audit()
        ran = self.run(*words)
        return ran, log.asked(ADMIN)

    def helm(self, *words: str) -> None:
        command(helm(), *words, "--namespace", self.made.namespace, KUBECONFIG=str(self.program.kubeconfig))

    def kubectl(self, *words: str) -> None:
        command(kubectl(), *words, KUBECONFIG=str(self.program.kubeconfig))


def command(program: Path, *words: str, **more: str) -> None:
    argv = [str(program), *words]
    environment = {"PATH": os.environ["PATH"], "HOME": tempfile.gettempdir(), **more}
    subprocess.run(argv, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)


def turns(*actions: Callable[[], object]) -> list[float]:
    """Seconds of each, the median of several runs by turns, so that a busy moment hits all of them."""
    for one in actions:
        one()
    seconds: list[list[float]] = [[] for _ in actions]
    for _ in range(RUNS):
        for one, found in zip(actions, seconds, strict=True):
            start = time.perf_counter()
            one()
            found.append(time.perf_counter() - start)
    return [statistics.median(each) for each in seconds]


def noted(folder: Path) -> tuple[Path, Path]:
    """A helm that writes its words to a file first; that file."""
    wrapper, called = folder / "helm", folder / "called"
    called.touch()
    real, file = shlex.quote(str(helm())), shlex.quote(str(called))
    wrapper.write_text(f'#!/bin/sh\necho "$@" >> {file}\nexec {real} "$@"\n', encoding="utf-8")
    wrapper.chmod(0o755)
    return wrapper, called


def again(on: Bench) -> Iterator[Row]:
    """A second installation, which finds nothing to do."""
    on.called.write_text("", encoding="utf-8")
    ran, asked = on.asked("install", "--yes")
    if ran.result["steps"]:
        sys.exit(f"there was something to do: {ran}")
    words = on.called.read_text(encoding="utf-8").splitlines()
    yield Row("install with nothing to do: requests", len(asked), 40)
    yield Row("install with nothing to do: children of helm", len(words), 0)
    yield Row("install with nothing to do: MiB resident at most", ran.memory, 150)
    values = on.called.parent / "values.yaml"

    def peer() -> None:
        on.helm("get", "values", "orchestrator", "--output", "json")
        on.helm("get", "manifest", "orchestrator")
        on.helm("template", "orchestrator", str(CHART), "--values", str(values))

    found = subprocess.run(
        [str(helm()), "get", "values", "orchestrator", "--namespace", on.made.namespace, "--output", "yaml"],
        check=True,
        capture_output=True,
        env={"KUBECONFIG": str(on.program.kubeconfig), "HOME": tempfile.gettempdir()},
    )
    values.write_bytes(found.stdout)
    ours, theirs = turns(lambda: on.run("install", "--yes"), peer)
    print(f"       install with nothing to do {ours:.2f} s, helm get values + get manifest + template {theirs:.2f} s")
    yield Row("install with nothing to do / helm get values, get manifest, template", ours / theirs, 2)


def status(on: Bench) -> Iterator[Row]:
    ran, asked = on.asked("status")
    yield Row("status: requests", len(asked), 10)
    yield Row("status: MiB resident at most", ran.memory, 150)

    def peer() -> None:
        for kind in SHOWN:
            on.kubectl("get", kind, "--all-namespaces", "--output", "json")

    ours, theirs = turns(lambda: on.run("status"), peer)
    print(f"       status {ours:.2f} s, {len(SHOWN)} times kubectl get {theirs:.2f} s")
    yield Row(f"status / kubectl get for each of {len(SHOWN)} kinds", ours / theirs, 1)


def growing(on: Bench) -> Iterator[Row]:
    """`plan` in a namespace with more and more objects that are none of RHDH's."""
    fill(on.made, 0, FEW)
    (few,) = turns(lambda: on.run("plan"))
    fill(on.made, FEW, MANY)
    (many,) = turns(lambda: on.run("plan"))
    ran, asked = on.asked("plan")
    lists = Counter(one.uri.partition("&limit")[0] for one in asked if one.verb == "list")
    print(f"       plan among {FEW} objects {few:.2f} s, among {MANY} {many:.2f} s")
    yield Row(f"plan among {MANY} / among {FEW} objects, per object", many / few / (MANY / FEW), 1.5)
    yield Row("plan: lists of the same objects", max(lists.values()), 1)
    yield Row(f"plan among {MANY} objects: MiB resident at most", ran.memory, 150)


def fill(made: Portal, first: int, last: int) -> None:
    api = made.world.api
    for number in range(first, last):
        data = {"settings.yaml": f"number: {number}\n" * 20}
        api.create(config_map(f"other-{number:04}", made.namespace, data))


def main() -> int:
    world = start_ready_world()
    try:
        with tempfile.TemporaryDirectory() as folder:
            wrapper, called = noted(Path(folder))
            on = Bench(portal(world, "operator"), Program(world.kubeconfig, Path(folder), wrapper), called)
            first = on.run("install", "--yes")
            rows = [Row("install: MiB resident at most", first.memory, 150), *again(on), *status(on), *growing(on)]
    finally:
        world.stop()
    print(*rows, sep="\n")
    return 0 if all(one.met for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
