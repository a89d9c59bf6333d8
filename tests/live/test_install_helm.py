"""An RHDH that Helm installed: its release is upgraded through its own chart, or left alone. Needs WORLD=1."""

import itertools
import json
import os
import subprocess
from types import SimpleNamespace

import pytest

from installer.model.errors import ExitCode
from tests.live.worlds import RELEASE, Portal, why_not
from tests.registries.fake import Registry, served
from tests.registries.test_outdated import publish, sri
from tests.world.api import config_map, namespace_of
from tests.world.programs import HELM_3, HELM_4, helm
from tests.world.rhdh import NAME, chart
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import await_service_account

WHY_NOT = why_not(os.environ.get("WORLD"))
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

NUMBERS = itertools.count()
ORCHESTRATOR = "@redhat/backstage-plugin-orchestrator@1.8.12"
# With the Helm of today; where Helm itself writes and takes back, with the one before as well.
BOTH = pytest.mark.parametrize("portal", [HELM_4, HELM_3], indirect=True, ids=["helm4", "helm3"])
VALUES = {"global": {"clusterRouterBase": "apps.example.com"}, "upstream": {"backstage": {"replicas": 1}}}


@pytest.fixture(params=[HELM_4], ids=["helm4"])
def portal(request, ready_world, program, tmp_path):
    """RHDH of the stand-in for its chart, with a few values of its owner's."""
    namespace = f"helm-ends-{next(NUMBERS):03}"
    ready_world.api.apply(namespace_of(namespace))
    await_service_account(ready_world.api, namespace)
    program.helm = helm(request.param)
    made = chart(tmp_path, RELEASE)
    values = tmp_path / "values.json"
    values.write_text(json.dumps(VALUES), encoding="utf-8")

    def ask(*words):
        argv = [str(program.helm), *words, "-n", namespace]
        done = subprocess.run(argv, env=program.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def settled():
        return ready_world.api.wait(DEPLOYMENT, NAME, namespace, rolled_out)

    ask("install", NAME, str(made), "-f", str(values))
    settled()
    address = f"{namespace}/{NAME}"

    def run(*words):
        return program.run(*words, "--instance", address)

    yield SimpleNamespace(
        world=ready_world, namespace=namespace, chart=str(made), ask=ask, settled=settled, run=run, address=address
    )
    Portal(ready_world, "plain", namespace).leave()


def values(portal):
    return json.loads(portal.ask("get", "values", NAME, "-o", "json"))


def revisions(portal):
    return [one["revision"] for one in json.loads(portal.ask("history", NAME, "-o", "json"))]


def pods_of(portal):
    """Which pods of its Deployment there are that are not about to go."""
    labels = portal.settled()["spec"]["selector"]["matchLabels"]
    selector = ",".join(f"{name}={value}" for name, value in labels.items())
    found = portal.world.api.list("v1", "Pod", portal.namespace, selector)
    return {one["metadata"]["uid"] for one in found if "deletionTimestamp" not in one["metadata"]}


def test_without_its_chart_the_release_is_left_alone(portal):
    ran = portal.run("install", "--yes")
    assert ran.code == ExitCode.FINDINGS, ran
    assert ran.codes == ["values-not-applied"]
    assert "helm upgrade" in ran.errors[0]["fix"]
    assert {one["state"] for one in ran.result["steps"]} == {"done"}, "the infrastructure is there"
    assert any("orchestrator" in one["diff"] for one in ran.document["changes"])
    assert (values(portal), revisions(portal)) == (VALUES, [1])
    assert portal.run("status").result["platform"]["ready"]


def test_a_chart_that_is_not_there_is_found_before_the_first_write(portal):
    ran = portal.run("install", "--yes", "--chart", f"{portal.chart}-elsewhere")
    assert ran.codes == ["chart-missing"], ran
    assert portal.run("history").result["runs"] == []
    assert (values(portal), revisions(portal)) == (VALUES, [1])


@BOTH
def test_upgraded_and_undone(portal):
    before = portal.ask("get", "manifest", NAME)
    ran = portal.run("install", "--yes", "--chart", portal.chart)
    assert ran.code == ExitCode.OK, ran
    assert values(portal)["global"]["clusterRouterBase"] == "apps.example.com", "values of its owner stay"
    assert revisions(portal) == [1, 2]
    undone = portal.run("undo", "--yes")
    assert undone.code == ExitCode.OK, undone
    assert (values(portal), portal.ask("get", "manifest", NAME)) == (VALUES, before)
    portal.settled()


@BOTH
def test_a_pod_that_crashes_brings_the_old_values_back(portal):
    fault = "npm error 404 Not Found - GET @redhat/backstage-plugin-orchestrator"
    packages = json.dumps({ORCHESTRATOR: {"fault": fault}})
    portal.world.api.apply(config_map("world-npm", portal.namespace, {"packages.yaml": packages}))
    ran = portal.run("install", "--yes", "--chart", portal.chart)
    assert ran.code == ExitCode.RESTORED, ran
    assert fault in ran.errors[0]["message"]
    assert values(portal) == VALUES
    portal.settled()


def test_what_only_new_pods_would_read_is_rolled_out_by_the_chart(portal):
    """A person's own ConfigMap changes and none of the values: neither half is done without the other."""
    mine = {"app-config-mine.yaml": "app:\n  title: Mine\n"}
    portal.world.api.apply(config_map("mine", portal.namespace, mine))
    file = {"filename": "app-config-mine.yaml", "configMapRef": "mine"}
    portal.ask(
        "upgrade",
        NAME,
        portal.chart,
        "--reuse-values",
        "--set-json",
        f"upstream.backstage.extraAppConfig={json.dumps([file])}",
    )
    portal.settled()
    first = portal.run("install", "--yes", "--chart", portal.chart)
    assert first.code == ExitCode.OK, first
    assert portal.world.api.get("v1", "ConfigMap", "mine", portal.namespace)["data"] != mine
    portal.world.api.apply(config_map("mine", portal.namespace, mine))
    before, there = values(portal), revisions(portal)
    left = portal.run("install", "--yes")
    assert (left.code, left.codes) == (ExitCode.FINDINGS, ["values-not-applied"]), left
    assert "oc rollout restart deployment/" in left.errors[0]["fix"]
    assert portal.world.api.get("v1", "ConfigMap", "mine", portal.namespace)["data"] == mine
    assert (values(portal), revisions(portal)) == (before, there)
    ran = portal.run("install", "--yes", "--chart", portal.chart)
    assert ran.code == ExitCode.OK, ran
    assert portal.world.api.get("v1", "ConfigMap", "mine", portal.namespace)["data"] != mine
    assert revisions(portal) == [*there, there[-1] + 1]
    assert "rhdh-orchestrator/restarted-for" in values(portal)["upstream"]["backstage"]["podAnnotations"]
    again = portal.run("install", "--yes", "--chart", portal.chart)
    assert (again.code, again.result["steps"]) == (ExitCode.OK, []), again


def test_a_plugin_of_the_values_moves_with_a_revision_of_the_release(portal):
    """`plugins upgrade`, without the chart and with it."""
    name, version = "@acme/p", "1.0.0"
    plugin = {"package": f"{name}@{version}", "disabled": False, "integrity": sri(name, version)}
    dynamic = {"includes": [], "plugins": [plugin]}
    portal.ask("upgrade", NAME, portal.chart, "--reuse-values", "--set-json", f"global.dynamic={json.dumps(dynamic)}")
    before, there, pods = values(portal), revisions(portal), pods_of(portal)
    with served(Registry()) as registry:
        publish(registry, name, version, "1.2.0", "2.0.0")
        words = ("plugins", "upgrade", "--yes", "--registry", registry.url)
        left = portal.run(*words)
        assert (left.code, left.codes) == (ExitCode.FINDINGS, ["values-not-applied"]), left
        assert "helm upgrade" in left.errors[0]["fix"]
        assert (values(portal), revisions(portal), pods_of(portal)) == (before, there, pods)
        assert portal.run("history").result["runs"] == []

        ran = portal.run(*words, "--chart", portal.chart)
        assert ran.code == ExitCode.OK, ran
        moved = {**plugin, "package": f"{name}@1.2.0", "integrity": sri(name, "1.2.0")}
        assert values(portal) == {**before, "global": {**before["global"], "dynamic": {**dynamic, "plugins": [moved]}}}
        assert revisions(portal) == [*there, there[-1] + 1], "one revision"
        assert not pods_of(portal) & pods, "the pod is a new one"

        again = portal.run(*words, "--chart", portal.chart)
        assert (again.code, again.result["steps"], again.document["changes"]) == (ExitCode.OK, [], []), again
        assert revisions(portal) == [*there, there[-1] + 1]
    undone = portal.run("undo", "--yes")
    assert undone.code == ExitCode.OK, undone
    assert values(portal) == before
