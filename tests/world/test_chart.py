"""The stand-in for RHDH's chart behaves as a chart does towards whoever edits behind Helm's back."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.world.api import Api, config_map
from tests.world.rhdh import chart
from tests.world.workloads import DEPLOYMENT, rolled_out
from tests.world.world import World

Helm = Callable[..., subprocess.CompletedProcess[str]]
PLUGIN = {"package": "oci://registry.example.invalid/one:1!one", "disabled": False}
FULL_NAME = "redhat-developer-hub"


@pytest.fixture
def helm(world: World, namespace: str, each_helm: Path, tmp_path: Path) -> Helm:
    """helm in the test's namespace, with a home of its own."""

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        argv = [each_helm, "--kubeconfig", world.kubeconfig, "-n", namespace, *arguments]
        return subprocess.run(
            argv, capture_output=True, text=True, check=False, timeout=60, env={"HOME": str(tmp_path)}
        )

    return run


def values(path: Path, content: dict[str, Any]) -> Path:
    path.write_text(yaml.safe_dump(content), encoding="utf-8")
    return path


def test_release_runs_and_says_what_it_is(api: Api, namespace: str, helm: Helm, tmp_path: Path) -> None:
    installed = helm("install", FULL_NAME, chart(tmp_path, "1.8"), "--wait")
    assert installed.returncode == 0, installed.stderr
    made = api.get(*DEPLOYMENT, FULL_NAME, namespace)
    assert rolled_out(made)
    assert made["metadata"]["annotations"]["meta.helm.sh/release-name"] == FULL_NAME
    [listed] = json.loads(helm("list", "-o", "json").stdout)
    assert listed["chart"] == "redhat-developer-hub-4.5.16"
    [init] = made["spec"]["template"]["spec"]["initContainers"]
    assert init["image"].endswith(":1.8")
    text = api.get("v1", "ConfigMap", f"{FULL_NAME}-app-config", namespace)["data"]["app-config.yaml"]
    assert yaml.safe_load(text)["app"]["baseUrl"] == f"https://{FULL_NAME}-{namespace}.apps.example.com"


def test_only_global_dynamic_rolls_the_pods(api: Api, namespace: str, helm: Helm, tmp_path: Path) -> None:
    """`orchestrator.plugins` reaches the ConfigMap, but its checksum does not count it: the old pods stay."""
    made, file = chart(tmp_path), tmp_path / "values.yaml"
    helm("install", "rhdh", made, "--wait")
    first = api.get(*DEPLOYMENT, "rhdh-developer-hub", namespace)["metadata"]["generation"]
    helm("upgrade", "rhdh", made, "-f", values(file, {"orchestrator": {"enabled": True, "plugins": [PLUGIN]}}))
    mounted = api.get("v1", "ConfigMap", "rhdh-dynamic-plugins", namespace)["data"]["dynamic-plugins.yaml"]
    assert yaml.safe_load(mounted)["plugins"] == [PLUGIN]
    assert api.get(*DEPLOYMENT, "rhdh-developer-hub", namespace)["metadata"]["generation"] == first
    helm("upgrade", "rhdh", made, "-f", values(file, {"global": {"dynamic": {"plugins": [PLUGIN]}}}))
    assert api.get(*DEPLOYMENT, "rhdh-developer-hub", namespace)["metadata"]["generation"] == first + 1


def test_second_layout_counts_every_plugin(api: Api, namespace: str, helm: Helm, tmp_path: Path) -> None:
    """From 2.0 the Orchestrator's plugins roll the pods, and extraAppConfig comes after the chart's own."""
    made, file = chart(tmp_path, "2.1"), tmp_path / "values.yaml"
    api.apply(config_map("more", namespace, {"more.yaml": "app: {}\n"}))
    extra = {"extraAppConfig": [{"filename": "more.yaml", "configMapRef": "more"}]}
    installed = helm("install", "rhdh", made, "--wait", "-f", values(file, extra))
    assert installed.returncode == 0, installed.stderr
    name = "rhdh-redhat-developer-hub"
    first = api.get(*DEPLOYMENT, name, namespace)
    [container] = first["spec"]["template"]["spec"]["containers"]
    files = [Path(one).name for one in container["args"] if one != "--config"]
    assert files == ["app-config.dynamic-plugins.yaml", "app-config-from-configmap.yaml", "more.yaml"]
    with_plugin = {
        "orchestrator": {"enabled": True, "plugins": [PLUGIN], "serverlessLogicOperator": {"enabled": False}}
    }
    upgraded = helm("upgrade", "rhdh", made, "-f", values(file, {**extra, **with_plugin}))
    assert upgraded.returncode == 0, upgraded.stderr
    mounted = api.get("v1", "ConfigMap", f"{name}-dynamic-plugins", namespace)["data"]["dynamic-plugins.yaml"]
    assert yaml.safe_load(mounted)["plugins"] == [PLUGIN]
    assert api.get(*DEPLOYMENT, name, namespace)["metadata"]["generation"] == first["metadata"]["generation"] + 1


def test_edit_of_a_chart_owned_config_map_does_not_last(api: Api, namespace: str, helm: Helm, tmp_path: Path) -> None:
    """Helm 3 reverts it when the value changes, Helm 4 refuses the upgrade."""
    made, file = chart(tmp_path), tmp_path / "values.yaml"
    helm("install", "rhdh", made)
    name = "rhdh-dynamic-plugins"
    api.patch(config_map(name, namespace, {}), {"data": {"dynamic-plugins.yaml": "mine: true\n"}})
    upgraded = helm("upgrade", "rhdh", made, "-f", values(file, {"global": {"dynamic": {"plugins": [PLUGIN]}}}))
    text = api.get("v1", "ConfigMap", name, namespace)["data"]["dynamic-plugins.yaml"]
    refused = "conflict" in upgraded.stderr
    major = helm("version", "--template", "{{.Version}}").stdout[:2]
    assert (upgraded.returncode != 0, refused, "mine" in text) == ((True,) * 3 if major == "v4" else (False,) * 3)
