"""`plugins enable`, `disable`, `remove`: the tokens that change, the names that are understood, what is refused."""

import json
import shutil
from pathlib import Path

import jsonschema
import pytest

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.model.errors import ExitCode
from installer.plan.naming import Named, named
from tests.tables import table

VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
CASES = table(Path(__file__).with_name("switching_texts.yaml"))
SAMPLE = Path(__file__).parents[2] / "scripts" / "sample"
HASH = "sha512-" + "A" * 86 + "=="


@pytest.fixture
def program(tmp_path, monkeypatch, capsys):
    """The program in a folder of its own: words -> (exit code, document)."""
    monkeypatch.chdir(tmp_path)

    def ask(*words):
        capsys.readouterr()
        code = run(["plugins", *words, "-o", "json"])
        document = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(document)
        return code, document

    return ask


def codes(document, kind="errors"):
    return [one["code"] for one in document[kind]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_texts(case, program, tmp_path):
    file = tmp_path / "dynamic-plugins.yaml"
    before, after = (case[key].replace("HASH", HASH).encode() for key in ("before", "after"))
    file.write_bytes(before)
    if "defaults" in case:
        (tmp_path / "dynamic-plugins.default.yaml").write_text(case["defaults"])
    words = (*case["words"], "--file", file.name, "--rhdh-version", case.get("release", "1.8"))
    code, document = program(*words, "--dry-run", "--exit-code")
    assert (code, file.read_bytes()) == (ExitCode.PENDING, before), document["errors"]
    code, document = program(*words, "--yes")
    assert (code, document["result"]["written"]) == (ExitCode.OK, True), document["errors"]
    assert file.read_bytes().decode() == after.decode()
    code, document = program(*words, "--yes")
    done = ExitCode.TARGET if case["words"][0] == "remove" and "defaults" not in case else ExitCode.OK
    assert (code, document["changes"]) == (done, []), document["errors"]
    assert file.read_bytes() == after


def test_there_and_back(program, tmp_path):
    for file in sorted(SAMPLE.glob("*.yaml")):
        shutil.copy(file, tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    for verb in ("disable", "enable"):
        code, document = program(verb, "backstage-plugin-techdocs", "--directory", ".", "--yes")
        assert (code, [one["path"] for one in document["changes"]]) == (ExitCode.OK, ["dynamic-plugins.yaml"])
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    code, document = program("enable", "backstage-plugin-techdocs", "--directory", ".", "--yes")
    assert (code, document["changes"]) == (ExitCode.OK, [])
    assert document["result"]["plugins"][0]["reason"] == "nothing to change"


def test_removed_from_a_config_map(program, tmp_path):
    for file in sorted(SAMPLE.glob("*.yaml")):
        shutil.copy(file, tmp_path)
    lines = (tmp_path / "dynamic-plugins.yaml").read_text().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if "kubernetes-backend" in line)
    last = next(number for number, line in enumerate(lines) if "topology" in line)
    code, document = program("remove", "backstage-plugin-kubernetes-backend-dynamic", "--directory", ".", "--yes")
    assert code == ExitCode.OK, document["errors"]
    assert (tmp_path / "dynamic-plugins.yaml").read_text() == "".join(lines[:first] + lines[last:])


def test_what_people_read(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "d.yaml").write_text("plugins:\n  - package: ./mine\n")
    assert run(["plugins", "enable", "mine", "--file", "d.yaml", "--rhdh-version", "1.8"]) == ExitCode.OK
    assert "./mine is on already: nothing to change" in capsys.readouterr().out
    assert run(["plugins", "disable", "mine", "--file", "d.yaml", "--rhdh-version", "1.8"]) == ExitCode.UNCONFIRMED
    assert "+    disabled: true" in capsys.readouterr().out


TWO = """\
plugins:
  - package: "@acme/p@1.0.0"
    disabled: true
  - package: "@acme/p@2.0.0"
    disabled: true
  - package: oci://example.com/acme/i:1.0!p
    disabled: true
"""


@pytest.mark.parametrize("verb", ["enable", "disable", "remove"])
def test_names_that_mean_none_or_several(program, tmp_path, verb):
    (tmp_path / "d.yaml").write_text(TWO)
    words = ("--file", "d.yaml", "--rhdh-version", "1.8", "--yes")
    code, document = program(verb, "@acme/p", *words)
    assert (code, codes(document)) == (ExitCode.TARGET, ["plugin-ambiguous"])
    assert "@acme/p@1.0.0, @acme/p@2.0.0" in document["errors"][0]["message"]
    code, document = program(verb, "none", "@acme/p@2.0.0", *words)
    assert (code, codes(document)) == (ExitCode.TARGET, ["plugin-unknown"])
    assert (tmp_path / "d.yaml").read_text() == TWO


def test_a_file_whose_release_nobody_knows(program, tmp_path):
    (tmp_path / "d.yaml").write_text("plugins:\n  - package: ./mine\n  - package: ./other\n")
    code, document = program("disable", "mine", "--file", "d.yaml", "--yes")
    assert (code, codes(document)) == (ExitCode.TARGET, ["unknown-version"])
    assert program("remove", "mine", "--file", "d.yaml", "--yes")[0] == ExitCode.OK


def test_what_rhdh_would_not_start_with(program, tmp_path):
    text = 'plugins:\n  - package: "@acme/p@1.0.0"\n    disabled: true\n'
    (tmp_path / "d.yaml").write_text(text)
    code, document = program("enable", "@acme/p", "--file", "d.yaml", "--rhdh-version", "1.8", "--yes")
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["rhdh-would-fail"])
    assert (tmp_path / "d.yaml").read_text() == text


