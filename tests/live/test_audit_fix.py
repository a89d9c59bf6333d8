"""`audit --fix` on clusters: what is safe is put right by a run like that of `install`, and by nothing else."""

import base64
import copy
import gzip
import json
import os
import signal
import subprocess
from dataclasses import dataclass

import pytest
import yaml

from installer.model.errors import ExitCode
from tests.audit.test_fix import OTHER, PAGE, RIGHT
from tests.live.conftest import PORTAL, named
from tests.live.harness import Program
from tests.live.kills import is_step, spoken
from tests.live.scenes import HOST, Bench, bench
from tests.live.test_plugins import MAP, text_of, with_helm
from tests.live.test_rbac_install import allowed
from tests.live.worlds import Portal, why_not
from tests.world.api import config_map
from tests.world.faults import PASS
from tests.world.rhdh import NAME
from tests.world.workloads import DEPLOYMENT

WHY_NOT = why_not(os.environ.get("WORLD"))
needs_world = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "")
WRONG = "integrity-of-another-package"
TEXT = f"""\
includes: []
plugins:
  - package: '{PAGE}'   # ours
    integrity: {OTHER}
    disabled: false
"""
# Off to this release, on to whoever wrote it.
IGNORED = (
    f"includes: []\nplugins:\n  - package: '{PAGE}'\n    integrity: {RIGHT}\n    enabled: true\n    disabled: true\n"
)


def slugs(rows):
    return [one["rule"] for one in rows]


# -- on a recorded cluster


@pytest.fixture
def cluster(recorded):
    """An RHDH whose person has taken the hash of another package."""
    made = named(*PORTAL)
    made["plugins"]["data"] = {"dynamic-plugins.yaml": TEXT}
    recorded.objects = list(made.values())
    return recorded


def of_kind(cluster, kind):
    return next(one for one in cluster.objects if one["kind"] == kind)


def test_a_preview_asks_and_writes_nothing(cluster, ask):
    said = ask("audit", "--fix", "--dry-run", "--exit-code")
    assert said.code == ExitCode.PENDING, said.document["errors"]
    assert (slugs(said.result["fixed"]), said.result["left"], said.result["written"]) == ([WRONG], [], False)
    names = [one["name"].partition(":")[0] for one in said.result["steps"]]
    assert (names, said.result["run"]) == (["write", "rollout", "verify"], None)
    (change,) = said.document["changes"]
    assert f"+    integrity: {RIGHT}" in change["diff"]
    assert {one.method for one in cluster.asked} == {"GET"}
    unsure = ask("audit", "--fix")
    assert (unsure.code, unsure.document["errors"][0]["code"]) == (ExitCode.UNCONFIRMED, "not-confirmed")
    assert {one.method for one in cluster.asked} <= {"GET", "POST"}, "may we? is a POST"
    assert not [one for one in cluster.asked if one.method == "POST" and "accessreviews" not in one.path]


def test_nothing_is_read_twice_before(cluster, ask):
    ask("audit", "--fix", "--dry-run")
    lists = [one.path for one in cluster.asked if "resourceVersion" not in one.query]
    assert len(lists) == len(set(lists)), lists


def test_what_git_says_is_not_changed_here(cluster, ask):
    of_kind(cluster, "Backstage")["metadata"]["annotations"] = {"argocd.argoproj.io/tracking-id": "portal:x/y:z/w"}
    said = ask("audit", "--fix", "--yes")
    assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.FINDINGS, "managed-by-gitops")
    assert RIGHT in said.document["changes"][0]["diff"]
    assert (said.result["written"], slugs(said.result["fixed"])) == (False, [WRONG])
    assert WRONG in slugs(said.result["findings"])


def test_what_helm_owns_is_changed_through_its_chart(recorded, ask):
    with_helm(recorded)
    values = {"global": {"dynamic": yaml.safe_load(TEXT)}}
    secret = recorded.objects[-1]
    release = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(secret["data"]["release"]))))
    packed = base64.b64encode(gzip.compress(json.dumps({**release, "config": values}).encode()))
    secret["data"]["release"] = base64.b64encode(packed).decode()
    said = ask("audit", "--fix", "--yes")
    assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.FINDINGS, "values-not-applied")
    assert RIGHT in said.document["changes"][0]["diff"]
    assert {one.method for one in recorded.asked} == {"GET"}
    said = ask("audit", "--fix", "--dry-run", "--chart", "./chart")
    assert said.code == ExitCode.OK, said.document["errors"]
    names = [one["name"].partition(":")[0] for one in said.result["steps"]]
    assert names == ["helm upgrade", "rollout", "verify"]


