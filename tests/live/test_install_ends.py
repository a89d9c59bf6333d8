"""How an installation ends when something stands in its way: nothing half done, the right words, the old bytes back.

Needs WORLD=1; see tests/world. The operators are there.
"""

import json
import os
import time

import pytest

from installer.model.errors import ExitCode
from tests.live.harness import Program
from tests.live.worlds import why_not
from tests.world.api import config_map
from tests.world.rhdh import DYNAMIC_PLUGINS, NAME
from tests.world.standins.backstage_objects import PLUGINS
from tests.world.users import grant

WHY_NOT = why_not(os.environ.get("WORLD"))
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

MAP = ("v1", "ConfigMap")
ORCHESTRATOR = "@redhat/backstage-plugin-orchestrator@1.8.12"


def data(portal, name):
    return portal.world.api.get(*MAP, name, portal.namespace)["data"]


def contents(portal):
    return {name: data(portal, name) for name in ("app-config-rhdh", "dynamic-plugins-rhdh")}


def pods(portal):
    return {
        one["metadata"]["uid"]: one
        for one in portal.world.api.list("v1", "Pod", portal.namespace)
        if any(each["name"] == "backstage-backend" for each in one["spec"]["containers"])
    }


def rewrite(portal, name, key, text):
    one = portal.world.api.get(*MAP, name, portal.namespace)
    portal.world.api.patch({"apiVersion": "v1", "kind": "ConfigMap", **one}, {"data": {key: text}})


def npm_serves(portal, packages):
    portal.world.api.apply(config_map("world-npm", portal.namespace, {"packages.yaml": json.dumps(packages)}))


@pytest.fixture(params=["operator", "plain"])
def portal(request, portals):
    return portals(request.param)


def install(program, portal, *words):
    return program.run("install", "--yes", "--instance", portal.address, *words)


def test_a_pod_that_crashes_brings_the_old_configuration_back(program, portal):
    fault = "npm error 404 Not Found - GET @redhat/backstage-plugin-orchestrator"
    npm_serves(portal, {ORCHESTRATOR: {"fault": fault}})
    before, running = contents(portal), set(pods(portal))
    ran = install(program, portal)
    assert ran.code == ExitCode.RESTORED, ran
    assert fault in ran.document["errors"][0]["message"], ran
    assert contents(portal) == before
    portal.settled()
    if portal.flavour == "operator":  # its operator goes back to the ReplicaSet that never stopped
        assert running <= set(pods(portal)), "the old pod was never lost"
    (newest,) = program.run("history", "--instance", portal.address).result["runs"]
    assert newest["state"] == "restored"
    # Nothing is left of it: the next one, with npm mended, goes through.
    portal.world.api.delete(*MAP, "world-npm", portal.namespace)
    assert install(program, portal).code == ExitCode.OK


def test_what_cannot_be_put_back_is_said_with_the_commands(program, portals):
    """Somebody locks the ConfigMap in the seconds between the write and the crash."""
    portal = portals("plain")
    npm_serves(portal, {ORCHESTRATOR: {"fault": "npm error 404 Not Found"}})
    running = program.start("install", "--yes", "--instance", portal.address)
    until = time.monotonic() + 120
    while "orchestrator" not in data(portal, "dynamic-plugins-rhdh")[PLUGINS]:
        assert time.monotonic() < until
        time.sleep(0.01)
    one = portal.world.api.get(*MAP, "dynamic-plugins-rhdh", portal.namespace)
    portal.world.api.patch({"apiVersion": "v1", "kind": "ConfigMap", **one}, {"immutable": True})
    ran = running.wait()
    assert ran.code == ExitCode.NOT_RESTORED, ran
    assert any("npm error 404" in one["message"] for one in ran.errors)
    # Who locked it in time has edited it: that is kept, and another undo would keep it too.
    assert any("undo" in (one["fix"] or "") for one in ran.errors), ran.errors


def test_undo_puts_every_byte_back(program, portal):
    text = "# über 😀 \t\r\nincludes:\r\n  - dynamic-plugins.default.yaml\r\nplugins: []\r\n# end"
    rewrite(portal, "dynamic-plugins-rhdh", PLUGINS, text)
    portal.settled()
    before = contents(portal)
    assert install(program, portal).code == ExitCode.OK
    assert data(portal, "dynamic-plugins-rhdh")[PLUGINS].endswith("# end")
    undone = program.run("undo", "--yes", "--instance", portal.address)
    assert undone.code == ExitCode.OK, undone
    assert contents(portal) == before
    assert program.run("resume", "--yes", "--instance", portal.address).code == ExitCode.OK
    assert contents(portal) == before


def test_an_edit_since_is_kept(program, portal):
    assert install(program, portal).code == ExitCode.OK
    mine = data(portal, "app-config-rhdh")["app-config.yaml"] + "# mine\n"
    rewrite(portal, "app-config-rhdh", "app-config.yaml", mine)
    undone = program.run("undo", "--yes", "--instance", portal.address)
    assert undone.code == ExitCode.CONFLICT, undone
    assert any("app-config-rhdh" in one["message"] for one in undone.errors)
    assert data(portal, "app-config-rhdh")["app-config.yaml"] == mine
    assert data(portal, "dynamic-plugins-rhdh")[PLUGINS] == DYNAMIC_PLUGINS


