"""`plugins upgrade --to-release`: successors of packages, both sides tried, what is lost is said."""

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.knowledge.releases import release
from installer.model.errors import ExitCode
from tests.registries.test_outdated import entries, sri

VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
IMAGES = "oci://registry.access.redhat.com/rhdh/red-hat-developer-hub-backstage-plugin-"
INHERITS = ":{{inherit}}"


@pytest.fixture
def move(folder, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))

    def moved(text, old, new, *words):
        Path("dynamic-plugins.yaml").write_text(text)
        options = ("--file", "dynamic-plugins.yaml", "--rhdh-version", old, "--to-release", new)
        code = run(["plugins", "upgrade", *options, *words, "-o", "json"])
        document = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(document)
        return code, document, Path("dynamic-plugins.yaml").read_text()

    return moved


def codes(problems):
    return {one["code"] for one in problems}


def test_packages_become_images(move):
    text = release("1.8").dynamic_plugins + '  # ours\n  - package: "@acme/p@1.0.0"\n    integrity: ' + sri("x") + "\n"
    code, document, after = move(text, "1.8", "1.9", "--yes")
    assert code == ExitCode.OK, document["errors"]
    packages = [one["package"] for one in yaml.safe_load(after)["plugins"]]
    assert packages[:4] == [
        f"{IMAGES}{name}{INHERITS}"
        for name in (
            "orchestrator",
            "orchestrator-backend",
            "scaffolder-backend-module-orchestrator",
            "orchestrator-form-widgets",
        )
    ]
    assert after.count("integrity:") == 1
    assert after.endswith(text[text.index("  # ours") :])
    rows = {one["name"]: one for one in document["result"]["plugins"]}
    assert rows["@redhat/backstage-plugin-orchestrator"]["wanted"] == "{{inherit}}"
    assert "nothing is known of it in RHDH 1.9" in rows["@acme/p"]["reason"]
    assert document["result"]["before"] == {"release": release("1.8").version, "failure": None}
    assert codes(document["warnings"]) == {"config-kept"}
    again, document, unchanged = move(after, "1.9", "1.9", "--yes")
    assert (again, document["changes"], unchanged) == (ExitCode.OK, [], after)


def test_the_key_of_a_frontend_takes_its_name_of_today(move):
    text = f"""\
includes:
  - dynamic-plugins.default.yaml
plugins:
  - package: "@janus-idp/backstage-plugin-orchestrator@1.5.0"
    integrity: {sri("j")}
    disabled: false
    pluginConfig:
      dynamicPlugins:
        frontend:
          janus-idp.backstage-plugin-orchestrator:   # its pages
            appIcons: []
"""
    code, document, after = move(text, "1.5", "1.9", "--yes")
    assert code == ExitCode.OK, document["errors"]
    assert "red-hat-developer-hub.backstage-plugin-orchestrator:   # its pages" in after


def test_without_the_defaults_the_digest_that_is_known(move):
    text = entries(("@redhat/backstage-plugin-orchestrator-backend-dynamic@1.8.12", sri("x")))
    code, document, after = move(text, "1.8", "1.9", "--yes")
    assert code == ExitCode.OK, document["errors"]
    digest = release("1.9").digests[f"{IMAGES.removeprefix('oci://')}orchestrator-backend"]
    assert f"{IMAGES}orchestrator-backend@{digest}" in after


def test_both_sides_are_tried(move):
    broken = entries(("@acme/p@1.0.0", None))
    code, document, _ = move(broken, "1.8", "1.9", "--dry-run")
    assert (code, codes(document["warnings"])) == (ExitCode.FINDINGS, {"rhdh-would-fail"})
    assert document["result"]["before"]["failure"]["package"] == "@acme/p@1.0.0"
    twice = entries(("@acme/p@1.0.0", sri("x")), ("@acme/p@1.1.0", sri("y")))
    code, document, after = move(twice, "1.8", "1.9", "--yes")
    assert (code, codes(document["errors"]), after) == (ExitCode.FINDINGS, {"rhdh-would-fail"}, twice)
    assert document["result"]["before"]["failure"] is None, "RHDH 1.8 takes two versions for two plugins"


def test_what_the_new_release_would_not_start_with_is_refused(move):
    text = release("1.8").dynamic_plugins + "  - package: oci://example.com/x\n    disabled: false\n"
    code, document, after = move(text, "1.8", "1.9", "--yes")
    assert (code, codes(document["errors"]), after) == (ExitCode.FINDINGS, {"rhdh-would-fail"}, text)


def test_what_is_lost_is_said(move, folder):
    name = "@redhat/backstage-plugin-orchestrator-backend-dynamic"
    (folder / "old.yaml").write_text(
        entries((f"{name}@1.8.12", sri("x"))) + "    disabled: true\n    pluginConfig: {a: {b: 1}}\n"
    )
    (folder / "new.yaml").write_text(f'plugins:\n  - package: "{IMAGES}orchestrator-backend:1.9"\n    disabled: true\n')
    text = f'includes:\n  - dynamic-plugins.default.yaml\nplugins:\n  - package: "{name}@1.8.12"\n    disabled: false\n'
    flags = ("--defaults", "old.yaml", "--new-defaults", "new.yaml", "--dry-run")
    code, document, _ = move(text, "1.8", "1.9", *flags)
    assert code == ExitCode.OK, document["errors"]
    (lost,) = [one for one in document["warnings"] if one["code"] == "config-lost"]
    assert "has no a.b" in lost["message"]


def test_words_that_contradict(move, capsys):
    for words in (["x"], ["--to", "latest"]):
        code = run(["plugins", "upgrade", *words, "--to-release", "1.9", "--file", "x", "-o", "json"])
        assert code == ExitCode.USAGE
    capsys.readouterr()
    assert run(["plugins", "upgrade", "--new-defaults", "x", "--file", "x", "-o", "json"]) == ExitCode.USAGE
    capsys.readouterr()
    assert move("plugins: []\n", "1.8", "7.7")[0] == ExitCode.TARGET