def test_what_no_person_keeps_is_left_and_said(cluster, ask):
    """The operator's own map holds the text: there is nothing of a person's to write in."""
    cluster.objects = [one for one in cluster.objects if one["metadata"]["name"] != "dynamic-plugins-rhdh"]
    del of_kind(cluster, "Backstage")["spec"]["application"]["dynamicPluginsConfigMapName"]
    config = next(one for one in cluster.objects if one["metadata"]["name"] == "app-config-rhdh")
    page = "https://portal.example.com"
    text = f"app: {{baseUrl: {page}}}\nbackend: {{baseUrl: {page}, cors: {{origin: {page}/}}}}\n"
    config["data"] = {"app-config.yaml": text}
    said = ask("audit", "--fix", "--yes")
    assert (said.code, said.result["fixed"], said.result["written"]) == (ExitCode.OK, [], False)
    assert slugs(said.result["left"]) == ["cors-origin-mismatch"]
    assert "cors-origin-mismatch" in slugs(said.result["findings"])
    assert {one.method for one in cluster.asked} == {"GET"}


def test_it_must_be_clear_which_rhdh_is_meant(cluster, ask):
    other = copy.deepcopy(of_kind(cluster, "Backstage"))
    other["metadata"]["name"] = "other"
    cluster.objects.append(other)
    said = ask("audit", "--fix", "--yes")
    assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.TARGET, "instance-ambiguous")
    assert (said.result["fixed"], said.result["written"]) == ([], False)
    assert ask("audit").code == ExitCode.OK


# -- done in a world


@dataclass(frozen=True)
class Release:
    """The Helm release of a portal."""

    on: Bench
    portal: Portal

    def helm(self, *words):
        argv = [str(self.on.program.helm), *words, "-n", self.portal.namespace]
        environment = self.on.program.environment
        return subprocess.run(argv, env=environment, capture_output=True, text=True, check=True).stdout

    def values(self):
        return json.loads(self.helm("get", "values", NAME, "-o", "json"))

    def written(self, values):
        path = self.on.program.folder / "values.json"
        path.write_text(json.dumps(values), encoding="utf-8")
        return str(path)


def served(portal, **packages):
    """What npm has, by package."""
    portal.world.api.apply(config_map("world-npm", portal.namespace, {"packages.yaml": yaml.safe_dump(packages)}))


def write(portal, text):
    """Somebody's text; RHDH's operator starts pods with it, whether they come up or not."""
    api, before = portal.world.api, portal.generation()
    api.patch(api.get(*MAP, portal.namespace), {"data": {"dynamic-plugins.yaml": text}})
    if portal.flavour == "operator":
        api.wait(DEPLOYMENT, portal.workload, portal.namespace, lambda now: now["metadata"]["generation"] > before)


@needs_world
def test_a_portal_that_does_not_start_is_put_right_once(portals, proxy, program):
    portal = portals("operator")
    served(portal, **{PAGE: {"integrity": RIGHT}})
    write(portal, TEXT)
    before, where = portal.generation(), ("--instance", portal.address)
    done = program.run("audit", "--fix", "--yes", *where)
    assert done.code == ExitCode.OK, done
    assert {one["state"] for one in done.result["steps"]} == {"done"}, done
    assert text_of(portal) == TEXT.replace(OTHER, RIGHT)
    assert portal.generation() == before + 1, "one rollout"
    assert (slugs(done.result["fixed"]), done.result["written"]) == ([WRONG], True)
    assert WRONG not in slugs(done.result["findings"])

    proxy.restart()
    again = program.run("audit", "--fix", "--yes", *where)
    assert (again.code, again.result["fixed"], again.result["written"]) == (ExitCode.OK, [], False), again
    assert proxy.writes == [], proxy.story()
    (entry,) = program.run("history", *where).result["runs"]
    assert (entry["command"], entry["state"]) == ("audit --fix", "done")

    served(portal)  # the old text would not start otherwise
    undone = program.run("undo", "--yes", *where)
    assert undone.code == ExitCode.OK, undone
    assert text_of(portal) == TEXT


