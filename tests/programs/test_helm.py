"""The real helm, 3 and 4, on our chart without a cluster and against APIs that refuse or never answer."""

import json
import os
import re
import socket
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
import yaml

from installer.knowledge.location import data_folder
from installer.model.errors import ExitCode, InstallerError
from installer.programs.connection import Connection
from installer.programs.helm import Chart, Helm, Target, find_helm

CHART = Chart(str(data_folder("charts") / "orchestrator"))
TARGET = Target("1.31.4")


@pytest.fixture
def environment(tmp_path: Path) -> Mapping[str, str]:
    homes = {f"HELM_{kind}_HOME": str(tmp_path) for kind in ("CACHE", "CONFIG", "DATA")}
    return {"PATH": os.defpath, "HOME": str(tmp_path), "KUBECONFIG": os.devnull, **homes}


@pytest.fixture
def found(helm: Path, environment: Mapping[str, str]) -> Helm:
    return find_helm(str(helm), connection=Connection(), environment=environment)


def _at(helm: Path, environment: Mapping[str, str], port: int) -> Helm:
    connection = Connection(server=f"http://127.0.0.1:{port}")
    return find_helm(str(helm), connection=connection, environment=environment)


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.fixture
def black_hole() -> Iterator[int]:
    """Accepts, and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def _problem(caught: pytest.ExceptionInfo[InstallerError]) -> tuple[ExitCode, str]:
    (problem,) = caught.value.problems
    return problem.exit, problem.code


def test_version(helm_3: Path, helm_4: Path, environment: Mapping[str, str]) -> None:
    three, four = (find_helm(str(one), connection=Connection(), environment=environment) for one in (helm_3, helm_4))
    assert three.version == (3, 17, 2)
    assert four.version == (4, 3, 1)


def test_template(found: Helm) -> None:
    values = {"stage": "operators", "sonataFlowOperator": {"enabled": False}}
    text = found.template(CHART, values, release="orchestrator", namespace="rhdh", cluster=TARGET, timeout=60)
    kinds = [one["kind"] for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one]
    assert kinds == ["Namespace", "OperatorGroup", "Subscription"]


def test_template_for_a_target(found: Helm, tmp_path: Path) -> None:
    (tmp_path / "c" / "templates").mkdir(parents=True)
    (tmp_path / "c" / "Chart.yaml").write_text("{apiVersion: v2, name: c, version: 1.0.0}", encoding="utf-8")
    seen = '{{ .Capabilities.KubeVersion.Version }} {{ .Capabilities.APIVersions.Has "route.openshift.io/v1" }}'
    (tmp_path / "c" / "templates" / "t.yaml").write_text(f'seen: "{seen}"', encoding="utf-8")
    target = Target("1.27.3", ("route.openshift.io/v1",))
    text = found.template(Chart(str(tmp_path / "c")), {}, release="r", namespace="n", cluster=target, timeout=60)
    assert yaml.safe_load(text) == {"seen": "v1.27.3 true"}


def test_texts_that_look_like_numbers_arrive_as_texts(found: Helm) -> None:
    values = {"networkPolicy": {"additionalNamespaces": ["1e3", "0o7", "12345678901234567890", "yes", "null"]}}
    text = found.template(CHART, values, release="o", namespace="rhdh", cluster=TARGET, timeout=60)
    peers = next(one for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one["kind"] == "NetworkPolicy")["spec"][
        "ingress"
    ][0]["from"]
    named = peers[1]["namespaceSelector"]["matchExpressions"][0]["values"]
    assert named[-5:] == values["networkPolicy"]["additionalNamespaces"]


def test_values_that_the_chart_refuses(found: Helm) -> None:
    with pytest.raises(InstallerError) as caught:
        found.template(CHART, {"stage": "all"}, release="o", namespace="n", cluster=TARGET, timeout=60)
    assert _problem(caught) == (ExitCode.INVALID, "values-refused")
    values = {"rhdhOperator": {"enabled": True}}
    with pytest.raises(InstallerError) as caught:
        found.template(CHART, values, release="o", namespace="n", cluster=TARGET, timeout=60)
    assert _problem(caught) == (ExitCode.INVALID, "chart-refused")
    assert "beside one that exists" in str(caught.value)


def test_secret_values_are_in_no_message(found: Helm, tmp_path: Path) -> None:
    """A chart that quotes its values when it fails."""
    (tmp_path / "c" / "templates").mkdir(parents=True)
    (tmp_path / "c" / "Chart.yaml").write_text("{apiVersion: v2, name: c, version: 1.0.0}", encoding="utf-8")
    (tmp_path / "c" / "templates" / "t.yaml").write_text("{{ fail (toYaml .Values) }}", encoding="utf-8")
    values = {"db": {"password": "canary-4711-a", "list": [{"token": "canary-4711-b"}]}, "plain": "shown"}
    with pytest.raises(InstallerError) as caught:
        found.template(Chart(str(tmp_path / "c")), values, release="r", namespace="n", cluster=TARGET, timeout=60)
    assert "canary" not in str(caught.value)
    assert "shown" in str(caught.value)


def test_a_chart_that_would_take_everything(helm_4: Path, environment: Mapping[str, str], tmp_path: Path) -> None:
    """Helm dies of it (a fatal error of Go, which nothing in it can catch), and we live and say so."""
    (tmp_path / "c" / "templates").mkdir(parents=True)
    (tmp_path / "c" / "Chart.yaml").write_text("{apiVersion: v2, name: c, version: 1.0.0}", encoding="utf-8")
    (tmp_path / "c" / "templates" / "t.yaml").write_text('{{ repeat 2000000000 "sixteen letters." }}', encoding="utf-8")
    helm = find_helm(str(helm_4), connection=Connection(), environment=environment)
    with pytest.raises(InstallerError) as caught:
        helm.template(Chart(str(tmp_path / "c")), {}, release="r", namespace="n", cluster=TARGET, timeout=60)
    assert _problem(caught) == (ExitCode.FINDINGS, "helm-failed")
    assert re.search(r"fatal error: .*memory", str(caught.value))


def test_lint(found: Helm) -> None:
    assert found.lint(CHART, {}, timeout=60).ok
    bad = found.lint(CHART, {"stage": "all"}, timeout=60)
    assert not bad.ok
    assert any("stage" in line for line in bad.messages)


def test_an_api_that_is_not_there(helm: Path, environment: Mapping[str, str], closed_port: int) -> None:
    helm_there = _at(helm, environment, closed_port)
    for ask in (helm_there.status, helm_there.history, helm_there.get_values, helm_there.get_manifest):
        with pytest.raises(InstallerError) as caught:
            ask("orchestrator", namespace="rhdh", timeout=60)
        assert _problem(caught) == (ExitCode.UNREACHABLE, "api-unreachable")
    with pytest.raises(InstallerError) as caught:
        helm_there.list(namespace=None, timeout=60)
    assert _problem(caught) == (ExitCode.UNREACHABLE, "api-unreachable")


def test_an_api_that_never_answers(helm: Path, environment: Mapping[str, str], black_hole: int) -> None:
    with pytest.raises(InstallerError) as caught:
        _at(helm, environment, black_hole).list(namespace="rhdh", timeout=1)
    assert _problem(caught) == (ExitCode.UNREACHABLE, "program-timeout")


def test_the_connection_wins_over_the_shell(helm: Path, environment: Mapping[str, str], closed_port: int) -> None:
    """A HELM_KUBE... left over from the user's shell must not choose the cluster."""
    left = {
        **environment,
        "HELM_KUBECONTEXT": "production",
        "HELM_KUBETOKEN": "canary",
        "HELM_NAMESPACE": "kube-system",
    }
    there = _at(helm, left, closed_port)
    with pytest.raises(InstallerError) as caught:
        there.list(namespace="rhdh", timeout=60)
    assert "production" not in str(caught.value)
    assert str(closed_port) in str(caught.value)
    assert "canary" not in json.dumps(dict(there.environment))
    assert "canary" not in repr(there)
