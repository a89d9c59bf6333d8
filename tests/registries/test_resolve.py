"""`plugins resolve` on a registry: every SPEC is answered, in order, with the exit code of what went wrong."""

import json
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import jsonschema
import pytest
import yaml

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.flow import plugins_asking, plugins_resolve
from installer.integrity import rhdh_accepts
from installer.knowledge.releases import release
from installer.model.errors import ExitCode
from installer.registries.limits import Limits
from tests.registries import fake
from tests.registries.images import Images, image, served

SHA512 = "sha512-" + "A" * 86 + "=="
SHA256 = "sha256-" + "B" * 42 + "A="
VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
ORCHESTRATOR = [one["package"] for one in yaml.safe_load(release("1.7").dynamic_plugins)["plugins"][:4]]


@pytest.fixture
def resolve(folder, monkeypatch, capsys):
    """The program in a folder of its own: words -> (exit code, document)."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry"):
        monkeypatch.delenv(name, raising=False)

    def ask(*words):
        capsys.readouterr()
        code = run(["plugins", "resolve", *words, "-o", "json"])
        document = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(document)
        return code, document

    return ask


@pytest.fixture
def published(registry):
    """The upstream documents' trap: a backport was published last, and tagged latest."""
    for version in ("1.5.0", "1.6.0", "1.6.1", "1.7.0-rc.1", "1.5.2"):
        registry.publish("@acme/p", version, integrity=f"{SHA256} {SHA512}?x", shasum="0" * 40)
    registry.publish("@acme/old", "1.0.0", shasum="0" * 40)
    packument = registry.packages["@acme/p"]
    packument["versions"]["1.6.0"]["deprecated"] = "broken"
    packument["dist-tags"] |= {"latest": "1.5.2", "next": "1.7.0-rc.1"}
    packument["time"] = {
        "1.6.1": datetime.now(UTC).isoformat(),
        "1.5.2": (datetime.now(UTC) - timedelta(days=30)).isoformat(),
    }
    return registry


def wanted(document):
    return [one["wanted"] for one in document["result"]["plugins"]]


def test_every_spec_in_order(resolve, published):
    specs = ["@acme/p@~1.5", "@acme/p", "@acme/p@next", "@acme/p@1.6.0", "@acme/p@latest", "@acme/p@>=1.5 <1.6.1"]
    code, document = resolve(*specs, "--registry", published.url)
    rows = document["result"]["plugins"]
    assert code == ExitCode.OK
    assert [one["package"] for one in rows] == specs
    assert wanted(document) == ["1.5.2", "1.6.1", "1.7.0-rc.1", "1.6.0", "1.5.2", "1.5.2"]
    assert {one["latest"] for one in rows} == {"1.6.1"}
    assert {one["integrity"]["value"] for one in rows} == {SHA512}
    assert rows[1]["passedOver"] == [{"version": "1.7.0-rc.1", "reason": "a prerelease"}]
    assert rows[3]["reason"].endswith("deprecated: broken")
    assert len(published.asked) == 1


def test_the_others_are_answered_all_the_same(resolve, published):
    code, document = resolve(
        "@acme/p@^9", "@acme/none", "./mine", "@acme/p", "@acme/p@beta", "--registry", published.url
    )
    assert code == ExitCode.TARGET
    assert wanted(document) == [None, None, None, "1.6.1", None]
    assert all(one["reason"] for one in document["result"]["plugins"])
    codes = [one["code"] for one in document["errors"]]
    assert codes == ["spec-unsatisfied", "package-missing", "spec-unsatisfied", "spec-unsatisfied"]


def test_sha1_only(resolve, published):
    code, document = resolve("@acme/old", "--registry", published.url)
    (row,) = document["result"]["plugins"]
    assert (code, row["wanted"]) == (ExitCode.OK, "1.0.0")
    assert row["integrity"] == {"value": None, "state": "missing", "expected": None}
    assert "sha1" in row["reason"]


@pytest.fixture
def images():
    with served(Images()) as running:
        yield running


def test_images_and_packages_together(resolve, published, images):
    digest = images.push("acme/plugins", "1.0", image("cobalt", "flint"))
    place = f"oci://{images.host}/acme/plugins"
    specs = [f"{place}:1.0!flint", "@acme/p", f"{place}:1.0!chert", f"{place}:2.0!flint", f"{place}:{{{{inherit}}}}"]
    code, document = resolve(*specs, "ref://x", "--registry", published.url)
    assert code == ExitCode.TARGET
    assert wanted(document) == [digest, "1.6.1", None, None, None, None]
    rows = document["result"]["plugins"]
    assert [one["package"] for one in rows] == [*specs, "ref://x"]
    assert [one["source"] for one in rows] == ["oci", "npm", "oci", "oci", "oci", "oci"]
    assert rows[0]["reason"] == f"the tag 1.0 in {images.host}/acme/plugins; its plugins: cobalt, flint"
    assert rows[0]["integrity"] == {"value": None, "state": "unchecked", "expected": None}
    assert "there are cobalt, flint" in rows[2]["reason"]
    assert "2.0" in rows[3]["reason"]