def test_what_breaks_rhdh_can_be_switched_off(program, tmp_path):
    (tmp_path / "d.yaml").write_text('plugins:\n  - package: ./a\n  - package: "@acme/p@1.0.0"\n')
    code, document = program("disable", "@acme/p", "--file", "d.yaml", "--rhdh-version", "1.8", "--yes")
    assert code == ExitCode.OK, document["errors"]


SET = "".join(
    f'  - package: "oci://registry.access.redhat.com/rhdh/red-hat-developer-hub-backstage-plugin-{name}:{{{{inherit}}}}"\n'
    "    disabled: false\n"
    for name in ("orchestrator", "orchestrator-backend", "scaffolder-backend-module-orchestrator")
)


def test_the_orchestrator_s_plugins_need_each_other(program, tmp_path):
    (tmp_path / "d.yaml").write_text(f"includes: [dynamic-plugins.default.yaml]\nplugins:\n{SET}")
    words = ("--file", "d.yaml", "--rhdh-version", "1.9", "--yes")
    code, document = program("disable", "orchestrator-backend", *words)
    assert (code, codes(document, "warnings")) == (ExitCode.OK, ["orchestrator-set"])
    warning = document["warnings"][0]
    assert "orchestrator, scaffolder-orchestrator would be on" in warning["message"]
    assert warning["fix"].endswith("plugins disable orchestrator-backend orchestrator scaffolder-orchestrator")
    code, document = program("enable", "orchestrator-backend", *words)
    assert (code, codes(document, "warnings")) == (ExitCode.OK, ["orchestrator-set"])
    assert "orchestrator-form-widgets would be off" in document["warnings"][0]["message"]


def test_an_image_that_goes_off_as_a_whole(program, tmp_path):
    (tmp_path / "dynamic-plugins.default.yaml").write_text(
        "plugins:\n  - package: oci://example.com/acme/i:1.0!a\n  - package: oci://example.com/acme/i:1.0!b\n"
    )
    (tmp_path / "d.yaml").write_text("includes: [dynamic-plugins.default.yaml]\nplugins:\n  - package: ./mine\n")
    code, document = program(
        "disable", "oci://example.com/acme/i:1.0!a", "--file", "d.yaml", "--rhdh-version", "1.9", "-y"
    )
    assert (code, document["warnings"]) == (ExitCode.OK, []), document["errors"]
    states = {one["name"]: one["enabled"] for one in document["result"]["preview"]["plugins"]}
    assert states == {"a": False, "b": True, "mine": True}


def test_removed_and_on_all_the_same(program, tmp_path):
    (tmp_path / "dynamic-plugins.default.yaml").write_text("plugins:\n  - package: ./on\n")
    (tmp_path / "d.yaml").write_text(
        "includes: [dynamic-plugins.default.yaml]\nplugins:\n  - package: ./on\n    disabled: true\n  - package: ./b\n"
    )
    words = ("remove", "on", "--file", "d.yaml", "--rhdh-version", "1.8", "--yes")
    code, document = program(*words)
    assert (code, codes(document, "warnings")) == (ExitCode.OK, ["stays-on"])
    code, document = program(*words)
    assert (code, document["changes"]) == (ExitCode.OK, [])


PACKAGES = {
    "npm": "@acme/backstage-plugin-x@1.0.0",
    "local": "./dynamic-plugins/dist/acme-local",
    "image": "oci://example.com:5000/acme/i:1.0!acme-image",
    "inherited": "oci://example.com/acme/j:{{inherit}}",
    "alias": "mine@npm:@acme/other@1.0.0",
    "orchestrator": "@redhat/backstage-plugin-orchestrator@1.8.2",
}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("@acme/backstage-plugin-x@1.0.0", ["npm"]),
        ("@acme/backstage-plugin-x", ["npm"]),
        ("backstage-plugin-x", ["npm"]),
        ("acme-backstage-plugin-x-dynamic", ["npm"]),
        ("./dynamic-plugins/dist/acme-local", ["local"]),
        ("acme-local", ["local"]),
        ("acme-image", ["image"]),
        ("oci://example.com:5000/acme/i:1.0!acme-image", ["image"]),
        ("oci://example.com:5000/acme/i!acme-image", ["image"]),
        ("oci://example.com:5000/acme/i", ["image"]),
        ("example.com:5000/acme/i", ["image"]),
        ("i", ["image"]),
        ("oci://example.com/acme/j:{{inherit}}", ["inherited"]),
        ("oci://example.com/acme/j", ["inherited"]),
        ("j", ["inherited"]),
        ("@acme/other", ["alias"]),
        ("orchestrator", ["orchestrator"]),
        ("@janus-idp/backstage-plugin-orchestrator", ["orchestrator"]),
        ("oci://x/rhdh/red-hat-developer-hub-backstage-plugin-orchestrator:1", ["orchestrator"]),
        ("@acme/backstage-plugin-x@2.0.0", ["npm"]),
        ("none", []),
        ("", []),
        ("oci://", []),
    ],
)
def test_names(name, meant):
    every = {key: Named(package, True, None, ()) for key, package in PACKAGES.items()}
    found = named(name, every.values())
    assert [key for key, one in every.items() if one in found] == meant
