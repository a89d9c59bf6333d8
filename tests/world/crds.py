"""CRDs of the operators that cannot run here, written from crds.yaml. Their schemas hold back nothing."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import yaml

from tests.world.processes import FOLDER

Manifest = dict[str, Any]
OPEN = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


@cache
def known() -> dict[str, dict[str, Any]]:
    loaded: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "crds.yaml").read_text(encoding="utf-8"))
    return loaded


def crd(name: str, versions: Sequence[str] = ()) -> Manifest:
    """The CRD called PLURAL.GROUP.

    :param versions: what is served instead of all that crds.yaml lists; the first is stored
    """
    facts, (plural, _, group) = known()[name], name.partition(".")
    kind = facts["kind"]
    names = {"plural": plural, "singular": kind.lower(), "kind": kind, "listKind": f"{kind}List"}
    served = versions or facts["versions"]
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": name},
        "spec": {
            "group": group,
            "scope": facts.get("scope", "Namespaced"),
            "names": {**names, "shortNames": facts.get("shortNames", [])},
            "versions": [_version(one, stored=one == served[0]) for one in served],
        },
    }


def _version(name: str, *, stored: bool) -> Manifest:
    schema = {"type": "object", "properties": {"spec": OPEN, "status": OPEN}}
    return {
        "name": name,
        "served": True,
        "storage": stored,
        "schema": {"openAPIV3Schema": schema},
        "subresources": {"status": {}},
    }
