"""What a helm is asked and what is made of its answers, on a stand-in that records its command line and values file.

Its answers have the shape that Helm 3.17 and 4.3 write; the stand-in plays a cluster, which the real ones need.
"""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from installer.model.errors import ExitCode, InstallerError
from installer.programs.connection import Connection
from installer.programs.helm import Chart, Helm, find_helm
from installer.programs.releases import HelmRelease, Revision
from tests.programs.conftest import Script

STAND_IN = """
    import json, os, sys
    here = os.path.dirname(os.path.abspath(__file__))
    words = sys.argv[1:]
    answers = json.load(open(here + "/answers.json"))
    if words[0] == "version":
        print(answers["version"], end="")
        sys.exit(0)
    seen = {"words": words, "environment": dict(os.environ)}
    for word in words:
        if word.startswith("--values="):
            file = word.removeprefix("--values=")
            seen["file"] = file
            seen["mode"] = os.stat(file).st_mode
            seen["values"] = json.load(open(file))
    with open(here + "/seen.jsonl", "a") as log:
        log.write(json.dumps(seen) + chr(10))
    code, out, err = answers.get(words[0], [0, "null", ""])
    sys.stdout.write(out)
    sys.stderr.write(err)
    sys.exit(code)
"""
HISTORY = [
    {"revision": 1, "updated": "2026-01-01", "status": "superseded", "chart": "orchestrator-0.1.0", "description": "a"},
    {"revision": 2, "updated": "2026-01-02", "status": "deployed", "chart": "orchestrator-0.1.0", "description": "b"},
]
RELEASE = {
    "name": "orchestrator",
    "version": 3,
    "namespace": "rhdh",
    "info": {"status": "deployed", "description": "Upgrade complete", "last_deployed": "2026-01-03"},
    "chart": {"metadata": {"name": "orchestrator", "version": "0.1.0"}},
}
Answer = tuple[int, str, str]
MISSING = (1, "", "Error: release: not found\n")


def _says(data: Any) -> Answer:
    return 0, json.dumps(data), ""


class StandIn:
    """A helm of a version and with given answers (exit code, stdout, stderr) per verb."""

    def __init__(self, script: Script, folder: Path) -> None:
        self.folder = folder
        self.path = script(STAND_IN, "helm")

    def helm(self, version: str = "v4.3.1", connection: Connection | None = None, **answers: Answer) -> Helm:
        (self.folder / "answers.json").write_text(json.dumps({"version": version, **answers}), encoding="utf-8")
        environment = {"PATH": os.defpath, "HOME": str(self.folder)}
        return find_helm(str(self.path), connection=connection or Connection(), environment=environment)

    def seen(self) -> list[dict[str, Any]]:
        file = self.folder / "seen.jsonl"
        return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()] if file.exists() else []


@pytest.fixture
def stand_in(script: Script, tmp_path: Path) -> StandIn:
    return StandIn(script, tmp_path)


def _code(caught: pytest.ExceptionInfo[InstallerError]) -> tuple[ExitCode, str]:
    (problem,) = caught.value.problems
    return problem.exit, problem.code


def test_upgrade_install(stand_in: StandIn) -> None:
    helm = stand_in.helm(history=_says(HISTORY), upgrade=_says(RELEASE))
    values = {"postgres": {"bundled": {"password": "canary-1"}}}
    done = helm.upgrade_install(
        "orchestrator", Chart("oci://r/o", "5.1.2"), values, namespace="rhdh", timeout=100, description="why"
    )
    assert done == Revision(3, "deployed", "orchestrator-0.1.0", "Upgrade complete", "2026-01-03")
    history, upgrade = stand_in.seen()
    assert history["words"][0] == "history"
    assert upgrade["values"] == values
    assert stat.S_IMODE(upgrade["mode"]) == 0o600
    assert not Path(upgrade["file"]).exists()
    given = [word for word in upgrade["words"] if not word.startswith(("--values=", "--timeout="))]
    assert given == [
        *("upgrade", "--install", "--output=json", "--reset-values", "--namespace=rhdh"),
        *("--description=why", "--version=5.1.2", "--", "orchestrator", "oci://r/o"),
    ]
    (own,) = [word for word in upgrade["words"] if word.startswith("--timeout=")]
    assert 1 <= int(own.removeprefix("--timeout=").removesuffix("s")) <= 90, "helm's own ends before our clock"
    assert "canary" not in json.dumps([one["words"] for one in stand_in.seen()])


def test_the_first_install(stand_in: StandIn) -> None:
    helm = stand_in.helm(history=MISSING, upgrade=_says(RELEASE))
    assert helm.upgrade_install("orchestrator", Chart("/c"), {}, namespace="rhdh", timeout=100).number == 3


@pytest.mark.parametrize(
    ("states", "fix"),
    [
        (["superseded", "deployed", "failed", "pending-upgrade"], "helm rollback orchestrator 2 -n rhdh"),
        (["deployed", "pending-rollback"], "helm rollback orchestrator 1 -n rhdh"),
        (["pending-install"], "helm uninstall orchestrator -n rhdh"),
    ],
)
def test_a_pending_release_is_not_touched(stand_in: StandIn, states: list[str], fix: str) -> None:
    history = [{**HISTORY[0], "revision": number, "status": state} for number, state in enumerate(states, 1)]
    helm = stand_in.helm(history=_says(history), upgrade=_says(RELEASE))
    with pytest.raises(InstallerError) as caught:
        helm.upgrade_install("orchestrator", Chart("/c"), {}, namespace="rhdh", timeout=100)
    assert _code(caught) == (ExitCode.CONFLICT, "release-pending")
    assert fix in str(caught.value.problems[0].fix)
    assert [one["words"][0] for one in stand_in.seen()] == ["history"]


