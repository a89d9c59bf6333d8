"""The same objects read from a cluster: what a directory shows is found there too; no rule learns the difference."""

import dataclasses
from functools import partial

import pytest

from installer.audit.engine import verdict_of
from installer.audit.finding import fingerprint
from installer.audit.object import Object
from installer.audit.snapshot import Contents
from installer.audit.source import Source
from installer.instance import live
from installer.yamltext.values import Schema, construct
from tests.audit.cases import Case, cases, kind_of
from tests.audit.test_rules import RULES


def on_a_cluster(case: Case) -> Source:
    """The case as a cluster would give it."""
    source = case.source
    objects = [(one.ref, construct(one.document.node, Schema.KUBERNETES)) for one in source.objects]
    given = [{**body, "metadata": {**body["metadata"], "namespace": ref.namespace}} for ref, body in objects]
    read = live.read(given)
    return dataclasses.replace(
        source,
        origin="cluster",
        objects=tuple(Object(ref, given=body) for (ref, _), body in zip(objects, given, strict=True)),
        manifests=read.manifests,
        parts={path: part.ref for path, part in read.parts.items()},
        seek=partial(case.seek, read.manifests),
    )


def told(rule, verdict):
    return {fingerprint(rule.slug, one) for one in verdict.found}


def fits(case: Case) -> bool:
    """Whether a case is about objects alone: not about Helm values, files, or what only a directory shows."""
    header = case.header
    of_objects = header.get("base", "operator") in ("operator", "plain") and not {"files", "defaults"} & set(header)
    return of_objects and header.get("only") != "directory"


@pytest.mark.parametrize("case", [*filter(fits, cases())], ids=lambda case: f"{case.slug}/{case.name}")
def test_on_a_cluster(case):
    rule = RULES[case.slug]
    here = verdict_of(case.contents, rule)
    source = on_a_cluster(case)
    there = verdict_of(Contents(source), rule)
    assert there.crash is None
    assert told(rule, here) <= told(rule, there)
    if not here.skipped:
        assert (told(rule, there), there.skipped) == (told(rule, here), ())
    assert {kind_of(one.ref) for one in source.objects} <= source.read
