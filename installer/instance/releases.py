"""Every Helm release of RHDH's chart in a directory, whoever installs it. Does not read what its values say."""

import posixpath
from collections.abc import Iterator

from installer.instance.argocd import find_argocd
from installer.instance.chart import (
    CHARTS,
    Release,
    Values,
    empty_values,
    file_root,
    gather,
    is_chart,
    items,
    recognise,
)
from installer.instance.flux import find_flux
from installer.instance.instance import Document
from installer.instance.objects import Objects
from installer.instance.view import View, view


def releases(objects: Objects) -> list[Release]:
    """Every release, those of a controller first; a values file that one of them uses is no release of its own."""
    managed = [*find_argocd(objects), *find_flux(objects), *_kustomize(objects)]
    used = frozenset(path for one in managed for path in one.used)
    return [*managed, *_bare(objects, used)]


def _kustomize(objects: Objects) -> Iterator[Release]:
    """The `helmCharts` of kustomizations."""
    for one in objects.kustomizations.all:
        for chart in items(view(one.document).get("helmCharts")):
            if not is_chart(chart.scalar("name"), chart.scalar("repo"), ""):
                continue
            written = [
                chart.scalar("valuesFile"),
                *(path.scalar() for path in items(chart.get("additionalValuesFiles"))),
            ]
            paths = [objects.manifests.resolve(one.folder, path) for path in written if path]
            files = [file_root(objects, path, f"{chart.place} names it") for path in paths]
            missing = tuple(path for path, found in zip(paths, files, strict=True) if found is None)
            name = chart.scalar("releaseName") or chart.scalar("name")
            namespace = chart.scalar("namespace") or one.namespace
            yield Release(
                name,
                chart.scalar("releaseName"),
                namespace,
                "kustomize",
                chart.scalar("version"),
                chart,
                gather([*files, chart.get("valuesInline")], strict=False) or empty_values(chart, "valuesInline"),
                one.document,
                missing,
                frozenset(paths),
            )


def _bare(objects: Objects, used: frozenset[str]) -> list[Release]:
    """Values files that no controller names; beside a `values.yaml`, files that hold neither plugins nor app-config
    are parts of it.
    """
    found = [
        (document, values)
        for document in objects.manifests.kinds.get("", ())
        if document.text.file.path not in used and (values := recognise(view(document))) is not None
    ]
    releases = []
    for document, values in found:
        folder = posixpath.dirname(document.text.file.path)
        beside = [one for one, _ in found if posixpath.dirname(one.text.file.path) == folder]
        if len(beside) > 1 and not _is_main(document) and not _holds_configuration(values):
            continue
        releases.append(_bare_release(objects, document, values, alone=len(beside) == 1))
    return releases


def _bare_release(objects: Objects, document: Document, values: Values, *, alone: bool) -> Release:
    folder, file = posixpath.split(document.text.file.path)
    stem = file.rpartition(".")[0]
    chart = next((one for one in objects.manifests.by_path.get(posixpath.join(folder, "Chart.yaml"), ())), None)
    known = view(chart).scalar("name") if chart is not None else ""
    title = known if known and alone else stem if stem != "values" else posixpath.basename(folder)
    return Release(
        title or "redhat-developer-hub",
        "",
        "",
        None,
        _dependency_version(view(chart)) if chart is not None else "",
        values.here,
        (values,),
        document,
    )


def _dependency_version(chart: View) -> str:
    """The version of RHDH's chart: of a dependency on it, or of the chart itself."""
    for one in items(chart.get("dependencies")):
        if is_chart(one.scalar("name"), one.scalar("repository"), ""):
            return one.scalar("version")
    return chart.scalar("version") if chart.scalar("name") in CHARTS else ""


def _is_main(document: Document) -> bool:
    return posixpath.basename(document.text.file.path).rpartition(".")[0] == "values"


def _holds_configuration(values: Values) -> bool:
    ways = [("global", "dynamic"), ("upstream", "backstage", "appConfig"), ("dynamicPlugins",), ("appConfig",)]
    return any(values.here.get(*way) is not None for way in ways)
