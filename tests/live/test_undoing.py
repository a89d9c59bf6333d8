"""`undo` on recorded clusters: what stops it before its first write."""

import base64
import gzip
import hashlib
import json

import pytest

from installer.apply.header import Part, header_of, to_text
from installer.model.change import Ref
from installer.model.errors import ExitCode
from installer.model.recorded import to_data
from installer.model.run import LABELS, Edit, Rollout, Run, Target, Writes
from tests.live.conftest import PORTAL, named

WORKLOAD = Ref("apps/v1", "Deployment", "rhdh", "backstage-developer-hub")
EDITS = (
    Edit(Ref("v1", "Secret", "rhdh", "npmrc"), None, {"data": {}}),
    Edit(Ref("v1", "ConfigMap", "rhdh", "app-config-rhdh"), {"data": {"a": "1"}}, {"data": {"a": "2"}}),
)
RUN = Run(
    "20260131-120000-1a2b", "install", "2026-01-31T12:00:00+00:00",
    Target("operator", "rhdh", "developer-hub", "1.8.0", None, WORKLOAD),
    (Writes(EDITS), Rollout(WORKLOAD, "operator", 1)),
)  # fmt: skip


def secret(name, role, data):
    labels = {**LABELS, "rhdh-orchestrator/role": role, "rhdh-orchestrator/instance": "developer-hub"}
    metadata = {"name": name, "namespace": "rhdh", "uid": name, "resourceVersion": "1", "labels": labels}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


@pytest.fixture
def journal(recorded):
    """An RHDH with a run that has come to its end."""
    packed, name = gzip.compress(json.dumps(to_data(RUN)).encode()), f"rhdh-orchestrator-run-{RUN.id}"
    header = header_of(RUN, "1", (Part(f"{name}-0", f"{name}-0"),), hashlib.sha256(packed).hexdigest())
    text = to_text(header).replace('"running"', '"done"').replace('"begun": -1', '"begun": 1')
    head = secret(name, "head", {"header": base64.b64encode(text.encode()).decode()})
    part = secret(f"{name}-0", "part", {"data": base64.b64encode(packed).decode()})
    recorded.objects = [*named(*PORTAL).values(), head, part]
    return recorded


@pytest.mark.parametrize("denied", ["patch configmaps", "delete secrets", "patch secrets", "create leases"])
def test_a_missing_permission_is_named_before_the_first_write(journal, ask, denied):
    journal.denied = frozenset({denied})
    said = ask("undo", "--yes")
    assert (said.code, [one["code"] for one in said.document["errors"]]) == (ExitCode.DENIED, ["forbidden"])
    assert f"not allowed: {denied}" in said.document["errors"][0]["message"]
    writes = [one for one in journal.paths() if not one.startswith("GET ") and not one.endswith("reviews")]
    assert writes == []
