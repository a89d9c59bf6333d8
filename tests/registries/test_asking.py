"""What a registry can do wrong, and what is said of it; who gets a credential."""

import gzip
import json
import time

import pytest

from installer.model.errors import ExitCode
from installer.registries.limits import Limits
from installer.registries.verdict import Confirmed, Failed, Mismatch, Missing, Planned, Unchecked, problem_of
from installer.registries.verdicts import verify
from tests.registries import fake

NAME = "@acme/plugin"
HASH = "sha512-" + "A" * 86 + "=="
OTHER = "sha512-" + "B" * 85 + "A=="
QUICK = Limits(seconds=2.0, connect=1.0, silence=0.7, body=1024 * 1024)


def ask(folder, registry, *packages, limits=QUICK, **environment):
    planned = packages or (Planned(f"{NAME}@1.2.3", HASH),)
    env = {"HOME": str(folder.parent / "home"), **environment}
    return verify(planned, registry and registry.url, folder=folder, environment=env, limits=limits)


def problem(folder, registry, **more):
    (verdict,) = ask(folder, registry, **more)
    return problem_of(verdict)


def test_verdicts_of_a_sound_registry(registry, folder):
    registry.publish(NAME, "1.2.3", integrity=HASH)
    registry.publish(NAME, "1.2.4", integrity=OTHER)
    registry.publish(NAME, "0.9.0", shasum="0" * 40)
    found = ask(
        folder,
        registry,
        Planned(f"{NAME}@1.2.3", HASH),
        Planned(f"{NAME}@1.2.4", HASH),
        Planned(f"{NAME}@9.9.9", HASH),
        Planned("@acme/nothing@1.0.0", HASH),
        Planned(f"{NAME}@0.9.0", HASH),
        Planned(f"{NAME}@^1.0.0", HASH),
        Planned(NAME, HASH),
        Planned(f"{NAME}@1.2.3", None),
        Planned(f"mine@npm:{NAME}@v1.2.3", HASH),
        Planned("https://example.com/plugin-1.2.3.tgz", HASH),
        Planned("oci://example.com/image:1!plugin"),
        Planned("./dynamic-plugins/dist/plugin"),
        Planned("git+https://example.com/plugin.git#main", HASH),
    )
    kinds = [type(one) for one in found]
    assert kinds == [Confirmed, Mismatch, Missing, Missing, *[Unchecked] * 4, Confirmed, *[Unchecked] * 4]
    problems = [problem_of(one) for one in found]
    assert [one.exit for one in problems if one] == [ExitCode.INTEGRITY, ExitCode.TARGET, ExitCode.TARGET]
    assert problems[1].code == "integrity-mismatch"
    assert HASH in problems[1].message
    assert OTHER in problems[1].message
    assert OTHER in problems[1].fix
    assert "1.2.4" in problems[2].message
    assert "only sha1" in found[4].reason
    assert len({one.reason for one in found if isinstance(one, Unchecked)}) == 7


def test_one_request_for_each_package(registry, folder):
    registry.publish(NAME, "1.2.3", integrity=HASH)
    registry.publish(NAME, "1.2.4", integrity=HASH)
    ask(folder, registry, Planned(f"{NAME}@1.2.3", HASH), Planned(f"{NAME}@1.2.4", HASH))
    assert [path.lower() for path, _ in registry.asked] == ["/@acme%2fplugin"]
    assert registry.asked[0][1]["accept"].startswith("application/vnd.npm.install-v1+json")


def test_a_proxy_that_knows_only_the_other_spelling(registry, folder):
    registry.publish(NAME, "1.2.3", integrity=HASH)
    known = fake.known(registry)
    registry.behave = lambda handler, name: (
        known(handler, name) if "/@acme/" in handler.path else handler.answer(404, b"{}")
    )
    assert problem(folder, registry) is None
    assert len(registry.asked) == 2