def test_inherited_from_the_release(resolve, images, monkeypatch):
    digest = images.push("rhdh/plugins", "1.0", image("cobalt"))
    known = SimpleNamespace(
        number=(1, 9), digests={f"{images.host}/rhdh/plugins": digest}, npm_scopes={}, version="1.9.0"
    )
    monkeypatch.setattr(plugins_resolve, "release", lambda _: known)
    code, document = resolve(f"oci://{images.host}/rhdh/plugins:{{{{inherit}}}}", "--rhdh-version", "1.9")
    assert (code, wanted(document)) == (ExitCode.OK, [digest])


def test_inherited_from_a_default_file(resolve, images, folder):
    digests = {tag: images.push("acme/i", tag, image("cobalt", "flint")) for tag in ("1.0", "2.0")}
    place = f"oci://{images.host}/acme/i"
    text = f"plugins:\n  - package: {place}:2.0!cobalt\n  - package: ./mine\n  - package: oci://broken\n"
    (folder / "defaults.yaml").write_text(text)
    specs = (f"{place}:{{{{inherit}}}}!cobalt", f"{place}:{{{{inherit}}}}", f"{place}:1.0!flint")
    code, document = resolve(*specs, "--defaults", "defaults.yaml")
    assert (code, wanted(document)) == (ExitCode.OK, [digests["2.0"], digests["2.0"], digests["1.0"]])
    assert [one["package"] for one in document["result"]["plugins"]] == list(specs)
    code, document = resolve(f"{place}:{{{{inherit}}}}!flint", specs[2], "--defaults", "defaults.yaml")
    assert (code, wanted(document)) == (ExitCode.TARGET, [None, digests["1.0"]])
    assert [one["code"] for one in document["errors"]] == ["nothing-to-inherit"]
    assert resolve(*specs, "--defaults", "nowhere.yaml")[0] == ExitCode.TARGET


@pytest.mark.usefixtures("resolve")
def test_an_image_as_an_entry_to_be_copied(images, capsys):
    digest = images.push("acme/plugins", "1.0", image("cobalt"))
    assert run(["plugins", "resolve", f"oci://{images.host}/acme/plugins:1.0!cobalt"]) == ExitCode.OK
    (entry,) = yaml.safe_load(capsys.readouterr().out)
    assert entry == {"package": f"oci://{images.host}/acme/plugins@{digest}!cobalt"}


def test_an_image_registry_that_refuses(resolve, tmp_path):
    code, document = resolve("oci://example.com/mine:1.0!mine", "--authfile", str(tmp_path / "nowhere.json"))
    assert code == ExitCode.TARGET, document["errors"]


def test_options(resolve, published):
    assert wanted(resolve("@acme/p", "--registry", published.url, "--prereleases")[1]) == ["1.7.0-rc.1"]
    accepted = published.asked[-1][1]["accept"]
    assert "install-v1" in accepted
    assert wanted(resolve("@acme/p", "--registry", published.url, "--cooldown", "7d")[1]) == ["1.5.2"]
    # npmjs.org's abbreviated metadata does not say when a version was published.
    assert "install-v1" not in published.asked[-1][1]["accept"]


@pytest.mark.parametrize(
    ("behave", "exit_code"),
    [
        (fake.status(401), ExitCode.DENIED),
        (fake.status(403), ExitCode.DENIED),
        (fake.status(404), ExitCode.TARGET),
        (fake.status(500), ExitCode.UNREACHABLE),
        (fake.status(429, Retry_After="3600"), ExitCode.UNREACHABLE),
        (fake.reset, ExitCode.UNREACHABLE),
        (fake.body(b"<html>"), ExitCode.INVALID),
        (fake.body(b'{"name": "other", "versions": {}}'), ExitCode.INVALID),
        (fake.body(b'{"name": "@acme/p"}'), ExitCode.INVALID),
    ],
)
def test_what_a_registry_does_wrong(resolve, registry, behave, exit_code):
    registry.behave = behave
    code, document = resolve("@acme/p", "--registry", registry.url)
    assert code == exit_code, document["errors"]
    assert wanted(document) == [None]
    assert document["result"]["plugins"][0]["reason"]


# -- the Orchestrator of a release


def names():
    return [package.rpartition("@")[0] for package in ORCHESTRATOR]


def publish_set(registry, *versions):
    for name in names():
        for version in versions:
            registry.publish(name, version, integrity=SHA512)


