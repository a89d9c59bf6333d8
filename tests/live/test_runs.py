"""Lease, journal, writes, resume and undo on a real API server. Need WORLD=1; see tests/world.

Runs are made by hand here, so that each has only what its test is about.
"""

import base64
import copy
import itertools
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from installer.apply.journal import runs, write
from installer.apply.lease import RENEWAL
from installer.cluster.connect import connect
from installer.cluster.kinds import SECRET as SECRETS
from installer.cluster.options import ConnectionOptions
from installer.model.change import Ref
from installer.model.errors import ExitCode
from installer.model.recorded import to_data
from installer.model.run import Edit, Rollout, Run, Target, Writes, content
from tests.world.api import config_map, namespace_of
from tests.world.programs import can_have_world
from tests.world.rhdh import install_rhdh_operator, operator_flavour, plain_flavour, put
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import await_service_account, start_world

WHY_NOT = "it needs WORLD=1: a real Kubernetes" if os.environ.get("WORLD") != "1" else can_have_world()
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT or "")

NAME = "developer-hub"
ROOT = Path(__file__).parents[2]
MAP, SECRET = ("v1", "ConfigMap"), ("v1", "Secret")
LEASE = ("coordination.k8s.io/v1", "Lease")
PLUGINS, APP_CONFIG = "dynamic-plugins-rhdh", "app-config-rhdh"
NUMBERS = itertools.count()
ODD = "# Größe\u2028\r\n\ttab  \r\nemoji: 🦜\n\n\n"


@pytest.fixture(scope="module")
def world():
    started = start_world(olm=False)
    install_rhdh_operator(started.api)
    yield started
    started.stop()


@pytest.fixture
def places(world, tmp_path):
    """Makes namespaces with an RHDH of a flavour, and what a test does there. They stay as long as the world."""

    def make(flavour):
        namespace = f"runs-{next(NUMBERS)}"
        world.api.apply(namespace_of(namespace))
        await_service_account(world.api, namespace)
        put(world.api, plain_flavour(namespace) if flavour == "plain" else operator_flavour(namespace))
        place = Place(world, namespace, tmp_path, flavour)
        world.api.wait(DEPLOYMENT, place.workload.name, namespace, rolled_out)
        return place

    return make


@pytest.fixture
def place(places):
    """An RHDH that somebody wrote by hand."""
    return places("plain")


