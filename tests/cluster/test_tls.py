"""TLS as kubectl does it: whom we trust, what we show, and that no key of a kubeconfig stays in a file."""

import base64
import ssl
import subprocess
import tempfile
from pathlib import Path

import pytest
import yaml

from installer.cluster.connect import connect
from installer.cluster.errors import Unreachable
from installer.cluster.options import ConnectionOptions
from installer.cluster.resources import Kind
from installer.model.errors import ExitCode, InstallerError
from tests.cluster.fake import Fake, named, served
from tests.cluster.pki import certificate, needs_openssl, serving

CONFIG_MAP = Kind("", "ConfigMap")
ONE = "GET /api/v1/namespaces/ns/configmaps/one"
pytestmark = needs_openssl


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    """A server at 127.0.0.1 by name `api.test`, and the one client that it lets in."""
    folder = tmp_path_factory.mktemp("pki")
    certificate(folder, "server", "DNS:api.test")
    certificate(folder, "client", "DNS:client.test")
    return folder


@pytest.fixture(scope="module")
def server(pki):
    context = serving(pki, "server")
    context.load_verify_locations(pki / "client.crt")
    context.verify_mode = ssl.CERT_REQUIRED
    fake = Fake(answers={ONE: (200, named("one"))})
    with served(fake, context) as running:
        yield running


@pytest.fixture
def ask(server, tmp_path):
    """The name of what is read through a cluster and a user of a kubeconfig, with flags."""

    def get(cluster, user, **options):
        data = {
            "clusters": [{"name": "c", "cluster": {"server": server.url, **cluster}}],
            "users": [{"name": "u", "user": user}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        path = tmp_path / "config"
        path.write_text(yaml.safe_dump(data))
        found = connect(ConnectionOptions(kubeconfig=str(path), cache_dir=str(tmp_path), **options))
        try:
            return found.get(CONFIG_MAP, "one", "ns")["metadata"]["name"]
        finally:
            found.close()

    return get


def encoded(path):
    return base64.b64encode(path.read_bytes()).decode()


def by_path(pki):
    return (
        {"certificate-authority": str(pki / "server.crt"), "tls-server-name": "api.test"},
        {"client-certificate": str(pki / "client.crt"), "client-key": str(pki / "client.key")},
    )


def by_data(pki):
    return (
        {"certificate-authority-data": encoded(pki / "server.crt"), "tls-server-name": "api.test"},
        {"client-certificate-data": encoded(pki / "client.crt"), "client-key-data": encoded(pki / "client.key")},
    )


@pytest.mark.parametrize("form", [by_path, by_data])
def test_both_sides_are_known(form, ask, pki):
    assert ask(*form(pki)) == "one"


def test_nobody_is_trusted_without_an_authority(ask, pki):
    cluster, user = by_path(pki)
    with pytest.raises(Unreachable, match=r"no TLS with 127\.0\.0\.1"):
        ask({"tls-server-name": "api.test"}, user)
    with pytest.raises(Unreachable, match=r"no TLS with 127\.0\.0\.1"):
        ask({**cluster, "tls-server-name": "other.test"}, user)
    assert ask({"insecure-skip-tls-verify": True}, user) == "one"
    assert ask(cluster, user, insecure_skip_tls_verify=True) == "one"


def test_keys_of_the_kubeconfig_leave_no_file(ask, pki, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "own"))
    Path(tempfile.gettempdir()).mkdir()
    assert ask(*by_data(pki)) == "one"
    assert list(Path(tempfile.gettempdir()).iterdir()) == []


@pytest.mark.parametrize(
    ("cluster", "user", "words"),
    [
        ({"certificate-authority-data": "eHg="}, {}, "certificate-authority"),
        ({"certificate-authority": "/no/such"}, {}, "/no/such: No such file or directory"),
        ({}, {"client-certificate-data": "czNjcjN0", "client-key-data": "czNjcjN0"}, "client-certificate cannot be"),
        ({}, {"client-certificate-data": "a", "client-key-data": "a"}, "is no base64"),
        ({}, {"client-certificate": "/no/such"}, "client-certificate: /no/such"),
    ],
)
def test_what_is_no_certificate_is_said(cluster, user, words, ask):
    with pytest.raises(InstallerError) as raised:
        ask(cluster, user)
    assert raised.value.exit is ExitCode.INVALID
    assert words in str(raised.value)
    assert "s3cr3t" not in str(raised.value)


def test_a_key_under_a_password_asks_nobody(ask, pki, tmp_path):
    words = f"openssl ec -in {pki}/client.key -aes128 -passout pass:s3cr3t -out {tmp_path}/locked.key"
    subprocess.run(words.split(), check=True, capture_output=True)
    cluster, user = by_path(pki)
    with pytest.raises(InstallerError, match="client-certificate cannot be used"):
        ask(cluster, {**user, "client-key": str(tmp_path / "locked.key")})