def test_the_set_of_a_release_moves_together(resolve, registry):
    publish_set(registry, "1.7.0", "1.7.1", "1.8.9", "1.7.3-rc.1")
    registry.publish(names()[0], "1.7.2", integrity=SHA512)
    code, document = resolve("--rhdh-version", "1.7", "--registry", registry.url)
    assert code == ExitCode.OK
    assert [one["name"] for one in document["result"]["plugins"]] == names()
    assert wanted(document) == ["1.7.1"] * 4
    assert {one["latest"] for one in document["result"]["plugins"]} == {"1.8.9"}
    assert all(rhdh_accepts(one["integrity"]["value"]) for one in document["result"]["plugins"])
    assert len(registry.asked) == 4


def test_what_is_known_to_be_bad_is_passed_over(resolve, registry):
    publish_set(registry, "1.8.9", "1.8.10")
    code, document = resolve("--rhdh-version", "1.8", "--registry", registry.url)
    assert code == ExitCode.OK
    assert wanted(document) == ["1.8.9"] * 4
    (passed,) = document["result"]["plugins"][0]["passedOver"]
    assert passed["version"] == "1.8.10"
    assert "regression" in passed["reason"]


def test_a_member_that_the_registry_lacks(resolve, registry):
    publish_set(registry, "1.7.1")
    del registry.packages[names()[2]]
    code, document = resolve("--rhdh-version", "1.7", "--registry", registry.url)
    assert code == ExitCode.TARGET
    assert wanted(document) == ["1.7.1", "1.7.1", None, "1.7.1"]


def test_without_spec_and_release(resolve):
    code, document = resolve()
    assert code == ExitCode.TARGET
    assert "--rhdh-version" in document["errors"][0]["fix"]


# -- whom to ask


def test_silence_has_an_end(resolve, registry, monkeypatch):
    monkeypatch.setattr(plugins_asking, "_LIMITS", Limits(seconds=1.5, silence=1.0))
    registry.behave = fake.drip
    code, document = resolve("@acme/p", "--registry", registry.url)
    assert (code, wanted(document)) == (ExitCode.UNREACHABLE, [None])


def scoped(monkeypatch, url):
    """The release's folder maps @redhat to this registry."""
    monkeypatch.setattr(plugins_asking, "_scopes", lambda _: {"@redhat": url})


@pytest.mark.parametrize(
    ("told", "asked"),
    [
        ({}, "release"),
        ({".npmrc": "registry={other}"}, "release"),
        ({".npmrc": "@redhat:registry={other}"}, "other"),
        ({"environment": "{other}"}, "other"),
        ({"option": "{other}"}, "other"),
        ({"option": "http://127.0.0.1:1/", ".npmrc": "@redhat:registry={other}"}, "other"),
    ],
)
def test_scope_of_the_release(resolve, registry, other, folder, monkeypatch, told, asked):
    for one in (registry, other):
        one.publish("@redhat/p", "1.0.0", integrity=SHA512)
    scoped(monkeypatch, registry.url)
    told = {key: text.format(other=other.url) for key, text in told.items()}
    if ".npmrc" in told:
        (folder / ".npmrc").write_text(told[".npmrc"])
    if "environment" in told:
        monkeypatch.setenv("NPM_CONFIG_REGISTRY", told["environment"])
    code, _ = resolve("@redhat/p", *(["--registry", told["option"]] if "option" in told else []))
    assert code == ExitCode.OK
    assert (len(registry.asked), len(other.asked)) == ((1, 0) if asked == "release" else (0, 1))


def test_scopes_of_the_releases():
    assert plugins_asking._scopes(None) == {"@redhat": "https://npm.registry.redhat.com"}
    assert plugins_asking._scopes(release("1.9")) == {}


# -- for people


def test_text_is_an_entry_to_be_copied(published, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    assert run(["plugins", "resolve", "@acme/p", "@acme/p@^9", "--registry", published.url]) == ExitCode.TARGET
    out = capsys.readouterr().out
    assert yaml.safe_load(out) == [{"package": "@acme/p@1.6.1", "integrity": SHA512}]
    assert "passed over: 1.7.0-rc.1 (a prerelease)" in out


def test_a_registry_writes_no_entries(published, folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    packument = published.packages["@acme/p"]
    packument["dist-tags"] = {"a\n- package: evil": "1.6.1", "b\u2028- package: evil": "1.6.1"}
    packument["versions"]["1.6.1"]["deprecated"] = "x\r\n- package: evil\x85- package: evil"
    run(["plugins", "resolve", "@acme/p", "@acme/p@none", "@acme/p@1.6.1", "--registry", published.url])
    assert [one["package"] for one in yaml.safe_load(capsys.readouterr().out)] == ["@acme/p@1.5.2", "@acme/p@1.6.1"]
