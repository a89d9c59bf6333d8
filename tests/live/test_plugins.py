"""Plugins on clusters: what `list` and `outdated` see, and that `upgrade` is a run like that of `install`."""

import base64
import gzip
import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import yaml

from installer.cli.boundary import run as run_here
from installer.flow.live_permissions import needed
from installer.model.errors import ExitCode
from installer.model.lock import LOCK_FILE
from tests.live.conftest import PORTAL, named
from tests.live.harness import Program
from tests.live.roles import allow
from tests.live.worlds import FLAVOURS, Portal, portal, why_not
from tests.registries.fake import Registry, served
from tests.registries.packages import Packages
from tests.registries.packages import sri as sri_of
from tests.registries.tarballs import manifest, package
from tests.registries.test_outdated import SET, publish, sri
from tests.world.api import config_map
from tests.world.rhdh import install_rhdh_operator
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import World, start_world

WHY_NOT = why_not(os.environ.get("WORLD"))
needs_world = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)
MAP = ("v1", "ConfigMap", "dynamic-plugins-rhdh")
NAME = "@acme/p"
TEXT = f"""\
includes: []
plugins:
  # ours
  - package: '{NAME}@1.0.0'   # the first
    disabled: false
    integrity: {sri(NAME, "1.0.0")}
"""
OFF = TEXT.replace("disabled: false", "disabled: true")
TWO = (
    TEXT
    + f"""\
  - package: '@acme/q@1.0.0'
    integrity: {sri("@acme/q", "1.0.0")}
"""
)
ONE = f"""\
includes: []
plugins:
  # ours
  - package: '@acme/q@1.0.0'
    integrity: {sri("@acme/q", "1.0.0")}
"""
LATER = TEXT.replace("@1.0.0", "@1.2.0").replace(sri(NAME, "1.0.0"), sri(NAME, "1.2.0"))


@pytest.fixture
def registry() -> Iterator[Registry]:
    with served(Registry()) as running:
        publish(running, NAME, "1.0.0", "1.2.0", "2.0.0")
        yield running


# -- seen on a recorded cluster


def fill(recorded):
    """An RHDH whose person has one of the Orchestrator's plugins in an own map."""
    made = named(*PORTAL)
    text = f"plugins:\n- package: '{SET[0]}@1.8.2'\n  integrity: {sri(SET[0], '1.8.2')}\n"
    made["plugins"]["data"] = {"dynamic-plugins.yaml": text}
    recorded.objects = list(made.values())


def test_list_names_the_map_and_the_key(recorded, ask):
    fill(recorded)
    said = ask("plugins", "list")
    assert said.code == ExitCode.OK
    (row,) = said.result["plugins"]
    assert row["origin"] == "ConfigMap/rhdh/dynamic-plugins-rhdh/dynamic-plugins.yaml:2"
    assert said.result["unknownIncludes"] == ["dynamic-plugins.default.yaml"]
    assert said.result["instance"]["name"] == "developer-hub"
    assert all(one.method == "GET" for one in recorded.asked)


def test_outdated_asks_where_rhdhs_npmrc_says(recorded, ask, registry, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "answers"))
    monkeypatch.chdir(tmp_path)
    for one in SET:
        publish(registry, one, "1.8.2", "1.8.3")
    fill(recorded)
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "dynamic-plugins-npmrc", "namespace": "rhdh", "uid": "n", "resourceVersion": "1"},
        "data": {".npmrc": _base64(f"@redhat:registry={registry.url}\n//{registry.host}/:_authToken=s3cret\n")},
    }
    recorded.objects.append(secret)
    said = ask("plugins", "outdated")
    assert said.code == ExitCode.OK, said.document["errors"]
    assert {one["wanted"] for one in said.result["plugins"] if one["name"].startswith("@redhat/")} == {"1.8.3"}
    assert set(registry.credentials) == {"Bearer s3cret"}
    assert "s3cret" not in json.dumps(said.document) + said.err


def test_another_releases_text_is_not_written_while_the_old_one_runs(recorded, ask):
    fill(recorded)
    said = ask("plugins", "upgrade", "--to-release", "1.9", "--yes")
    assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.FINDINGS, "release-not-running")
    assert all(one.method == "GET" for one in recorded.asked)


def with_helm(recorded):
    """An RHDH of Helm whose values have one plugin."""
    made = named("helmDeployment")
    plugin = {"package": f"{NAME}@1.0.0", "disabled": False, "integrity": sri(NAME, "1.0.0")}
    release = {
        "name": "portal",
        "namespace": "rhdh",
        "version": 1,
        "info": {"status": "deployed"},
        "chart": {"metadata": {"name": "redhat-developer-hub", "version": "1.8.0"}},
        "config": {"global": {"dynamic": {"includes": [], "plugins": [plugin]}}},
    }
    packed = base64.b64encode(gzip.compress(json.dumps(release).encode())).decode()
    labels = {"owner": "helm", "name": "portal", "version": "1", "status": "deployed"}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "helm.sh/release.v1",
        "metadata": {"name": "sh.helm.release.v1.portal.v1", "namespace": "rhdh", "labels": labels},
        "data": {"release": _base64(packed)},
    }
    recorded.objects = [*made.values(), secret]


