"""`plugins diff`: what the defaults of two releases change, by identity across names, and what that means here."""

import json
from itertools import pairwise

import jsonschema
import pytest

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.knowledge.releases import minors
from installer.model.errors import ExitCode
from installer.plan.defaults_diff import changed_keys, identity

VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
DIGEST = "sha256:" + "a" * 64
HASH = "sha512-" + "A" * 86 + "=="
OLD = f"""\
plugins:
  - {{package: ./dynamic-plugins/dist/acme-plugin-stays, disabled: false}}
  - {{package: ./dynamic-plugins/dist/acme-plugin-goes-dynamic, disabled: true}}
  - {{package: ./dynamic-plugins/dist/acme-plugin-moves-dynamic, disabled: true}}
  - {{package: ./dynamic-plugins/dist/acme-plugin-flips, disabled: true}}
  - {{package: ./dynamic-plugins/dist/acme-plugin-unseen, disabled: true}}
  - {{package: "@acme/plugin-grows@1.0.0", disabled: false, integrity: {HASH}}}
  - package: ./dynamic-plugins/dist/acme-plugin-configured
    disabled: false
    pluginConfig: {{acme: {{gone: 1, other: [1], same: {{}}}}}}
"""
NEW = f"""\
plugins:
  - {{package: ./dynamic-plugins/dist/acme-plugin-stays, disabled: false}}
  - {{package: "oci://example.com/acme/acme-plugin-moves:1.2!acme-plugin-moves", disabled: true}}
  - {{package: ./dynamic-plugins/dist/acme-plugin-flips, disabled: false}}
  - {{package: "@acme/plugin-grows@1.1.0", disabled: false, integrity: {HASH}}}
  - {{package: ./dynamic-plugins/dist/acme-plugin-comes, disabled: true}}
  - package: ./dynamic-plugins/dist/acme-plugin-configured
    disabled: false
    pluginConfig: {{acme: {{come: 1, other: [2], same: {{}}}}}}
"""
MAIN = """\
includes: [dynamic-plugins.default.yaml]
plugins:
  - {package: ./dynamic-plugins/dist/acme-plugin-goes-dynamic, disabled: false}
  - {package: ./dynamic-plugins/dist/acme-plugin-moves-dynamic, disabled: false}
"""


@pytest.fixture
def compare(tmp_path, capsys):
    """(main, old, new, words) -> (exit code, document)."""

    def ask(*words, main=MAIN, old=OLD, new=NEW, releases=("1.8", "1.9")):
        capsys.readouterr()
        given = []
        (tmp_path / "dynamic-plugins.yaml").write_text(main)
        if old is not None:
            (tmp_path / "old.yaml").write_text(old)
            (tmp_path / "new.yaml").write_text(new)
            given = ["--defaults", str(tmp_path / "old.yaml"), "--new-defaults", str(tmp_path / "new.yaml")]
        file = str(tmp_path / "dynamic-plugins.yaml")
        code = run(["plugins", "diff", *releases, "--file", file, *given, *words, "-o", "json"])
        document = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(document)
        return code, document

    return ask


def rows(document):
    return {one["name"].removeprefix("acme-plugin-"): one for one in document["result"]["plugins"]}


def test_every_kind_of_difference(compare):
    code, document = compare()
    assert (code, document["warnings"], document["changes"]) == (ExitCode.OK, [], [])
    found = rows(document)
    assert {name: one["change"] for name, one in found.items()} == {
        "goes": "gone",
        "moves": "renamed",
        "flips": "changed",
        "unseen": "gone",
        "@acme/plugin-grows": "changed",
        "comes": "added",
        "configured": "changed",
    }
    assert {name for name, one in found.items() if not one["concerns"]} == {"unseen", "comes"}
    grows = found["@acme/plugin-grows"]
    assert (grows["current"], grows["wanted"]) == ("1.0.0", "1.1.0")
    assert found["configured"]["configKeys"] == ["-acme.gone", "~acme.other", "+acme.come"]
    assert found["configured"]["reason"] == "its pluginConfig in force changes"
    assert found["flips"]["enabledByDefault"] == {"before": False, "after": True}
    assert found["flips"]["reason"] == "it comes on"
    assert "names ./dynamic-plugins/dist/acme-plugin-moves-dynamic, now oci://" in found["moves"]["reason"]
    assert found["moves"]["origin"].endswith("dynamic-plugins.yaml:4")
    assert "RHDH 1.9 may not have ./dynamic-plugins/dist/acme-plugin-goes-dynamic" in found["goes"]["reason"]
    assert document["result"]["defaultsKnown"] == "whole"


