"""The values with which a chart makes new pods, because they read what a run writes beside the chart."""

import pytest

from installer.instance.instance import HelmHome, Region
from installer.model.change import Ref
from installer.model.run import Edit
from installer.plan.live_steps import is_restart, restarted, seen_by_pods
from installer.yamltext.text import File, Text

MARK = "rhdh-orchestrator/restarted-for"
CONFIG_MAP = Ref("v1", "ConfigMap", "rhdh", "mine")


def home(layout, *path):
    return HelmHome(Region(Text.of(File("values.yaml", b"", "")), path=path), layout, "rhdh")


def edits(text="a: 1", ref=CONFIG_MAP):
    return (Edit(ref, {"data": {"app-config.yaml": "a: 0"}}, {"data": {"app-config.yaml": text}}),)


@pytest.mark.parametrize(
    ("where", "place"),
    [
        (home(1), ("upstream", "backstage", "podAnnotations")),
        (home(2), ("podAnnotations",)),
        (home(1, "redhat-developer-hub"), ("redhat-developer-hub", "upstream", "backstage", "podAnnotations")),
    ],
)
def test_the_mark_stands_where_the_chart_takes_annotations(where, place):
    before = {"global": {"host": "x"}, place[0]: {"kept": 1}}
    after = restarted(before, where, edits(), 3)
    found = after
    for key in place:
        found = found[key]
    assert set(found) - {"kept"} == {MARK}
    assert after["global"] == {"host": "x"}
    assert after[place[0]]["kept"] == 1
    assert before == {"global": {"host": "x"}, place[0]: {"kept": 1}}
    assert is_restart(before, after, where)
    assert not is_restart(before, {**after, "global": {}}, where)
    assert not is_restart(after, after, where)


def test_the_mark_is_of_these_edits_upon_that_revision():
    one = restarted({}, home(2), edits(), 3)
    assert one == restarted({}, home(2), edits(), 3)
    assert one != restarted({}, home(2), edits("a: 2"), 3)
    assert one != restarted({}, home(2), edits(), 4)
    assert list(restarted(one, home(2), edits(), 4)["podAnnotations"]) == [MARK]


def test_a_secret_alone_rolls_nothing():
    assert seen_by_pods(edits())
    assert not seen_by_pods(edits(ref=Ref("v1", "Secret", "rhdh", "npmrc")))
