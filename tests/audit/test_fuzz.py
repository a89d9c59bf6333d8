"""Whatever a snapshot holds, no rule crashes and none takes its time: objects of the cases, mixed and damaged.

CI tries 150 snapshots, the same every time; `--hypothesis-profile thorough` tries 3,000 that are new.
"""

import random
import time
from functools import cache, partial

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from installer.audit.engine import judge
from installer.audit.object import Object
from installer.audit.rules import rules
from installer.audit.snapshot import Contents
from installer.audit.source import Source
from installer.directory.read import read
from installer.flow.audit_source import of_manifests, world_of
from installer.instance import live
from installer.instance.live import ref_of
from installer.yamltext.values import Schema, construct
from tests.audit.cases import NOW, cases, kind_of
from tests.audit.test_wrong_types import WRONG, paths

CLUSTERS, DIRECTORIES = (120, 30) if settings.default.max_examples <= 100 else (2_500, 500)
SECONDS = 20  # of processor time, for all rules; a healthy one takes a twentieth of a second
STRANGE = ("", " ", "\n", "\x00", "é\u0301", "\U0001f4a5", "\u202e", "${X", "${", "{{", "..", "/", "-1", "1e999")
LONG = "a" * 100_000
HUGE = ([{"name": "x"}] * 2_000, {str(number): None for number in range(2_000)}, 10**400, float("inf"), float("nan"))
MANY = 12


def nested(depth):
    value = {}
    for _ in range(depth):
        value = {"spec": [value]}
    return value


NASTY = (*WRONG, *STRANGE, LONG, *HUGE, nested(25))
FIXED = {("apiVersion",), ("kind",), ("metadata",), ("metadata", "name"), ("metadata", "namespace")}


@cache
def pool():
    """Every object of every case, as plain data."""
    found = [
        (one.ref, construct(one.document.node, Schema.KUBERNETES))
        for case in cases()
        for one in case.source.objects
        if one.document is not None
    ]
    return [{**body, "metadata": {**body["metadata"], "namespace": ref.namespace}} for ref, body in found]


@cache
def instances():
    """The objects of cases that hold an RHDH, by case."""
    wanted = {"Backstage", "Deployment", "StatefulSet"}
    return [
        [construct(one.document.node, Schema.KUBERNETES) for one in case.source.objects]
        for case in cases()
        if any(one.kind in wanted for one in case.source.objects)
    ]


def snapshot(dice, *, strict):
    """Objects: an RHDH and what else there may be, some of it damaged; `strict` is what an API would have let in."""
    chosen = [*dice.choice(instances()), *dice.sample(pool(), MANY)]
    whole = [copied(one) for one in chosen]
    for one in whole:
        for _ in range(dice.choice((0, 0, 1, 2, 5))):
            damage(one, dice)
    for one in dice.sample(whole, 3):
        other = dice.choice(whole)
        one["metadata"] |= {"uid": f"uid-{id(one)}", "ownerReferences": [owner(one, other), owner(one, one)]}
    return [as_served(one) for one in whole] if strict else whole


def copied(value):
    if isinstance(value, dict):
        return {key: copied(child) for key, child in value.items()}
    return [copied(child) for child in value] if isinstance(value, list) else value


def owner(one, other):
    """Each is the other's owner, and its own: the uid is that of whoever is owned."""
    return {"apiVersion": "v1", "kind": other["kind"], "name": other["metadata"]["name"], "uid": f"uid-{id(one)}"}


def damage(one, dice):
    places = [path for path in paths(one) if path not in FIXED]
    if not places:
        return
    path, inner = dice.choice(places), one
    for step in path[:-1]:
        inner = inner[step]
    match dice.randrange(3):
        case 0 if isinstance(inner, dict):
            inner.pop(path[-1], None)
        case 1 if isinstance(inner, dict):
            inner[dice.choice(STRANGE[:8])] = copied(dice.choice(NASTY))
        case _:
            inner[path[-1]] = copied(dice.choice(NASTY))


def as_served(one):
    """Texts of a ConfigMap and a Secret are texts, on any cluster."""
    if one["kind"] in ("ConfigMap", "Secret"):
        for part in ("data", "stringData", "binaryData"):
            given_part = one.get(part)
            texts = given_part.items() if isinstance(given_part, dict) else ()
            one[part] = {key: value for key, value in texts if isinstance(value, str) and isinstance(key, str)}
    return one


def of_cluster(objects):
    seen = live.read(objects)
    found = tuple(Object(ref_of(one), given=one) for one in objects)
    return Source(
        "cluster",
        NOW,
        found,
        frozenset(kind_of(one.ref) for one in found),
        seen.manifests,
        parts={path: part.ref for path, part in seen.parts.items()},
        seek=partial(world_of, seen.manifests, None, "1.8"),
    )


def judged(source):
    started = time.process_time()
    judgement = judge(Contents(source), rules(), "all")
    assert judgement.crashed == ()
    assert time.process_time() - started < SECONDS
    assert len({one.fingerprint for one in judgement.findings}) == len(judgement.findings)


@settings(max_examples=CLUSTERS)
@given(seed=st.integers(0, 2**64))
def test_objects_of_a_cluster(seed):
    judged(of_cluster(snapshot(random.Random(seed), strict=True)))  # noqa: S311 - dice of a test


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("fuzz")


@settings(max_examples=DIRECTORIES)
@given(seed=st.integers(0, 2**64))
def test_manifests_of_a_directory(folder, seed):
    objects = snapshot(random.Random(seed), strict=False)  # noqa: S311 - dice of a test
    text = yaml.dump_all(objects, Dumper=yaml.CSafeDumper, allow_unicode=True)
    (folder / "all.yaml").write_text(text, encoding="utf-8", errors="surrogatepass")
    judged(of_manifests(read(str(folder)), None, "1.8"))
