"""Connecting as kubectl would: lists of files, contexts, flags, login programs, impersonation. Tells no credential."""

# ruff: noqa: S106

import json
import os
import sys
from pathlib import Path

import pytest
import yaml

from installer.cluster.connect import connect
from installer.cluster.errors import Unauthorized
from installer.cluster.kubeconfig import choose
from installer.cluster.options import ConnectionOptions
from installer.cluster.resources import Kind
from installer.model.errors import ExitCode, InstallerError
from tests.cluster.fake import named

CONFIG_MAP = Kind("", "ConfigMap")
ONE = "GET /api/v1/namespaces/ns/configmaps/one"


def config(url="http://a", user=None, context="main", namespace="ns", **cluster):
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": context,
        "clusters": [{"name": "c", "cluster": {"server": url, **cluster}}],
        "users": [{"name": "u", "user": user or {}}],
        "contexts": [{"name": context, "context": {"cluster": "c", "user": "u", "namespace": namespace}}],
    }


@pytest.fixture
def write(tmp_path):
    def put(name, data):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(data if isinstance(data, str) else yaml.safe_dump(data))
        return str(path)

    return put


@pytest.fixture
def asked(fake, write, tmp_path):
    """What the API saw of one request with a user of a kubeconfig and flags."""

    def ask(user=None, **options):
        fake.answers[ONE] = (200, named("one"))
        path = write("config", config(fake.url, user))
        cluster = connect(ConnectionOptions(kubeconfig=path, cache_dir=str(tmp_path / "cache"), **options))
        cluster.get(CONFIG_MAP, "one", "ns")
        cluster.close()
        return fake.asked[-1]

    return ask


def chosen(environment=None, **options):
    return choose(ConnectionOptions(**options), environment or {})


def test_the_first_file_of_a_list_counts(write):
    first = config("http://first", {"token": "1"}, "one") | {"current-context": ""}
    second = config("http://second", {"token": "2"}, "two")
    third = config("http://third", {"token": "3"}, "three")
    listed = os.pathsep.join([write("1", first), write("no/such", "") + "x", write("2", second), "", write("3", third)])
    found = chosen({"KUBECONFIG": listed})
    assert (found.context, found.cluster["server"], found.user["token"]) == ("two", "http://first", "1")


def test_the_default_file(write, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    write(".kube/config", config("http://home"))
    assert chosen().cluster["server"] == "http://home"


def test_paths_are_relative_to_their_file(write, tmp_path):
    user = {
        "client-certificate": "me.crt",
        "client-key": "/abs/me.key",
        "tokenFile": "t",
        "exec": {"command": "./login"},
    }
    path = write(
        "deep/config",
        config(user=user) | {"clusters": [{"name": "c", "cluster": {"server": "s", "certificate-authority": "ca"}}]},
    )
    found = chosen(kubeconfig=path)
    folder = tmp_path / "deep"
    assert found.cluster["certificate-authority"] == str(folder / "ca")
    assert found.user["client-certificate"] == str(folder / "me.crt")
    assert found.user["client-key"] == "/abs/me.key"
    assert found.user["exec"]["command"] == str(folder / "./login")


def test_flags_beat_the_file(write):
    user = {"token": "old", "exec": {"command": "x"}, "client-key-data": "eA=="}
    path = write(
        "config", config(user=user, **{"certificate-authority-data": "eA==", "insecure-skip-tls-verify": True})
    )
    found = chosen(
        kubeconfig=path, server="https://b", token="new", namespace="other", certificate_authority="ca.crt",
        client_key="k", tls_server_name="name",
    )  # fmt: skip
    authority = str(Path("ca.crt").absolute())
    assert found.cluster == {"server": "https://b", "certificate-authority": authority, "tls-server-name": "name"}
    assert found.user == {"token": "new", "client-key": str(Path("k").absolute())}
    assert found.namespace == "other"
    insecure = chosen(kubeconfig=path, insecure_skip_tls_verify=True).cluster
    assert insecure == {"server": "http://a", "insecure-skip-tls-verify": True}


def test_a_server_needs_no_file():
    found = chosen(server="http://x", token="t")
    assert (found.cluster, found.user, found.namespace) == ({"server": "http://x"}, {"token": "t"}, "default")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"context": "nope"}, "context-unknown", "no context 'nope'; there is main"),
        ({"cluster": "nope"}, "cluster-unknown", "there is c"),
        ({"user": "nope"}, "user-unknown", "there is u"),
    ],
)
def test_what_the_file_lacks_is_named(options, code, words, write):
    with pytest.raises(InstallerError) as raised:
        chosen(kubeconfig=write("config", config()), **options)
    assert raised.value.exit is ExitCode.TARGET
    assert raised.value.problems[0].code == code
    assert words in str(raised.value)
    (option,) = options
    assert raised.value.problems[0].fix == f"choose one with --{option} NAME"


