"""The main job on a real API: operators through OLM, platform, plugins, one rollout, verified; then nothing to do.

Needs WORLD=1; see tests/world. Two worlds, for two packages of OpenShift Serverless Logic; the first portal of each
finds nothing there, the others find the operators.
"""

import os
import subprocess

import pytest

from installer.knowledge.releases import release
from installer.model.errors import ExitCode
from tests.live.harness import Program
from tests.live.worlds import why_not
from tests.world.api import namespace_of
from tests.world.programs import HELM_3, HELM_4, helm
from tests.world.rhdh import NAME, chart, install_rhdh_operator, operator_flavour, plain_flavour, put
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import await_service_account, start_world

WHY_NOT = why_not(os.environ.get("WORLD"))
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)

# (flavour, RHDH, helm) in the order in which a world gets them.
FORMER = (("operator", "1.8", HELM_4), ("helm", "1.6", HELM_3), ("plain", "1.4", HELM_4), ("operator", "1.6", HELM_3),
          ("plain", "1.6", HELM_4), ("helm", "1.4", HELM_4), ("operator", "1.4", HELM_4), ("helm", "1.8", HELM_4),
          ("plain", "1.8", HELM_3))  # fmt: skip
LATER = (("helm", "1.10", HELM_4), ("plain", "2.0", HELM_4), ("operator", "2.0", HELM_4), ("operator", "1.10", HELM_3),
         ("plain", "1.10", HELM_4), ("helm", "2.0", HELM_3))  # fmt: skip
ALONE = (("plain", "1.6", HELM_3),)
EVERY = [(name, one) for name, ones in (("former", FORMER), ("later", LATER), ("alone", ALONE)) for one in ones]


@pytest.fixture(scope="module")
def worlds():
    """By name, each started when it is first asked for, the one before it stopped: a world takes a gigabyte."""
    running = {}

    def world(name):
        if name not in running:
            for one in running.values():
                one.stop()
            running.clear()
            running[name] = start_world()
            install_rhdh_operator(running[name].api)
        return running[name]

    yield world
    for one in running.values():
        one.stop()


class Portal:
    """One RHDH in a namespace of its own."""

    def __init__(self, world, flavour, chosen, folder, helm_binary):
        self.world, self.flavour, self.chosen = world, flavour, chosen
        self.namespace = f"{flavour}-{chosen.replace('.', '-')}"
        self.address = f"{self.namespace}/{NAME}"
        self.workload = f"backstage-{NAME}" if flavour == "operator" else NAME
        if flavour == "helm" and chosen.startswith("2."):
            self.workload = f"{NAME}-redhat-developer-hub"
        world.api.apply(namespace_of(self.namespace))
        await_service_account(world.api, self.namespace)
        self.options = ()
        self.program = Program(world.kubeconfig, folder, helm(helm_binary))
        if flavour == "helm":
            made = chart(folder, chosen)
            self.options = ("--chart", str(made))
            self.helm_install(made)
        else:
            put(world.api, (operator_flavour if flavour == "operator" else plain_flavour)(self.namespace, chosen))
        self.deployment()

    def helm_install(self, made):
        argv = [str(self.program.helm), "install", NAME, str(made), "-n", self.namespace]
        done = subprocess.run(argv, env=self.program.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr

    def deployment(self):
        return self.world.api.wait(DEPLOYMENT, self.workload, self.namespace, rolled_out)

    def pods(self):
        """Names of the pods that RHDH has."""
        return {
            one["metadata"]["name"]
            for one in self.world.api.list("v1", "Pod", self.namespace)
            if any(each["name"] == "backstage-backend" for each in one["spec"]["containers"])
        }

    def run(self, *words):
        return self.program.run(*words, "--instance", self.address)


@pytest.mark.parametrize(
    ("name", "case"), EVERY, ids=[f"{name}-{flavour}-{chosen}" for name, (flavour, chosen, _) in EVERY]
)
def test_the_orchestrator_is_on_it(worlds, tmp_path, name, case):
    flavour, chosen, helm_binary = case
    world = worlds(name)
    portal = Portal(world, flavour, chosen, tmp_path, helm_binary)
    before = portal.deployment()["metadata"]["generation"]
    old = portal.pods()

    ran = portal.run("install", "--yes", *portal.options)
    assert ran.code == ExitCode.OK, ran
    assert {one["state"] for one in ran.result["steps"]} == {"done"}, ran
    assert ran.result["run"]

    now = portal.deployment()
    assert now["metadata"]["generation"] == before + 1, "one rollout"
    assert portal.pods().isdisjoint(old), "every pod has the new configuration"
    status = portal.run("status")
    assert status.result["healthy"], status
    wanted = {"operator": {"logic-operator-rhel8", "serverless-operator"}}
    assert len(wanted["operator"] & {one["package"] for one in status.result["operators"]}) >= 1
    on = [one["package"] for one in status.result["plugins"] if one["enabled"]]
    assert sum("orchestrator" in one for one in on) >= 2, on
    platform = release(chosen).infrastructure_namespace or portal.namespace
    assert status.result["platform"] == {"namespace": platform, "name": "sonataflow-platform", "ready": True}

    log = world.audit()
    again = portal.run("install", "--yes", *portal.options)
    assert again.code == ExitCode.OK, again
    assert (again.result["steps"], again.result["run"], again.document["changes"]) == ([], None, []), again
    written = [one for one in log.writes() if one.user == "admin"]
    assert written == []
    assert len([one for one in log.asked("admin") if one.verb != "watch"]) <= 40