@needs_world
def test_a_fix_that_does_not_start_brings_the_old_text_back(portals, program):
    portal = portals("operator")
    write(portal, IGNORED)
    portal.settled()
    served(portal, **{PAGE: {"integrity": OTHER}})
    done = program.run("audit", "--fix", "--yes", "--instance", portal.address)
    assert done.code == ExitCode.RESTORED, done
    assert text_of(portal) == IGNORED
    assert (slugs(done.result["fixed"]), done.result["written"]) == (["enabled-field-ignored"], False)
    assert "enabled-field-ignored" in slugs(done.result["findings"])
    portal.settled()


@needs_world
@pytest.mark.parametrize("carried_out", [False, True])
def test_killed_at_its_write_it_goes_on_and_back(portals, proxy, program, carried_out):
    portal, what = portals("plain"), "patch configmaps"
    served(portal, **{PAGE: {"integrity": RIGHT}})
    write(portal, IGNORED)
    portal.settled()
    words, where = ("audit", "--fix", "--yes"), ("--instance", portal.address)
    proxy.restart(at_first(what, program.signalled(signal.SIGKILL, carried_out=carried_out)))
    assert program.run(*words, *where).code == -signal.SIGKILL
    assert (text_of(portal) != IGNORED) is carried_out
    proxy.restart()
    again = program.run(*words, *where)
    assert (again.code, again.codes) == (ExitCode.CONFLICT, ["run-unfinished"]), again
    resumed = program.run("resume", "--yes", *where)
    assert resumed.code == ExitCode.OK, resumed
    assert "enabled-field-ignored" not in slugs(program.run("audit", *where).result["findings"])
    undone = program.run("undo", "--yes", *where)
    assert undone.code == ExitCode.OK, undone
    assert text_of(portal) == IGNORED


def at_first(what, fault):
    """The fault for the first write that is told by these words."""
    left = [fault]
    return lambda request: left.pop() if left and is_step(request) and spoken(request) == what else PASS


@needs_world
def test_values_of_a_release_are_put_right_through_its_chart(ready_world, tmp_path):
    with bench(ready_world, tmp_path, "helm") as on:
        portal = on.portal()
        given = {"global": {"host": HOST, "dynamic": yaml.safe_load(TEXT)}}
        release = Release(on, portal)
        release.helm("upgrade", NAME, str(on.chart), "--values", release.written(given))
        portal.settled()
        where = ("--instance", portal.address)
        left = on.program.run("audit", "--fix", "--yes", *where)
        assert (left.code, left.codes, left.result["written"]) == (ExitCode.FINDINGS, ["values-not-applied"], False)
        assert release.values() == given
        done = on.program.run("audit", "--fix", "--yes", "--chart", str(on.chart), *where)
        assert (done.code, done.result["written"]) == (ExitCode.OK, True), done
        assert release.values() == json.loads(json.dumps(given).replace(OTHER, RIGHT))
        undone = on.program.run("undo", "--yes", *where)
        assert undone.code == ExitCode.OK, undone
        assert release.values() == given
        portal.leave()


@needs_world
@pytest.mark.parametrize(("flavour", "scope"), [("operator", "install"), ("plain", "plugins")])
def test_the_role_of_an_installation_is_enough(ready_world, portals, tmp_path, flavour, scope):
    portal = portals(flavour)
    write(portal, IGNORED)
    portal.settled()
    weak = allowed(ready_world, portal.namespace, flavour, "--skip-operators", "--scope", scope)
    program = Program(weak.kubeconfig, tmp_path)
    done = program.run("audit", "--fix", "--yes", "-n", portal.namespace, "--rule", "enabled-field-ignored")
    assert done.code == ExitCode.OK, done
    assert (slugs(done.result["fixed"]), done.result["findings"]) == (["enabled-field-ignored"], [])
    assert text_of(portal) == IGNORED.replace("    enabled: true\n", "").replace("disabled: true", "disabled: false")
