"""RHDH's Helm chart as its values show it: two layouts, nested or not. Does not look for the values."""

import re
from collections.abc import Mapping
from dataclasses import field
from posixpath import basename, dirname, join, normpath
from typing import Literal

from yaml.nodes import MappingNode

from installer.instance.instance import Document, ManagedBy
from installer.instance.objects import Objects, embedded
from installer.instance.version import of_chart
from installer.instance.view import View, view
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.late_pattern import late_pattern
from installer.yamltext.reading import EMBEDDED_LIMIT, QUOTED, Unreadable, compose
from installer.yamltext.text import Text

CHARTS = frozenset({"redhat-developer-hub", "rhdh", "developer-hub"})
DEPENDENCY_KEYS = ("redhat-developer-hub", "rhdh", "developer-hub", "backstage")
BACKSTAGE_KEYS = ("app", "backend", "catalog", "auth", "integrations", "permission", "orchestrator", "dynamicPlugins")
TEMPLATE = late_pattern(r"\{\{.*?\}\}")
_RHDH_REPOSITORY = late_pattern(r"rhdh|developer-hub|redhat-developer|openshift-helm-charts", re.IGNORECASE)


@dataclass(frozen=True)
class Values:
    """The root of one set of values. `root` is the root of the file where a chart nests them under a dependency."""

    here: View
    root: View
    layout: Literal[1, 2]


@dataclass(frozen=True)
class Dependency:
    """A dependency on RHDH's chart: the key of its values in the parent's, and its version."""

    key: str
    version: str

    @property
    def layout(self) -> Literal[1, 2]:
        """2 from RHDH 2.0 on."""
        found = of_chart(self.version)
        return 2 if found is not None and found.number.startswith("2.") else 1


def dependency_of(objects: Objects, folder: str) -> Dependency | None:
    """The dependency on RHDH's chart of the chart in a folder, if there is one."""
    for document in objects.manifests.by_path.get(join(folder, "Chart.yaml"), ()):
        for one in items(view(document).get("dependencies")):
            if is_chart(one.scalar("name"), one.scalar("repository"), ""):
                return Dependency(one.scalar("alias") or one.scalar("name"), one.scalar("version"))
    return None


@dataclass(frozen=True)
class Release:
    """One release: later values win, then `parameters` (Argo CD's `global.host`: value). `used` are the paths of files
    it takes values from, `missing` those that are not there. `name` is empty where the manifests do not tell it.
    """

    title: str
    name: str
    namespace: str
    managed_by: ManagedBy | None
    chart_version: str
    source: View
    values: tuple[Values, ...]
    document: Document
    missing: tuple[str, ...] = ()
    used: frozenset[str] = field(default=frozenset())
    parameters: Mapping[str, str] = field(default_factory=dict)


def recognise(root: View, dependency: Dependency | None = None) -> Values | None:
    """The values of RHDH's chart in a text: at its root, or under the key of a dependency; None of other texts.

    `dependency` is what the Chart.yaml beside the text says; its key counts also where nothing stands under it that
    tells RHDH's chart from others.
    """
    below = root.get(dependency.key) if dependency is not None else None
    if dependency is not None and below is not None and (below.is_mapping or below.is_null):
        return Values(below, root, _layout(below) or dependency.layout)
    layout = _layout(root)
    if layout is not None:
        return Values(root, root, layout)
    for key, below in root.entries() if root.is_mapping else []:
        if not below.is_mapping:
            continue
        nested = _layout(below)
        if nested == 1 or (nested == 2 and key in DEPENDENCY_KEYS):  # noqa: PLR2004 - the layout of RHDH 2
            return Values(below, root, nested)
    return None


def _layout(root: View) -> Literal[1, 2] | None:
    """1: `global.dynamic`, `upstream.backstage`; 2: `dynamicPlugins` with its lists and `appConfig` at the root.

    An app-config may hold `dynamicPlugins` too (rootDirectory, frontend), but neither its lists nor `appConfig`;
    the values of other charts may hold an `appConfig`, but not Backstage's.
    """
    if not root.is_mapping:
        return None
    if _is_mapping(root, "global", "dynamic") or _is_mapping(root, "upstream", "backstage"):
        return 1
    lists = [root.get("dynamicPlugins", key) for key in ("plugins", "includes")]
    if any(one is not None and (one.is_sequence or one.is_null) for one in lists):
        return 2
    config = root.get("appConfig")
    if config is not None and any(config.get(key) is not None for key in BACKSTAGE_KEYS):
        return 2
    return None


