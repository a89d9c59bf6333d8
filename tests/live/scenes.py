"""Where installations are stopped: an RHDH of each flavour, and one on a cluster without operators. Stops none.

`from nothing` is the operator's flavour in a world of its own, so that OLM has everything to do.
"""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tests.live.harness import Program, Ran
from tests.live.worlds import NUMBERS, RELEASE, Portal, portal
from tests.world.api import namespace_of
from tests.world.proxy import Proxy, proxied
from tests.world.rhdh import NAME, chart, install_rhdh_operator
from tests.world.world import World, await_service_account, start_world

Scene = Literal["operator", "plain", "helm", "from nothing"]
SCENES: tuple[Scene, ...] = ("operator", "plain", "helm", "from nothing")
HOST = "developer-hub.apps.example.com"
FROM_NOTHING: Scene = "from nothing"


@dataclass(frozen=True)
class Bench:
    """What one case at a time needs."""

    world: World
    proxy: Proxy
    program: Program
    scene: Scene
    chart: Path

    def portal(self) -> Portal:
        """A new RHDH with nothing of the Orchestrator in it; returns once it runs."""
        match self.scene:
            case "operator" | "plain" as flavour:
                return portal(self.world, flavour)
            case "from nothing":
                return portal(self.world, "operator")
            case "helm":
                return released(self)

    def install(self, made: Portal) -> Ran:
        where = ("--chart", str(self.chart)) if self.scene == "helm" else ()
        return self.program.run("install", "--instance", made.address, "--yes", *where)


@contextmanager
def bench(world: World | None, folder: Path, scene: Scene) -> Iterator[Bench]:
    """A bench on a world that has the operators; `from nothing` takes a new one, and needs none."""
    place = Path(tempfile.mkdtemp(dir=folder))
    made = chart(place, RELEASE)
    with grounds(world, scene) as ground, proxied(ground) as proxy:
        yield Bench(ground, proxy, Program(proxy.user().kubeconfig, place), scene, made)


@contextmanager
def grounds(world: World | None, scene: Scene) -> Iterator[World]:
    if scene != FROM_NOTHING:
        assert world is not None
        yield world
        return
    fresh = start_world()
    try:
        install_rhdh_operator(fresh.api)
        yield fresh
    finally:
        fresh.stop()


def released(on: Bench) -> Portal:
    """RHDH by its chart. Its Deployment bears the name that a plain one has.

    By default the chart makes a host of the namespace's name, which would take part in the checksums of its texts.
    """
    made = Portal(on.world, "plain", f"rhdh-helm-{next(NUMBERS):03}")
    on.world.api.apply(namespace_of(made.namespace))
    await_service_account(on.world.api, made.namespace)
    where = ("-n", made.namespace, "--kubeconfig", str(on.world.kubeconfig))
    argv = [str(on.program.helm), "install", NAME, str(on.chart), "--set", f"global.host={HOST}", *where]
    done = subprocess.run(argv, env=on.program.environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    made.settled()
    return made
