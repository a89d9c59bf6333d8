"""Which proxy a server is reached by, as Go's clients decide it."""

import pytest

from installer.cluster.proxies import proxy_of

HTTPS = {"HTTPS_PROXY": "http://p:3128"}


@pytest.mark.parametrize(
    ("server", "said", "environment", "proxy"),
    [
        ("https://a.example:6443", None, {}, None),
        ("https://a.example:6443", "http://mine:1", HTTPS | {"NO_PROXY": "*"}, "http://mine:1"),
        ("https://a.example:6443", None, HTTPS, "http://p:3128"),
        ("https://a.example:6443", None, {"https_proxy": "p:3128"}, "http://p:3128"),
        ("http://a.example", None, HTTPS, None),
        ("https://127.0.0.1:6443", None, HTTPS, None),
        ("https://localhost:6443", None, HTTPS, None),
        ("https://[::1]:6443", None, HTTPS, None),
    ],
)
def test_who_stands_in_front(server, said, environment, proxy):
    assert proxy_of(server, said, environment) == proxy


@pytest.mark.parametrize(
    ("host", "listed", "is_direct"),
    [
        ("api.a.example", "a.example", True),
        ("a.example", "a.example", True),
        ("a.example", ".a.example", False),
        ("api.a.example", ".a.example", True),
        ("api.a.example", "*.a.example", True),
        ("bada.example", "a.example", False),
        ("api.a.example", "x, *", True),
        ("a.example", "A.EXAMPLE:6443", True),
        ("a.example", "a.example:443", False),
        ("10.1.2.3", "10.0.0.0/8", True),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.1.2.3", "10.1.2.3:6443", True),
        ("11.1.2.3", "10.0.0.0/8", False),
        ("[fd00::1]", "fd00::/8", True),
        ("a.example", "", False),
    ],
)
def test_who_is_reached_without_it(host, listed, is_direct):
    found = proxy_of(f"https://{host}:6443", None, HTTPS | {"NO_PROXY": listed})
    assert found == (None if is_direct else "http://p:3128")