def test_what_helm_owns_is_changed_through_its_chart(recorded, ask, registry, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "answers"))
    with_helm(recorded)
    words = ("plugins", "upgrade", "--dry-run", "--registry", registry.url)
    said = ask(*words)
    assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.FINDINGS, "values-not-applied")
    assert f"{NAME}@1.2.0" in said.document["changes"][0]["diff"]
    said = ask(*words, "--chart", "./chart")
    assert said.code == ExitCode.OK, said.document["errors"]
    names = [one["name"].partition(":")[0] for one in said.result["steps"]]
    assert names == ["helm upgrade", "rollout", "verify"]


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


# -- done in a world


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    running = start_world()
    try:
        install_rhdh_operator(running.api)
        yield running
    finally:
        running.stop()


@pytest.fixture(params=FLAVOURS)
def rhdh(request: pytest.FixtureRequest, world: World) -> Iterator[Portal]:
    made = portal(world, request.param)
    write(made, TEXT)
    yield made
    made.leave()


def write(one: Portal, text: str) -> None:
    """Somebody's text, and pods that run with it."""
    before = one.generation()
    found = one.world.api.get(*MAP, one.namespace)
    one.world.api.patch(found, {"data": {"dynamic-plugins.yaml": text}})
    if one.flavour == "operator":  # which starts a rollout by itself
        one.world.api.wait(
            DEPLOYMENT,
            one.workload,
            one.namespace,
            lambda now: now["metadata"]["generation"] > before and rolled_out(now),
        )


def text_of(one: Portal) -> str:
    return str(one.world.api.get(*MAP, one.namespace)["data"]["dynamic-plugins.yaml"])


@pytest.fixture
def run(world: World, tmp_path: Path, rhdh: Portal, registry: Registry) -> Callable[..., object]:
    program = Program(world.kubeconfig, tmp_path)

    def ran(*words: str):
        more = ("--registry", registry.url) if words[:2] in (("plugins", "outdated"), ("plugins", "upgrade")) else ()
        return program.run(*words, *more, "--instance", rhdh.address)

    return ran


@needs_world
def test_up_and_back(run, rhdh):
    before = rhdh.generation()
    found = run("plugins", "outdated")
    (row,) = [one for one in found.result["plugins"] if one["name"] == NAME]
    assert (row["current"], row["wanted"], row["latest"]) == ("1.0.0", "1.2.0", "2.0.0")
    assert row["origin"] == f"ConfigMap/{rhdh.namespace}/dynamic-plugins-rhdh/dynamic-plugins.yaml:4"

    looked = run("plugins", "upgrade", "--dry-run", "--exit-code")
    assert looked.code == ExitCode.PENDING, looked
    assert text_of(rhdh) == TEXT

    done = run("plugins", "upgrade", "--yes")
    assert done.code == ExitCode.OK, done
    assert {one["state"] for one in done.result["steps"]} == {"done"}, done
    assert text_of(rhdh) == LATER
    assert rhdh.generation() == before + 1, "one rollout"
    assert [one["package"] for one in done.result["plugins"]] == [f"{NAME}@1.0.0"]

    again = run("plugins", "upgrade", "--yes")
    assert (again.code, again.result["steps"], again.document["changes"]) == (ExitCode.OK, [], []), again
    (entry,) = run("history").result["runs"]
    assert (entry["command"], entry["state"]) == ("upgrade", "done")

    undone = run("undo", "--yes")
    assert undone.code == ExitCode.OK, undone
    assert text_of(rhdh) == TEXT


@needs_world
@pytest.mark.parametrize("rhdh", ["operator"], indirect=True)
def test_a_pod_that_crashes_brings_the_old_text_back(run, rhdh):
    packages = yaml.safe_dump({f"{NAME}@1.2.0": {"integrity": sri("packed again")}})
    rhdh.world.api.apply(config_map("world-npm", rhdh.namespace, {"packages.yaml": packages}))
    done = run("plugins", "upgrade", "--yes")
    assert done.code == ExitCode.RESTORED, done
    assert text_of(rhdh) == TEXT
    rhdh.settled()


@needs_world
@pytest.mark.parametrize("rhdh", ["plain"], indirect=True)
def test_the_role_is_enough(world, rhdh, registry, tmp_path):
    assert needed("plugins", rhdh.flavour, rhdh.namespace)
    allow(world, "jane", rhdh.namespace, "--scope", "plugins", "--flavour", rhdh.flavour)
    program = Program(world.kubeconfig, tmp_path)
    as_jane = ("--as", "jane", "--registry", registry.url, "--instance", rhdh.address)
    done = program.run("plugins", "upgrade", "--yes", *as_jane)
    assert done.code == ExitCode.OK, done
    assert text_of(rhdh) == LATER


