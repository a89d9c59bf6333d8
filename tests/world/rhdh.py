"""RHDH as its users have it, one function per flavour, with nothing of the Orchestrator in it. Waits for nothing."""

import shutil
from pathlib import Path

import yaml

from tests.world.api import Api, Manifest, config_map, namespace_of
from tests.world.crds import crd
from tests.world.standins.backstage_objects import PLUGINS, ROOT
from tests.world.world import apply_crd, await_crd

BACKSTAGE_CRD = "backstages.rhdh.redhat.com"
SAMPLE = Path(__file__).parent.parent.parent / "scripts" / "sample"
CONFIGMAPS = Path(__file__).parent.parent.parent / "configmaps"
NAME = "developer-hub"
IMAGE = "registry.redhat.io/rhdh/rhdh-hub-rhel9"
DYNAMIC_PLUGINS = "includes:\n  - dynamic-plugins.default.yaml\nplugins: []\n"
APP_CONFIG = "app:\n  title: Example\n  baseUrl: https://developer-hub.apps.example.com\n"


def install_rhdh_operator(api: Api, versions: tuple[str, ...] = ()) -> None:
    """The CRD, which is all that the stand-in of RHDH's operator waits for.

    :param versions: what is served, such as ("v1alpha3",) for RHDH 1.4 to 1.7; all three where none is named
    """
    apply_crd(api, crd(BACKSTAGE_CRD, versions))
    await_crd(api, BACKSTAGE_CRD)


def sample(namespace: str) -> list[Manifest]:
    """The sample that the README walks through, put into a namespace: the operator's flavour, RHDH 1.6."""
    found = [yaml.safe_load(one.read_text(encoding="utf-8")) for one in sorted(SAMPLE.glob("*.yaml"))]
    for one in found:
        one["metadata"]["namespace"] = namespace
    # The resource last, as it refers to the others.
    return sorted(found, key=lambda one: str(one["kind"]) == "Backstage")


def operator_flavour(namespace: str, release: str = "1.6", version: str = "v1alpha3") -> list[Manifest]:
    """A `Backstage` resource with its two ConfigMaps."""
    application = {
        "image": f"{IMAGE}:{release}",
        "appConfig": {"configMaps": [{"name": "app-config-rhdh"}]},
        "dynamicPluginsConfigMapName": "dynamic-plugins-rhdh",
    }
    resource = {
        "apiVersion": f"rhdh.redhat.com/{version}",
        "kind": "Backstage",
        "metadata": {"name": NAME, "namespace": namespace},
        "spec": {"application": application},
    }
    return [*config_maps(namespace), resource]


def config_maps(namespace: str) -> list[Manifest]:
    return [
        config_map("app-config-rhdh", namespace, {"app-config.yaml": APP_CONFIG}),
        config_map("dynamic-plugins-rhdh", namespace, {PLUGINS: DYNAMIC_PLUGINS}),
    ]


def plain_flavour(namespace: str, release: str = "1.6") -> list[Manifest]:
    """A Deployment that somebody wrote by hand, as by `helm template`: nobody rolls it when a ConfigMap changes."""
    image, labels = f"{IMAGE}:{release}", {"app": NAME}
    init = {
        "name": "install-dynamic-plugins",
        "image": image,
        "command": ["./install-dynamic-plugins.sh", "/dynamic-plugins-root"],
        "volumeMounts": [
            {"name": "dynamic-plugins-root", "mountPath": "/dynamic-plugins-root"},
            {"name": "dynamic-plugins", "mountPath": f"{ROOT}/{PLUGINS}", "subPath": PLUGINS, "readOnly": True},
        ],
    }
    main = {
        "name": "backstage-backend",
        "image": image,
        "args": ["--config", "dynamic-plugins-root/app-config.dynamic-plugins.yaml", "--config", f"{ROOT}/app.yaml"],
        "ports": [{"name": "backend", "containerPort": 7007}],
        "volumeMounts": [
            {"name": "dynamic-plugins-root", "mountPath": f"{ROOT}/dynamic-plugins-root"},
            {"name": "app-config", "mountPath": f"{ROOT}/app.yaml", "subPath": "app-config.yaml"},
        ],
    }
    volumes = [
        {"name": "dynamic-plugins-root", "emptyDir": {}},
        {"name": "dynamic-plugins", "configMap": {"name": "dynamic-plugins-rhdh"}},
        {"name": "app-config", "configMap": {"name": "app-config-rhdh"}},
    ]
    pod = {"initContainers": [init], "containers": [main], "volumes": volumes}
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": NAME, "namespace": namespace, "labels": labels},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": pod},
        },
    }
    return [*config_maps(namespace), deployment]


def put(api: Api, manifests: list[Manifest], *, with_namespace: bool = False) -> None:
    """Apply them in their order, as a person with kubectl would."""
    if with_namespace:
        api.apply(namespace_of(manifests[0]["metadata"]["namespace"]))
    for one in manifests:
        api.apply(one, "kubectl")


def chart(folder: Path, release: str = "1.6") -> Path:
    """A copy of the stand-in for RHDH's chart, with the version and image tag of a release, ready for helm."""
    made = folder / "redhat-developer-hub"
    layout = 2 if release.startswith("2.") else 1
    shutil.copytree(Path(__file__).parent / f"chart-{layout}", made)
    facts = yaml.safe_load((CONFIGMAPS / release / "release.yaml").read_text(encoding="utf-8"))
    # Of the older releases no source names the chart's version; a repository may use RHDH's own.
    rewrite(made / "Chart.yaml", "0.0.0", facts["charts"].get("redhat-developer-hub", f"{release}.0"))
    rewrite(made / "values.yaml", "RELEASE", f'"{release}"')
    return made


def rewrite(path: Path, old: str, new: str) -> None:
    path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