def test_an_upgrade_that_fails_keeps_its_secrets(stand_in: StandIn) -> None:
    stderr = 'Error: UPGRADE FAILED: failed to create resource: spec: Invalid value: "canary-longer": no\n'
    helm = stand_in.helm(history=_says([]), upgrade=(1, "", stderr))
    with pytest.raises(InstallerError) as caught:
        helm.upgrade_install("o", Chart("/c"), {"authToken": "canary-longer"}, namespace="n", timeout=100)
    assert "Invalid value" in str(caught.value)
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize(("version", "all_states"), [("v3.17.2", True), ("v4.3.1", False)])
def test_list(stand_in: StandIn, version: str, *, all_states: bool) -> None:
    one = {
        "name": "o",
        "namespace": "b",
        "revision": "7",
        "updated": "",
        "status": "deployed",
        "chart": "o-1.0.0",
        "app_version": "1",
    }
    helm = stand_in.helm(version, list=_says([one, {**one, "namespace": "a", "status": "pending-install"}]))
    assert helm.list(namespace=None, timeout=9) == (
        HelmRelease("o", "a", 7, "pending-install", "o-1.0.0", "1"),
        HelmRelease("o", "b", 7, "deployed", "o-1.0.0", "1"),
    )
    assert helm.list(namespace="b", timeout=9)
    everywhere, there = (one["words"] for one in stand_in.seen())
    assert ("--all" in everywhere) is all_states
    assert "--all-namespaces" in everywhere
    assert "--namespace=b" in there


def test_what_is_known_of_a_release(stand_in: StandIn) -> None:
    helm = stand_in.helm(history=_says(HISTORY[::-1]), status=_says(RELEASE), get=(0, '{"stage":"knative"}', ""))
    where: dict[str, Any] = {"namespace": "rhdh", "timeout": 9}
    assert [one.number for one in helm.history("o", **where)] == [1, 2]
    status = helm.status("o", **where)
    assert status is not None
    assert (status.number, status.state, status.pending) == (3, "deployed", False)
    assert helm.get_values("o", **where) == {"stage": "knative"}
    assert helm.get_manifest("o", **where) == '{"stage":"knative"}'
    assert all(one["words"][-2:] == ["--", "o"] for one in stand_in.seen())


def test_a_release_that_is_not_there(stand_in: StandIn) -> None:
    helm = stand_in.helm(history=MISSING, status=MISSING, get=MISSING, uninstall=MISSING)
    where: dict[str, Any] = {"namespace": "rhdh", "timeout": 9}
    assert helm.history("o", **where) == ()
    assert helm.status("o", **where) is None
    assert helm.get_values("o", **where) is None
    assert helm.get_manifest("o", **where) is None
    assert helm.uninstall("o", **where) is False


def test_values_that_were_never_given(stand_in: StandIn) -> None:
    assert stand_in.helm(get=(0, "null\n", "")).get_values("o", namespace="n", timeout=9) == {}


def test_rollback_and_uninstall(stand_in: StandIn) -> None:
    helm = stand_in.helm()
    helm.rollback("o", 2, namespace="n", timeout=10)
    assert helm.uninstall("o", namespace="n", timeout=10) is True
    assert [one["words"] for one in stand_in.seen()] == [
        ["rollback", "--namespace=n", "--timeout=9s", "--", "o", "2"],
        ["uninstall", "--namespace=n", "--timeout=9s", "--", "o"],
    ]


def test_an_answer_that_is_no_json(stand_in: StandIn) -> None:
    with pytest.raises(InstallerError) as caught:
        stand_in.helm(list=(0, "NAME\tREVISION\n", "")).list(namespace=None, timeout=9)
    assert _code(caught) == (ExitCode.INVALID, "program-output")


def test_the_connection_is_environment_and_never_argv(stand_in: StandIn) -> None:
    connection = Connection(
        kubeconfig="/k/one:/k/two",
        context="Prod/Admin",
        server="https://api:6443",
        token="canary-token",  # noqa: S106 - planted
        user="me",
        groups=("a", "b"),
        certificate_authority="/ca.crt",
        tls_server_name="api",
        insecure=True,
    )
    stand_in.helm(connection=connection, list=_says([])).list(namespace=None, timeout=9)
    (seen,) = stand_in.seen()
    environment = seen["environment"]
    assert environment["KUBECONFIG"] == "/k/one:/k/two"
    assert {name: value for name, value in environment.items() if name.startswith("HELM_KUBE")} == {
        "HELM_KUBECONTEXT": "Prod/Admin",
        "HELM_KUBEAPISERVER": "https://api:6443",
        "HELM_KUBETOKEN": "canary-token",
        "HELM_KUBEASUSER": "me",
        "HELM_KUBEASGROUPS": "a,b",
        "HELM_KUBECAFILE": "/ca.crt",
        "HELM_KUBETLS_SERVER_NAME": "api",
        "HELM_KUBEINSECURE_SKIP_TLS_VERIFY": "true",
    }
    assert "canary" not in json.dumps(seen["words"]) + repr(connection)


@pytest.mark.parametrize("version", ["v2.17.0", "v3.8.0", "v5.0.0", "kubectl", ""])
def test_other_versions(stand_in: StandIn, version: str) -> None:
    with pytest.raises(InstallerError) as caught:
        stand_in.helm(version)
    assert _code(caught) == (ExitCode.FINDINGS, "helm-unsupported")


@pytest.mark.parametrize(("version", "number"), [("v3.11.0", (3, 11, 0)), ("v4.0.0-rc.1+g1", (4, 0, 0))])
def test_versions(stand_in: StandIn, version: str, number: tuple[int, int, int]) -> None:
    assert stand_in.helm(version).version == number
