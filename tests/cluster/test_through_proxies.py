"""A TLS API behind every kind of proxy that kubectl knows: each request goes through it, what it refuses is said."""

import sys

import pytest
import yaml

from installer.cluster.connect import connect
from installer.cluster.errors import Unreachable
from installer.cluster.options import ConnectionOptions
from installer.cluster.resources import Kind
from installer.model.errors import ExitCode, InstallerError
from tests.cluster import proxies
from tests.cluster.fake import Fake, items, named, served
from tests.cluster.pki import certificate, needs_openssl, serving

CONFIG_MAP = Kind("", "ConfigMap")
ANSWERS = {
    "GET /api/v1/namespaces/ns/configmaps/one": (200, named("one", data={"text": "x" * 300_000})),
    "GET /api/v1/namespaces/ns/configmaps": (200, items(named("one"))),
}
pytestmark = needs_openssl


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    certificate(folder, "server", "DNS:api.test")
    certificate(folder, "proxy", "IP:127.0.0.1")
    (folder / "both.crt").write_bytes((folder / "server.crt").read_bytes() + (folder / "proxy.crt").read_bytes())
    return folder


@pytest.fixture(scope="module")
def server(pki):
    with served(Fake(answers=ANSWERS), serving(pki, "server")) as running:
        yield running


@pytest.fixture
def api(server):
    """The address of the API that only a proxy can look up, HOST:PORT."""
    return f"api.test:{server.url.rpartition(':')[2]}"


@pytest.fixture
def ask(api, pki, tmp_path):
    """Reads twice, so that a connection is used again, with what a kubeconfig says of its cluster."""

    def get(**said):
        cluster = {"server": f"https://{api}", "certificate-authority": str(pki / "both.crt"), **said}
        data = {
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": {"token": "t"}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
        (tmp_path / "config").write_text(yaml.safe_dump(data))
        options = ConnectionOptions(
            kubeconfig=str(tmp_path / "config"), cache_dir=str(tmp_path), request_timeout=10.0, timeout=20.0
        )
        found = connect(options)
        try:
            assert len(found.get(CONFIG_MAP, "one", "ns")["data"]["text"]) == 300_000
            return [one["metadata"]["name"] for one in found.list(CONFIG_MAP, "ns")]
        finally:
            found.close()

    return get


KINDS = {"http": proxies.connect, "https": proxies.connect, "socks5": proxies.socks5, "socks5h": proxies.socks5}


@pytest.fixture
def standing(pki):
    def stand(scheme, credentials=None):
        return proxies.standing(KINDS[scheme], serving(pki, "proxy") if scheme == "https" else None, credentials)

    return stand


@pytest.mark.parametrize("scheme", KINDS)
@pytest.mark.parametrize("user", [None, "me:p@ss"])
def test_the_proxy_of_a_kubeconfig(scheme, user, ask, standing, api):
    given = "me:p%40ss@" if user else ""
    with standing(scheme, user) as proxy:
        assert ask(**{"proxy-url": f"{scheme}://{given}{proxy.address}"}) == ["one"]
        assert proxy.asked == [api]


@pytest.mark.parametrize("scheme", KINDS)
def test_the_proxy_of_the_environment(scheme, ask, standing, api, monkeypatch):
    with standing(scheme, "me:p@ss") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"{scheme}://me:p%40ss@{proxy.address}")
        assert ask() == ["one"]
        assert proxy.asked == [api]


def test_the_kubeconfig_counts_before_the_environment(ask, standing, api, monkeypatch):
    with standing("http") as mine, standing("http") as everybodys:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{everybodys.address}")
        monkeypatch.setenv("NO_PROXY", "api.test")
        assert ask(**{"proxy-url": f"http://{mine.address}"}) == ["one"]
        assert (mine.asked, everybodys.asked) == ([api], [])


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_who_needs_no_proxy_is_reached_straight(variable, server, ask, standing, monkeypatch):
    """Loopback always is; that NO_PROXY counts shows in a name that nobody can look up then."""
    with standing("http") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://{proxy.address}")
        assert ask(server=server.url, **{"tls-server-name": "api.test"}) == ["one"]
        monkeypatch.setenv(variable, "other.test,.test")
        with pytest.raises(Unreachable, match=r"no connection to api\.test"):
            ask()
        assert proxy.asked == []