def test_nothing_differs(compare):
    code, document = compare("--exit-code", new=OLD, releases=("1.8", "1.8.3"))
    assert (code, document["result"]["plugins"]) == (ExitCode.OK, [])
    assert compare("--exit-code")[0] == ExitCode.PENDING


def test_an_own_config_hides_that_of_the_defaults(compare):
    entry = "  - {package: ./dynamic-plugins/dist/acme-plugin-configured, pluginConfig: {acme: {mine: 1}}}\n"
    found = rows(compare(main=MAIN + entry)[1])["configured"]
    assert (found["reason"], found["concerns"]) == (None, True)


def test_where_the_second_release_would_not_start(compare):
    twice = '  - {package: "@acme/plugin-grows@1.0.0"}\n' * 2
    code, document = compare(main=MAIN + twice)
    assert (code, [one["code"] for one in document["errors"]]) == (ExitCode.FINDINGS, ["rhdh-would-fail"])
    assert "RHDH 1.9 would not start with this: Duplicate plugin configuration" in document["errors"][0]["message"]
    assert document["result"]["from"]["failure"] is None
    assert document["result"]["to"]["failure"]["package"]


def test_what_is_known_without_the_files(compare):
    main = f'plugins:\n  - {{package: "@redhat/backstage-plugin-orchestrator@1.8.2", integrity: {HASH}}}\n'
    code, document = compare(main=main, old=None)
    assert (code, [one["code"] for one in document["warnings"]]) == (ExitCode.OK, ["defaults-unknown"])
    found = rows(document)
    assert {one["change"] for one in found.values()} == {"renamed"}
    assert len(found) == 4
    assert found["orchestrator"]["after"].startswith("oci://registry.access.redhat.com/rhdh/")
    assert [name for name, one in found.items() if one["concerns"]] == ["orchestrator"]
    assert document["result"]["defaultsKnown"] == "orchestrator"


@pytest.mark.parametrize("pair", list(pairwise(minors())), ids="-".join)
def test_every_pair_of_releases(compare, pair):
    code, document = compare(main="includes: [dynamic-plugins.default.yaml]\nplugins: []\n", old=None, releases=pair)
    assert code == ExitCode.OK, document["errors"]


def test_text(tmp_path, capsys):
    for name, text in (("dynamic-plugins.yaml", MAIN), ("old.yaml", OLD), ("new.yaml", NEW)):
        (tmp_path / name).write_text(text)
    files = [str(tmp_path / name) for name in ("dynamic-plugins.yaml", "old.yaml", "new.yaml")]
    words = ["plugins", "diff", "1.8", "1.9", "--file", files[0], "--defaults", files[1], "--new-defaults", files[2]]
    assert run(words) == ExitCode.OK
    said = capsys.readouterr().out
    assert "5 difference(s) for this configuration" in said
    assert "by default off, now on" in said
    assert "2 more of plugins that are off in both" in said


@pytest.mark.parametrize(
    ("package", "same_as"),
    [
        ("./dynamic-plugins/dist/acme-plugin-x-dynamic", "acme-plugin-x"),
        ("@acme/plugin-x@1.2.0", "acme-plugin-x"),
        ("@acme/plugin-x-dynamic@^1", "acme-plugin-x"),
        ("oci://h:5000/a/acme-plugin-x:1.2", "acme-plugin-x"),
        ("oci://h:5000/a/i:1.2!acme-plugin-x", "acme-plugin-x"),
        (f"oci://h/a/acme-plugin-x@{DIGEST}", "acme-plugin-x"),
        ("oci://h/a/acme-plugin-x:{{inherit}}", "acme-plugin-x"),
        ("./dynamic-plugins/dist/backstage-plugin-notifications", "notifications"),
        ("@redhat/backstage-plugin-orchestrator@1.8.2", "orchestrator"),
        ("oci://h/rhdh/red-hat-developer-hub-backstage-plugin-orchestrator:1", "orchestrator"),
    ],
)
def test_identity(package, same_as):
    assert identity(package) == same_as


def test_keys():
    assert list(changed_keys({"a": {"b": 1, "c": 1}, "d": []}, {"a": {"b": True, "e": {}}, "d": []})) == [
        "~a.b",
        "-a.c",
        "+a.e",
    ]
    assert list(changed_keys({}, {})) == []
    assert list(changed_keys([1], {"a": 1})) == ["+a"]
