"""Objects of a cluster, planned as directories are: what is written of each, byte for byte."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.desired.build import build
from installer.flow.observing import orchestrator_of
from installer.instance import operator, plain
from installer.instance.live import path_of, read
from installer.instance.objects import Objects
from installer.knowledge.releases import release
from installer.model.request import InstallRequest
from installer.model.run import content
from installer.plan.live_edits import live_changes, live_edits
from installer.plan.merge_patch import apply_patch, merge_patch
from installer.plan.plan import plan
from installer.plan.prediction import World
from tests.tables import table
from tests.world.rhdh import operator_flavour, plain_flavour

SAMPLE = Path(__file__).parent.parent.parent / "scripts" / "sample"
RELEASES = ("1.4", "1.6", "1.8", "1.10", "2.0")


def planned(objects, chosen):
    live = read(objects)
    referred = Objects(live.manifests)
    (candidate,) = [*operator.find(referred), *plain.find(referred)]
    world = World(candidate.build(), release(chosen), None, orchestrator_of(release(chosen)))
    made = plan(world, build(world.release, InstallRequest(""), world.instance), live.manifests)
    updated = made.draft.files()
    return live_edits(made.draft, updated, live), live_changes(made.draft, updated, live), made


def carried_out(objects, edits):
    after = {path_of(one.ref): one for one in edits}
    found = []
    for one in objects:
        edit = after.pop(f"{one['kind']}/{one['metadata']['namespace']}/{one['metadata']['name']}", None)
        found.append({**one, **edit.after} if edit else one)
    new = [
        {
            "apiVersion": edit.ref.api_version,
            "kind": edit.ref.kind,
            "metadata": {"name": edit.ref.name, "namespace": edit.ref.namespace},
            **edit.after,
        }
        for edit in after.values()
        if edit.before is None
    ]
    return [*new, *found]


@pytest.mark.parametrize("chosen", RELEASES)
@pytest.mark.parametrize("flavour", [operator_flavour, plain_flavour])
def test_a_second_plan_has_nothing_to_write(flavour, chosen):
    objects = flavour("rhdh", chosen)
    edits, changes, made = planned(objects, chosen)
    assert edits
    assert made.prediction.failure is None
    assert {str(change.ref) for change in changes} == {str(edit.ref) for edit in edits}
    assert all(change.path is None and change.diff for change in changes)
    again, changes, _ = planned(carried_out(objects, edits), chosen)
    assert (again, changes) == ((), ())


def test_the_sample_is_edited_as_in_its_directory():
    objects = [table(one) for one in sorted(SAMPLE.glob("*.yaml"))]
    edits, _, _ = planned(objects, "1.6")
    by_name = {edit.ref.name: edit for edit in edits}
    for edit in edits:
        if edit.before is not None and edit.ref.kind == "ConfigMap":
            (key,) = [key for key, text in edit.after["data"].items() if text != edit.before["data"][key]]
            kept = set(edit.before["data"][key].splitlines()) - set(edit.after["data"][key].splitlines())
            assert len(kept) <= 3, "lines that need no change stay"
    assert any(edit.ref.kind == "ConfigMap" for edit in by_name.values())
    # What is made comes first, what refers to it last.
    kinds = [(edit.before is not None, edit.ref.kind == "Backstage") for edit in edits]
    assert kinds == sorted(kinds)


def test_the_bytes_of_a_value_stay():
    text = (
        "# über \u00a0 \U0001f600 \u200b tab\t\r\nincludes:\r\n  - dynamic-plugins.default.yaml\r\nplugins: []\r\n# end"
    )
    objects = operator_flavour("rhdh", "1.6")
    objects[1]["data"]["dynamic-plugins.yaml"] = text
    edits, _, _ = planned(objects, "1.6")
    (after,) = [one.after["data"]["dynamic-plugins.yaml"] for one in edits if one.ref.name == "dynamic-plugins-rhdh"]
    assert after.startswith(text[: text.index("plugins: []")])
    assert after.rstrip("\r\n").endswith("# end")


def test_what_an_edit_holds_is_a_content():
    objects = operator_flavour("rhdh", "1.6")
    for edit in planned(objects, "1.6")[0]:
        for side in (edit.before or {}, edit.after):
            assert side == content(side)
        assert "stringData" not in edit.after


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


def without_nulls(value):
    if isinstance(value, dict):
        return {key: without_nulls(one) for key, one in value.items() if one is not None}
    return value


@given(st.dictionaries(st.text(max_size=3), JSON, max_size=4), st.dictionaries(st.text(max_size=3), JSON, max_size=4))
def test_a_merge_patch_leads_from_one_to_the_other(before, after):
    before, after = without_nulls(before), without_nulls(after)
    patch = merge_patch(before, after)
    assert apply_patch(before, patch) == after
    assert (patch == {}) == (before == after)