class Place:
    def __init__(self, world, namespace, folder, flavour):
        self.world, self.namespace, self.folder, self.api = world, namespace, folder, world.api
        self.env = {**os.environ, "KUBECONFIG": str(world.kubeconfig), "PYTHONPATH": str(ROOT)}
        self.flavour = flavour
        name, resource = NAME, None
        if flavour == "operator":
            name, resource = f"backstage-{NAME}", Ref("rhdh.redhat.com/v1alpha3", "Backstage", namespace, NAME)
        self.workload = Ref("apps/v1", "Deployment", namespace, name)
        self.target = Target(flavour, namespace, NAME, "1.6.0", resource, self.workload)

    # -- what is there

    def content(self, name, kind=MAP):
        found = self.api.find(*kind, name, self.namespace)
        return None if found is None else content(found)

    def generation(self):
        return self.deployment()["metadata"]["generation"]

    def deployment(self):
        return self.api.get(*DEPLOYMENT, self.workload.name, self.namespace)

    def lease(self):
        return self.api.find(*LEASE, f"rhdh-orchestrator-{NAME}", self.namespace)

    def everything(self):
        """Contents of all that a run can change here."""
        found = [*self.api.list(*MAP, self.namespace), *self.api.list(*SECRET, self.namespace)]
        kept = [one for one in found if not one["metadata"]["name"].startswith(("rhdh-orchestrator-", "kube-root"))]
        mine = [one for one in kept if not one["metadata"].get("ownerReferences")]
        return {f"{one['kind']} {one['metadata']['name']}": content(one) for one in mine}

    # -- runs

    def edit(self, name, key, value, kind=MAP):
        before = self.content(name, kind)
        after = copy.deepcopy(before) or ({"type": "Opaque"} if kind == SECRET else {})
        after.setdefault("data", {})[key] = value
        return Edit(Ref("v1", kind[1], self.namespace, name), before, after)

    def run(self, *edits, rolls=False):
        number = f"20260131-120000-{next(NUMBERS):04}"
        rollout = (Rollout(self.workload, self.flavour, self.generation()),) if rolls else ()
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        return Run(number, "install", stamp, self.target, (Writes(edits), *rollout))

    def usual(self, *, rolls=True):
        """One that changes both ConfigMaps and makes a Secret."""
        return self.run(
            self.edit(PLUGINS, "dynamic-plugins.yaml", "plugins: []\n"),
            self.edit(APP_CONFIG, "app-config.yaml", "app:\n  title: Other\n"),
            self.edit("made", "npmrc", base64.b64encode(b"registry=x\n").decode(), SECRET),
            rolls=rolls,
        )

    def begin(self, run, *stop):
        path = self.folder / f"{run.id}.json"
        path.write_text(json.dumps(to_data(run)), encoding="utf-8")
        argv = [sys.executable, "-m", "tests.live.running", str(path), str(self.folder / "cache"), *map(str, stop)]
        return subprocess.Popen(argv, env=self.env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def carry_out(self, run, *stop):
        """The exit code of a process that carries out a run (negative: a signal's) and what it said."""
        process = self.begin(run, *stop)
        out, _ = process.communicate(timeout=120)
        return SimpleNamespace(code=process.returncode, out=out)

    def ask(self, *words):
        options = ["--instance", f"{self.namespace}/{NAME}", "-o", "json", "--cache-dir", str(self.folder / "cache")]
        argv = [sys.executable, "-m", "installer", *words, *options]
        done = subprocess.run(argv, env=self.env, capture_output=True, text=True, timeout=120, check=False)
        assert "Traceback" not in done.stderr, done.stderr
        document = json.loads(done.stdout)
        codes = [one["code"] for one in document["errors"]]
        return SimpleNamespace(code=done.returncode, result=document["result"], errors=document["errors"], codes=codes)

    def states(self):
        return [one["state"] for one in self.ask("history").result["runs"]]


def test_a_run_and_its_undo(place):
    before, generation = place.everything(), place.generation()
    assert place.carry_out(place.usual()).code == 0
    assert place.content(PLUGINS)["data"] == {"dynamic-plugins.yaml": "plugins: []\n"}
    made = place.api.get(*SECRET, "made", place.namespace)["metadata"]["labels"]
    assert made["app.kubernetes.io/managed-by"] == "rhdh-orchestrator"
    assert place.generation() == generation + 1
    assert place.lease() is None
    assert place.states() == ["done"]
    said = place.ask("undo", "--yes")
    assert (said.code, [one["state"] for one in said.result["steps"]]) == (ExitCode.OK, ["done", "done"])
    assert place.everything() == before
    assert place.generation() == generation + 2
    assert rolled_out(place.deployment())
    assert place.states() == ["undone"]
    again = place.ask("undo", "--yes")
    assert (again.code, place.generation()) == (ExitCode.OK, generation + 2)


@pytest.mark.parametrize("step", [0, 1])
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("verb", ["resume", "undo"])
def test_killed(place, step, moment, verb):
    before, run = place.everything(), place.usual()
    assert place.carry_out(run, step, moment).code == -9
    assert place.states() == ["interrupted"]
    assert place.lease() is not None
    began = time.monotonic()
    said = place.ask(verb, "--yes")
    assert said.code == ExitCode.OK, said.errors
    assert time.monotonic() - began < 14, "the Lease of a dead process of this machine is taken over at once"
    assert place.lease() is None
    if verb == "undo":
        assert place.everything() == before
        assert place.states() == ["undone"]
    else:
        wanted = {str(one.ref).replace(f"{place.namespace}/", ""): one.after for one in run.steps[0].edits}
        assert place.everything() == {**before, **wanted}
        assert place.states() == ["done"]
        annotations = place.deployment()["spec"]["template"]["metadata"]["annotations"]
        assert annotations["rhdh-orchestrator/restarted-for"] == f"generation-{run.steps[1].since}"
        assert place.generation() == run.steps[1].since + 1
    assert place.ask("resume", "--yes").code == ExitCode.OK


@pytest.mark.parametrize("verb", ["resume", "undo"])
def test_killed_while_its_operator_rolls_out(places, verb):
    """RHDH's operator acts on its own: what it answers to, and when, is not ours to say."""
    place = places("operator")
    before, run = place.everything(), place.usual()
    old = place.deployment()["spec"]["template"]
    assert place.carry_out(run, 0, "after").code == -9
    said = place.ask(verb, "--yes")
    assert said.code == ExitCode.OK, said.errors
    assert rolled_out(place.deployment())
    assert (place.everything() == before) == (verb == "undo")
    assert (place.deployment()["spec"]["template"] == old) == (verb == "undo")
    if verb == "resume":
        generation = place.generation()
        assert place.ask("undo", "--yes").code == ExitCode.OK
        assert place.generation() == generation + 1
        assert place.deployment()["spec"]["template"] == old


def test_interrupted_by_somebody(place):
    said = place.carry_out(place.usual(), 0, "stopped")
    assert said.code == ExitCode.SIGINT
    assert f"rhdh-orchestrator resume --instance {place.namespace}/{NAME}" in said.out
    assert place.lease() is None
    assert place.states() == ["interrupted"]
    assert place.carry_out(place.usual()).out.startswith("run-unfinished")
    assert place.ask("resume").codes == ["not-confirmed"]
    assert place.ask("resume", "--yes").result["steps"][-1]["state"] == "done"


def test_two_at_once(place):
    first = place.begin(place.usual(rolls=False), 0, "held")
    while first.stdout.readline() != "held\n":
        assert first.poll() is None
    second = place.carry_out(place.usual(rolls=False))
    assert second.code == ExitCode.CONFLICT
    holder = place.lease()["spec"]
    assert f"process {first.pid} of" in second.out
    assert holder["acquireTime"] in second.out
    assert place.states() == ["running"]
    assert holder["acquireTime"] < place.lease()["spec"]["renewTime"]
    first.kill()  # not waited for: it is a zombie, which is as dead as it gets
    began = time.monotonic()
    assert place.ask("resume", "--yes").code == ExitCode.OK
    assert time.monotonic() - began < 14
    first.communicate()


def test_who_died_elsewhere_is_outlived(place):
    stamp = time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime())
    spec = {"holderIdentity": "elsewhere/7/99", "leaseDurationSeconds": 15, "acquireTime": stamp, "renewTime": stamp}
    metadata = {"name": f"rhdh-orchestrator-{NAME}", "namespace": place.namespace}
    place.api.create({"apiVersion": LEASE[0], "kind": LEASE[1], "metadata": metadata, "spec": spec})
    began = time.monotonic()
    done = place.carry_out(place.usual(rolls=False))
    assert (done.code, place.lease()) == (0, None)
    assert time.monotonic() - began > 15
    assert "has not renewed it for 15 s" in done.out