@pytest.mark.parametrize(
    ("behave", "exit_code", "requests"),
    [
        (fake.status(500), ExitCode.UNREACHABLE, 3),
        (fake.status(503), ExitCode.UNREACHABLE, 3),
        (fake.status(429), ExitCode.UNREACHABLE, 3),
        (fake.status(429, Retry_After="3600"), ExitCode.UNREACHABLE, 1),
        (fake.cut, ExitCode.UNREACHABLE, 3),
        (fake.reset, ExitCode.UNREACHABLE, 3),
        (fake.silent, ExitCode.UNREACHABLE, 1),
        (fake.drip, ExitCode.UNREACHABLE, 1),
        (fake.drip_headers, ExitCode.UNREACHABLE, 1),
        (fake.status(302, Location="/again"), ExitCode.UNREACHABLE, 5),
        (fake.status(302, Location="file:///etc/passwd"), ExitCode.INVALID, 1),
        (fake.status(401), ExitCode.DENIED, 1),
        (fake.status(403), ExitCode.DENIED, 1),
        (fake.status(404), ExitCode.TARGET, 2),
        (fake.status(410), ExitCode.TARGET, 1),
        (fake.status(418), ExitCode.INVALID, 1),
        (fake.endless, ExitCode.INVALID, 1),
        (fake.body(gzip.compress(b" " * 8_000_000), Content_Encoding="gzip"), ExitCode.INVALID, 1),
        (fake.body(b"no gzip", Content_Encoding="gzip"), ExitCode.INVALID, 1),
        (fake.body(b"<html>"), ExitCode.INVALID, 1),
        (fake.body(b"\xff\xfe\x00"), ExitCode.INVALID, 1),
        (fake.body(b"[" * 100_000), ExitCode.INVALID, 1),
        (fake.body(b"[]"), ExitCode.INVALID, 1),
        (fake.body(b'{"name": "@acme/plugin"}'), ExitCode.INVALID, 1),
        (fake.body(b'{"name": "@acme/plugin", "versions": []}'), ExitCode.INVALID, 1),
        (fake.body(b'{"name": "other", "versions": {}}'), ExitCode.INVALID, 1),
        (fake.body(b'{"name": "@acme/plugin", "versions": {"1.2.3": 7}}'), ExitCode.TARGET, 1),
    ],
)
def test_a_registry_that_misbehaves(behave, exit_code, requests, registry, folder):
    registry.behave = behave
    began = time.monotonic()
    found = problem(folder, registry)
    assert found.exit == exit_code, found.message
    assert time.monotonic() - began < 20
    assert len(registry.asked) == requests
    assert found.fix


@pytest.mark.parametrize("first", [fake.status(500), fake.status(429, Retry_After="1"), fake.reset, fake.cut])
def test_one_failure_is_got_over(first, registry, folder):
    registry.publish(NAME, "1.2.3", integrity=HASH)
    registry.behave = fake.turns(first, fake.known(registry))
    assert problem(folder, registry, limits=Limits()) is None


def test_odd_metadata_is_no_hash(registry, folder):
    versions = {"1.2.3": {"dist": None}, "1.2.4": {"dist": {"integrity": 7}}, "nonsense": {}}
    registry.behave = fake.body(json.dumps({"name": NAME, "versions": versions, "dist-tags": 5}).encode())
    found = ask(folder, registry, Planned(f"{NAME}@1.2.3", HASH), Planned(f"{NAME}@1.2.4", HASH))
    assert [one.reason for one in found] == ["the registry publishes no hash"] * 2


def test_nobody_is_there(registry, folder):
    registry.url = "http://127.0.0.1:1/"
    found = problem(folder, registry)
    assert found.exit == ExitCode.UNREACHABLE
    assert "Connection refused" in found.message


def test_one_registry_that_is_down_is_one_problem(registry, folder):
    registry.behave = fake.status(500)
    found = ask(folder, registry, *[Planned(f"@acme/p{number}@1.0.0", HASH) for number in range(12)], limits=Limits())
    assert all(isinstance(one, Failed) for one in found)
    assert len({problem_of(one) for one in found}) == 1


def test_a_name_that_is_none_is_not_asked(registry, folder):
    found = ask(
        folder, registry, Planned("../x@1.0.0", HASH), Planned("@a/../../b@1.0.0", HASH), Planned("a b@1", HASH)
    )
    assert all(isinstance(one, Unchecked) for one in found)
    assert registry.asked == []


@pytest.mark.parametrize("url", ["ftp://example.com/", "http://", "example.com", "http://a b/", "http://x:notaport/"])
def test_a_registry_that_is_no_url(url, registry, folder):
    registry.url = url
    found = problem(folder, registry)
    assert (found.exit, found.code) == (ExitCode.INVALID, "no-registry-url")


