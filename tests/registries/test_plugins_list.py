"""`plugins list`: where plugins come from, and what is known of their hashes without asking anybody."""

import json
from pathlib import Path

import jsonschema
import pytest

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.flow.plugins_list import judged
from installer.model.errors import ExitCode
from installer.registries.specs import Spec, source_of, spec_of
from tests.tables import table

KNOWN = Path(__file__).parents[2] / "configmaps" / "shared" / "hashes.yaml"
HASHES = table(KNOWN)["hashes"]
WRONG = [one for one in HASHES if one["verdict"] == "wrong"]
GOOD = [one for one in HASHES if one["verdict"] == "good"]
VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
UNKNOWN = "sha512-" + "A" * 86 + "=="
ORCHESTRATOR = ("@redhat/backstage-plugin-orchestrator", "1.7.1")
RIGHT = next(one["integrity"] for one in GOOD if (one["package"], one["version"]) == ORCHESTRATOR)
FILE = f"""\
plugins:
  - package: "@redhat/backstage-plugin-orchestrator@1.7.1"
    disabled: false
    integrity: {RIGHT}
  - package: "@redhat/backstage-plugin-orchestrator-backend-dynamic@1.7.1"
    disabled: true
  - package: "@acme/p@2.0.0"
    integrity: {UNKNOWN}
  - package: https://npm.example.com/@acme/q/-/q-1.0.0.tgz
    integrity: sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=
  - package: ./dynamic-plugins/dist/mine
  - package: oci://example.com:5000/mine:1.0!mine
  - package: github:acme/plugin#main
"""


@pytest.mark.parametrize("one", WRONG, ids=lambda one: f"{one['package']}@{one['version']}")
def test_every_hash_that_is_known_to_be_wrong(one):
    found = judged(f"{one['package']}@{one['version']}", one["integrity"])
    assert found.state in ("belongs to another version", "mismatch", "malformed")
    assert found.reason


def test_every_hash_that_is_known_to_be_right():
    assert {judged(f"{one['package']}@{one['version']}", one["integrity"]).state for one in GOOD} == {"ok"}
    assert len(WRONG) >= 10


def test_list(tmp_path, capsys):
    path = tmp_path / "dynamic-plugins.yaml"
    path.write_text(FILE)
    assert run(["plugins", "list", "--file", str(path), "-o", "json"]) == ExitCode.OK
    document = json.loads(capsys.readouterr().out)
    VALIDATOR.validate(document)
    rows = {one["source"] + " " + (one["current"] or "-"): one for one in document["result"]["plugins"]}
    states = {key: (one["enabled"], one["integrity"]["state"], one["integrity"]["value"]) for key, one in rows.items()}
    assert states.pop("oci 1.0") == (True, "unchecked", None)
    assert states.pop("npm 2.0.0") == (True, "unchecked", UNKNOWN)
    assert states.pop("tgz 1.0.0") == (True, "malformed", None)
    assert states.pop("local -") == (True, "unchecked", None)
    assert states.pop("git -") == (True, "unchecked", None)
    assert set(states) == {"npm 1.7.1"}
    first, second = _orchestrator(document)
    assert (first["integrity"]["state"], first["integrity"]["value"]) == ("ok", first["integrity"]["expected"])
    assert (second["enabled"], second["integrity"]["state"]) == (False, "missing")
    assert second["integrity"]["expected"]
    assert first["origin"] == f"{path}:2"


def _orchestrator(document):
    found = [one for one in document["result"]["plugins"] if one["name"].startswith("@redhat/")]
    return sorted(found, key=lambda one: one["name"])


def test_rhdh_would_not_start(tmp_path, capsys):
    path = tmp_path / "dynamic-plugins.yaml"
    path.write_text("plugins:\n  - package: oci://example.com/mine\n")
    assert run(["plugins", "list", "--file", str(path), "-o", "json"]) == ExitCode.OK
    assert [one["code"] for one in json.loads(capsys.readouterr().out)["warnings"]] == ["rhdh-would-fail"]


@pytest.mark.parametrize(
    ("package", "source", "spec"),
    [
        ("@a/b", "npm", Spec("@a/b", "")),
        ("@a/b@", "npm", Spec("@a/b", "")),
        ("@a/b@^1 || 2", "npm", Spec("@a/b", "^1 || 2")),
        ("b@latest", "npm", Spec("b", "latest")),
        ("c@npm:@a/b@1.0.0", "npm", Spec("@a/b", "1.0.0")),
        ("c@npm:b", "npm", Spec("b", "")),
        ("@a/b/c", "npm", None),
        ("", "npm", None),
        ("@", "npm", None),
        ("../up@1", "local", None),
        ("a.tgz", "tgz", None),
        ("https://r/@a/b/-/b-1.0.0.tgz", "tgz", None),
        ("git+https://github.com/a/b", "git", None),
        ("https://github.com/a/b", "git", None),
        ("oci://r/i:1!p", "oci", None),
        ("ref://x", "oci", None),
    ],
)
def test_spelling(package, source, spec):
    assert source_of(package) == source
    assert spec_of(package) == spec
