"""What stands at an object's address decides whether it is written; labels and status do not."""

from pathlib import Path

import pytest

from installer.apply.swapping import Sight, Swap, backwards, forwards
from installer.model.change import Ref
from installer.model.run import Edit
from tests.tables import table

CASES = table(Path(__file__).with_name("standings.yaml"))
REF = Ref("v1", "ConfigMap", "rhdh", "app-config")


@pytest.mark.parametrize("case", CASES, ids=[one["name"] for one in CASES])
@pytest.mark.parametrize("labels", [{}, {"rhdh.redhat.com/ext-config-sync": "true"}])
def test_standing(case, labels):
    metadata = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "x", "labels": labels}, "status": {}}
    found = None if case["found"] is None else {**metadata, **case["found"]}
    assert Sight(Swap(REF, case["old"], case["new"]), found).standing == case["standing"]


def test_back_and_forth():
    edit = Edit(REF, None, {"data": {}})
    assert forwards(edit) == Swap(REF, None, {"data": {}})
    assert backwards(edit) == Swap(REF, {"data": {}}, None)
