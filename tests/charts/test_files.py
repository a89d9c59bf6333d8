"""The infrastructure as files: every object once, by its stage, with kustomizations that name them all."""

import os
from pathlib import Path

import pytest

from installer.desired.infrastructure import values_of
from installer.directory.generated import MARK, put
from installer.flow.infrastructure_files import Beside, render
from installer.knowledge.releases import release
from installer.model.errors import ExitCode, InstallerError
from tests.charts.eras import documents
from tests.charts.eras import render as rendered
from tests.tables import table


def made(helm: Path, out: Path, minor: str = "1.8", platform: str = "") -> Beside:
    return render(release(minor), namespace="portal", platform_namespace=platform, given=str(helm), out=str(out))


def test_the_same_objects_as_the_release(helm: Path, tmp_path: Path) -> None:
    put(made(helm, tmp_path / "out").generated)
    found = []
    for stage in ("operators", "knative", "platform"):
        names = table(tmp_path / "out" / stage / "kustomization.yaml")["resources"]
        there = sorted(one.name for one in (tmp_path / "out" / stage).iterdir())
        assert sorted([*names, "kustomization.yaml"]) == there
        found += [table(tmp_path / "out" / stage / name) for name in names]
    more = {"postgres": {"bundled": {"enabled": True}}, "syncWaves": True}
    wanted = documents(rendered(helm, {**values_of(release("1.8")), **more}, namespace="portal"))
    key = lambda one: (one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"])  # noqa: E731
    assert sorted(found, key=key) == sorted(wanted, key=key)
    waves = {one["kind"]: one["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"] for one in found}
    assert (waves["Subscription"], waves["KnativeServing"], waves["SonataFlowPlatform"]) == ("0", "1", "2")
    top = table(tmp_path / "out" / "kustomization.yaml")
    assert top["resources"] == ["operators", "knative", "platform"]


def test_the_second_time_is_nothing(helm: Path, tmp_path: Path) -> None:
    put(made(helm, tmp_path / "out").generated)
    again = made(helm, tmp_path / "out")
    assert (again.changes, again.generated.pending) == ((), False)


def test_another_release_takes_its_files_along(helm_4: Path, tmp_path: Path) -> None:
    put(made(helm_4, tmp_path, "1.8").generated)
    newer = made(helm_4, tmp_path, "1.10")
    actions = {Path(one.path or "").name: one.action for one in newer.changes}
    assert actions["subscription.openshift-serverless-logic.logic-operator-rhel8.yaml"] == "delete"
    assert actions["subscription.openshift-serverless-logic.logic-operator.yaml"] == "create"
    assert actions["kustomization.yaml"] == "update"
    put(newer.generated)
    assert not (tmp_path / "operators" / "subscription.openshift-serverless-logic.logic-operator-rhel8.yaml").exists()


def test_a_namespace_of_its_own(helm_4: Path, tmp_path: Path) -> None:
    beside = made(helm_4, tmp_path, "1.6", "sonataflow-infra")
    put(beside.generated)
    text = (tmp_path / "platform" / "namespace.sonataflow-infra.yaml").read_text()
    assert text.startswith(MARK)
    assert "in sonataflow-infra with the keys" in beside.notes[1]


def test_refusals(helm_4: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "theirs").write_text("")
    with pytest.raises(InstallerError) as caught:
        made(helm_4, tmp_path)
    assert caught.value.problems[0].code == "folder-not-ours"
    assert os.listdir(tmp_path) == ["theirs"]  # noqa: PTH208
    with pytest.raises(InstallerError) as caught:
        render(release("1.8"), namespace="", platform_namespace="", given=str(helm_4), out=str(tmp_path / "out"))
    assert caught.value.problems[0].code == "namespace-unknown"
    monkeypatch.delenv("RHDH_ORCHESTRATOR_HELM", raising=False)
    with pytest.raises(InstallerError) as caught:
        made(tmp_path / "no-helm", tmp_path / "out")
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.FINDINGS, "helm-missing")
