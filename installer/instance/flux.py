"""Releases of RHDH's chart that Flux installs: HelmRelease. Changes nothing."""

from collections.abc import Iterator
from posixpath import normpath

from installer.instance.chart import (
    Release,
    empty_values,
    gather,
    is_chart,
    items,
    repository_dependency,
    repository_files,
    root_of,
)
from installer.instance.instance import Document
from installer.instance.objects import Objects
from installer.instance.view import View, view
from installer.model.errors import InstallerError

FLUX_GROUP = "helm.toolkit.fluxcd.io"


def find_flux(objects: Objects) -> Iterator[Release]:
    """Every HelmRelease of RHDH's chart, or of one in the directory that depends on it."""
    for document in objects.of_kind("HelmRelease", FLUX_GROUP):
        chart = view(document).get("spec", "chart", "spec")
        reference = view(document).scalar("spec", "chartRef", "name")
        known = is_chart(chart.scalar("chart") if chart is not None else reference, "", "")
        try:
            release = _flux_release(objects, document, chart, known=known)
        except InstallerError:
            if known:
                raise
            continue  # somebody else's release: what is wrong with it is not ours to say
        if release is not None:
            yield release


def _flux_release(objects: Objects, document: Document, chart: View | None, *, known: bool) -> Release | None:
    root = view(document)
    written = [one.scalar() for one in items(chart.get("valuesFiles") if chart is not None else None)]
    folder = normpath(chart.scalar("chart")) if chart is not None and "/" in chart.scalar("chart") else ""
    files, missing = repository_files(objects, folder, written) if folder else ([], [])
    dependency = repository_dependency(objects, folder)
    used = [*files, *_flux_values_from(objects, document)]
    values = gather([*used, root.get("spec", "values")], strict=not known, dependency=dependency)
    if not known and not values:
        return None
    name = document.ref.name if document.ref else ""
    target = root.scalar("spec", "targetNamespace")
    version = dependency.version if dependency is not None else chart.scalar("version") if chart is not None else ""
    return Release(
        name,
        root.scalar("spec", "releaseName") or (f"{target}-{name}" if target else name),
        target or objects.namespace(document),
        "flux",
        version or _chart_ref_version(objects, root.scalar("spec", "chartRef", "name")),
        root,
        values or empty_values(root, "spec", "values"),
        document,
        tuple(missing),
        frozenset(one.text.file.path for one in used if one is not None),
    )


def _flux_values_from(objects: Objects, document: Document) -> list[View | None]:
    """The ConfigMaps of `valuesFrom`; values from Secrets stay unknown."""
    found: list[View | None] = []
    for one in items(view(document).get("spec", "valuesFrom")):
        if one.scalar("kind") != "ConfigMap" or one.scalar("targetPath"):
            continue
        if one.truth("optional") and objects.find("ConfigMap", one.scalar("name"), "") is None:
            continue
        source = objects.config_map(one.scalar("name"), objects.namespace(document), one)
        layer = objects.layer(source, one.scalar("valuesKey") or "values.yaml", one)
        found.append(root_of(layer.region.text))
    return found


def _chart_ref_version(objects: Objects, name: str) -> str:
    for kind in ("OCIRepository", "HelmChart"):
        for one in objects.of_kind(kind, "source.toolkit.fluxcd.io"):
            if one.ref and one.ref.name == name:
                return view(one).scalar("spec", "ref", "tag") or view(one).scalar("spec", "version")
    return ""
