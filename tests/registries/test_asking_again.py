"""`plugins resolve` a second time: what is asked again, on which condition, as whom; what is never kept."""

import json
import time

import pytest

from installer.cli.boundary import run
from installer.model.errors import ExitCode
from installer.registries import freshness
from tests.registries import fake
from tests.registries.images import Images, image, served
from tests.registries.test_oci import BASIC, authfile, entry

SHA512 = "sha512-" + "A" * 86 + "=="
NAME = "@acme/p"


@pytest.fixture
def resolve(folder, monkeypatch, capsys):
    """words -> (exit code, what is wanted)."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry", "REGISTRY_AUTH_FILE", "DOCKER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("CONTAINERS_REGISTRIES_CONF", "/dev/null")

    def ask(*words):
        capsys.readouterr()
        code = run(["plugins", "resolve", *words, "-o", "json"])
        return code, [one["wanted"] for one in json.loads(capsys.readouterr().out)["result"]["plugins"]]

    return ask


@pytest.fixture
def published(registry):
    registry.publish(NAME, "1.0.0", integrity=SHA512)
    registry.validators, registry.caching = True, {"Cache_Control": "public, max-age=300"}
    return registry


@pytest.fixture
def later(monkeypatch):
    """So much later, by the clock of the cache."""
    now = time.time

    def wait(seconds):
        monkeypatch.setattr("installer.registries.cache.time.time", lambda: now() + seconds)

    return wait


def test_within_max_age_nothing_is_asked(resolve, published):
    first = resolve(NAME, "--registry", published.url)
    published.publish(NAME, "1.1.0", integrity=SHA512)
    assert resolve(NAME, "--registry", published.url) == first == (ExitCode.OK, ["1.0.0"])
    assert len(published.asked) == 1


def test_after_it_on_a_condition(resolve, published, later):
    resolve(NAME, "--registry", published.url)
    later(400)
    assert resolve(NAME, "--registry", published.url) == (ExitCode.OK, ["1.0.0"])
    assert (len(published.asked), published.unchanged) == (2, 1)
    # 304 makes it young again.
    resolve(NAME, "--registry", published.url)
    assert len(published.asked) == 2
    later(1000)
    published.publish(NAME, "1.1.0", integrity=SHA512)
    assert resolve(NAME, "--registry", published.url) == (ExitCode.OK, ["1.1.0"])
    assert (len(published.asked), published.unchanged) == (3, 1)


def test_by_its_date_where_there_is_no_tag(resolve, published):
    date = "Thu, 26 Nov 2026 12:00:00 GMT"
    published.validators, published.caching = False, {"Last_Modified": date}
    resolve(NAME, "--registry", published.url)
    published.behave = fake.status(304)
    assert resolve(NAME, "--registry", published.url) == (ExitCode.OK, ["1.0.0"])
    assert published.asked[-1][1]["if-modified-since"] == date


@pytest.mark.parametrize("told", ["no-store", "no-store, max-age=300"])
def test_what_the_registry_wants_nobody_to_keep(told, resolve, published, cache):
    published.caching = {"Cache_Control": told}
    resolve(NAME, "--registry", published.url)
    resolve(NAME, "--registry", published.url)
    assert [headers.get("if-none-match") for _, headers in published.asked] == [None, None]
    assert not cache.exists()


def test_refresh_and_no_cache(resolve, published, cache):
    resolve(NAME, "--registry", published.url, "--no-cache")
    assert not cache.exists()
    resolve(NAME, "--registry", published.url)
    published.publish(NAME, "1.1.0", integrity=SHA512)
    assert resolve(NAME, "--registry", published.url, "--no-cache") == (ExitCode.OK, ["1.1.0"])
    assert resolve(NAME, "--registry", published.url) == (ExitCode.OK, ["1.0.0"])
    assert resolve(NAME, "--registry", published.url, "--refresh") == (ExitCode.OK, ["1.1.0"])
    assert resolve(NAME, "--registry", published.url) == (ExitCode.OK, ["1.1.0"])
    assert [headers.get("if-none-match") for _, headers in published.asked] == [None] * 4


def test_offline(resolve, published, later):
    assert resolve(NAME, "--registry", published.url, "--offline") == (ExitCode.UNREACHABLE, [None])
    resolve(NAME, "--registry", published.url)
    later(1_000_000)
    assert resolve(NAME, "--registry", published.url, "--offline") == (ExitCode.OK, ["1.0.0"])
    assert resolve(NAME, "@acme/q", "--registry", published.url, "--offline") == (ExitCode.UNREACHABLE, ["1.0.0", None])
    assert len(published.asked) == 1
    # When versions were published nobody was told.
    words = [NAME, "--registry", published.url, "--offline", "--cooldown", "1d"]
    assert resolve(*words) == (ExitCode.UNREACHABLE, [None])


def test_full_metadata_serves_for_the_other(resolve, published):
    resolve(NAME, "--registry", published.url, "--cooldown", "1d")
    assert resolve(NAME, "--registry", published.url) == (ExitCode.OK, ["1.0.0"])
    assert len(published.asked) == 1


def test_one_user_is_not_told_what_another_was(resolve, published, folder, cache):
    for token in ("t0ken-of-anna", "t0ken-of-bert", None):
        (folder / ".npmrc").write_text(f"//{published.host}/:_authToken={token}\n" if token else "")
        resolve(NAME, "--registry", published.url)
        resolve(NAME, "--registry", published.url)
    assert published.credentials == ["Bearer t0ken-of-anna", "Bearer t0ken-of-bert", None]
    everything = b"".join(one.name.encode() + one.read_bytes() for one in cache.iterdir())
    assert b"t0ken" not in everything


def test_one_registry_is_not_another(resolve, published, other):
    other.publish(NAME, "2.0.0", integrity=SHA512)
    assert resolve(NAME, "--registry", published.url) == (ExitCode.OK, ["1.0.0"])
    assert resolve(NAME, "--registry", other.url) == (ExitCode.OK, ["2.0.0"])


@pytest.mark.parametrize(
    "behave",
    [
        fake.status(404),
        fake.status(401),
        fake.status(304),
        fake.status(204),
        fake.body(b"<html>", Cache_Control="max-age=300"),
        fake.body(b'{"name": "@acme/p", "versions": {', Cache_Control="max-age=300"),
        fake.body(b'{"name": "@acme/q", "versions": {}}', Cache_Control="max-age=300"),
        fake.body(b'{"name": "@acme/p", "versions": {"1.0.0": {}, "1.0.0": {}}}', Cache_Control="max-age=300"),
        fake.body(b"no gzip", Content_Encoding="gzip", Cache_Control="max-age=300"),
        fake.cut,
    ],
)
def test_a_bad_answer_is_not_kept_and_spoils_nothing(behave, resolve, published, cache, later):
    published.behave = behave
    assert resolve(NAME, "--registry", published.url)[1] == [None]
    assert not cache.exists()
    published.behave = None
    resolve(NAME, "--registry", published.url)
    before = {one.name: one.read_bytes() for one in cache.iterdir()}
    later(400)
    published.behave = behave
    resolve(NAME, "--registry", published.url, "--refresh")
    published.behave = None
    assert {one.name: one.read_bytes() for one in cache.iterdir()} == before
    assert resolve(NAME, "--registry", published.url) == (ExitCode.OK, ["1.0.0"])


def test_a_spoilt_file_is_asked_for_anew(resolve, published, cache):
    resolve(NAME, "--registry", published.url)
    (file,) = cache.iterdir()
    file.write_bytes(file.read_bytes().replace(b"1.0.0", b"9.9.9"))
    assert resolve(NAME, "--registry", published.url) == (ExitCode.OK, ["1.0.0"])
    assert len(published.asked) == 2


# -- images


@pytest.fixture
def images():
    with served(Images()) as running:
        yield running


def asked(images):
    return [one.method for one in images.questions()]


def test_a_tag_is_asked_for_again_and_a_digest_never(resolve, images, later):
    digest = images.push("acme/plugins", "1.0", image("cobalt"))
    reference = f"oci://{images.host}/acme/plugins:1.0!cobalt"
    assert resolve(reference) == (ExitCode.OK, [digest])
    later(freshness.LONGEST * 10)
    assert resolve(reference) == (ExitCode.OK, [digest])
    assert asked(images) == ["HEAD", "GET", "HEAD"]
    moved = images.push("acme/plugins", "1.0", image("cobalt", "flint"))
    assert resolve(reference, "--offline") == (ExitCode.OK, [digest])
    assert resolve(reference) == (ExitCode.OK, [moved])
    assert asked(images) == ["HEAD", "GET", "HEAD", "HEAD", "GET"]


def test_a_tag_within_max_age(resolve, images):
    images.caching = {"Cache_Control": "max-age=60"}
    digest = images.push("acme/plugins", "1.0", image("cobalt"))
    for _ in range(2):
        assert resolve(f"oci://{images.host}/acme/plugins:1.0!cobalt") == (ExitCode.OK, [digest])
    # Not even what a loopback host speaks is asked for.
    assert [one.path for one in images.asked].count("/v2/") == 1
    assert asked(images) == ["HEAD", "GET"]


def test_offline_images(resolve, images):
    digest = images.push("acme/plugins", "1.0", image("cobalt"))
    reference = f"oci://{images.host}/acme/plugins:1.0!cobalt"
    assert resolve(reference, "--offline") == (ExitCode.UNREACHABLE, [None])
    assert images.asked == []
    resolve(reference)
    assert resolve(reference, "--offline") == (ExitCode.OK, [digest])
    assert resolve(f"oci://{images.host}/acme/plugins@{digest}!cobalt", "--offline") == (ExitCode.OK, [digest])


def test_an_image_for_one_user_is_not_for_another(resolve, images, tmp_path, cache):
    images.demand, images.caching = ('Basic realm="here"', BASIC), {"Cache_Control": "max-age=60"}
    digest = images.push("acme/plugins", "1.0", image("cobalt"))
    reference = f"oci://{images.host}/acme/plugins:1.0!cobalt"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    anna, bert = (
        authfile(tmp_path / "a", {images.host: entry()}),
        authfile(tmp_path / "b", {images.host: entry("bert")}),
    )
    for _ in range(2):
        assert resolve(reference, "--authfile", str(anna)) == (ExitCode.OK, [digest])
    once = len(images.asked)
    assert resolve(reference, "--authfile", str(bert)) == (ExitCode.DENIED, [None])
    assert resolve(reference) == (ExitCode.DENIED, [None])
    assert resolve(reference, "--authfile", str(bert), "--offline") == (ExitCode.UNREACHABLE, [None])
    assert resolve(reference, "--authfile", str(anna), "--offline") == (ExitCode.OK, [digest])
    assert once == 4
    assert b"s3cret" not in b"".join(one.read_bytes() for one in cache.iterdir())


@pytest.mark.parametrize("sent", [b"{}", b"", None])
def test_an_image_that_is_not_what_was_asked_for_is_not_kept(sent, resolve, images, cache):
    images.caching = {"Cache_Control": "max-age=60"}
    digest = images.push("acme/plugins", "1.0", image("cobalt"))
    kind, body = images.documents[f"acme/plugins@{digest}"]
    reference = f"oci://{images.host}/acme/plugins@{digest}!cobalt"
    images.documents[f"acme/plugins@{digest}"] = (kind, body + b" " if sent is None else sent)
    assert resolve(reference) == (ExitCode.INTEGRITY, [None])
    assert not cache.exists()
    images.documents[f"acme/plugins@{digest}"] = (kind, body)
    assert resolve(reference) == (ExitCode.OK, [digest])
