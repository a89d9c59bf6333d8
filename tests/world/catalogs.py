"""Writes our catalog in OLM's file-based format from packages.yaml. Names no image: bundles travel inside."""

import base64
import json
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from tests.world.crds import crd, known
from tests.world.processes import FOLDER

Manifest = dict[str, Any]
INSTALL_MODES = ("OwnNamespace", "SingleNamespace", "MultiNamespace", "AllNamespaces")


def packages() -> dict[str, Manifest]:
    loaded: dict[str, Manifest] = yaml.safe_load((FOLDER / "packages.yaml").read_text(encoding="utf-8"))
    return loaded


def write_catalogs(folder: Path, only: dict[str, Manifest] | None = None) -> None:
    """One folder per package, one JSON document after another in it.

    :param only: packages in the form of packages.yaml, to be served instead of those
    """
    for name, package in (packages() if only is None else only).items():
        path = folder / name / "catalog.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(json.dumps(one) for one in blobs(name, package)), encoding="utf-8")


def blobs(name: str, package: Manifest) -> Iterator[Manifest]:
    """The package, its channels, and a bundle for every version.

    Format: https://olm.operatorframework.io/docs/reference/file-based-catalogs/
    """
    versions = [str(one) for one in package["versions"]]
    yield {"schema": "olm.package", "name": name, "defaultChannel": package["channels"][0]}
    before = dict(pairwise(reversed([None, *versions])))
    entries = [_entry(name, one, before[one]) for one in versions]
    for channel in package["channels"]:
        yield {"schema": "olm.channel", "name": channel, "package": name, "entries": entries}
    for version in versions:
        yield _bundle(name, version, before[version], package)


def csv_name(package: str, version: str) -> str:
    return f"{package}.v{version}"


def _entry(package: str, version: str, replaced: str | None) -> Manifest:
    replaces = {"replaces": csv_name(package, replaced)} if replaced else {}
    return {"name": csv_name(package, version), **replaces}


def _bundle(name: str, version: str, replaced: str | None, package: Manifest) -> Manifest:
    objects = [_csv(name, version, replaced, package), *(crd(one) for one in package["owns"])]
    provided = [
        {"type": "olm.gvk", "value": {"group": one.partition(".")[2], "version": each, "kind": known()[one]["kind"]}}
        for one in package["owns"]
        for each in known()[one]["versions"]
    ]
    return {
        "schema": "olm.bundle",
        "name": csv_name(name, version),
        "package": name,
        "properties": [
            {"type": "olm.package", "value": {"packageName": name, "version": version}},
            *provided,
            *({"type": "olm.bundle.object", "value": {"data": _packed(one)}} for one in objects),
        ],
    }


def _packed(manifest: Manifest) -> str:
    return base64.b64encode(json.dumps(manifest).encode()).decode("ascii")


def _csv(name: str, version: str, replaced: str | None, package: Manifest) -> Manifest:
    account = f"{name}-controller-manager"
    rules = [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    deployments = [{"name": one, "spec": _deployment(one, version, account, package)} for one in package["deployments"]]
    return {
        "apiVersion": "operators.coreos.com/v1alpha1",
        "kind": "ClusterServiceVersion",
        "metadata": {"name": csv_name(name, version), "namespace": "placeholder"},
        "spec": {
            "displayName": package["displayName"],
            "version": version,
            **({"replaces": csv_name(name, replaced)} if replaced else {}),
            "installModes": [{"type": one, "supported": True} for one in INSTALL_MODES],
            "customresourcedefinitions": {"owned": [_owned(one) for one in package["owns"]]},
            "install": {
                "strategy": "deployment",
                "spec": {
                    "clusterPermissions": [{"serviceAccountName": account, "rules": rules}],
                    "deployments": deployments,
                },
            },
        },
    }


def _owned(name: str) -> Manifest:
    facts = known()[name]
    words = {"displayName": facts["kind"], "description": facts["kind"]}
    return {"name": name, "version": facts["versions"][0], "kind": facts["kind"], **words}


def _deployment(name: str, version: str, account: str, package: Manifest) -> Manifest:
    labels = {"name": name}
    container = {"name": "manager", "image": f"registry.example.invalid/{name}:{version}"}
    return {
        "replicas": 1,
        "selector": {"matchLabels": labels},
        "template": {
            "metadata": {"labels": labels, "annotations": package.get("podAnnotations", {})},
            "spec": {"serviceAccountName": account, "containers": [container]},
        },
    }
