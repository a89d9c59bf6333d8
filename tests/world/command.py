"""scripts/world: the world for a person instead of for a test. Ends only what it has started."""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

from tests.world.processes import NotReady
from tests.world.programs import HELM_4, helm, world_binary
from tests.world.rhdh import NAME, install_rhdh_operator, put, sample
from tests.world.standins.openshift import make_openshift
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import World, load, start_world

NAMESPACE = "rhdh"


def state_file() -> Path:
    """Where the running world is written down: for each user one world at a time."""
    home = os.environ.get("XDG_STATE_HOME")
    folder = Path(home) if home else Path(tempfile.gettempdir()) / f"world-of-{os.getuid()}"
    return folder / "rhdh-orchestrator" / "world.json"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="scripts/world", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="up|down|status")
    starting = commands.add_parser("up", help="start it")
    starting.add_argument("--sample", action="store_true", help=f"with a sample RHDH in the namespace {NAMESPACE}")
    starting.add_argument("--openshift", action="store_true", help="with the APIs by which tools know an OpenShift")
    starting.set_defaults(run=up)
    commands.add_parser("down", help="end it").set_defaults(run=down)
    commands.add_parser("status", help="what runs").set_defaults(run=status)
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except NotReady as problem:
        tell("\n".join([f"error: {problem}", *getattr(problem, "__notes__", [])]))
        return 1


def running() -> World | None:
    """The world that is written down, if any of it still runs."""
    try:
        world = load(state_file())
    except FileNotFoundError:
        return None
    return world if any(one.alive() for one in world.children) else None


def up(options: argparse.Namespace) -> int:
    world = running()
    if world is not None:
        tell("A world runs already; `scripts/world down` ends it.")
        return say(world)
    if not world_binary(build=False).exists():
        tell("Building it first, about ten minutes on 2 cores; only this once.")
    world_binary()
    since = time.monotonic()
    world = start_world(with_parent=False)
    world.save(state_file())
    install_rhdh_operator(world.api)
    if options.openshift:
        make_openshift(world.api)
    if options.sample:
        put(world.api, sample(NAMESPACE), with_namespace=True)
        world.api.wait(DEPLOYMENT, f"backstage-{NAME}", NAMESPACE, rolled_out)
    tell(f"Up after {time.monotonic() - since:.0f} s.")
    return say(world)


def tell(line: str) -> None:
    sys.stderr.write(line + "\n")


def say(world: World) -> int:
    """The lines to paste go to stdout, so that `eval "$(scripts/world status)"` works too."""
    sys.stdout.write(f"export KUBECONFIG={world.kubeconfig}" + "\n")
    sys.stdout.write(f"export PATH={helm(HELM_4).parent}:$PATH  # helm and kubectl that fit it" + "\n")
    sys.stdout.write(f"export RHDH_ORCHESTRATOR_HELM={helm(HELM_4)}  # which the tool does not look for there" + "\n")
    return 0


def status(_: argparse.Namespace) -> int:
    world = running()
    if world is None:
        tell("No world runs; `scripts/world up --sample` starts one.")
        return 1
    for one in world.children:
        state = "runs" if one.alive() else "DEAD"
        tell(f"{one.name:12} {state}  pid {one.pid:<8} {one.log}")
    return say(world)


def down(_: argparse.Namespace) -> int:
    try:
        world = load(state_file())
    except FileNotFoundError:
        tell("No world runs.")
        return 0
    world.stop()
    state_file().unlink()
    tell("Down.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
