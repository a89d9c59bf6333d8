"""What npm's own settings come to: files, variables, precedence, and which credential belongs to which URL."""

from pathlib import Path

import pytest

from installer.registries.npmrc import NpmConfig, read
from installer.registries.npmrc_text import parse
from tests.tables import table

CASES = table(Path(__file__).parent / "npmrc.yaml")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_settings_of_a_file(case):
    found = parse(case["text"], case.get("env", {}))
    assert {key: found.get(key) for key in case["want"]} == case["want"]


def test_precedence(folder):
    home = folder.parent / "home"
    (home / ".npmrc").write_text(
        "registry=https://user.example\nproxy=http://user.example\n@s:registry=https://u.example"
    )
    (folder / ".npmrc").write_text("registry=https://project.example\nstrict-ssl=false\n")
    env = {"HOME": str(home)}
    plain = read(folder, env)
    assert plain.registry_of("x") == "https://project.example/"
    assert plain.registry_of("@s/x") == "https://u.example/"
    assert plain.proxy("https://x.example") == "http://user.example"
    assert not plain.strict_tls
    told = read(folder, env | {"NPM_CONFIG_REGISTRY": "https://env.example", "npm_config_strict_ssl": "true"})
    assert told.registry_of("x") == "https://env.example/"
    assert told.strict_tls
    assert read(folder, env, "https://flag.example").registry_of("x") == "https://flag.example/"
    assert read(folder, env, "https://flag.example").registry_of("@s/x") == "https://u.example/"
    (home / "elsewhere").write_text("registry=https://else.example")
    (folder / ".npmrc").unlink()
    elsewhere = read(folder, env | {"NPM_CONFIG_USERCONFIG": str(home / "elsewhere")})
    assert elsewhere.registry_of("x") == "https://else.example/"
    assert read(folder, {}).registry_of("x") == "https://registry.npmjs.org/"


@pytest.mark.parametrize(
    ("key", "url", "given"),
    [
        ("//h/:_authToken", "https://h/@s%2fx", True),
        ("//h/:_authToken", "https://h:443/x", True),
        ("//h/:_authToken", "https://H/x", True),
        ("//h/:_authToken", "https://h:8443/x", False),
        ("//h:8443/:_authToken", "https://h:8443/x", True),
        ("//h/npm/:_authToken", "https://h/npm/x", True),
        ("//h/npm:_authToken", "https://h/npm/x", True),
        ("//h/npm/:_authToken", "https://h/other/x", False),
        ("//h/npm/:_authToken", "https://h/npmx/x", False),
        ("//h/:_authToken", "https://h.example/x", False),
        (":_authToken", "https://h/x", False),
        ("_authToken", "https://h/x", False),
    ],
)
def test_where_a_credential_belongs(key, url, given):
    assert NpmConfig({key: "t"}, {}).authorization(url) == ("Bearer t" if given else None)


def test_the_kinds_of_credentials():
    def of(**values):
        return NpmConfig({f"//h/:{key}": value for key, value in values.items()}, {}).authorization("https://h/x")

    assert of(_auth="dTpw") == "Basic dTpw"
    assert of(username="u", _password="cA==") == "Basic dTpw"  # noqa: S106
    assert of(username="u") is None
    assert of(_authToken="t", _auth="dTpw") == "Bearer t"
    assert NpmConfig({}, {}).authorization("https://u:p@h/x") == "Basic dTpw"


def test_the_longest_key_wins():
    config = NpmConfig({"//h/:_authToken": "all", "//h/a/:_authToken": "a"}, {})
    assert config.authorization("https://h/a/x") == "Bearer a"
    assert config.authorization("https://h/b/x") == "Bearer all"


def test_nothing_of_it_shows():
    config = NpmConfig({"//h/:_authToken": "s3cr3t"}, {"TOKEN": "s3cr3t"}, "https://u:s3cr3t@h/")
    assert "s3cr3t" not in repr(config)


@pytest.mark.parametrize(
    ("env", "url", "proxy"),
    [
        ({"HTTPS_PROXY": "http://p"}, "https://r.example/", "http://p"),
        ({"https_proxy": "http://p"}, "http://r.example/", "http://p"),
        ({"HTTP_PROXY": "http://p"}, "https://r.example/", None),
        ({"HTTP_PROXY": "http://p"}, "http://r.example/", "http://p"),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "a.example, r.example"}, "https://r.example/", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": ".example"}, "https://r.example/", None),
        ({"HTTPS_PROXY": "http://p", "NO_PROXY": "xample"}, "https://r.example/", "http://p"),
        ({}, "https://r.example/", None),
    ],
)
def test_proxies(env, url, proxy):
    assert NpmConfig({}, env).proxy(url) == proxy