class TestCredentials:
    TOKEN = "tok-3n-s3cr3t"  # noqa: S105

    def logged_in(self, folder, registry, text="//{host}/:_authToken={token}\n", *, home=False):
        place = folder.parent / "home" if home else folder
        (place / ".npmrc").write_text(text.format(host=registry.host, url=registry.url, token=self.TOKEN))

    @pytest.mark.parametrize("home", [False, True])
    def test_sent_to_its_registry(self, home, registry, folder):
        registry.publish(NAME, "1.2.3", integrity=HASH)
        self.logged_in(folder, registry, home=home)
        assert problem(folder, registry) is None
        assert registry.credentials == [f"Bearer {self.TOKEN}"]

    def test_a_scope_beats_the_option(self, registry, other, folder):
        registry.publish(NAME, "1.2.3", integrity=HASH)
        self.logged_in(folder, registry, "@acme:registry={url}\n//{host}/:_authToken=${{TOKEN}}\n")
        assert problem(folder, other, TOKEN=self.TOKEN) is None
        assert other.asked == []
        assert registry.credentials == [f"Bearer {self.TOKEN}"]

    def test_not_sent_after_a_redirect_to_another_host(self, registry, other, folder):
        other.publish(NAME, "1.2.3", integrity=HASH)
        registry.behave = lambda handler, _: handler.answer(302, Location=f"{other.url}@acme%2fplugin")
        self.logged_in(folder, registry, f"//{{host}}/:_authToken={{token}}\n//{other.host}/:_authToken=of-the-other\n")
        assert problem(folder, registry) is None
        assert registry.credentials == [f"Bearer {self.TOKEN}"]
        assert other.credentials == [None]

    def test_not_sent_to_a_path_it_does_not_belong_to(self, registry, folder):
        registry.publish(NAME, "1.2.3", integrity=HASH)
        registry.behave = lambda handler, name: (
            handler.answer(302, Location="/open/x") if name.startswith("npm/") else fake.known(registry)(handler, NAME)
        )
        self.logged_in(folder, registry, "//{host}/npm/:_authToken={token}\n")
        registry.url += "npm/"
        assert problem(folder, registry) is None
        assert registry.credentials == [f"Bearer {self.TOKEN}", None]

    def test_of_the_url_itself(self, registry, folder):
        registry.publish(NAME, "1.2.3", integrity=OTHER)
        registry.url = registry.url.replace("://", f"://user:{self.TOKEN}@")
        found = problem(folder, registry)
        assert found.exit == ExitCode.INTEGRITY
        assert registry.credentials[0].startswith("Basic ")
        assert self.TOKEN not in found.message + found.fix

    @pytest.mark.parametrize(
        "behave", [fake.status(403), fake.status(500), fake.status(404), fake.cut, fake.body(b"<>"), fake.endless]
    )
    def test_never_shown(self, behave, registry, folder):
        registry.behave = behave
        self.logged_in(folder, registry)
        registry.url = registry.url.replace("://", f"://user:{self.TOKEN}@")
        found = problem(folder, registry)
        assert self.TOKEN not in f"{found}"

    def test_no_netrc(self, registry, folder):
        registry.publish(NAME, "1.2.3", integrity=HASH)
        netrc = folder.parent / "home" / ".netrc"
        netrc.write_text(f"machine 127.0.0.1 login me password {self.TOKEN}\n")
        assert problem(folder, registry, NETRC=str(netrc)) is None
        assert registry.credentials == [None]

    def test_a_npmrc_that_may_not_be_read_as_text(self, registry, folder):
        (folder / ".npmrc").write_bytes(b"\xff\xfe\x00")
        with pytest.raises(Exception, match="no text in UTF-8"):
            ask(folder, registry)


def test_through_the_proxy_of_the_environment(registry, other, folder):
    other.publish(NAME, "1.2.3", integrity=HASH)
    other.behave = lambda handler, _: fake.known(other)(handler, NAME)
    registry.url = "http://registry.invalid/"
    assert problem(folder, registry, HTTPS_PROXY=other.url) is None
    assert other.asked[0][0].lower() == "http://registry.invalid/@acme%2fplugin"
    assert problem(folder, registry, HTTPS_PROXY=other.url, NO_PROXY="invalid").exit == ExitCode.UNREACHABLE
