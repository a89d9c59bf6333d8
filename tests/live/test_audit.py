"""`audit` on a real API: few requests and no write, the role it prints, healthy installations, dumps of the same.

Needs WORLD=1; see tests/world.
"""

import io
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from installer.audit.profile_kinds import OF_FINDING
from installer.audit.rules import rules
from installer.cluster.connect import connect
from installer.cluster.options import ConnectionOptions
from installer.flow.audit_kinds import GLOBAL, every_kind, kinds_of_rules, plural
from installer.flow.audit_live_lists import asked
from installer.model.errors import ExitCode
from tests.live.harness import Program
from tests.live.roles import allow
from tests.live.scenes import Bench, bench
from tests.live.worlds import Portal, why_not
from tests.world.world import World

WHY_NOT = why_not(os.environ.get("WORLD"))
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

SCENES = ("operator", "plain", "helm")
# What somebody may write wrongly, so that there is something to find.
WRONG = """app:
  title: Example
  baseUrl: http://localhost:7007
backend:
  baseUrl: https://developer-hub.apps.example.com
  cors: {origin: https://elsewhere.example.com}
  csp: {connect-src: ["*"]}
auth: {providers: {guest: {dangerouslyAllowOutsideDevelopment: true}}}
"""


@dataclass
class Installed:
    """RHDHs with the Orchestrator that our own `install` put there, by scene; each is made when it is asked for."""

    world: World
    folder: Path
    stack: ExitStack
    made: dict[str, tuple[Bench, Portal]] = field(default_factory=dict)

    def on(self, scene: str) -> tuple[Bench, Portal]:
        if scene not in self.made:
            on = self.stack.enter_context(bench(self.world, self.folder, scene))
            portal = on.portal()
            ran = on.install(portal)
            assert ran.code == ExitCode.OK, ran
            portal.settled()
            self.made[scene] = on, portal
        return self.made[scene]


@pytest.fixture(scope="module")
def installed(ready_world, tmp_path_factory) -> Iterator[Installed]:
    with ExitStack() as stack:
        made = Installed(ready_world, tmp_path_factory.mktemp("audit"), stack)
        yield made
        for _, portal in made.made.values():
            portal.leave()


def told(findings):
    return [(one["rule"], one["object"]["kind"], one["object"]["name"], one["observed"]) for one in findings]


def audited(program: Program, *words: str):
    ran = program.run("audit", *words)
    assert ran.code == ExitCode.OK, ran
    assert ran.result["crashed"] == [], ran
    return ran


def grave(result):
    """What is critical or high, but for the world's address, which is an example in truth."""
    return told(
        one
        for one in result["findings"]
        if one["severity"] in ("critical", "high") and one["rule"] != "base-url-placeholder"
    )


@pytest.mark.parametrize("scene", SCENES)
def test_what_we_install_is_healthy(installed, scene):
    on, portal = installed.on(scene)
    result = audited(on.program, "--instance", portal.address).result
    assert grave(result) == []
    told = {one["rule"] for one in result["skipped"] if "there is no RHDH" in one["reason"]}
    assert told == set(), result["skipped"]


def test_few_requests_and_no_write(installed):
    on, portal = installed.on("operator")
    wanted = {*kinds_of_rules(one for one in rules() if "install" in one.profiles), *OF_FINDING}
    cluster = connect(ConnectionOptions(kubeconfig=str(on.program.kubeconfig)))
    served = [kind for kind in wanted if cluster.find(asked(kind)) is not None]
    cluster.close()
    on.proxy.restart()
    audited(on.program, "--instance", portal.address)
    assert on.proxy.writes == []
    assert len(on.proxy.requests) <= 6 + len(served), on.proxy.story()
    on.proxy.restart()
    audited(on.program, "--instance", portal.address, "--rule", "version-unknown")
    assert len(on.proxy.requests) <= 6, on.proxy.story()


def allowed(installed, *words: str) -> Program:
    """The program of somebody with exactly the role that is printed."""
    on, portal = installed.on("operator")
    weak = installed.world.weak_user()
    allow(installed.world, weak.name, portal.namespace, "--for", "audit", *words)
    return Program(weak.kubeconfig, on.program.folder)


def denied(result):
    return [one for one in result["skipped"] if "not allowed" in one["reason"]]


def test_under_exactly_its_role(installed):
    _, portal = installed.on("operator")
    whole = audited(allowed(installed), "--instance", portal.address)
    assert denied(whole.result) == []
    assert grave(whole.result) == []