def test_a_proxy_of_everything_is_none_of_kubectl(ask, standing, monkeypatch):
    """Go reads HTTPS_PROXY and HTTP_PROXY alone: https://pkg.go.dev/net/http#ProxyFromEnvironment"""
    with standing("socks5") as proxy:
        monkeypatch.setenv("ALL_PROXY", f"socks5://{proxy.address}")
        with pytest.raises(Unreachable, match=r"no connection to api\.test"):
            ask()
        assert proxy.asked == []


@pytest.mark.parametrize(
    ("scheme", "words"),
    [
        ("http", "does not let us through"),
        ("https", "does not let us through"),
        ("socks5", "does not take our name and password"),
    ],
)
@pytest.mark.parametrize("given", ["", "me:s3cr3t@"])
def test_a_proxy_that_refuses_is_said_at_once(scheme, given, words, ask, standing):
    with standing(scheme, "me:p@ss") as proxy:
        with pytest.raises(Unreachable, match=words) as raised:
            ask(**{"proxy-url": f"{scheme}://{given}{proxy.address}"})
        assert (proxy.asked, proxy.connections) == ([], 1)
    assert "s3cr3t" not in str(raised.value)


def test_a_proxy_whose_certificate_nobody_trusts(ask, standing, pki):
    with standing("https") as proxy:
        url = f"https://{proxy.address}"
        with pytest.raises(Unreachable, match=r"the proxy 127\.0\.0\.1 speaks no TLS that we trust"):
            ask(**{"proxy-url": url, "certificate-authority": str(pki / "server.crt")})
        assert proxy.asked == []


def test_the_api_behind_a_proxy_is_held_to_its_certificate(ask, standing, pki):
    with standing("https") as proxy:
        with pytest.raises(Unreachable, match=r"no TLS with api\.test"):
            ask(**{"proxy-url": f"https://{proxy.address}", "certificate-authority": str(pki / "proxy.crt")})
        assert proxy.asked != []


@pytest.mark.parametrize("scheme", ["http", "https", "socks5"])
def test_a_proxy_that_is_not_there(scheme, ask, standing):
    with standing(scheme) as proxy:
        address = proxy.address
    with pytest.raises(Unreachable, match=r"no connection to api\.test:\d+: Connection refused"):
        ask(**{"proxy-url": f"{scheme}://me:s3cr3t@{address}"})


def test_an_api_that_a_proxy_does_not_reach(ask, standing):
    words = r"no connection to gone\.test:6443: the proxy says 0x05: Connection refused"
    with standing("socks5") as proxy, pytest.raises(Unreachable, match=words):
        ask(server=f"https://{proxies.GONE}:6443", **{"proxy-url": f"socks5://{proxy.address}"})


def test_socks_without_its_package(ask, monkeypatch):
    monkeypatch.setitem(sys.modules, "socks", None)  # as Python notes that there is none
    with pytest.raises(InstallerError, match="needs the extra `socks`") as raised:
        ask(**{"proxy-url": "socks5://me:s3cr3t@127.0.0.1:1"})
    assert raised.value.exit is ExitCode.INVALID
    assert raised.value.problems[0].fix == "pip install 'rhdh-orchestrator[socks]'"
    assert "s3cr3t" not in str(raised.value)


def test_an_unknown_kind_of_proxy_is_said(ask):
    with pytest.raises(InstallerError, match="none of http, https, socks5") as raised:
        ask(**{"proxy-url": "ftp://me:s3cr3t@proxy"})
    assert "s3cr3t" not in str(raised.value)
