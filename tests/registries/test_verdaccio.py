"""Against a real npm registry: what npm published and reads is what we compare with."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from installer.cli.boundary import run
from installer.model.errors import ExitCode
from installer.registries import npmrc
from installer.registries.npm import packuments
from installer.registries.tarball_archive import Rules
from installer.registries.tarball_checks import Subject
from installer.registries.tarball_verdict import Verifier
from installer.registries.verdict import Confirmed, Mismatch, Missing, Planned, problem_of
from installer.registries.verdicts import verify
from tests.registries import verdaccio
from tests.registries.test_outdated import SET, entries

WRONG = "sha512-" + "A" * 86 + "=="
# In the order in which they were published: a backport comes last, and is tagged latest.
VERSIONS = ("1.5.0", "1.6.0", "1.7.0", "2.0.0", "2.1.0-rc.1", "1.5.9")


@dataclass(frozen=True)
class World:
    """Two scopes, of which one is private; `hashes` by package and version."""

    url: str
    folder: Path
    token: str
    hashes: dict[str, str]

    @property
    def npmrc(self) -> str:
        return f"//{self.url.removeprefix('http://')}:_authToken={self.token}\n"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    folder = tmp_path_factory.mktemp("verdaccio")
    with verdaccio.running(folder) as url:
        hashes = {}

        def put(name, *versions):
            for version in versions:
                tag = "next" if "-" in version else "latest"
                hashes[f"{name}@{version}"] = verdaccio.put(url, name, version, tag=tag)

        put("@acme/p", *VERSIONS)
        verdaccio.deprecate(url, "@acme/p", "1.7.0", "loses data")
        put("@private/p", "1.0.0", "1.2.0")
        for name in SET:
            put(name, "1.7.1", "1.7.2", "1.8.0")
        put(SET[0], "1.7.3")
        yield World(url, folder, verdaccio.log_in(url, "somebody", "a-l0ng-passw0rd"), hashes)


@pytest.fixture
def plugins(world, folder, monkeypatch, capsys):
    """`plugins WORD` on a text, in a directory of nobody's configuration: exit code, rows by name, errors by code."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry", "NPM_CONFIG_USERCONFIG"):
        monkeypatch.delenv(name, raising=False)

    def ask(word, *words, text=None):
        if text is not None:
            (folder / "dynamic-plugins.yaml").write_text(text)
        where = [] if word == "resolve" else ["--file", "dynamic-plugins.yaml", "--rhdh-version", "1.7"]
        code = run(["plugins", word, *where, *words, "--registry", world.url, "-o", "json"])
        document = json.loads(capsys.readouterr().out)
        assert world.token not in json.dumps(document)
        rows = (document["result"] or {}).get("plugins", [])
        return code, {one["package"]: one for one in rows}, {one["code"] for one in document["errors"]}

    return ask


def test_what_npm_publishes(world, folder):
    url = world.url
    for name, version in (("@acme/plugin", "1.2.3"), ("plain", "0.1.0"), ("@private/plugin", "2.0.0")):
        verdaccio.publish(url, folder, name, version)
    right = verdaccio.published(url, folder, "@acme/plugin@1.2.3")
    environment = {"HOME": str(folder.parent / "home")}

    def ask(*packages):
        return verify(packages, url, folder=folder, environment=environment)

    found = ask(
        Planned("@acme/plugin@1.2.3", right),
        Planned("@acme/plugin@1.2.3", WRONG),
        Planned("@acme/plugin@1.2.4", right),
        Planned("plain@0.1.0", WRONG),
        Planned("@acme/nothing@1.0.0", right),
    )
    assert [type(one) for one in found] == [Confirmed, Mismatch, Missing, Mismatch, Missing]
    assert found[1].expected == right
    assert found[3].expected == verdaccio.published(url, folder, "plain@0.1.0")
    (refused,) = ask(Planned("@private/plugin@2.0.0", WRONG))
    assert problem_of(refused).exit == ExitCode.DENIED
    (folder / ".npmrc").write_text(world.npmrc)
    (seen,) = ask(Planned("@private/plugin@2.0.0", WRONG))
    assert isinstance(seen, Mismatch)
    _verified(npmrc.read(folder, environment, url), right)


def _verified(config, right):
    """What npm packs and publishes is as it should be, of a private package too."""
    verifier = Verifier(config, Rules(1_000_000))
    names = {"@acme/plugin": ("1.2.3", right), "@private/plugin": ("2.0.0", None)}
    asked = packuments(names, config)
    for name, (version, integrity) in names.items():
        found = verifier.published(Subject(f"{name}@{version}", name, version, integrity), asked[name])
        assert [one.state for one in found.checks] == ["ok"] * 4 + ["not checked"], found
        assert found.signature == "none offered"
    verifier.close()


