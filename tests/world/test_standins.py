"""The stand-ins of Knative, SonataFlow and OpenShift: what somebody installs becomes ready, and only when it should."""

from collections.abc import Iterator

import pytest

from tests.world.api import Api, Manifest, condition, namespace_of
from tests.world.crds import crd
from tests.world.olm import install, operator_group
from tests.world.processes import wait_for
from tests.world.rhdh import NAME, install_rhdh_operator, operator_flavour, put
from tests.world.standins.knative import EVENTING, SERVING
from tests.world.standins.openshift import DOMAIN, ROUTE, make_openshift
from tests.world.standins.sonataflow import PLATFORM, WORKFLOW
from tests.world.workloads import DEPLOYMENT, rolled_out, workload
from tests.world.world import World, apply_crd, await_crd, start_world

SERVERLESS, LOGIC = "openshift-serverless", "openshift-serverless-logic"
INFRASTRUCTURE = "sonataflow-infra"
WORKFLOWS = "sonataflows.sonataflow.org"
CRD = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")


@pytest.fixture(scope="module")
def installed() -> Iterator[Api]:
    """A world with both operators installed through OLM, each in its namespace."""
    world = start_world()
    api = world.api
    for namespace in (SERVERLESS, LOGIC):
        api.apply(namespace_of(namespace))
        api.apply(operator_group(namespace, namespace))
    install(api, "serverless-operator", SERVERLESS, "stable", "1.36.0")
    install(api, "logic-operator-rhel8", LOGIC, "alpha", "1.36.0")
    yield api
    world.stop()


def resource(kind: tuple[str, str], name: str, namespace: str, spec: Manifest) -> Manifest:
    return {"apiVersion": kind[0], "kind": kind[1], "metadata": {"name": name, "namespace": namespace}, "spec": spec}


@pytest.mark.parametrize(("kind", "name"), [(SERVING, "knative-serving"), (EVENTING, "knative-eventing")])
def test_knative_becomes_ready(installed: Api, kind: tuple[str, str], name: str) -> None:
    installed.apply(namespace_of(name))
    installed.apply(resource(kind, name, name, {}))
    ready = installed.wait(kind, name, name, lambda one: condition(one, "Ready") == "True")
    assert {one["status"] for one in ready["status"]["conditions"]} == {"True"}
    assert all(rolled_out(one) for one in installed.list(*DEPLOYMENT, name))


def test_platform_gets_the_services_that_it_names(installed: Api) -> None:
    installed.apply(namespace_of(INFRASTRUCTURE))
    postgres = {"secretRef": {"name": "db", "userKey": "user"}, "serviceRef": {"name": "db"}}
    services = {
        "dataIndex": {"enabled": True, "persistence": {"postgresql": postgres}},
        "jobService": {"enabled": False},
    }
    installed.apply(resource(PLATFORM, "sonataflow-platform", INFRASTRUCTURE, {"services": services}))
    installed.wait(PLATFORM, "sonataflow-platform", INFRASTRUCTURE, lambda one: condition(one, "Succeed") == "True")
    name = "sonataflow-platform-data-index-service"
    made = installed.wait(DEPLOYMENT, name, INFRASTRUCTURE, rolled_out)
    [container] = made["spec"]["template"]["spec"]["containers"]
    keys = [one["valueFrom"]["secretKeyRef"] for one in container["env"]]
    assert keys == [{"name": "db", "key": "user"}, {"name": "db", "key": "POSTGRESQL_PASSWORD"}]
    slices = ("discovery.k8s.io/v1", "EndpointSlice")
    wait_for("its ready endpoints", lambda: any(ready(one) for one in installed.list(*slices, INFRASTRUCTURE)))
    assert [one["metadata"]["name"] for one in installed.list(*DEPLOYMENT, INFRASTRUCTURE)] == [name]


def ready(endpoint_slice: Manifest) -> bool:
    mine = endpoint_slice["metadata"]["labels"]["kubernetes.io/service-name"].endswith("data-index-service")
    return mine and any(one["conditions"]["ready"] for one in endpoint_slice["endpoints"] or [])


def test_workflow_runs_and_goes_with_its_resource(installed: Api) -> None:
    installed.apply(resource(WORKFLOW, "greeting", "default", {"flow": {}}))
    running = installed.wait(WORKFLOW, "greeting", "default", lambda one: condition(one, "Running") == "True")
    assert condition(running, "Built") == "True"
    address = "http://greeting.default/greeting"
    installed.wait(WORKFLOW, "greeting", "default", lambda one: one["status"].get("address") == {"url": address})
    installed.delete(*WORKFLOW, "greeting", "default")
    wait_for("its Deployment to go", lambda: installed.find(*DEPLOYMENT, "greeting", "default") is None)


def test_resources_wait_for_their_operator(bare_world: World) -> None:
    """Without a running operator nobody writes a status; it is filled in as soon as one runs."""
    api = bare_world.api
    for name in ("knativeservings.operator.knative.dev", "sonataflowplatforms.sonataflow.org", WORKFLOWS):
        apply_crd(api, crd(name))
        await_crd(api, name)
    api.apply(resource(SERVING, "early", "default", {}))
    api.apply(resource(PLATFORM, "early", "default", {}))
    api.apply(workload("Deployment", "logic-operator-controller-manager", "default"))
    # One operator works: when its answer is there, the other has had its chance.
    api.wait(PLATFORM, "early", "default", lambda one: condition(one, "Succeed") == "True")
    assert "status" not in api.get(*SERVING, "early", "default")
    api.apply(workload("Deployment", "knative-openshift", "default"))
    api.wait(SERVING, "early", "default", lambda one: condition(one, "Ready") == "True")


def test_cluster_becomes_openshift(fresh_world: World) -> None:
    api = fresh_world.api
    install_rhdh_operator(api, ("v1alpha3",))
    make_openshift(api, "4.17.3")
    api.apply(namespace_of("rhdh"))
    put(api, operator_flavour("rhdh"))
    route = api.wait(ROUTE, f"backstage-{NAME}", "rhdh", lambda one: "ingress" in one.get("status", {}))
    assert route["spec"]["host"] == f"backstage-{NAME}-rhdh.{DOMAIN}"
    version = api.get("config.openshift.io/v1", "ClusterVersion", "version")
    assert version["status"]["history"][0]["version"] == "4.17.3"
    assert [one["name"] for one in api.get(*CRD, "backstages.rhdh.redhat.com")["spec"]["versions"]] == ["v1alpha3"]
