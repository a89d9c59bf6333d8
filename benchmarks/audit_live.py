"""Measures `audit` of a cluster beside kubectl fetching the same kinds; exit code 1 where one misses its bound.

POPEYE=PATH of a popeye (github.com/derailed/popeye, a Go module) adds a scanner of the same trade as a peer.
"""

import os
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs have their bytecode
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from live import Bench, Row, command, fill, turns

from installer.audit.profile_kinds import OF_FINDING
from installer.audit.rules import rules
from installer.cluster.cluster import Cluster
from installer.cluster.connect import connect
from installer.cluster.options import ConnectionOptions
from installer.flow.audit_kinds import kinds_of_rules
from installer.flow.audit_live_lists import asked
from tests.live.harness import Program
from tests.live.worlds import portal, start_ready_world

PROFILE = "install"
FEW, MANY = 0, 1000
REQUESTS, RATIO, MEMORY = 6, 1.5, 150


def kinds(cluster: Cluster) -> list[str]:
    """What the rules of the profile declare and the API serves, as kubectl is asked for it."""
    declared = {*kinds_of_rules(one for one in rules() if PROFILE in one.profiles), *OF_FINDING}
    found = [cluster.find(asked(kind)) for kind in sorted(declared)]
    return [f"{one.plural}.{one.group}" if one.group else one.plural for one in found if one is not None]


def measured(on: Bench, listed: list[str], others: int) -> Iterator[Row]:
    """One audit and its requests, then by turns with kubectl, which gets every kind in one go."""
    ran, seen = on.asked("audit")
    lists = sum(one.verb == "list" for one in seen)
    where = f"among {others} other objects"
    print(f"       audit {where}: {len(seen)} requests, {lists} of them lists, {len(ran.result['findings'])} findings")
    yield Row(
        f"audit {where}: requests beside a list for each of {len(listed)} kinds", len(seen) - len(listed), REQUESTS
    )
    yield Row(f"audit {where}: MiB resident at most", ran.memory, MEMORY)
    fetch = partial(on.kubectl, "get", ",".join(listed), "--all-namespaces", "--output", "json")
    scanner = os.environ.get("POPEYE")
    ours, theirs, *others_too = turns(
        lambda: on.run("audit"), fetch, *([partial(scan, on, scanner)] if scanner else [])
    )
    print(f"       audit {where} {ours:.2f} s, kubectl get of {len(listed)} kinds {theirs:.2f} s")
    yield Row(f"audit / kubectl get of the same kinds as JSON, {where}", ours / theirs, RATIO)
    for seconds in others_too:
        print(f"       popeye {where} {seconds:.2f} s")
        yield Row(f"audit / popeye, {where}", ours / seconds, 1)


def scan(on: Bench, scanner: str) -> None:
    """Every namespace and everything that popeye knows of, as JSON."""
    words = ("--all-namespaces", "--out", "json", "--force-exit-zero", "--kubeconfig", str(on.program.kubeconfig))
    command(Path(scanner), *words, KUBECONFIG=str(on.program.kubeconfig))


def main() -> int:
    world = start_ready_world()
    try:
        with tempfile.TemporaryDirectory() as folder:
            on = Bench(portal(world, "operator"), Program(world.kubeconfig, Path(folder)), Path(folder))
            on.run("install", "--yes")
            cluster = connect(ConnectionOptions(kubeconfig=str(world.kubeconfig)))
            listed = kinds(cluster)
            cluster.close()
            rows = [*measured(on, listed, FEW)]
            fill(on.made, FEW, MANY)
            rows += measured(on, listed, MANY)
    finally:
        world.stop()
    print(*rows, sep="\n")
    return 0 if all(one.met for one in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