def test_a_plan_is_carried_out_as_it_is_or_not_at_all(program, portal, tmp_path):
    file = tmp_path / "orchestrator.plan"
    planned = program.run("plan", "--out", str(file), "--instance", portal.address)
    assert planned.code == ExitCode.OK, planned
    assert planned.result["file"] == str(file)
    assert file.stat().st_mode & 0o777 == 0o600
    changed = {one["ref"]["name"] for one in planned.document["changes"]}
    assert {"app-config-rhdh", "dynamic-plugins-rhdh"} <= changed
    before = data(portal, "app-config-rhdh")["app-config.yaml"]
    rewrite(portal, "app-config-rhdh", "app-config.yaml", before + "# mine\n")
    log = portal.world.audit()
    refused = program.run("apply", str(file), "--yes", "--instance", portal.address)
    assert refused.code == ExitCode.CONFLICT, refused
    assert "app-config-rhdh" in refused.errors[0]["message"]
    assert [one for one in log.writes() if portal.namespace in one.where and "weak" in one.user] == []
    rewrite(portal, "app-config-rhdh", "app-config.yaml", before)
    portal.settled()
    applied = program.run("apply", str(file), "--yes", "--instance", portal.address)
    assert applied.code == ExitCode.OK, applied
    assert program.run("install", "--dry-run", "--exit-code", "--instance", portal.address).code == ExitCode.OK


def test_what_rhdh_would_refuse_is_not_written(program, portal):
    rewrite(portal, "dynamic-plugins-rhdh", PLUGINS, "plugins:\n  - package: '@a/b@1.0.0'\n    integrity: nonsense\n")
    before = contents(portal)
    ran = install(program, portal)
    assert ran.code == ExitCode.FINDINGS, ran
    assert ran.codes == ["rhdh-would-fail"]
    assert contents(portal) == before
    assert program.run("history", "--instance", portal.address).result["runs"] == []


def test_an_immutable_map_is_explained(program, portals):
    portal = portals("plain")
    one = portal.world.api.get(*MAP, "dynamic-plugins-rhdh", portal.namespace)
    portal.world.api.patch({"apiVersion": "v1", "kind": "ConfigMap", **one}, {"immutable": True})
    ran = install(program, portal)
    assert ran.code == ExitCode.FINDINGS, ran
    assert "immutable" in ran.errors[0]["message"]


@pytest.mark.parametrize("tool", ["argocd", "flux"])
def test_what_git_keeps_is_left_to_git(program, portals, tool):
    portal = portals("operator")
    resource = portal.world.api.get("rhdh.redhat.com/v1alpha3", "Backstage", NAME, portal.namespace)
    marks = {
        "argocd": {"annotations": {"argocd.argoproj.io/tracking-id": "rhdh:rhdh.redhat.com/Backstage:rhdh/hub"}},
        "flux": {"labels": {"kustomize.toolkit.fluxcd.io/name": "rhdh"}},
    }[tool]
    portal.world.api.patch(
        {**resource, "apiVersion": "rhdh.redhat.com/v1alpha3", "kind": "Backstage"}, {"metadata": marks}
    )
    before = contents(portal)
    ran = install(program, portal)
    assert ran.code == ExitCode.FINDINGS, ran
    assert ran.codes == ["managed-by-gitops"]
    assert ran.document["changes"], "the diff to commit"
    assert contents(portal) == before


def test_nobody_is_asked_where_nobody_can_answer(program, portals):
    portal = portals("plain")
    before = contents(portal)
    ran = program.run("install", "--instance", portal.address)
    assert ran.code == ExitCode.UNCONFIRMED, ran
    assert contents(portal) == before


def test_two_at_once(ready_world, portals, tmp_path):
    portal = portals("operator")
    first, second = (Program(ready_world.kubeconfig, tmp_path / name) for name in ("first", "second"))
    for one in (first, second):
        one.folder.mkdir()
        one.start("install", "--yes", "--instance", portal.address)
    ends = sorted(one.now.wait().code for one in (first, second))
    assert ends in ([ExitCode.OK, ExitCode.OK], [ExitCode.OK, ExitCode.CONFLICT]), ends
    assert portal.settled()
    runs = first.run("history", "--instance", portal.address).result["runs"]
    assert [one["state"] for one in runs] == ["done"]


def test_json_lines_tell_what_happens(program, portals):
    portal = portals("plain")
    ran = program.run("install", "--yes", "--instance", portal.address, "-o", "jsonl")
    assert ran.code == ExitCode.OK, ran
    *events, last = [json.loads(line) for line in ran.out.splitlines()]
    assert last["event"] == "result"
    assert last["exit"]["code"] == 0
    done = [one["name"] for one in events if one["event"] == "step" and one["state"] == "done"]
    assert done == [one["name"] for one in last["result"]["steps"]]
    assert all(one["time"] for one in events)


def test_missing_permissions_are_named_before_the_first_write(ready_world, portals, tmp_path):
    portal = portals("operator")
    weak = ready_world.weak_user()
    everything = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]}
    grant(ready_world.api, weak, [everything], ())
    log = ready_world.audit()
    ran = Program(weak.kubeconfig, tmp_path).run("install", "--yes", "--instance", portal.address)
    assert ran.code == ExitCode.DENIED, ran
    assert any("patch configmaps" in one["message"] for one in ran.errors), ran
    assert log.writes(weak.name) == []


def test_a_platform_that_two_use_goes_with_neither(program, portals):
    """RHDH up to 1.6 looks for it in one namespace of the cluster."""
    first, second = portals("plain", "1.6"), portals("plain", "1.6")
    for one in (first, second):
        ran = install(program, one)
        assert ran.code == ExitCode.OK, ran
    refused = program.run("uninstall", "--yes", "--instance", first.address)
    assert refused.code == ExitCode.CONFLICT, refused
    assert second.namespace in refused.errors[0]["message"]
    assert program.run("uninstall", "--yes", "--instance", second.address).code == ExitCode.OK
    assert program.run("status", "--instance", first.address).result["platform"]["ready"]
    assert program.run("uninstall", "--yes", "--instance", first.address).code == ExitCode.OK
