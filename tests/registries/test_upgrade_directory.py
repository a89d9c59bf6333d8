"""`plugins list` and `plugins upgrade` on manifests: an operator's ConfigMap, Helm values, an Argo CD Application."""

import base64
import json
import textwrap
from pathlib import Path

import jsonschema
import pytest

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.model.errors import ExitCode
from tests.properties.directories import BACKSTAGE
from tests.registries.test_outdated import publish, sri

VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
ENTRY = f"""\
- package: '@acme/p@1.0.0'   # ours
  integrity: >-
    {sri("@acme/p", "1.0.0")}
  disabled: false
"""


def indented(text, columns):
    return textwrap.indent(text, " " * columns)


def operator():
    text = "includes: []\nplugins:\n" + indented(ENTRY, 2)
    head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: plugins\n  namespace: rhdh\ndata:\n"
    settings = head.replace("plugins", "settings") + "  app-config.yaml: |\n    app: {}\n"
    return {
        "base/backstage.yaml": BACKSTAGE.format(release="1.8"),
        "base/plugins.yaml": f"{head}  dynamic-plugins.yaml: |\n{indented(text, 4)}",
        "base/settings.yaml": settings,
    }, "base/plugins.yaml:10"


def values():
    return f"global:\n  dynamic:\n    includes: []\n    plugins:\n{indented(ENTRY, 6)}upstream:\n  backstage: {{}}\n"


def helm():
    chart = "apiVersion: v2\nname: hub\nversion: 1.0.0\ndependencies:\n"
    chart += "- {name: redhat-developer-hub, version: 1.8.0, repository: 'https://charts.openshift.io', alias: hub}\n"
    return {"Chart.yaml": chart, "values.yaml": "hub:\n" + indented(values(), 2)}, "values.yaml:6"


def argo():
    head = """\
apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: hub}
spec:
  destination: {namespace: rhdh}
  source:
    chart: redhat-developer-hub
    repoURL: https://charts.openshift.io
    targetRevision: 1.8.0
    helm:
      values: |
"""
    return {"app.yaml": head + indented(values(), 8)}, "app.yaml:16"


FLAVOURS = [operator, helm, argo]


@pytest.fixture(params=["\n", "\r\n"], ids=["lf", "crlf"])
def newline(request):
    return request.param


@pytest.fixture
def program(folder, monkeypatch, capsys, registry):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry", "NPM_CONFIG_USERCONFIG"):
        monkeypatch.delenv(name, raising=False)
    publish(registry, "@acme/p", "1.0.0", "1.2.0")

    def ran(*words):
        code = run(["plugins", *words, "--directory", "manifests", "-o", "json"])
        document = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(document)
        return code, document

    return ran


def put(files, newline="\n"):
    for path, text in files.items():
        (Path("manifests") / path).parent.mkdir(parents=True, exist_ok=True)
        (Path("manifests") / path).write_bytes(text.replace("\n", newline).encode())


def now():
    every = [one for one in Path("manifests").rglob("*") if one.is_file()]
    return {str(one.relative_to("manifests")): one.read_bytes() for one in every}


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda one: one.__name__)
def test_list_names_the_file(program, flavour):
    files, place = flavour()
    put(files)
    code, document = program("list")
    rows = {one["name"]: one for one in document["result"]["plugins"]}
    assert (code, rows["@acme/p"]["origin"]) == (ExitCode.OK, place)


@pytest.mark.parametrize("flavour", FLAVOURS, ids=lambda one: one.__name__)
def test_up_and_down(program, registry, flavour, newline):
    put(flavour()[0], newline)
    before = now()
    code, document = program("upgrade", "--yes", "--registry", registry.url)
    assert code == ExitCode.OK, document["errors"]
    up = now()
    changed = {path for path in before if before[path] != up[path]}
    assert len(changed) == 1
    (path,) = changed
    wanted = before[path].replace(b"@acme/p@1.0.0", b"@acme/p@1.2.0")
    assert up[path] == wanted.replace(sri("@acme/p", "1.0.0").encode(), sri("@acme/p", "1.2.0").encode())
    assert program("upgrade", "--yes", "--registry", registry.url)[1]["changes"] == []
    code, _ = program("upgrade", "@acme/p", "--to", "1.0.0", "--yes", "--registry", registry.url)
    assert (code, now()) == (ExitCode.OK, before)


def test_the_npmrc_of_rhdh_counts_and_is_not_shown(program, registry, capsys):
    files, _ = operator()
    npmrc = base64.b64encode(f"@acme:registry={registry.url}\n//{registry.host}/:_authToken=s3cret\n".encode()).decode()
    head = "apiVersion: v1\nkind: Secret\nmetadata: {name: dynamic-plugins-npmrc, namespace: rhdh}\n"
    put({**files, "base/npmrc.yaml": f"{head}data:\n  .npmrc: {npmrc}\n"})
    code, document = program("outdated", "--exit-code")
    assert (code, document["result"]["plugins"][0]["wanted"]) == (ExitCode.PENDING, "1.2.0")
    assert set(registry.credentials) == {"Bearer s3cret"}
    assert "s3cret" not in json.dumps(document) + capsys.readouterr().err


def test_the_npmrc_of_helm_values(program, registry):
    files, _ = helm()
    secret = f"""\
hub:
  upstream:
    extraDeploy:
    - apiVersion: v1
      kind: Secret
      metadata: {{name: '{{{{ .Release.Name }}}}-dynamic-plugins-npmrc'}}
      stringData:
        .npmrc: |
          @acme:registry={registry.url}
"""
    text = files["values.yaml"].replace("  upstream:\n    backstage: {}\n", secret.removeprefix("hub:\n"))
    assert "extraDeploy" in text
    put({**files, "values.yaml": text})
    code, document = program("outdated", "--exit-code")
    assert (code, document["result"]["plugins"][0]["wanted"]) == (ExitCode.PENDING, "1.2.0"), document["errors"]