def test_the_lease_is_lost_meanwhile(place):
    first = place.begin(place.usual(rolls=False), 0, "held")
    while first.stdout.readline() != "held\n":
        assert first.poll() is None
    place.api.delete(*LEASE, f"rhdh-orchestrator-{NAME}", place.namespace)
    # Another one takes up what is no longer the first's, which finds out when it renews the Lease.
    assert place.ask("resume", "--yes").code == ExitCode.OK
    time.sleep(RENEWAL + 1)
    log = place.world.audit()
    out, _ = first.communicate("go on\n", timeout=60)
    assert (first.returncode, out.splitlines()[-2].partition(":")[0]) == (ExitCode.CONFLICT, "lease-lost")
    assert [one for one in log.writes() if one.code < 400] == []
    assert place.states() == ["done"]


def test_an_edit_between_plan_and_write(place):
    run = place.usual(rolls=False)
    place.api.apply(config_map(APP_CONFIG, place.namespace, {"app-config.yaml": "mine: true\n"}), "somebody")
    before = place.everything()
    done = place.carry_out(run)
    assert done.code == ExitCode.CONFLICT
    assert f"object-changed: somebody has edited ConfigMap {place.namespace}/{APP_CONFIG}" in done.out
    assert place.everything() == before
    assert place.states() == ["failed"]
    assert place.ask("resume", "--yes").code == ExitCode.OK, "nothing was written, so nothing is left to go on with"
    assert place.carry_out(place.usual(rolls=False)).code == 0, "the next plan has the edit in it"


