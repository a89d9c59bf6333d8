"""`audit --fix`: puts right what is safe, keeps every other byte, and leaves the rest to people."""

import json
from types import SimpleNamespace

import jsonschema
import pytest

from installer.audit.rules import rule
from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.flow.audit_fix_edits import SAFE
from installer.model.errors import ExitCode

VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
RIGHT = "sha512-Qvab3B/O6ZuJbTdq4TDlTKIw5cw4Fty+NgkoxDrx8Fs/2oe53VioBMetJ1cMxkGF8+mYVK5y85B8ssvasrSJrA=="
OTHER = "sha512-2yTgy1APS9n2mj7j0bO2OVbU+fzwicpVcRd1tZ3xZ9AICguMEg9gFxtC0BDE23krWyZ0d1qrgpZisFoQXFBOtQ=="
PAGE = "@redhat/backstage-plugin-orchestrator@1.8.12"
RHDH = """apiVersion: {api}
kind: Backstage
metadata: {{name: hub, namespace: portal}}
spec:
  application:
    image: registry.redhat.io/rhdh/rhdh-hub-rhel9:{minor}   # ours
    appConfig: {{configMaps: [{{name: app-config-rhdh}}]}}
    dynamicPluginsConfigMapName: dynamic-plugins-rhdh
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: app-config-rhdh, namespace: portal}}
data:
  app-config.yaml: |
    # the portal
    app:
      baseUrl: https://portal.example.com
    backend:
      baseUrl: https://portal.example.com
      cors:
        origin: {origin}   # whoever may ask
{csp}---
apiVersion: v1
kind: ConfigMap
metadata: {{name: dynamic-plugins-rhdh, namespace: portal}}
data:
  dynamic-plugins.yaml: |
    {includes}
    plugins:
      - package: ./dynamic-plugins/dist/backstage-plugin-techdocs   # docs
        disabled: false
{entry}"""
APIS = {"1.4": "v1alpha2", "1.6": "v1alpha3", "1.8": "v1alpha4", "1.9": "v1alpha5", "2.0": "v1alpha6"}
INCLUDES = "includes: [dynamic-plugins.default.yaml]"
ORIGIN = "https://portal.example.com"
CSP = """      csp:
        script-src: ["'self'"]   # scripts
"""


def entry(*lines):
    first, *rest = lines
    return f"      - {first}   # theirs\n" + "".join(f"        {line}\n" for line in rest)


PAGE_1_6 = entry('package: "@redhat/backstage-plugin-orchestrator@1.6.1"', "disabled: false")
CASES = {
    "integrity-missing": ("1.8", {"entry": entry(f'package: "{PAGE}"', "disabled: false")}),
    "integrity-malformed": ("1.8", {"entry": entry(f'package: "{PAGE}"', "integrity: sha512-abc", "disabled: false")}),
    "integrity-of-another-package": (
        "1.8",
        {"entry": entry(f'package: "{PAGE}"', f"integrity: {OTHER}", "disabled: false")},
    ),
    "integrity-on-oci-entry": (
        "1.9",
        {"entry": entry("package: oci://quay.io/acme/flint:1.0!flint", f"integrity: {RIGHT}", "disabled: false")},
    ),
    "local-path-without-dot-slash": (
        "1.8",
        {"entry": entry("package: dynamic-plugins/dist/backstage-plugin-kubernetes", "disabled: false")},
    ),
    "enabled-field-ignored": (
        "1.8",
        {"entry": entry("package: ./dynamic-plugins/dist/backstage-plugin-kubernetes", "enabled: false")},
    ),
    "disabled-false-not-enough": (
        "2.0",
        {"entry": entry("package: oci://registry.access.redhat.com/rhdh/red-hat-developer-hub-backstage-plugin-"
                        "orchestrator:{{inherit}}", "disabled: false")},
    ),
    "default-include-missing": ("1.6", {"includes": "# no defaults", "entry": ""}),
    "csp-directives-missing": ("1.6", {"csp": CSP, "entry": PAGE_1_6}),
    "cors-origin-mismatch": ("1.8", {"origin": f"{ORIGIN}/"}),
}  # fmt: skip


def manifests(minor, **parts):
    given = {"origin": ORIGIN, "csp": "", "includes": INCLUDES, "entry": "", **parts}
    return RHDH.format(api=f"rhdh.redhat.com/{APIS[minor]}", minor=minor, **given)