def _is_mapping(root: View, *keys: str) -> bool:
    found = root.get(*keys)
    return found is not None and found.is_mapping


def gather(found: list[View | None], *, strict: bool, dependency: Dependency | None = None) -> tuple[Values, ...]:
    """The values of each text. Of RHDH's own chart (not strict) also those without plugins and app-config."""
    present = [one for one in found if one is not None and one.is_mapping]
    recognised = [recognise(one, dependency) for one in present]
    layout = next((one.layout for one in recognised if one is not None), None)
    if layout is None and strict:
        return ()
    return tuple(
        Values(values.here, values.root, layout or 1) if values is not None else Values(root, root, layout or 1)
        for root, values in zip(present, recognised, strict=True)
        if values is not None or not strict
    )


def empty_values(parent: View, *keys: str) -> tuple[Values, ...]:
    """Where the values would be that nobody has written yet: an empty mapping at keys below `parent`."""
    mark = parent.node.start_mark
    nothing = MappingNode(QUOTED, [], mark, mark)
    here = View(parent.text, nothing, parent.index, (*parent.path, *keys))
    return (Values(here, here, 1),)


def inline_values(scalar: View | None) -> View | None:
    """The root of values written as a text; None where there is none. Raises InstallerError (INVALID)."""
    if scalar is None or not scalar.scalar():
        return None
    return root_of(embedded(scalar))


def root_of(text: Text) -> View | None:
    try:
        documents = compose(text.characters, limit=EMBEDDED_LIMIT)
    except Unreadable as reason:
        raise fail(
            ExitCode.INVALID,
            reason.code,
            f"the values are no YAML: {reason.message}",
            where=text.place_of_line(reason.line, reason.column),
            fix="correct the values and run the command again",
        ) from None
    return View(text, documents[0]) if documents and documents[0] is not None else None


def file_root(objects: Objects, path: str, why: str) -> View | None:
    broken = objects.manifests.unreadable_at(path)
    if broken is not None:
        raise InstallerError(broken.problem(why))
    documents = objects.manifests.by_path.get(path, ())
    return view(documents[0]) if documents else None


def repository_files(objects: Objects, folder: str, written: list[str]) -> tuple[list[View], list[str]]:
    """The value files that are at hand, and those that are not. `$ref/path` counts from the root of a repository,
    others from the folder of the chart; the directory may be a part of that repository.
    """
    found, missing = [], []
    for path in written or (["values.yaml"] if folder else []):
        if "://" in path:
            continue
        whole = path.partition("/")[2] if path.startswith("$") else normpath(join(folder, path))
        matching = matching_files(objects, whole)
        if len(matching) == 1:
            found.append(file_root(objects, matching[0], f"the values of a Helm release, {path}"))
        elif written:
            missing.append(path)
    return [one for one in found if one is not None], missing


def matching_files(objects: Objects, wanted: str) -> list[str]:
    """The files that a path of a repository may mean: the longest common end wins; templates match one name."""
    pattern = "[^/]+".join(re.escape(part) for part in TEMPLATE.split(wanted.lstrip("/")))
    files = [*objects.manifests.files, *(one.path for one in objects.manifests.unreadable)]
    exact = [path for path in files if re.fullmatch(pattern, path)]
    if exact:
        return exact
    return [
        path
        for path in files
        if re.fullmatch(f"(?:.*/)?{pattern}", path)
        or (not TEMPLATE.search(wanted) and f"/{wanted}".endswith(f"/{path}"))
    ]


def repository_dependency(objects: Objects, folder: str) -> Dependency | None:
    """The dependency on RHDH's chart of the chart at a path of a repository, where that chart is at hand."""
    charts = matching_files(objects, normpath(join(folder, "Chart.yaml"))) if folder else []
    return dependency_of(objects, dirname(charts[0])) if len(charts) == 1 else None


def is_chart(chart: str, repository: str, path: str) -> bool:
    """Whether a chart is RHDH's: by its own name, or as `backstage` of a repository that is RHDH's."""
    name = basename(chart.rstrip("/"))
    if name in CHARTS:
        return True
    if name == "backstage":
        return _RHDH_REPOSITORY.search(repository) is not None
    return not chart and "rhdh-chart" in repository and basename(path) in ("backstage", "rhdh")


def untemplated(namespace: str) -> str:
    return "" if TEMPLATE.search(namespace) else namespace


def items(found: View | None) -> list[View]:
    return found.items() if found is not None else []