def test_a_label_of_rhdhs_operator_is_no_edit(place):
    run = place.usual(rolls=False)
    named = config_map(APP_CONFIG, place.namespace, {})
    place.api.patch(named, {"metadata": {"labels": {"rhdh.redhat.com/ext-config-sync": "true"}}})
    assert place.carry_out(run).code == 0
    assert place.api.get(*MAP, APP_CONFIG, place.namespace)["metadata"]["labels"] == {
        "rhdh.redhat.com/ext-config-sync": "true"
    }


def test_undo_keeps_what_was_edited_since(place):
    before = place.everything()
    assert place.carry_out(place.usual()).code == 0
    place.api.apply(config_map(APP_CONFIG, place.namespace, {"app-config.yaml": "mine: true\n"}), "somebody")
    said = place.ask("undo", "--yes")
    assert (said.code, said.codes) == (ExitCode.CONFLICT, ["object-changed"])
    assert f"ConfigMap {place.namespace}/{APP_CONFIG}" in said.errors[0]["message"]
    kept = place.everything()
    assert kept.pop(f"ConfigMap {APP_CONFIG}")["data"] == {"app-config.yaml": "mine: true\n"}
    before.pop(f"ConfigMap {APP_CONFIG}")
    assert kept == before
    assert place.ask("undo", "--yes").code == ExitCode.OK


def test_an_older_run_waits_for_the_newer(place):
    first = place.run(place.edit(PLUGINS, "a", "1"))
    assert place.carry_out(first).code == 0
    time.sleep(1)  # runs are told apart by their second
    second = place.run(place.edit(PLUGINS, "a", "2"))
    assert place.carry_out(second).code == 0
    said = place.ask("undo", first.id, "--yes")
    assert (said.code, said.codes) == (ExitCode.CONFLICT, ["newer-run"])
    assert second.id in said.errors[0]["message"]
    assert f"undo {second.id} --instance {place.namespace}/" in said.errors[0]["fix"]
    assert place.ask("undo", "--yes").code == ExitCode.OK
    assert place.ask("undo", first.id, "--yes").code == ExitCode.OK
    assert "a" not in place.content(PLUGINS)["data"]
    assert place.ask("undo", "nothing", "--yes").codes == ["run-unknown"]


def test_large_and_odd_texts_come_back_to_the_byte(place):
    text = ODD + "".join(f"# {os.urandom(60).hex()}\r\n" for _ in range(7200))
    assert 890_000 < len(text.encode()) < 940_000
    binary = {"odd": base64.b64encode(os.urandom(2000)).decode()}
    place.api.create({**config_map("large", place.namespace, {"text": text}), "binaryData": binary})
    before = place.everything()
    run = place.run(place.edit("large", "text", text.replace("parrot", "🦜") + "more: 1\n"))
    assert place.carry_out(run).code == 0
    assert place.content("large")["data"]["text"].endswith("\r\nmore: 1\n")
    parts = place.api.list(*SECRET, place.namespace, "rhdh-orchestrator/role=part")
    assert len(parts) > 1
    assert place.ask("undo", "--yes").code == ExitCode.OK
    assert place.everything() == before