@pytest.fixture
def ask(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "manifests").mkdir()

    def asked(*words):
        capsys.readouterr()
        code = run(("audit", "--directory", "manifests", *words, "-o", "json"))
        document = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(document)
        assert document["exit"]["code"] == code
        return SimpleNamespace(code=code, document=document, changes=document["changes"], **(document["result"] or {}))

    return asked


@pytest.fixture
def file(tmp_path):
    return tmp_path / "manifests" / "rhdh.yaml"


def slugs(said):
    return [one["rule"] for one in said.findings]


@pytest.mark.parametrize("slug", SAFE)
def test_a_safe_fix(slug, ask, file):
    minor, parts = CASES[slug]
    file.parent.mkdir(exist_ok=True)
    file.write_text(manifests(minor, **parts), encoding="utf-8")
    before = file.read_bytes()
    assert slug in slugs(ask("--rule", slug))
    looked = ask("--rule", slug, "--fix", "--dry-run")
    assert (looked.code, looked.written, file.read_bytes()) == (0, False, before)
    assert {one["rule"] for one in looked.fixed} == {slug}
    assert looked.changes
    done = ask("--rule", slug, "--fix", "--yes")
    assert (done.code, done.written, done.findings) == (0, True, [])
    after = file.read_text(encoding="utf-8")
    for comment in ("# ours", "# the portal", "# whoever may ask", "# docs", "# theirs", "# scripts"):
        assert after.count(comment) == before.decode().count(comment)
    kept = [line for line in before.decode().splitlines() if line in after.splitlines()]
    assert len(before.decode().splitlines()) - len(kept) <= 1
    again = ask("--rule", slug, "--fix", "--yes")
    assert (again.code, again.written, again.fixed, again.changes) == (0, False, [], [])
    assert file.read_text(encoding="utf-8") == after


def test_several_at_once(ask, file):
    broken = entry(f'package: "{PAGE}"', f"integrity: {OTHER}", "enabled: true")
    file.write_text(manifests("1.8", origin=f"{ORIGIN}/", entry=broken), encoding="utf-8")
    done = ask("--fix", "--yes")
    wanted = {"cors-origin-mismatch", "integrity-of-another-package", "enabled-field-ignored"}
    assert {one["rule"] for one in done.fixed} == wanted
    assert wanted & set(slugs(done)) == set()
    assert RIGHT in file.read_text(encoding="utf-8")


def test_what_a_person_must_decide_stays_a_proposal(ask, file):
    unknown = entry('package: "@acme/flint@1.0.0"', "disabled: false")
    file.write_text(manifests("1.8", origin="https://other.example.com", entry=unknown), encoding="utf-8")
    before = file.read_bytes()
    done = ask("--fix", "--yes")
    assert (done.code, done.fixed, done.written) == (0, [], False)
    assert {"cors-origin-mismatch", "integrity-missing"} <= set(slugs(done))
    assert file.read_bytes() == before


def test_whoever_wants_no_defaults_gets_none(ask, file):
    file.write_text(manifests("1.6", includes="includes: []", entry=PAGE_1_6), encoding="utf-8")
    done = ask("--fix", "--yes", "--rule", "default-include-missing")
    assert (done.fixed, done.written, slugs(done)) == ([], False, ["default-include-missing"])


def test_what_is_accepted_is_left_alone(ask, file, tmp_path):
    file.write_text(manifests("1.8", origin=f"{ORIGIN}/"), encoding="utf-8")
    ask("--write-baseline", "known.json")
    assert (tmp_path / "known.json").exists()
    done = ask("--fix", "--yes", "--baseline", "known.json")
    assert (done.fixed, done.written) == ([], False)


def test_nobody_is_there_to_be_asked(ask, file):
    file.write_text(manifests("1.8", origin=f"{ORIGIN}/"), encoding="utf-8")
    before = file.read_bytes()
    asked = ask("--fix")
    assert [one["code"] for one in asked.document["errors"]] == ["not-confirmed"]
    assert (asked.code, file.read_bytes()) == (ExitCode.UNCONFIRMED, before)


@pytest.mark.parametrize("words", [("--yes",), ("--dry-run",)])
def test_options_of_fix_alone(words, ask, file):
    file.write_text(manifests("1.8"), encoding="utf-8")
    assert ask(*words).code == 2


def test_safe_rules_are_rules():
    assert set(SAFE) == set(CASES)
    assert all(rule(slug) for slug in SAFE)
