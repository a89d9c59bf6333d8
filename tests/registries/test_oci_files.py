"""Challenges, files of credentials and registries.conf, as texts: what is read out of them."""

import base64
import json
import os
from pathlib import Path

import pytest

from installer.model.errors import ExitCode, InstallerError
from installer.registries import oci_challenge, oci_credentials, oci_mirrors
from installer.registries.oci_challenge import token_url
from installer.registries.oci_credentials import Credential
from installer.registries.oci_mirrors import Endpoint
from installer.registries.oci_reference import parse

DIGEST = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("", []),
        ("Basic", [("basic", {})]),
        ('Basic realm="a, b"', [("basic", {"realm": "a, b"})]),
        ('bearer REALM="https://x/t",Service=y', [("bearer", {"realm": "https://x/t", "service": "y"})]),
        (r'Bearer realm="a\"b\\c"', [("bearer", {"realm": 'a"b\\c'})]),
        ('Negotiate, Basic realm="x"', [("negotiate", {}), ("basic", {"realm": "x"})]),
        (
            'Basic realm="x", Bearer realm="y" , scope="a:b:pull,push"',
            [("basic", {"realm": "x"}), ("bearer", {"realm": "y", "scope": "a:b:pull,push"})],
        ),
        ('Bearer realm="x", realm="y"', [("bearer", {"realm": "x"})]),
        ('Bearer realm="unclosed', [("bearer", {})]),
        ("Negotiate oYIB/+==, Basic realm=x", [("negotiate", {}), ("basic", {"realm": "x"})]),
        ("Basic " + "," * 10_000, [("basic", {})]),
    ],
)
def test_challenges(header, expected):
    assert [(one.scheme, dict(one.parameters)) for one in oci_challenge.parse(header)] == expected


def test_the_challenge_that_can_be_met():
    both = oci_challenge.chosen('Basic realm="x", Bearer realm="y"')
    assert both is not None
    assert both.scheme == "bearer"
    assert oci_challenge.chosen("Bearer") is None
    assert oci_challenge.chosen("Negotiate") is None


@pytest.mark.parametrize(
    ("realm", "service", "expected"),
    [
        ("https://x/t", "a b", "https://x/t?service=a+b&scope=s"),
        ("https://x/t?account=1#f", None, "https://x/t?account=1&scope=s"),
    ],
)
def test_where_a_token_is(realm, service, expected):
    assert token_url(realm, service, "s") == expected


def auth(user, password="p"):  # noqa: S107
    return {"auth": base64.b64encode(f"{user}:{password}".encode()).decode()}


AUTHS = {
    "quay.io": auth("host"),
    "quay.io/acme": auth("folder"),
    "quay.io/acme/plugins": auth("repository"),
    "https://old.example.com/v1/": auth("old"),
    "https://new.example.com": auth("with-scheme"),
    "new.example.com": auth("without"),
    "https://index.docker.io/v1/": auth("hub"),
    "named.example.com": {"username": "named", "password": "p"},
    "empty.example.com": {},
    "h:5000": auth("port"),
}


@pytest.mark.parametrize(
    ("host", "path", "user"),
    [
        ("quay.io", "acme/plugins", "repository"),
        ("quay.io", "acme/plugins/more", "repository"),
        ("quay.io", "acme/plugins2", "folder"),
        ("quay.io", "acme2/plugins", "host"),
        ("old.example.com", "a", "old"),
        ("new.example.com", "a", "without"),
        ("docker.io", "library/a", "hub"),
        ("registry-1.docker.io", "library/a", "hub"),
        ("named.example.com", "a", "named"),
        ("empty.example.com", "a", None),
        ("h:5000", "a", "port"),
        ("h", "a", None),
        ("uay.io", "acme/plugins", None),
        ("quay.io.evil.example.com", "acme/plugins", None),
    ],
)
def test_the_longest_key_counts(host, path, user, tmp_path):
    file = tmp_path / "auth.json"
    file.write_text(json.dumps({"auths": AUTHS}))
    found = oci_credentials.read(file, {}, lambda *_: None).of(host, path)
    assert (found and found.user) == user
    assert found is None or found.user not in repr(found)


def test_which_file_counts(tmp_path):
    def put(name: str, user: str) -> Path:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"auths": {"quay.io": auth(user)}}))
        return file

    def user(authfile=None, **environment):
        found = oci_credentials.read(authfile, environment, lambda *_: None).of("quay.io", "a")
        return found and found.user

    home = {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path / "run")}
    assert user(**home) is None
    put(".docker/config.json", "docker")
    assert user(**home) == "docker"
    put(".config/containers/auth.json", "configured")
    assert user(**home) == "configured"
    put("run/containers/auth.json", "runtime")
    assert user(**home) == "runtime"
    named, given = put("named", "named"), put("given", "given")
    assert user(**home, REGISTRY_AUTH_FILE=str(named)) == "named"
    assert user(given, **home, REGISTRY_AUTH_FILE=str(named)) == "given"
    with pytest.raises(InstallerError) as caught:
        user(tmp_path / "nothing")
    assert caught.value.exit is ExitCode.TARGET


def test_helpers(tmp_path):
    kept = {("one", "a"): ("anna", "p"), ("all", "b"): ("<token>", "identity")}
    file = tmp_path / "auth.json"
    file.write_text(
        json.dumps({"auths": {"a": auth("n0t-this"), "b": {}}, "credHelpers": {"a": "one"}, "credsStore": "all"})
    )
    credentials = oci_credentials.read(file, {}, lambda name, server: kept.get((name, server)))
    assert credentials.of("a", "x") == Credential("anna", "p")
    assert credentials.of("b", "x") == Credential(identity="identity")
    assert credentials.of("c", "x") is None


