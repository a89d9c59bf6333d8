"""Our chart on a real Kubernetes with OLM, stage by stage, with each Helm; only with WORLD=1, as tests/world."""

import base64
import gzip
import itertools
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from installer.knowledge.location import data_folder
from installer.model.errors import ExitCode, InstallerError
from installer.programs.connection import Connection
from installer.programs.helm import Chart, Target, find_helm
from tests.world.api import Api, namespace_of
from tests.world.olm import approve, await_csv, pending_plan
from tests.world.programs import can_have_world
from tests.world.world import CATALOG, CATALOG_NAMESPACE, World, start_world

CHART = Chart(str(data_folder("charts") / "orchestrator"))
CATALOGUED = {"sourceName": CATALOG, "sourceNamespace": CATALOG_NAMESPACE}
VALUES: dict[str, Any] = {
    "serverlessOperator": {"subscription": CATALOGUED},
    "sonataFlowOperator": {"subscription": CATALOGUED},
    "postgres": {"bundled": {"enabled": True, "password": "canary-4711"}},
}
SERVERLESS, LOGIC = "serverless-operator.v1.37.1", "logic-operator.v1.39.2"


# A release of each test has a namespace of its own.
NUMBERS = itertools.count()


def _started() -> World:
    if why_not := can_have_world():
        pytest.skip(why_not)
    return start_world()


@pytest.fixture(scope="module")
def shared_world() -> Iterator[World]:
    started = _started()
    yield started
    started.stop()


@pytest.fixture
def fresh_world() -> Iterator[World]:
    started = _started()
    yield started
    started.stop()


class Release:
    """The release `orchestrator` in a new namespace of a world."""

    def __init__(self, world: World, helm: Path, home: Path) -> None:
        self.api = world.api
        homes = {f"HELM_{kind}_HOME": str(home) for kind in ("CACHE", "CONFIG", "DATA")}
        connection = Connection(kubeconfig=str(world.kubeconfig))
        self.helm = find_helm(str(helm), connection=connection, environment={"HOME": str(home), **homes})
        self.namespace = f"rhdh-{next(NUMBERS)}"
        self.where: dict[str, Any] = {"namespace": self.namespace, "timeout": 60}
        self.api.apply(namespace_of(self.namespace))

    def stage(self, stage: str, **more: Any) -> int:
        return self.helm.upgrade_install("orchestrator", CHART, {**VALUES, "stage": stage, **more}, **self.where).number


Installed = Callable[[World], Release]


@pytest.fixture
def release(helm: Path, tmp_path: Path) -> Installed:
    return lambda world: Release(world, helm, tmp_path)


def _operators(api: Api) -> None:
    for namespace, csv in (("openshift-serverless", SERVERLESS), ("openshift-serverless-logic", LOGIC)):
        approve(api, pending_plan(api, namespace, [csv]))
    for namespace, csv in (("openshift-serverless", SERVERLESS), ("openshift-serverless-logic", LOGIC)):
        await_csv(api, namespace, csv)


@pytest.mark.parametrize("helm", ["helm_4"], indirect=True)  # tests/live/test_infrastructure.py does it with both
def test_stage_by_stage(fresh_world: World, release: Installed) -> None:
    ours = release(fresh_world)
    api, helm = ours.api, ours.helm
    assert helm.status("orchestrator", **ours.where) is None
    with pytest.raises(InstallerError) as caught:
        ours.stage("")
    assert [(one.exit, one.code) for one in caught.value.problems] == [(ExitCode.FINDINGS, "kind-missing")]
    assert api.find("v1", "Namespace", "openshift-serverless") is None, "nothing was written"
    helm.uninstall("orchestrator", **ours.where)

    assert ours.stage("operators") == 1
    _operators(api)
    assert ours.stage("knative") == 2
    assert api.get("operator.knative.dev/v1beta1", "KnativeServing", "knative-serving", "knative-serving")
    assert ours.stage("platform") == 3
    platform = api.get("sonataflow.org/v1alpha08", "SonataFlowPlatform", "sonataflow-platform", ours.namespace)
    database = platform["spec"]["services"]["dataIndex"]["persistence"]["postgresql"]["serviceRef"]
    assert database["namespace"] == ours.namespace
    assert api.get("apps/v1", "StatefulSet", "sonataflow-psql-postgresql", ours.namespace)

    _is_what_was_asked(ours)
    assert helm.uninstall("orchestrator", **ours.where)
    _left_behind(ours)
    assert ours.stage("platform") == 1, "what was kept is the release's again"


