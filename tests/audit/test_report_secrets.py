"""Secrets that people write in clear: none of them is in any format of the answer, nor beside it."""

import json

import pytest
import yaml

from installer.cli.boundary import run
from installer.cli.session import OUTPUTS, REPORTS
from tests.live.canaries import Canaries, full_of_secrets, values

PLANTED = 40
BACKSTAGE = {
    "apiVersion": "rhdh.redhat.com/v1alpha4",
    "kind": "Backstage",
    "metadata": {"name": "hub", "namespace": "portal"},
    "spec": {
        "application": {
            "appConfig": {"configMaps": [{"name": "app-config"}]},
            "dynamicPluginsConfigMapName": "dynamic-plugins",
        }
    },
}


def config_map(name, key):
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": "portal"},
        "data": {key: ""},
    }


def workflow(plant):
    """A workflow, its properties and its image, with credentials in each; an Argo CD Application, a database."""
    properties = {
        "quarkus.datasource.password": plant("workflow's database password"),
        "quarkus.oidc.credentials.secret": plant("workflow's client secret"),
        "quarkus.openapi-generator.x.auth.basic.password": plant("workflow's basic password"),
    }
    env = [
        {"name": name, "value": plant(f"workflow's {name}")} for name in ("API_TOKEN", "DB_PASSWORD", "CLIENT_SECRET")
    ]
    flow = {
        "apiVersion": "sonataflow.org/v1alpha08",
        "kind": "SonataFlow",
        "metadata": {
            "name": "greeting",
            "namespace": "portal",
            "annotations": {"rhdh-orchestrator/ignore": f"workflow-dev-profile=password: {plant('reason')}"},
        },
        "spec": {"podTemplate": {"container": {"image": "quay.io/me/greeting:latest", "env": env}}, "flow": {}},
    }
    data = {"application.properties": "".join(f"{key}={value}\n" for key, value in properties.items())}
    props = {**config_map("greeting-props", "x"), "data": data}
    database = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "sonataflow-psql", "namespace": "portal"},
        "stringData": {"POSTGRES_PASSWORD": plant("database Secret"), "POSTGRES_USER": "sonataflow"},
    }
    application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": {"name": "hub", "namespace": "argocd"},
        "spec": {"source": {"repoURL": f"https://me:{plant('repository URL')}@git.example.com/hub.git"}},
    }
    return [flow, props, database, application]


def hub(plant):
    """RHDH of its operator, as manifests."""
    maps = [config_map("app-config", "app-config.yaml"), config_map("dynamic-plugins", "dynamic-plugins.yaml")]
    return [*full_of_secrets(plant, [*maps, json.loads(json.dumps(BACKSTAGE))]), *workflow(plant)]


@pytest.fixture
def planted(tmp_path, monkeypatch):
    """A directory with the two ways to configure RHDH, each full of secrets; what was planted."""
    monkeypatch.chdir(tmp_path)
    plant = Canaries()
    for name, text in (
        ("hub", yaml.safe_dump_all(hub(plant))),
        ("chart", yaml.safe_dump(values(plant))),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / ("values.yaml" if name == "chart" else "all.yaml")).write_text(text, encoding="utf-8")
    return plant


@pytest.mark.parametrize("output", [*OUTPUTS, *REPORTS])
def test_no_format_shows_a_secret(planted, capsys, output):
    assert len(planted.planted) >= PLANTED
    for name in ("hub", "chart"):
        run(("audit", "--directory", name, "--rhdh-version", "1.8", "--profile", "all", "-o", output, "--debug"))
        out, err = capsys.readouterr()
        assert "literal-secret-in-config" in out
        assert planted.found(out + err) == []


def test_what_looks_for_them_finds_them(planted, tmp_path):
    found = set(planted.found((tmp_path / "hub" / "all.yaml").read_text(encoding="utf-8")))
    assert len(found) >= PLANTED
