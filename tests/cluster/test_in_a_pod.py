"""A pod's own account: what is mounted into it, as client-go reads it, with a token that another replaces.

https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
"""

import pytest

from installer.cluster.connect import connect
from installer.cluster.errors import Unauthorized
from installer.cluster.options import ConnectionOptions
from installer.cluster.resources import Kind
from installer.model.errors import ExitCode, InstallerError
from tests.cluster.fake import Fake, named, served, status
from tests.cluster.pki import certificate, needs_openssl, serving

CONFIG_MAP = Kind("", "ConfigMap")
ONE = "/api/v1/namespaces/ns/configmaps/one"
pytestmark = needs_openssl


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    certificate(folder, "server", "IP:127.0.0.1")
    return folder


class Tokens:
    """An API that takes one token at a time."""

    def __init__(self):
        self.valid = "first"
        answers = {f"{method} {ONE}": self.answer for method in ("GET", "PATCH")}
        self.fake = Fake(answers=answers)

    def answer(self, asked):
        is_known = asked.header("authorization") == [f"Bearer {self.valid}"]
        return (200, named("one")) if is_known else (401, status(401, "Unauthorized"))


@pytest.fixture
def tokens(pki):
    made = Tokens()
    with served(made.fake, serving(pki, "server")):
        yield made


@pytest.fixture
def account(tmp_path, pki):
    folder = tmp_path / "account"
    folder.mkdir()
    (folder / "ca.crt").write_bytes((pki / "server.crt").read_bytes())
    (folder / "token").write_text("first\n")
    (folder / "namespace").write_text("rhdh")
    return folder


@pytest.fixture
def pod(tokens, account, monkeypatch, tmp_path):
    """Connects as the pod that all this is mounted into, with flags."""
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "127.0.0.1")
    monkeypatch.setenv("KUBERNETES_SERVICE_PORT", tokens.fake.url.rpartition(":")[2])
    made = []

    def connected(**options):
        made.append(connect(ConnectionOptions(cache_dir=str(tmp_path), request_timeout=10.0, **options), account))
        return made[-1]

    yield connected
    for one in made:
        one.close()


def read(cluster):
    return cluster.get(CONFIG_MAP, "one", "ns")["metadata"]["name"]


def test_the_account_that_is_mounted(pod):
    cluster = pod()
    assert (read(cluster), cluster.namespace) == ("one", "rhdh")
    assert pod(namespace="other").namespace == "other"


def test_a_pod_without_a_namespace(pod, account):
    (account / "namespace").unlink()
    assert pod().namespace == "default"


def test_a_proxy_of_the_environment_stands_in_front_of_a_pods_api_too(pod, monkeypatch):
    monkeypatch.setenv("KUBERNETES_SERVICE_HOST", "10.96.0.1")
    monkeypatch.setenv("HTTPS_PROXY", "ftp://proxy")
    with pytest.raises(InstallerError, match="none of http, https, socks5"):
        pod()


def test_flags_speak_for_somebody_else(pod, tokens):
    assert read(pod(as_user="jane")) == "one"
    assert tokens.fake.asked[-1].header("impersonate-user") == ["jane"]
    tokens.valid = "flag"
    assert read(pod(token="flag")) == "one"  # noqa: S106


def test_a_kubeconfig_counts_before_the_pod(pod, tmp_path):
    text = (
        "{clusters: [{name: c, cluster: {server: 'http://other.test'}}], contexts: [{name: x, context: {cluster: c}}]}"
    )
    (tmp_path / "config").write_text(text)
    assert pod(kubeconfig=str(tmp_path / "config"), context="x").server == "other.test"


def test_a_token_that_was_replaced_is_read_again(pod, tokens, account):
    """The kubelet writes another before the old one ends: at the latest, the API's refusal tells."""
    cluster = pod()
    assert read(cluster) == "one"
    tokens.valid = "second"
    (account / "token").write_text("second")
    cluster.patch(CONFIG_MAP, "one", "ns", {"data": {}}, version="1", manager="me")
    assert read(cluster) == "one"
    assert tokens.fake.paths() == [f"GET {ONE}", f"PATCH {ONE}", f"PATCH {ONE}", f"GET {ONE}"]


def test_a_token_that_nobody_replaced_is_asked_with_once(pod, tokens):
    tokens.valid = "second"
    with pytest.raises(Unauthorized) as raised:
        read(pod())
    assert len(tokens.fake.asked) == 1
    assert "first" not in str(raised.value)


def test_a_token_is_read_each_minute(pod, tokens, account, monkeypatch):
    """As client-go does, so that no request has to fail first."""
    cluster = pod()
    assert read(cluster) == "one"
    monkeypatch.setattr("installer.cluster.login._TOKEN_SECONDS", 0.0)
    tokens.valid = "second"
    (account / "token").write_text("second")
    assert read(cluster) == "one"
    assert len(tokens.fake.asked) == 2


@pytest.mark.parametrize("gone", ["token", "ca.crt"])
def test_what_is_not_mounted_is_said(gone, pod, account):
    (account / gone).unlink()
    with pytest.raises(InstallerError) as raised:
        pod()
    assert raised.value.exit in (ExitCode.DENIED, ExitCode.INVALID)


def test_no_port_is_443(pod, monkeypatch):
    monkeypatch.delenv("KUBERNETES_SERVICE_PORT")
    assert pod().server == "127.0.0.1:443"