def test_resolve_is_not_led_astray_by_what_was_published_last(plugins, world):
    assert list(verdaccio.packument(world.url, "@acme/p")["versions"])[-1] == "1.5.9", "the upstream script's choice"
    wanted = {
        "@acme/p": "2.0.0",
        "@acme/p@^1.5": "1.6.0",
        "@acme/p@latest": "1.5.9",
        "@acme/p@next": "2.1.0-rc.1",
        "@acme/p@1.7.0": "1.7.0",
        "@acme/p@^3": None,
    }
    code, rows, errors = plugins("resolve", *wanted)
    assert {package: row["wanted"] for package, row in rows.items()} == wanted
    for row in rows.values():
        assert row["integrity"]["value"] == world.hashes.get(f"{row['name']}@{row['wanted']}")
    assert "deprecated: loses data" in rows["@acme/p@1.7.0"]["reason"]
    assert (code, errors) == (ExitCode.TARGET, {"spec-unsatisfied"})
    assert verdaccio.published(world.url, world.folder, "@acme/p@2.0.0") == world.hashes["@acme/p@2.0.0"]


def test_what_is_private_is_for_who_may_read_it(plugins, world, folder):
    code, rows, errors = plugins("resolve", "@acme/p", "@private/p")
    assert (code, errors, rows["@acme/p"]["wanted"]) == (ExitCode.DENIED, {"registry-denied"}, "2.0.0")
    (folder / ".npmrc").write_text(world.npmrc)
    code, rows, _ = plugins("resolve", "@private/p")
    assert (code, rows["@private/p"]["wanted"]) == (ExitCode.OK, "1.2.0")
    (folder / ".npmrc").write_text(world.npmrc.replace(world.token, "not-one"))
    assert plugins("resolve", "@private/p", "--refresh")[0] == ExitCode.DENIED


def text_of(world, *packages):
    return entries(*((package, world.hashes[package]) for package in packages))


def test_outdated(plugins, world, folder):
    (folder / ".npmrc").write_text(world.npmrc)
    text = text_of(world, *(f"{name}@1.7.1" for name in SET), "@acme/p@1.5.0", "@private/p@1.0.0")
    code, rows, errors = plugins("outdated", "--exit-code", text=text)
    assert (code, errors) == (ExitCode.PENDING, set())
    assert {row["name"]: (row["wanted"], row["latest"]) for row in rows.values()} == {
        **dict.fromkeys(SET, ("1.7.2", "1.8.0")),  # 1.7.3 is not there of all
        "@acme/p": ("1.6.0", "2.0.0"),
        "@private/p": ("1.2.0", "1.2.0"),
    }
    assert {row["integrity"]["state"] for row in rows.values()} == {"ok"}
    _, rows, _ = plugins("outdated", "--prereleases")
    assert rows["@acme/p@1.5.0"]["latest"] == "2.1.0-rc.1"


def test_verify(plugins, world, folder):
    (folder / ".npmrc").write_text(world.npmrc)
    packages = (f"{SET[0]}@1.7.1", "@acme/p@1.5.0", "@private/p@1.0.0")
    assert plugins("verify", text=text_of(world, *packages))[0] == ExitCode.OK
    code, rows, _ = plugins("verify", text=entries(("@acme/p@1.5.0", world.hashes["@acme/p@1.6.0"])))
    assert (code, rows["@acme/p@1.5.0"]["integrity"]["expected"]) == (
        ExitCode.INTEGRITY,
        world.hashes["@acme/p@1.5.0"],
    )
    assert plugins("verify", text=entries(("@acme/p@1.5.1", WRONG)))[0] == ExitCode.TARGET


def test_upgrade_and_back(plugins, world, folder):
    (folder / ".npmrc").write_text(world.npmrc)
    before = text_of(world, *(f"{name}@1.7.1" for name in SET), "@acme/p@1.5.0", "@private/p@1.0.0")
    after = text_of(world, *(f"{name}@1.7.2" for name in SET), "@acme/p@1.6.0", "@private/p@1.2.0")
    file = folder / "dynamic-plugins.yaml"
    assert plugins("upgrade", "--yes", text=before)[0] == ExitCode.OK
    assert file.read_text() == after
    assert plugins("upgrade", "--yes")[0] == ExitCode.OK
    assert file.read_text() == after, "twice is once"
    for names, version in (["@acme/p"], "1.5.0"), (["@private/p"], "1.0.0"), (SET, "1.7.1"):
        assert plugins("upgrade", "--yes", *names, "--to", version)[0] == ExitCode.OK
    assert file.read_text() == before
    assert plugins("upgrade", "--yes", "@acme/p", "--to", "1.5.1")[0] == ExitCode.TARGET
    assert file.read_text() == before
