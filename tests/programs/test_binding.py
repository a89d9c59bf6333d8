"""Helm is bound to what the connection flags choose, by a private file that is gone afterwards."""

import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
import yaml

from installer.cluster.options import ConnectionOptions
from installer.flow.helm_binding import bound_helm, connected
from installer.model.errors import ExitCode, InstallerError

LOGIN = {"apiVersion": "client.authentication.k8s.io/v1", "command": "./login", "interactiveMode": "Never"}


@pytest.fixture
def kubeconfig(tmp_path: Path) -> str:
    config = {
        "current-context": "other",
        "contexts": [
            {"name": "other", "context": {"cluster": "a", "user": "a"}},
            {"name": "wanted", "context": {"cluster": "b", "user": "b", "namespace": "portal"}},
        ],
        "clusters": [
            {"name": "a", "cluster": {"server": "https://a.example.com"}},
            {"name": "b", "cluster": {"server": "https://b.example.com", "certificate-authority": "ca.crt"}},
        ],
        "users": [{"name": "a", "user": {"token": "canary-a"}}, {"name": "b", "user": {"exec": LOGIN}}],
    }
    file = tmp_path / "config"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    return str(file)


def seen(options: ConnectionOptions, environment: dict[str, str]) -> dict[str, Any]:
    with connected(options, environment) as connection:
        assert connection.kubeconfig is not None
        file = Path(connection.kubeconfig)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    assert not file.parent.exists()
    assert [found[section][0]["name"] for section in ("clusters", "users", "contexts")] == ["chosen"] * 3
    return {
        "cluster": found["clusters"][0]["cluster"],
        "user": found["users"][0]["user"],
        "namespace": found["contexts"][0]["context"]["namespace"],
    }


def test_the_chosen_context_alone(kubeconfig: str, tmp_path: Path) -> None:
    found = seen(ConnectionOptions(kubeconfig=kubeconfig, context="wanted"), {})
    assert found["cluster"] == {"server": "https://b.example.com", "certificate-authority": str(tmp_path / "ca.crt")}
    assert found["user"] == {"exec": {**LOGIN, "command": str(tmp_path / "./login")}}
    assert found["namespace"] == "portal"


def test_flags_that_helm_has_no_variable_for(kubeconfig: str) -> None:
    options = ConnectionOptions(
        kubeconfig=kubeconfig,
        cluster="b",
        user="a",
        client_certificate="/pki/me.crt",
        client_key="/pki/me.key",
        as_user="somebody",
        as_groups=("one", "two"),
        as_uid="7",
    )
    found = seen(options, {})
    assert found["cluster"]["server"] == "https://b.example.com"
    assert found["user"] == {
        "token": "canary-a",
        "client-certificate": "/pki/me.crt",
        "client-key": "/pki/me.key",
        "as": "somebody",
        "as-groups": ["one", "two"],
        "as-uid": "7",
    }


def test_in_memory_where_there_is_such_a_place(kubeconfig: str, tmp_path: Path) -> None:
    private = tmp_path / "run"
    private.mkdir(mode=0o700)
    with connected(ConnectionOptions(kubeconfig=kubeconfig), {"XDG_RUNTIME_DIR": str(private)}) as connection:
        assert Path(str(connection.kubeconfig)).is_relative_to(private)
    assert os.listdir(private) == []  # noqa: PTH208


def test_a_pod_is_who_we_are(tmp_path: Path) -> None:
    pod = {"KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "6443", "KUBECONFIG": str(tmp_path / "no")}
    found = seen(ConnectionOptions(as_user="somebody"), pod)
    assert found["cluster"]["server"] == "https://[fd00::1]:6443"
    assert found["user"]["as"] == "somebody"
    assert found["user"]["tokenFile"].endswith("/token")
    assert seen(ConnectionOptions(), pod)["user"] == {"tokenFile": found["user"]["tokenFile"]}
    assert seen(ConnectionOptions(token="flag"), pod)["user"] == {"token": "flag"}  # noqa: S106
    authority = str(tmp_path / "ca")
    flags = ConnectionOptions(tls_server_name="api.test", certificate_authority=authority)
    trusted = {"certificate-authority": authority, "tls-server-name": "api.test"}
    assert seen(flags, pod)["cluster"] == {"server": "https://[fd00::1]:6443", **trusted}


def test_nothing_is_written_until_helm_is_wanted(kubeconfig: str, tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    before = sorted(os.listdir(tmp_path))  # noqa: PTH208
    with bound_helm(ConnectionOptions(kubeconfig=kubeconfig), "/no/such/helm") as helm:
        assert sorted(os.listdir(tmp_path)) == before  # noqa: PTH208
        with pytest.raises(InstallerError) as caught:
            helm()
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.FINDINGS, "helm-missing")
    assert sorted(os.listdir(tmp_path)) == before  # noqa: PTH208
