"""Packages of very many versions: what nobody looks at is not read, and a registry is not asked for ever more."""

import json

import pytest

from installer.cli.boundary import run
from installer.flow.plugins_asking import policy_of
from installer.model.errors import ExitCode
from installer.model.registry_request import RegistryRequest
from installer.registries import npm, npm_packument, oci_wanted, versions
from installer.registries.choosing import aligned, choose
from installer.registries.wanted import together, wanted

MANY = 19_000
SHA512 = "sha512-" + "A" * 86 + "=="
POLICY = policy_of(RegistryRequest())


def listing(name, texts):
    said = {text: {"name": name, "version": text, "dist": {"integrity": SHA512}} for text in texts}
    return json.dumps({"name": name, "dist-tags": {}, "versions": said}).encode()


def numbered(count):
    """0.0.0, 0.0.1 … 47.9.19"""
    return [f"{number // 400}.{number // 20 % 20}.{number % 20}" for number in range(count)]


@pytest.fixture(scope="module")
def packument():
    return npm.parse(listing("@acme/p", numbered(MANY)), "@acme/p", "https://r/")


@pytest.fixture
def counted(monkeypatch):
    """How much was parsed as a version, and how many versions of packages were looked at, since then."""
    made = []
    ours = npm_packument.Published

    def published(*said):
        made.append(said)
        return ours(*said)

    monkeypatch.setattr(npm_packument, "Published", published)
    versions.parse.cache_clear()
    return lambda: (versions.parse.cache_info().misses, len(made))


@pytest.mark.parametrize(
    ("ask", "version"),
    [
        (lambda one: choose(one, "", POLICY), "47.9.19"),
        (lambda one: choose(one, "*", POLICY), "47.9.19"),
        (lambda one: choose(one, "3.x", POLICY), "3.19.19"),
        (lambda one: choose(one, "^3.1 || ^5.2", POLICY), "5.19.19"),
        (lambda one: choose(one, "<1", POLICY), "0.19.19"),
        (lambda one: choose(one, "7.3.1", POLICY), "7.3.1"),
        (lambda one: wanted(one, "3.1.0", "compatible", POLICY), "3.19.19"),
        (lambda one: wanted(one, "3.1.0", "patch", POLICY), "3.1.19"),
        (lambda one: wanted(one, "3.1.0", "latest", POLICY), "47.9.19"),
        (lambda one: aligned([one] * 4, "~3.1", POLICY)[3], "3.1.19"),
        (lambda one: together([one] * 4, ["3.1.0"] * 4, "compatible", "~3.1", POLICY)[0], "3.1.19"),
    ],
)
def test_a_few_of_many_are_parsed(ask, version, packument, counted):
    assert ask(packument).version == version
    parsed, made = counted()
    assert parsed <= 10
    assert made <= 20


def test_what_none_satisfies_is_not_looked_for_everywhere(packument, counted):
    assert choose(packument, ">=48", POLICY).version is None
    assert choose(packument, "7.3.99", POLICY).version is None
    assert counted()[0] <= 10


def test_tags_of_images_too(counted):
    tags = [f"bs_1.45.3__{text}" for text in numbered(MANY)] + ["latest", "1.9"]
    found = oci_wanted.wanted_tag("quay.io/acme/i", "bs_1.45.3__3.1.0", tags, "compatible", POLICY)
    assert found.version == "bs_1.45.3__3.19.19"
    assert counted()[0] <= 10


def test_every_one_that_is_passed_over_is_told():
    """What is above the one that is taken has its reason, however many there are."""
    texts = [f"2.0.0-rc.{number}" for number in range(3000)]
    found = npm.parse(listing("@acme/p", [*numbered(200), *texts]), "@acme/p", "https://r/")
    choice = choose(found, "", POLICY)
    assert choice.version == "0.9.19"
    assert [one.version for one in choice.passed_over] == texts[::-1]


def test_what_is_called_as_a_field_is_a_version_or_tag_like_others():
    text = json.dumps(
        {
            "name": "p",
            "dist-tags": {"dist": "1.0.0", "latest": "1.0.0"},
            "versions": {
                "1.0.0": {"dist": {"integrity": SHA512}},
                "dist": {"dist": {}},
                "1.1.0": {"deprecated": "old"},
            },
        }
    )
    found = npm.parse(text.encode(), "p", "https://r/")
    assert list(found.versions) == ["1.0.0", "dist", "1.1.0"]
    assert found.tags == {"dist": "1.0.0", "latest": "1.0.0"}
    assert (found.versions["1.0.0"].integrity, found.versions["1.1.0"].deprecated) == (SHA512, "old")
    assert npm_packument.known(npm_packument.kept(found), "p", "https://r/").versions["1.1.0"].deprecated == "old"


def test_a_command_that_is_told_of_forty_such_packages(folder, registry, monkeypatch, capsys, counted):
    names = [f"@acme/p{number}" for number in range(40)]
    texts = numbered(600)
    registry.behave = lambda handler, name: registry.serve(handler, listing(name, texts))
    registry.caching = {"Cache-Control": "max-age=300"}
    lines = [f"- package: '{name}@1.1.0'\n  integrity: {SHA512}\n" for name in names]
    (folder / "dynamic-plugins.yaml").write_text(f"plugins:\n{''.join(lines)}")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    words = ["plugins", "outdated", "--file", "dynamic-plugins.yaml", "--rhdh-version", "1.8", "-o", "json"]
    for _ in range(2):
        assert run([*words, "--registry", registry.url]) == ExitCode.OK
        found = json.loads(capsys.readouterr().out)["result"]["plugins"]
        assert {(one["wanted"], one["latest"]) for one in found} == {("1.9.19", "1.9.19")}
        assert len(registry.asked) == len(names)
    parsed, made = counted()
    assert parsed <= 20
    assert made <= 2 * 10 * len(names)


def test_nobody_is_asked_for_what_there_is_no_room_for(folder, registry, monkeypatch, capsys):
    monkeypatch.setattr(npm, "VERSIONS_OF_ALL", 1000)
    names = [f"@acme/p{number}" for number in range(40)]
    registry.behave = lambda handler, name: registry.serve(handler, listing(name, numbered(400)))
    registry.caching = {"Cache-Control": "max-age=300"}
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder))
    for _ in range(2):  # what is kept counts as what is told
        assert run(["plugins", "resolve", *names, "--registry", registry.url, "-o", "json"]) == ExitCode.INVALID
        rows = json.loads(capsys.readouterr().out)["result"]["plugins"]
        assert sum(one["wanted"] is not None for one in rows) == 2
    assert len(registry.asked) <= 2 * 11  # eight at a time