@pytest.mark.parametrize(
    "text",
    ["token: s3cr3t\n  x: {", "[s3cr3t]", "clusters: [s3cr3t]", "users: [{name: a, user: s3cr3t}]", "clusters: 5"],
)
def test_what_is_no_kubeconfig_is_said_without_quoting_it(text, write):
    with pytest.raises(InstallerError) as raised:
        chosen(kubeconfig=write("config", text))
    assert raised.value.exit is ExitCode.INVALID
    assert "s3cr3t" not in str(raised.value)


def test_a_missing_file_that_was_asked_for():
    with pytest.raises(InstallerError) as raised:
        chosen(kubeconfig="/no/such/file")
    assert raised.value.exit is ExitCode.TARGET
    assert "--kubeconfig FILE" in str(raised.value.problems[0].fix)


def test_missing_files_of_the_variable_are_named(monkeypatch, tmp_path):
    (tmp_path / "there").write_text("")
    monkeypatch.setenv("KUBECONFIG", os.pathsep.join(("/no/such/file", str(tmp_path / "there"))))
    with pytest.raises(InstallerError) as raised:
        connect(ConnectionOptions())
    assert "KUBECONFIG: there is no /no/such/file" in raised.value.problems[0].message
    assert "there is no /no/such/file," not in raised.value.problems[0].message


def test_no_cluster_at_all():
    with pytest.raises(InstallerError) as raised:
        connect(ConnectionOptions())
    assert raised.value.problems[0].code == "cluster-unknown"
    assert raised.value.exit is ExitCode.TARGET


def test_a_pod_without_an_account(monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", "443")
    with pytest.raises(Unauthorized):
        connect(ConnectionOptions())


@pytest.mark.parametrize(
    ("user", "options", "header"),
    [
        ({"token": "t"}, {}, "Bearer t"),
        ({"token": "t"}, {"token": "flag"}, "Bearer flag"),
        ({"username": "u", "password": "p"}, {}, "Basic dTpw"),
    ],
)
def test_credentials(user, options, header, asked):
    assert asked(user, **options).header("authorization") == [header]


def test_a_token_file(asked, write):
    assert asked({"tokenFile": write("token", "of-a-file")}).header("authorization") == ["Bearer of-a-file"]


def test_impersonation_by_flags(asked):
    seen = asked({"as": "file"}, as_user="me", as_groups=("a", "b"), as_uid="7")
    assert seen.header("impersonate-user") == ["me"]
    assert seen.header("impersonate-group") == ["a", "b"]
    assert seen.header("impersonate-uid") == ["7"]


def test_impersonation_by_the_file(asked):
    seen = asked({"as": "file", "as-groups": ["g"], "as-user-extra": {"scopes": ["x", "y"]}})
    assert seen.header("impersonate-user") == ["file"]
    assert seen.header("impersonate-group") == ["g"]
    assert seen.header("impersonate-extra-scopes") == ["x", "y"]


def login(write, answer, code=0):
    script = f"import sys\nsys.stderr.write('s3cr3t')\nprint({json.dumps(answer)!r})\nsys.exit({code})\n"
    return {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": sys.executable,
            "args": [write("login.py", script)],
        }
    }


def credential(**status):
    return {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": status}


def test_a_login_program(asked, write):
    user = login(write, credential(token="of-a-program"))
    assert asked(user).header("authorization") == ["Bearer of-a-program"]


@pytest.mark.parametrize(("answer", "code"), [(credential(token="s3cr3t"), 1), ({"s3cr3t": 1}, 0), (credential(), 0)])
def test_a_login_program_that_fails(answer, code, asked, write, capfd):
    with pytest.raises(Unauthorized, match="which the kubeconfig runs to log in, failed") as raised:
        asked(login(write, answer, code))
    out, err = capfd.readouterr()
    assert "s3cr3t" not in out + err + str(raised.value)


def test_a_proxy_of_the_file(fake, write, tmp_path):
    """The proxy sees the whole URL, so that a fake of ours can play it."""
    fake.answers["GET /api/v1/namespaces/ns/configmaps/one"] = (200, named("one"))
    data = config("http://cluster.invalid:6443", **{"proxy-url": fake.url})
    cluster = connect(ConnectionOptions(kubeconfig=write("config", data), cache_dir=str(tmp_path)))
    assert cluster.get(CONFIG_MAP, "one", "ns")["metadata"]["name"] == "one"
    assert fake.asked[-1].header("host") == ["cluster.invalid:6443"]
    assert cluster.server == "cluster.invalid:6443"
    cluster.close()


def test_credentials_are_in_no_repr(write):
    found = chosen(kubeconfig=write("config", config(user={"token": "s3cr3t"})))
    assert "s3cr3t" not in repr(found) + repr(ConnectionOptions(token="s3cr3t"))