@needs_world
@pytest.mark.parametrize("rhdh", ["operator"], indirect=True)
def test_killed_behind_its_write_it_is_taken_up_and_taken_back(world, rhdh, registry, tmp_path):
    program = Program(world.kubeconfig, tmp_path)
    words = ("plugins", "upgrade", "--yes", "--registry", registry.url, "--instance", rhdh.address)
    running = program.start(*words)
    rhdh.world.api.wait(MAP[:2], MAP[2], rhdh.namespace, lambda found: found["data"]["dynamic-plugins.yaml"] == LATER)
    running.send(signal.SIGKILL)
    again = program.run(*words)
    assert (again.code, again.codes) == (ExitCode.CONFLICT, ["run-unfinished"]), again
    resumed = program.run("resume", "--yes", "--instance", rhdh.address)
    assert resumed.code == ExitCode.OK, resumed
    assert text_of(rhdh) == LATER
    undone = program.run("undo", "--yes", "--instance", rhdh.address)
    assert undone.code == ExitCode.OK, undone
    assert text_of(rhdh) == TEXT


@pytest.fixture
def here(
    world: World,
    rhdh: Portal,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., SimpleNamespace]:
    """The program in this process and in a folder of its own, which costs less: words -> (code, document, err)."""
    monkeypatch.setenv("KUBECONFIG", str(world.kubeconfig))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "answers"))
    monkeypatch.chdir(tmp_path)

    def ran(*words: str) -> SimpleNamespace:
        capsys.readouterr()
        code = run_here([*words, "--instance", rhdh.address, "-o", "json"])
        out, err = capsys.readouterr()
        return SimpleNamespace(code=code, document=json.loads(out), err=err)

    return ran


@needs_world
@pytest.mark.parametrize(
    ("rhdh", "verb", "before", "after"),
    [("operator", "disable", TEXT, OFF), ("plain", "enable", OFF, TEXT), ("plain", "remove", TWO, ONE)],
    indirect=["rhdh"],
    ids=["disable", "enable", "remove"],
)
def test_switched_and_taken_out(here, world, rhdh, verb, before, after):
    if before != TEXT:
        write(rhdh, before)
    generation = rhdh.generation()
    done = here("plugins", verb, NAME, "--yes")
    assert done.code == ExitCode.OK, done
    assert {one["state"] for one in done.document["result"]["steps"]} == {"done"}, done
    assert text_of(rhdh) == after
    assert rhdh.generation() == generation + 1, "one rollout"
    rhdh.settled()

    log = world.audit()
    again = here("plugins", verb, NAME, "--yes")
    assert again.code == (ExitCode.TARGET if verb == "remove" else ExitCode.OK), again
    assert (again.document["changes"], log.writes("admin")) == ([], [])
    assert rhdh.generation() == generation + 1

    undone = here("undo", "--yes")
    assert undone.code == ExitCode.OK, undone
    assert text_of(rhdh) == before


@needs_world
@pytest.mark.parametrize("rhdh", ["plain"], indirect=True)
def test_the_lock_of_a_cluster_is_in_the_working_directory(here, world, rhdh, registry, tmp_path):
    content = package(said=manifest(NAME, "1.0.0"))
    shop = Packages(registry)
    shop.publish(content, NAME, "1.0.0")
    write(rhdh, TEXT.replace(sri(NAME, "1.0.0"), sri_of(content)))
    log, asking = world.audit(), ("--registry", registry.url)

    absent = here("plugins", "lock", "--frozen")
    assert (absent.code, absent.document["errors"][0]["code"]) == (ExitCode.TARGET, "lock-missing"), absent
    written = here("plugins", "lock", "--yes", *asking)
    assert (written.code, written.document["result"]["lock"]) == (ExitCode.OK, LOCK_FILE), written
    (row,) = yaml.safe_load((tmp_path / LOCK_FILE).read_text())["plugins"]
    assert (row["package"], row["integrity"]) == (f"{NAME}@1.0.0", sri_of(content))
    before = (tmp_path / LOCK_FILE).read_bytes()
    for words in (("lock", "--locked", *asking), ("lock", "--yes", *asking), ("outdated", "--locked", *asking)):
        assert here("plugins", *words).code == ExitCode.OK, words
    asked = len(registry.asked)
    for command in ("lock", "outdated"):
        assert here("plugins", command, "--frozen").code == ExitCode.OK, command

    write(rhdh, LATER)
    for words in (("lock", "--frozen"), ("outdated", "--frozen")):
        stale = here("plugins", *words)
        assert (stale.code, stale.document["errors"][0]["code"]) == (ExitCode.FINDINGS, "lock-stale"), stale
        assert stale.document["errors"][0]["where"]["file"].endswith("dynamic-plugins-rhdh/dynamic-plugins.yaml")
    assert (len(registry.asked), (tmp_path / LOCK_FILE).read_bytes()) == (asked, before)
    assert log.writes("admin") == []
