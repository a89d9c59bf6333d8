"""`uninstall --dry-run` on recorded clusters: what another RHDH of the same namespace keeps."""

import base64

import pytest

from installer.apply.header import header_of, to_text
from installer.model.change import Ref
from installer.model.errors import ExitCode
from installer.model.run import LABELS, Run, Target
from tests.live.conftest import ORCHESTRATOR, PORTAL, named

MADE = {"apiVersion": "v1", "kind": "ConfigMap", "data": {}}
SECOND = {
    "apiVersion": "rhdh.redhat.com/v1alpha3", "kind": "Backstage",
    "metadata": {"name": "second", "namespace": "rhdh"},
    "spec": {"application": {"dynamicPluginsConfigMapName": "dynamic-plugins-rhdh-2"}},
}  # fmt: skip


def made(name):
    return {**MADE, "metadata": {"name": name, "namespace": "rhdh", "uid": name, "labels": dict(LABELS)}}


def head(instance, state):
    target = Target("operator", "rhdh", instance, "1.8.0", Ref("", "Backstage", "rhdh", instance), None)
    header = header_of(Run("20260131-120000-1a2b", "install", "2026-01-31T12:00:00+00:00", target, ()), "1", (), "")
    text = to_text(header).replace('"running"', f'"{state}"')
    labels = {**LABELS, "rhdh-orchestrator/role": "head", "rhdh-orchestrator/instance": instance}
    metadata = {"name": f"run-{instance}", "namespace": "rhdh", "uid": "u", "resourceVersion": "1", "labels": labels}
    data = {"header": base64.b64encode(text.encode()).decode()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data}


@pytest.fixture
def both(recorded):
    recorded.objects = [*named(*PORTAL, *ORCHESTRATOR).values(), SECOND]
    return recorded


def test_what_another_rhdh_refers_to_is_kept(both, ask):
    both.objects += [made("left-over"), made("dynamic-plugins-rhdh-2")]
    said = ask("uninstall", "--instance", "rhdh/developer-hub", "--dry-run")
    assert said.code == ExitCode.OK, said.document
    assert {one["name"]: one["state"] for one in said.result["steps"]} == {
        "delete: ConfigMap rhdh/left-over": "pending",
        "keep: ConfigMap rhdh/dynamic-plugins-rhdh-2": "skipped",
    }
    assert said.result["kept"][0]["reason"] == "Backstage rhdh/second refers to it"


@pytest.mark.parametrize(
    ("instance", "state", "code"),
    [
        ("second", "done", ExitCode.CONFLICT),
        ("second", "undone", ExitCode.OK),
        ("gone", "done", ExitCode.OK),
        ("developer-hub", "done", ExitCode.OK),
    ],
)
def test_the_release_stays_while_another_rhdh_stands_on_it(both, ask, instance, state, code):
    both.objects.append(head(instance, state))
    said = ask("uninstall", "--instance", "rhdh/developer-hub", "--dry-run")
    assert said.code == code, said.document
    if code:
        (problem,) = said.document["errors"]
        assert (problem["code"], "rhdh/second" in problem["message"]) == ("infrastructure-shared", True)
        assert "rhdh-orchestrator undo 20260131-120000-1a2b --instance rhdh/second" in problem["fix"]
