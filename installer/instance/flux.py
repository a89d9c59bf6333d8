"""Releases of RHDH's chart that Flux installs: HelmRelease. Changes nothing."""

from collections.abc import Iterator

from installer.instance.chart import Release, empty_values, gather, is_chart, items, root_of
from installer.instance.instance import Document
from installer.instance.objects import Objects
from installer.instance.view import View, view

FLUX_GROUP = "helm.toolkit.fluxcd.io"


def find_flux(objects: Objects) -> Iterator[Release]:
    for document in objects.of_kind("HelmRelease", FLUX_GROUP):
        root = view(document)
        chart = root.get("spec", "chart", "spec")
        reference = root.scalar("spec", "chartRef", "name")
        known = is_chart(chart.scalar("chart") if chart is not None else reference, "", "")
        used = _flux_values_from(objects, document)
        values = gather([*used, root.get("spec", "values")], strict=not known)
        if not known and not values:
            continue
        name = document.ref.name if document.ref else ""
        target = root.scalar("spec", "targetNamespace")
        release = root.scalar("spec", "releaseName") or (f"{target}-{name}" if target else name)
        namespace = target or objects.namespace(document)
        version = chart.scalar("version") if chart is not None else ""
        yield Release(
            name,
            release,
            namespace,
            "flux",
            version or _chart_ref_version(objects, reference),
            root,
            values or empty_values(root, "spec", "values"),
            document,
            (),
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
