"""How Argo CD and Flux mark what they keep as Git says. Judges marks alone: reads no manifest and asks no cluster.

https://argo-cd.readthedocs.io/en/stable/user-guide/resource_tracking/
https://fluxcd.io/flux/components/kustomize/kustomizations/
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

Keeper = Literal["argocd", "flux"]
Object = Mapping[str, Any]
# The annotation is Argo CD's default from 3.0 on; the label is what its documents advise to choose before.
ARGO_ANNOTATION = "argocd.argoproj.io/tracking-id"
ARGO_LABEL = "argocd.argoproj.io/instance"
FLUX_LABELS = ("kustomize.toolkit.fluxcd.io/name", "helm.toolkit.fluxcd.io/name")
LABELS, ANNOTATIONS = (ARGO_LABEL, *FLUX_LABELS), (ARGO_ANNOTATION,)
# Argo CD's default before 3.0; charts put their release's name under it too, so that alone it proves nothing.
SHARED_LABEL = "app.kubernetes.io/instance"
_OF_HELM = "meta.helm.sh/release-name"


def keeper(labels: Mapping[str, Any], annotations: Mapping[str, Any]) -> Keeper | None:
    """Who keeps an object, by the marks that nobody else puts on it."""
    if ARGO_ANNOTATION in annotations or ARGO_LABEL in labels:
        return "argocd"
    return "flux" if any(one in labels for one in FLUX_LABELS) else None


def keeper_of(one: Object) -> Keeper | None:
    return keeper(_texts(one, "labels"), _texts(one, "annotations"))


def claimed(one: Object) -> str | None:
    """The name of the Application that may keep an object by the label that is not Argo CD's alone.

    None where there is no such label, and where it is another's: Helm marks what it installs, which Argo CD never does
    (it renders charts), and what a controller made of something else is not in Git.
    """
    metadata = _mapping(one.get("metadata"))
    if _OF_HELM in _texts(one, "annotations") or metadata.get("ownerReferences"):
        return None
    said = _texts(one, "labels").get(SHARED_LABEL)
    # Of an Application outside of Argo CD's own namespace: NAMESPACE_NAME.
    return str(said).rpartition("_")[2] if said else None


def application_of(one: Object, applications: Iterable[Object]) -> str | None:
    """The Application that keeps an object by that label, as NAMESPACE/NAME; None where none does.

    One that has listed what it keeps has to list it; one that was never compared with Git has only its name.
    """
    name = claimed(one)
    if name is None:
        return None
    for each in applications:
        metadata = _mapping(each.get("metadata"))
        if metadata.get("name") == name and _is_named(one, metadata) and _may_keep(each, one):
            return f"{metadata.get('namespace', '')}/{name}"
    return None


def _is_named(one: Object, application: Mapping[str, Any]) -> bool:
    namespace, is_elsewhere, _ = str(_texts(one, "labels")[SHARED_LABEL]).rpartition("_")
    return not is_elsewhere or application.get("namespace") == namespace


def _may_keep(application: Object, one: Object) -> bool:
    listed = _mapping(application.get("status")).get("resources")
    if not isinstance(listed, list) or not listed:
        return True
    return any(isinstance(each, Mapping) and _identity(each) == _own(one) for each in listed)


def _identity(listed: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(listed.get(key) or "") for key in ("group", "kind", "namespace", "name"))


def _own(one: Object) -> tuple[str, ...]:
    metadata, (group, _, _) = _mapping(one.get("metadata")), str(one.get("apiVersion") or "").rpartition("/")
    return (group, str(one.get("kind") or ""), str(metadata.get("namespace") or ""), str(metadata.get("name") or ""))


def _texts(one: Object, key: str) -> Mapping[str, Any]:
    return _mapping(_mapping(one.get("metadata")).get(key))


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