def test_the_head_holds_no_value(place):
    planted = "c4n4ry-c4n4ry"
    run = place.run(place.edit("made", "password", base64.b64encode(planted.encode()).decode(), SECRET))
    done = place.carry_out(run)
    head = place.api.get(*SECRET, f"rhdh-orchestrator-run-{run.id}", place.namespace)
    text = base64.b64decode(head["data"]["header"]).decode()
    assert json.loads(text)["steps"] == [{"name": f"write: Secret {place.namespace}/made", "state": "done"}]
    for one in (planted, base64.b64encode(planted.encode()).decode()):
        assert one not in text + json.dumps(head) + done.out
        for part in place.api.list(*SECRET, place.namespace, "rhdh-orchestrator/role=part"):
            assert one.encode() not in base64.b64decode(part["data"]["data"])


def test_only_the_newest_runs_are_kept(place):
    with closing_cluster(place) as cluster:
        for number in range(12):
            journal = write(cluster, place.run(place.edit(PLUGINS, "a", str(number))))
            if number != 0:
                journal.close("done")
        entries = runs(cluster, place.namespace, NAME)
        # As if killed before its head was written: bytes that nobody will ask for.
        name = f"rhdh-orchestrator-run-{entries[3].header.run}"
        cluster.delete(SECRETS, name, place.namespace, uid=entries[3].uid)
        assert len(entries) == 12
        oldest = entries[-1].header.run
    assert place.carry_out(place.run(place.edit(PLUGINS, "a", "x"))).out.startswith("run-unfinished")
    assert place.ask("resume", oldest, "--yes").code == ExitCode.OK
    last = place.run(place.edit(PLUGINS, "a", "x"))
    assert place.carry_out(last).code == 0
    heads = place.api.list(*SECRET, place.namespace, "rhdh-orchestrator/role=head")
    parts = place.api.list(*SECRET, place.namespace, "rhdh-orchestrator/role=part")
    names = {one["metadata"]["labels"]["rhdh-orchestrator/run"] for one in heads}
    assert {one["metadata"]["labels"]["rhdh-orchestrator/run"] for one in parts} == names
    assert len(heads) == 10
    assert last.id in names
    assert oldest not in names


@pytest.mark.parametrize("flavour", ["plain", "operator"])
def test_a_crash_is_explained_and_taken_back(places, flavour):
    place = places(flavour)
    before = place.everything()
    text = "plugins:\n  - package: '@acme/broken@1.0.0'\n    disabled: false\n"
    run = place.run(place.edit(PLUGINS, "dynamic-plugins.yaml", text), rolls=True)
    done = place.carry_out(run)
    assert done.code == ExitCode.RESTORED, done.out
    assert "pod-crashed: " in done.out
    assert "the previous configuration is back and runs" in done.out
    assert place.everything() == before
    assert rolled_out(place.deployment())
    assert place.states() == ["restored"]
    assert place.ask("resume", "--yes").code == ExitCode.OK


def test_immutable_is_explained(place):
    fixed = {**config_map("fixed", place.namespace, {"a": "1"}), "immutable": True}
    place.api.apply(fixed, "somebody")
    done = place.carry_out(place.run(place.edit("fixed", "a", "2"), place.edit(PLUGINS, "a", "1")))
    assert done.code == ExitCode.FINDINGS
    assert f"object-immutable: ConfigMap {place.namespace}/fixed is marked immutable: true" in done.out
    assert "a" not in place.content(PLUGINS)["data"]


class closing_cluster:  # noqa: N801 - reads as a word after `with`
    def __init__(self, place):
        options = ConnectionOptions(kubeconfig=str(place.world.kubeconfig), cache_dir=str(place.folder / "cache"))
        self.cluster = connect(options)

    def __enter__(self):
        return self.cluster

    def __exit__(self, *_):
        self.cluster.close()
