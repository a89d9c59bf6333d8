"""A world in which an installation has everything but itself: operators, Knative, and RHDHs to put it on."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest

from tests.live.harness import Program
from tests.world.api import Manifest, Refused, condition, namespace_of
from tests.world.olm import install, operator_group
from tests.world.programs import can_have_world
from tests.world.proxy import Proxy, proxied
from tests.world.rhdh import NAME, install_rhdh_operator, operator_flavour, plain_flavour, put
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import World, await_service_account, start_world

Flavour = Literal["operator", "plain"]
FLAVOURS: tuple[Flavour, ...] = ("operator", "plain")
RELEASE = "1.8"  # the platform lies in RHDH's own namespace, so that many can be tried in one world
OPERATORS = (
    ("serverless-operator", "openshift-serverless", "stable", "1.36.0"),
    ("logic-operator-rhel8", "openshift-serverless-logic", "alpha", "1.36.0"),
)
OWNERS = (
    (("rhdh.redhat.com/v1alpha3", "Backstage"), NAME),
    (("sonataflow.org/v1alpha08", "SonataFlowPlatform"), "sonataflow-platform"),
)
KNATIVE = (("KnativeServing", "knative-serving"), ("KnativeEventing", "knative-eventing"))
NUMBERS = itertools.count()


def why_not(wanted: str | None) -> str:
    """Why the tests on a world are skipped; "" where they run. `wanted` is the variable WORLD."""
    return can_have_world() if wanted == "1" else "it needs WORLD=1: a real Kubernetes"


@dataclass(frozen=True)
class Portal:
    """One RHDH that runs, in a namespace of its own."""

    world: World
    flavour: Flavour
    namespace: str

    @property
    def address(self) -> str:
        return f"{self.namespace}/{NAME}"

    @property
    def workload(self) -> str:
        return f"backstage-{NAME}" if self.flavour == "operator" else NAME

    def settled(self, after: int = 0) -> Manifest:
        """Its Deployment, once it runs what it says, newer than generation `after`; and its operator has said so."""
        kind, name = OWNERS[0]
        newer = self.world.api.wait(DEPLOYMENT, self.workload, self.namespace, lambda one: rolled_out_after(one, after))
        if self.flavour == "operator":
            self.world.api.wait(kind, name, self.namespace, lambda one: condition(one, "Deployed") == "True")
        return newer

    def generation(self) -> int:
        return int(self.world.api.get(*DEPLOYMENT, self.workload, self.namespace)["metadata"]["generation"])

    def leave(self) -> None:
        """Done with it. Its platform goes, which others would see; the rest stays where it runs.

        To take a whole namespace away is as much work for an API server as an installation. Only what never comes to
        rest is taken away, the owner first: its objects would be made again until their turn has come.
        """
        at_rest = rolled_out(self.world.api.get(*DEPLOYMENT, self.workload, self.namespace))
        for kind, name in OWNERS[1:] if at_rest else OWNERS:
            with suppress(Refused):  # of a kind that no operator has brought
                self.world.api.delete(*kind, name, self.namespace)
        if not at_rest:
            self.world.api.delete("v1", "Namespace", self.namespace)


def rolled_out_after(deployment: Manifest, generation: int) -> bool:
    return int(deployment["metadata"]["generation"]) > generation and rolled_out(deployment)


def portal(world: World, flavour: Flavour, release: str = RELEASE) -> Portal:
    """A new RHDH with nothing of the Orchestrator in it; returns once it runs."""
    namespace = f"rhdh-{flavour}-{next(NUMBERS):03}"  # of one length, for its name takes part in texts and their sizes
    world.api.apply(namespace_of(namespace))
    await_service_account(world.api, namespace)
    make = operator_flavour if flavour == "operator" else plain_flavour
    put(world.api, make(namespace, release))
    made = Portal(world, flavour, namespace)
    made.settled()
    return made


def start_ready_world() -> World:
    """A world with the operators that RELEASE needs, and Knative."""
    world = start_world()
    try:
        install_rhdh_operator(world.api)
        for package, namespace, channel, version in OPERATORS:
            world.api.apply(namespace_of(namespace))
            world.api.apply(operator_group(namespace, namespace))
            install(world.api, package, namespace, channel, version)
        for kind, name in KNATIVE:
            world.api.apply(namespace_of(name))
            metadata = {"name": name, "namespace": name}
            one = {"apiVersion": "operator.knative.dev/v1beta1", "kind": kind, "metadata": metadata}
            world.api.apply(one, "kubectl")
            world.api.wait((one["apiVersion"], kind), name, name, lambda found: condition(found, "Ready") == "True")
    except BaseException:
        world.stop()
        raise
    return world


@pytest.fixture(scope="package")
def ready_world() -> Iterator[World]:
    """One for the tests of this folder, which ends when those of another begin; each takes portals of its own."""
    world = start_ready_world()
    yield world
    world.stop()


@pytest.fixture
def proxy(ready_world: World) -> Iterator[Proxy]:
    with proxied(ready_world) as made:
        yield made


@pytest.fixture
def program(proxy: Proxy, tmp_path: Path) -> Program:
    """The program for an administrator who talks through the proxy."""
    return Program(proxy.user().kubeconfig, tmp_path)


@pytest.fixture
def portals(ready_world: World) -> Iterator[Callable[..., Portal]]:
    """Makes RHDHs by flavour and release; they are left behind the test."""
    made: list[Portal] = []

    def make(flavour: Flavour, release: str = RELEASE) -> Portal:
        made.append(portal(ready_world, flavour, release))
        return made[-1]

    yield make
    for one in made:
        one.leave()