def test_one_namespace_under_exactly_its_role(installed):
    on, portal = installed.on("operator")
    someone = allowed(installed, "--namespaced")
    one = audited(someone, "-n", portal.namespace)
    assert denied(one.result) == []
    assert grave(one.result) == []
    assert fingerprints(one) <= fingerprints(audited(on.program, "--instance", portal.address))
    elsewhere = someone.run("audit")
    assert (elsewhere.code, elsewhere.codes) == (ExitCode.DENIED, ["forbidden"])
    assert "-n NAMESPACE" in elsewhere.errors[0]["fix"]


def fingerprints(ran):
    return {one["fingerprint"] for one in ran.result["findings"]}


# -- dumps of the same objects


def same_moment(world: World, program: Program, *words: str):
    """An audit of the cluster and its objects, between two audits that say the same: nothing moved meanwhile."""
    first = audited(program, *words)
    for _ in range(5):
        objects = list(gathered(world))
        second = audited(program, *words)
        if fingerprints(first) == fingerprints(second):
            return second, objects
        first = second
    raise AssertionError("the cluster does not come to rest")


def gathered(world: World):
    """The objects of every kind that rules read, as the API lists them; Secrets without Helm's records."""
    for kind in every_kind():
        cluster = connect(ConnectionOptions(kubeconfig=str(world.kubeconfig)))
        try:
            resource = cluster.find(asked(kind))
            if resource is not None:
                yield kind, resource, [one for one in cluster.list(asked(kind)) if is_wanted(one)]
        finally:
            cluster.close()


def is_wanted(one) -> bool:
    one["metadata"].pop("managedFields", None)
    return one.get("type") != "helm.sh/release.v1"


def dumped(folder: Path, objects) -> None:
    """`kubectl get KIND -A -o json`, a file for each kind."""
    for _, resource, found in objects:
        document = {"apiVersion": "v1", "kind": "List", "items": found}
        if not found:
            document = {"apiVersion": resource.api_version, "kind": f"{resource.kind}List", "items": []}
        (folder / f"{resource.rbac}.json").write_text(json.dumps(document), encoding="utf-8")


def inspected(path: Path, objects) -> None:
    """As `oc adm inspect` writes: a list for each namespace and resource, cluster-scoped objects one by one."""
    with tarfile.open(path, "w:gz") as tar:
        for kind, resource, found in objects:
            group = resource.group or "core"
            if kind in GLOBAL:
                for one in found:
                    name = one["metadata"]["name"]
                    add(tar, f"dump/cluster-scoped-resources/{group}/{resource.plural}/{name}.yaml", one)
                continue
            for namespace in {one["metadata"]["namespace"] for one in found}:
                inside = [one for one in found if one["metadata"]["namespace"] == namespace]
                listed = {"apiVersion": resource.api_version, "kind": f"{resource.kind}List", "items": inside}
                add(tar, f"dump/namespaces/{namespace}/{group}/{plural(kind)}.yaml", listed)


def add(tar: tarfile.TarFile, name: str, document) -> None:
    data = json.dumps(document, indent=1).encode()
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


@pytest.mark.parametrize("scene", ["operator", "plain"])
def test_a_dump_finds_no_more(ready_world, installed, scene, tmp_path):
    """The last of the tests on these: their configuration is wrong from now on."""
    on, portal = installed.on(scene)
    api, program = ready_world.api, on.program
    before = portal.generation()
    api.patch(api.get("v1", "ConfigMap", "app-config-rhdh", portal.namespace), {"data": {"app-config.yaml": WRONG}})
    if scene == "operator":  # which rolls it out, and says so a moment after the Deployment does
        portal.settled(before)
    live, objects = same_moment(ready_world, program, "--instance", portal.address, "--profile", "all")
    assert len(fingerprints(live)) > 3, live
    folder = tmp_path / "dump"
    folder.mkdir()
    dumped(folder, objects)
    inspected(tmp_path / "inspect.tar.gz", objects)
    for source in (("--directory", str(folder)), ("--archive", str(tmp_path / "inspect.tar.gz"))):
        there = audited(program, *source, "--instance", portal.address, "--profile", "all")
        skipped = {one["rule"] for one in there.result["skipped"]}
        more = [one for one in there.result["findings"] if one["fingerprint"] not in fingerprints(live)]
        assert told(more) == []
        less = [one for one in live.result["findings"] if one["fingerprint"] not in fingerprints(there)]
        assert told(one for one in less if one["rule"] not in skipped) == []
        assert len(fingerprints(there)) > 3, there
