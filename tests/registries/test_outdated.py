"""`plugins outdated`: what should stand there, what there is, why, and the exit code of everything that goes wrong."""

import base64
import hashlib
import json

import jsonschema
import pytest

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.model.errors import ExitCode
from installer.model.lock import LOCK_FILE, Locked, lock_of
from installer.plan import lock_text
from tests.registries.images import Images, image, served

VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
SET = (
    "@redhat/backstage-plugin-orchestrator",
    "@redhat/backstage-plugin-orchestrator-backend-dynamic",
    "@redhat/backstage-plugin-orchestrator-form-widgets",
    "@redhat/backstage-plugin-scaffolder-backend-module-orchestrator-dynamic",
)


def sri(*parts):
    return "sha512-" + base64.b64encode(hashlib.sha512("@".join(parts).encode()).digest()).decode()


def publish(registry, name, *versions, **more):
    for version in versions:
        registry.publish(name, version, integrity=sri(name, version))
        registry.packages[name]["versions"][version] |= more


@pytest.fixture
def images():
    with served(Images()) as running:
        yield running


@pytest.fixture
def ask(folder, monkeypatch, capsys):
    """The command in a directory of nobody's configuration: its exit code and its rows by the names of packages."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry", "NPM_CONFIG_USERCONFIG"):
        monkeypatch.delenv(name, raising=False)

    def asked(*words, text=None):
        if text is not None:
            (folder / "dynamic-plugins.yaml").write_text(text)
        words = ["plugins", "outdated", "--file", "dynamic-plugins.yaml", "--rhdh-version", "1.7", *words]
        code = run([*words, "-o", "json"])
        document = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(document)
        return code, {one["name"]: one for one in (document["result"] or {"plugins": []})["plugins"]}, document

    return asked


def entries(*packages):
    """Package and hash, None for no line of it."""
    lines = ["plugins:"]
    for package, integrity in packages:
        lines += [f'  - package: "{package}"', *([f"    integrity: {integrity}"] if integrity else [])]
    return "\n".join(lines) + "\n"


def test_current_wanted_latest_and_why(ask, registry):
    publish(registry, "@acme/p", "1.5.0", "1.6.0", "2.1.0", "1.5.9")
    publish(registry, "@acme/p", "1.7.0", deprecated="broken")
    registry.packages["@acme/p"]["dist-tags"] = {"latest": "1.5.9"}
    text = entries(("@acme/p@1.5.0", sri("@acme/p", "1.5.0")))
    code, rows, _ = ask("--registry", registry.url, text=text)
    row = rows["@acme/p"]
    assert (code, row["current"], row["wanted"], row["latest"]) == (ExitCode.OK, "1.5.0", "1.6.0", "2.1.0")
    assert row["integrity"] == {"value": sri("@acme/p", "1.6.0"), "state": "ok", "expected": sri("@acme/p", "1.5.0")}
    assert row["reason"] == "the highest version that satisfies 1.x"
    assert row["latestReason"] == "the highest version"
    assert row["passedOver"] == [{"version": "1.7.0", "reason": "deprecated: broken"}]
    assert row["origin"] == "dynamic-plugins.yaml:2"
    assert len(registry.asked) == 1
    assert ask("--registry", registry.url, "--exit-code")[0] == ExitCode.PENDING
    assert len(registry.asked) <= 2


def test_the_orchestrator_moves_together_in_its_releases_line(ask, registry):
    for name in SET:
        publish(registry, name, "1.7.1", "1.7.2", "1.8.0")
    for name in SET[1:]:
        publish(registry, name, "1.7.3")
    text = entries(*((f"{name}@1.7.1", sri(name, "1.7.1")) for name in SET[:3]))
    code, rows, _ = ask("--registry", registry.url, "--exit-code", text=text)
    assert code == ExitCode.PENDING
    assert {name: row["wanted"] for name, row in rows.items()} == dict.fromkeys(SET[:3], "1.7.2")
    assert {row["latest"] for row in rows.values()} == {"1.8.0"}
    assert rows[SET[1]]["passedOver"][0]["version"] == "1.7.3"
    assert len(registry.asked) == len(SET), "the member that is not in the file is asked for once, too"


def test_what_another_releases_line_brought_comes_back(ask, registry):
    for name in SET:
        publish(registry, name, "1.7.1", "1.8.0")
    _, rows, _ = ask("--registry", registry.url, text=entries(*((f"{name}@1.8.0", sri(name, "1.8.0")) for name in SET)))
    assert {row["wanted"] for row in rows.values()} == {"1.7.1"}


@pytest.mark.parametrize(
    ("current", "versions", "wanted"),
    [
        ("1.5.0", ["1.4.0"], "1.4.0"),  # the registry does not have what stands there
        ("2.0.0-rc.1", ["1.0.0", "2.0.0-rc.1", "2.0.0"], "2.0.0"),
        ("2.0.0-rc.1", ["1.0.0", "2.0.0-rc.1"], "2.0.0-rc.1"),
        ("0.5.0", ["0.5.0", "0.9.1", "1.0.0"], "0.9.1"),
        ("^1.0.0", ["1.0.0", "1.2.0", "2.0.0"], "1.2.0"),
        ("latest", ["1.0.0", "1.1.0"], "1.0.0"),
        ("", ["1.0.0", "2.1.0"], "2.1.0"),
        ("v1.0.0", ["1.0.0"], "1.0.0"),
    ],
)
def test_wanted(ask, registry, current, versions, wanted):
    publish(registry, "@acme/p", *versions)
    registry.packages["@acme/p"]["dist-tags"] = {"latest": versions[0]}
    package = f"@acme/p@{current}" if current else "@acme/p"
    _, rows, _ = ask("--registry", registry.url, text=entries((package, sri("a"))))
    assert rows["@acme/p"]["wanted"] == wanted


@pytest.mark.parametrize(
    ("integrity", "state"),
    [
        (None, "missing"),
        ("sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", "malformed"),
        (sri("@acme/p", "1.1.0"), "belongs to another version"),
        (sri("else"), "mismatch"),
        (sri("@acme/p", "1.0.0"), "ok"),
    ],
)
def test_the_hash_that_stands_there(ask, registry, integrity, state):
    publish(registry, "@acme/p", "1.0.0")
    publish(registry, "@acme/p", "1.1.0", deprecated="no")
    code, rows, _ = ask("--registry", registry.url, "--exit-code", text=entries(("@acme/p@1.0.0", integrity)))
    assert rows["@acme/p"]["integrity"]["state"] == state
    assert rows["@acme/p"]["integrity"]["expected"] == sri("@acme/p", "1.0.0")
    assert code == (ExitCode.OK if state == "ok" else ExitCode.PENDING)


def _slam(status):
    def behave(handler, _name):
        handler.answer(status, b"{}")

    return behave


def _nonsense(handler, _name):
    handler.answer(200, b"<html>")


@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (None, ExitCode.TARGET),
        (_slam(401), ExitCode.DENIED),
        (_slam(403), ExitCode.DENIED),
        (_slam(503), ExitCode.UNREACHABLE),
        (_nonsense, ExitCode.INVALID),
    ],
)
def test_what_a_registry_does_wrong_is_said_of_each(ask, registry, behave, code):
    registry.behave = behave
    found, rows, document = ask("--registry", registry.url, text=entries(("@acme/p@1.0.0", None), ("./mine", None)))
    assert found == code
    assert rows["@acme/p"]["wanted"] is None
    assert rows["@acme/p"]["reason"]
    assert document["errors"][0]["where"]["line"] == 2
    assert rows["mine"]["reason"] == "it is part of RHDH's image or a volume"


def test_images_by_tag_and_digest(ask, images, registry):
    for tag in ("1.0.0", "1.1.0", "2.0.0", "1.2.0-rc.1", "bs_1.45.3__0.5.1", "bs_1.45.3__0.5.4", "bs_1.48.0__0.6.0"):
        images.push("acme/i", tag, image("cobalt"))
    place = f"oci://{images.host}/acme/i"
    text = entries(
        (f"{place}:1.0.0!a", None), (f"{place}@sha256:{'0' * 64}!b", None), (f"{place}:{{{{inherit}}}}!c", None)
    )
    (code, _, document) = ask("--registry", registry.url, text=text + f'  - package: "{place}:bs_1.45.3__0.5.1!d"\n')
    rows = document["result"]["plugins"]
    assert code == ExitCode.OK, document["errors"]
    assert [(one["current"], one["wanted"], one["latest"]) for one in rows] == [
        ("1.0.0", "1.1.0", "2.0.0"),
        (f"sha256:{'0' * 64}", None, None),
        (None, None, None),  # the defaults say which
        ("bs_1.45.3__0.5.1", "bs_1.45.3__0.5.4", "bs_1.45.3__0.5.4"),
    ]
    assert rows[0]["passedOver"] == [{"version": "1.2.0-rc.1", "reason": "a prerelease"}]
    assert "left alone" in rows[2]["reason"]


def test_a_tarballs_own_registry_is_asked(ask, registry):
    publish(registry, "@acme/q", "1.0.0", "1.1.0")
    code, rows, _ = ask(text=entries((f"{registry.url}@acme/q/-/q-1.0.0.tgz", sri("@acme/q", "1.0.0"))))
    assert (code, rows["@acme/q"]["source"], rows["@acme/q"]["wanted"]) == (ExitCode.OK, "tgz", "1.1.0")


def test_the_release_has_to_be_known(ask, registry, capsys):
    ask("--registry", registry.url, text=entries(("./mine", None)))
    code = run(["plugins", "outdated", "--file", "dynamic-plugins.yaml", "--registry", registry.url, "-o", "json"])
    assert (code, json.loads(capsys.readouterr().out)["errors"][0]["code"]) == (ExitCode.TARGET, "unknown-version")


def test_what_comes_with_rhdh_is_not_asked_for(ask, registry, folder):
    (folder / "dynamic-plugins.default.yaml").write_text(entries(("@acme/theirs@1.0.0", None)))
    text = "includes: [dynamic-plugins.default.yaml]\n" + entries(("./mine", None))
    code, rows, _ = ask("--registry", registry.url, text=text)
    assert (code, rows["@acme/theirs"]["wanted"]) == (ExitCode.OK, None)
    assert "comes with RHDH" in rows["@acme/theirs"]["reason"]
    assert not registry.asked


def test_what_inherits_its_version_is_left_alone_also_where_the_default_is_at_hand(ask, images, folder):
    place = f"oci://{images.host}/acme/i"
    (folder / "defaults.yaml").write_text(entries((f"{place}:1.0.0!a", None), (f"{place}:1.0.0!b", None)))
    text = "includes: [dynamic-plugins.default.yaml]\n" + entries((f"{place}:{{{{inherit}}}}!a", None))
    code, _, document = ask("--defaults", "defaults.yaml", "--rhdh-version", "1.9", text=text)
    rows = document["result"]["plugins"]
    assert code == ExitCode.OK, document["errors"]
    assert [(one["current"], one["wanted"]) for one in rows] == [("1.0.0", None)] * 2
    assert {one["reason"].partition(":")[0] for one in rows} == {
        "it takes its version from RHDH's own defaults",
        "it comes with RHDH",
    }


def test_the_lock(ask, registry, folder):
    publish(registry, "@acme/p", "1.5.0", "1.6.0")
    text = entries(("@acme/p@1.5.0", sri("@acme/p", "1.5.0")))
    assert ask("--registry", registry.url, "--frozen", text=text)[0] == ExitCode.TARGET
    one = Locked("@acme/p@1.5.0", "@acme/p", "npm", version="1.5.0", integrity=sri("@acme/p", "1.5.0"))
    (folder / LOCK_FILE).write_text(lock_text.written(lock_of([one])))
    asked = len(registry.asked)
    code, rows, _ = ask("--registry", registry.url, "--frozen")
    assert (code, rows["@acme/p"]["current"], rows["@acme/p"]["wanted"]) == (ExitCode.OK, "1.5.0", None)
    assert len(registry.asked) == asked, "nobody was asked"
    stale = entries(("@acme/p@1.6.0", sri("@acme/p", "1.6.0")))
    code, _, document = ask("--registry", registry.url, "--frozen", text=stale)
    assert (code, bool(document["errors"])) == (ExitCode.FINDINGS, True)
