"""Measures `audit` by itself: prints the ratios of one run; exit code 1 where one misses its bound.

The engine judges every rule (`--profile all`) over objects of every kind that a rule's cases have, renamed and spread
over namespaces, around one healthy RHDH. Each size has a process of its own, so that its memory is its own.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from run import LOAD_ALL, run
from samples import directory

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


from measuring import processor

from installer.audit.engine import judge
from installer.audit.kinds import Kind
from installer.audit.object import Object
from installer.audit.rules import rules
from installer.audit.snapshot import Contents
from installer.audit.source import Source
from installer.flow.audit_source import world_of
from installer.instance import live
from installer.instance.instance import Document
from installer.yamltext.values import Schema, construct

SIZES = (200, 2_000, 20_000)
IN_A_NAMESPACE, OPERATORS = 50, 20
RUNS, MEASURED = 3, "measured"
MIB = 1024
SECONDS, MEMORY, LINEAR, DIRECTORY = 1.0, 150, 1.5, 2.0


def objects(count: int) -> list[dict[str, Any]]:
    """RHDH's own three, and others after them: the same mixture in every size, but for operators, which are as many."""
    from tests.audit.cases import bases, cases  # noqa: PLC0415 - the process that is measured does without

    portal = [body(document) for document in bases()["operator"]]
    pool = [body(document) for case in cases() for document in case.documents if document.ref is not None]
    pool = [one for one in pool if one["kind"] != "Backstage"]
    random.Random(0).shuffle(pool)  # noqa: S311 - the same every time
    operators = [one for one in pool if "operators.coreos.com" in one["apiVersion"]][:OPERATORS]
    rest = [one for one in pool if "operators.coreos.com" not in one["apiVersion"]]
    wanted = [*operators, *(rest[number % len(rest)] for number in range(count))][: count - len(portal)]
    return portal + [renamed(one, number) for number, one in enumerate(wanted)]


def body(document: Document) -> dict[str, Any]:
    found: dict[str, Any] = construct(document.node, Schema.KUBERNETES)
    return found


def renamed(one: dict[str, Any], number: int) -> dict[str, Any]:
    metadata = {**one["metadata"], "name": f"{one['metadata']['name']}-{number}"}
    if "namespace" in metadata:
        metadata["namespace"] = f"team-{number // IN_A_NAMESPACE}"
    return {**one, "metadata": metadata}


def judge_many() -> int:
    """Prints what judging took: seconds, seconds of the processor, resident memory in MiB, and the findings."""
    given = json.load(sys.stdin)
    seen = live.read(given[:3])
    found = tuple(Object(live.ref_of(one), given=one) for one in given)
    source = Source(
        "cluster",
        datetime(2026, 6, 1, tzinfo=UTC),
        found,
        frozenset(Kind(one.ref.api_version.rpartition("/")[0], one.ref.kind) for one in found),
        seen.manifests,
        parts={path: part.ref for path, part in seen.parts.items()},
        seek=partial(world_of, seen.manifests, None, None),
    )
    rules()
    taken = []
    for _ in range(RUNS):
        contents, wall, processor = Contents(source), time.perf_counter(), time.process_time()
        judgement = judge(contents, rules(), "all")
        taken.append((time.perf_counter() - wall, time.process_time() - processor))
    if judgement.crashed:
        sys.exit(f"crashed: {judgement.crashed}")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MIB
    best = (min(one[0] for one in taken), min(one[1] for one in taken))
    print(json.dumps([*best, memory, len(judgement.findings)]))
    return 0


def measured(count: int) -> tuple[float, float, float, int]:
    """Wall clock, processor time, memory and number of findings of one size."""
    done = subprocess.run(
        [sys.executable, __file__, MEASURED],
        input=json.dumps(objects(count), default=str),
        check=True,
        capture_output=True,
        text=True,
    )
    wall, own, memory, findings = json.loads(done.stdout)
    return wall, own, memory, findings


def main() -> int:
    rows: list[tuple[str, float, str, bool]] = []
    taken = {size: measured(size) for size in SIZES}
    for size, (wall, own, memory, findings) in taken.items():
        print(f"{size:6} objects: {wall:.2f} s ({own:.2f} s of processor), {memory:.0f} MiB, {findings} findings")
    small, middle, large = (taken[size][1] for size in SIZES)
    rows.append(("engine, 2,000 objects: seconds of processor", middle, "<= 1", middle <= SECONDS))
    rows.append(("engine, 2,000 objects: MiB resident", taken[2_000][2], "<= 150", taken[2_000][2] <= MEMORY))
    ratio = middle / (10 * small)
    rows.append(("engine per object, 2,000 / 200", ratio, "<= 1.5", ratio <= LINEAR))
    ratio = large / (10 * middle)
    rows.append(("engine per object, 20,000 / 2,000", ratio, "<= 1.5", ratio <= LINEAR))
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "manifests"
        directory(folder, 500)
        ours, theirs = processor(
            partial(run, sys.executable, "-m", "installer", "audit", "--directory", str(folder), "-o", "json"),
            partial(run, sys.executable, "-c", LOAD_ALL, str(folder)),
        )
        ratio = ours / theirs
    rows.append(("audit --directory / CSafeLoader, 500 files", ratio, "<= 2", ratio <= DIRECTORY))
    for name, value, bound, met in rows:
        print(f"{'met   ' if met else 'MISSED'} {value:6.2f}  ({bound})  {name}")
    return 0 if all(met for *_, met in rows) else 1


if __name__ == "__main__":
    sys.exit(judge_many() if sys.argv[1:] == [MEASURED] else main())