@pytest.mark.parametrize(
    "text",
    ["[", "[]", "\xff", '{"auths": {"h": {"auth": "***"}}}', '{"auths": {"h": {"auth": "c2VjcmV0"}}}', "[" * 100_000],
)
def test_a_broken_file_is_told_without_its_content(text, tmp_path):
    file = tmp_path / "auth.json"
    file.write_bytes(text.encode("latin-1"))
    with pytest.raises(InstallerError) as caught:
        oci_credentials.read(file, {}, lambda *_: None).of("h", "a")
    assert caught.value.exit is ExitCode.INVALID
    assert "secret" not in str(caught.value)
    assert "c2Vj" not in str(caught.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(tmp_path):
    file = tmp_path / "auth.json"
    file.write_text("{}")
    file.chmod(0)
    with pytest.raises(InstallerError) as caught:
        oci_credentials.read(file, {}, lambda *_: None).of("h", "a")
    assert caught.value.exit is ExitCode.DENIED


CONF = """
unqualified-search-registries = ["docker.io"]
[[registry]]
prefix = "quay.io/acme"
location = "own.example.com/acme"
insecure = true
[[registry.mirror]]
location = "one.example.com:5000/x"
[[registry.mirror]]
location = "two.example.com"
pull-from-mirror = "digest-only"
insecure = true
[[registry.mirror]]
location = "three.example.com"
pull-from-mirror = "tag-only"
[[registry]]
location = "quay.io"
mirror-by-digest-only = true
[[registry.mirror]]
location = "four.example.com"
[[registry]]
prefix = "*.wild.example.com"
[[registry.mirror]]
location = "wild-mirror.example.com"
[[registry]]
location = "blocked.example.com"
blocked = true
"""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("other.example.com/a:1", [Endpoint("other.example.com", "a")]),
        (
            "quay.io/acme/p:1",
            [
                Endpoint("one.example.com:5000", "x/p", mirror=True),
                Endpoint("three.example.com", "p", mirror=True),
                Endpoint("own.example.com", "acme/p", insecure=True),
            ],
        ),
        (
            f"quay.io/acme/p@{DIGEST}",
            [
                Endpoint("one.example.com:5000", "x/p", mirror=True),
                Endpoint("two.example.com", "p", insecure=True, mirror=True),
                Endpoint("own.example.com", "acme/p", insecure=True),
            ],
        ),
        ("quay.io/acme2/p:1", [Endpoint("quay.io", "acme2/p")]),
        (
            f"quay.io/acme2/p@{DIGEST}",
            [Endpoint("four.example.com", "acme2/p", mirror=True), Endpoint("quay.io", "acme2/p")],
        ),
        (
            "a.b.wild.example.com:5000/p:1",
            [Endpoint("wild-mirror.example.com", "p", mirror=True), Endpoint("a.b.wild.example.com:5000", "p")],
        ),
        ("wild.example.com/p:1", [Endpoint("wild.example.com", "p")]),
    ],
)
def test_where_an_image_is_looked_for(text, expected):
    rules = oci_mirrors.parse(CONF, Path("registries.conf"))
    assert list(oci_mirrors.endpoints(parse(f"oci://{text}"), rules)) == expected


def test_what_is_blocked():
    with pytest.raises(InstallerError) as caught:
        oci_mirrors.endpoints(parse("oci://blocked.example.com/a:1"), oci_mirrors.parse(CONF, Path("f")))
    assert caught.value.exit is ExitCode.DENIED


@pytest.mark.parametrize(
    "text",
    [
        "[[registry",
        "[registries.search]\nregistries = []",
        "registry = 7",
        "[[registry]]",
        '[[registry]]\nlocation = "a"\ninsecure = "yes"',
        '[[registry]]\nlocation = "a"\n[[registry.mirror]]\ninsecure = true',
        '[[registry]]\nlocation = "a"\n[[registry.mirror]]\nlocation = "b"\npull-from-mirror = "never"',
    ],
)
def test_a_broken_registries_conf(text):
    with pytest.raises(InstallerError) as caught:
        oci_mirrors.parse(text, Path("registries.conf"))
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.INVALID, "registries-conf-broken")


def test_which_registries_conf_counts(tmp_path):
    def put(name: str, mirror: str) -> None:
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f'[[registry]]\nlocation = "h"\n[[registry.mirror]]\nlocation = "{mirror}"\n')

    def mirror(**environment):
        rules = oci_mirrors.read({"HOME": str(tmp_path / "home"), **environment}, tmp_path / "etc")
        return oci_mirrors.endpoints(parse("oci://h/a:1"), rules)[0].host

    assert mirror() == "h"
    put("etc/registries.conf", "system")
    assert mirror() == "system"
    put("home/.config/containers/registries.conf", "user")
    assert mirror() == "user"
    put("etc/registries.conf.d/10.conf", "dropped-in")
    assert mirror() == "dropped-in"
    put("home/.config/containers/registries.conf.d/05.conf", "dropped-in-by-user")
    assert mirror() == "dropped-in-by-user"
    put("named", "named")
    assert mirror(CONTAINERS_REGISTRIES_CONF=str(tmp_path / "named")) == "named"
    with pytest.raises(InstallerError) as caught:
        mirror(CONTAINERS_REGISTRIES_CONF=str(tmp_path / "nothing"))
    assert caught.value.exit is ExitCode.TARGET
