"""Whatever an object or the configuration holds in a place, no rule crashes: each value of the cases is replaced."""

import copy
import dataclasses
from itertools import islice

import pytest

from installer.audit.engine import verdict_of
from installer.audit.object import Object
from installer.audit.snapshot import Contents
from tests.audit.cases import Case, cases, kind_of
from tests.audit.test_rules import RULES

WRONG = (None, 7, -1.5, True, "", "x\n", [], {}, [[]], [None, 7, {}], {"": None}, {"name": ["x"]})
OBJECTS, CONFIGS = 60, 20  # how many replacements are tried for each case


def paths(value, path=()):
    """Every path into plain data, from above."""
    if path:
        yield path
    children = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in children:
        yield from paths(child, (*path, key))


def replaced(data, path, wrong):
    whole = copy.deepcopy(data)
    inner = whole
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = wrong
    return whole


def damages(data):
    """The data again and again, each time with another place of it replaced; wrong values take turns."""
    for turn in range(3):
        for number, path in enumerate(paths(data)):
            yield path, WRONG[(number + turn * 5) % len(WRONG)]


def damaged_objects(case: Case, rule):
    """The contents of a case with one object of the rule's kinds damaged; RHDH is told from the whole ones."""
    source = case.source
    meant = [one for one in source.objects if kind_of(one.ref) in (*rule.reads, *rule.also)]
    for one in meant:
        body = {**one.data, **({"data": {"a": "eA=="}} if one.kind == "Secret" else {})}
        for path, wrong in islice(damages(body), OBJECTS // len(meant)):
            other = Object(one.ref, given=replaced(body, path, wrong))
            objects = tuple(other if each is one else each for each in source.objects)
            contents = Contents(dataclasses.replace(source, objects=objects))
            vars(contents)["running"] = case.contents.running
            yield contents, (str(one.ref), path, wrong)


def damaged_configs(case: Case):
    """The contents of a case with one value of the effective app-config damaged."""
    running = case.contents.running
    config = running.config if running is not None else None
    if config is None or config.value is None:
        return
    for path, wrong in islice(damages(config.value), CONFIGS):
        other = dataclasses.replace(config, value=replaced(config.value, path, wrong))
        changed = dataclasses.replace(running)
        vars(changed)["prediction"] = dataclasses.replace(running.prediction, config=other)
        contents = Contents(case.source)
        vars(contents)["running"] = changed
        yield contents, (path, wrong)


@pytest.mark.parametrize("case", [case for case in cases() if case.fails], ids=lambda case: f"{case.slug}/{case.name}")
def test_no_crash(case):
    rule = RULES[case.slug]
    looks_at = damaged_objects(case, rule) if rule.reads or rule.also else damaged_configs(case)
    for contents, damage in looks_at:
        assert verdict_of(contents, rule).crash is None, damage