def _is_what_was_asked(ours: Release) -> None:
    """What a second run compares, so that it need not upgrade."""
    helm, values = ours.helm, {**VALUES, "stage": "platform"}
    assert helm.get_values("orchestrator", **ours.where) == values
    rendered = helm.template(CHART, values, release="orchestrator", cluster=Target("1.36.2"), **ours.where)
    manifest = helm.get_manifest("orchestrator", **ours.where)
    assert manifest is not None
    assert _documents(rendered) == _documents(manifest)
    (listed,) = helm.list(namespace=ours.namespace, timeout=60)
    assert listed in helm.list(namespace=None, timeout=60)
    assert (listed.name, listed.namespace, listed.revision, listed.state) == (
        "orchestrator",
        ours.namespace,
        3,
        "deployed",
    )
    assert listed.chart == "orchestrator-0.1.0"
    history = helm.history("orchestrator", **ours.where)
    assert [(one.number, one.state) for one in history] == [(1, "superseded"), (2, "superseded"), (3, "deployed")]
    status = helm.status("orchestrator", **ours.where)
    assert status is not None
    assert (status.number, status.state, status.pending) == (3, "deployed", False)


def _documents(text: str) -> list[Any]:
    return [one for one in yaml.safe_load_all(text) if one is not None]


def _left_behind(ours: Release) -> None:
    api = ours.api
    assert api.find("sonataflow.org/v1alpha08", "SonataFlowPlatform", "sonataflow-platform", ours.namespace) is None
    assert api.find("apps/v1", "StatefulSet", "sonataflow-psql-postgresql", ours.namespace) is None
    kept = [
        ("v1", "Namespace", "openshift-serverless", None),
        ("v1", "Secret", "sonataflow-psql-postgresql", ours.namespace),
        ("operators.coreos.com/v1alpha1", "Subscription", "logic-operator", "openshift-serverless-logic"),
        ("operator.knative.dev/v1beta1", "KnativeEventing", "knative-eventing", "knative-eventing"),
    ]
    for version, kind, name, namespace in kept:
        assert api.find(version, kind, name, namespace) is not None, kind


def test_an_object_of_somebody_else(shared_world: World, release: Installed) -> None:
    ours = release(shared_world)
    theirs = f"serverless-of-{ours.namespace}"
    ours.api.apply(namespace_of(theirs))
    subscription = {"subscription": {**CATALOGUED, "namespace": theirs}}
    others: dict[str, Any] = {"sonataFlowOperator": {"enabled": False}}
    with pytest.raises(InstallerError) as caught:
        ours.stage("operators", serverlessOperator=subscription, **others)
    (problem,) = caught.value.problems
    assert (problem.exit, problem.code) == (ExitCode.FINDINGS, "foreign-object")
    assert f'Namespace "{theirs}"' in problem.message
    assert ours.stage("operators", serverlessOperator={**subscription, "createNamespace": False}, **others)


def test_a_killed_upgrade_is_explained_and_undone(shared_world: World, release: Installed) -> None:
    """As after SIGKILL: the release's newest revision stays pending."""
    ours = release(shared_world)
    without = {"serverlessOperator": {"enabled": False}, "sonataFlowOperator": {"enabled": False}}
    ours.stage("operators", **without)
    ours.stage("operators", **without)
    _mark_pending(ours.api, ours.api.get("v1", "Secret", "sh.helm.release.v1.orchestrator.v2", ours.namespace))
    with pytest.raises(InstallerError) as caught:
        ours.stage("operators", **without)
    (problem,) = caught.value.problems
    assert (problem.exit, problem.code) == (ExitCode.CONFLICT, "release-pending")
    assert problem.fix == f"when none runs: helm rollback orchestrator 1 -n {ours.namespace}"
    ours.helm.rollback("orchestrator", 1, **ours.where)
    assert ours.stage("operators", **without) == 4


def _mark_pending(api: Api, secret: dict[str, Any]) -> None:
    """In its label and in the release itself: JSON, gzip, base64, and the Secret's base64."""
    release = json.loads(gzip.decompress(base64.b64decode(base64.b64decode(secret["data"]["release"]))))
    release["info"]["status"] = "pending-upgrade"
    packed = base64.b64encode(gzip.compress(json.dumps(release).encode()))
    data = {"release": base64.b64encode(packed).decode()}
    api.patch(secret, {"metadata": {"labels": {"status": "pending-upgrade"}}, "data": data})


def test_a_user_who_may_not(shared_world: World, helm: Path, tmp_path: Path) -> None:
    connection = Connection(kubeconfig=str(shared_world.weak_user().kubeconfig))
    weak = find_helm(str(helm), connection=connection, environment={"HOME": str(tmp_path)})
    with pytest.raises(InstallerError) as caught:
        weak.status("orchestrator", namespace="rhdh", timeout=60)
    (problem,) = caught.value.problems
    assert (problem.exit, problem.code) == (ExitCode.DENIED, "access-denied")
    assert "secrets" in problem.message
