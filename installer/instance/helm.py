"""Reads an RHDH that Helm installs from the values of its chart. Renders no template and changes nothing."""

from dataclasses import replace
from functools import partial
from typing import Literal

from installer.instance.candidate import Candidate
from installer.instance.chart import TEMPLATE, Release, Values, items
from installer.instance.includes import read_includes
from installer.instance.instance import Document, HelmHome, Instance, Kustomization, Layer, Region, Variables
from installer.instance.layers import PLUGINS_KEY, find_defaults, find_npmrc, kustomization_of
from installer.instance.objects import Objects
from installer.instance.operator import INIT_CONTAINER
from installer.instance.plain import is_rendered, workloads
from installer.instance.releases import releases
from installer.instance.variables import Environment
from installer.instance.version import Version, first, of_catalog_index, of_chart, of_image, of_tag, of_workload
from installer.instance.view import View, refuse_duplicates, view
from installer.model.change import Owner
from installer.model.errors import ExitCode, Problem, fail

# What chart and entrypoint call the file rendered from appConfig (templates/backstage-deployment.yaml).
APP_CONFIG_FILE = "app-config-from-configmap.yaml"
POSTGRES = ("POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_PASSWORD")
NPMRC_SUFFIX = "-dynamic-plugins-npmrc"
CHART_SECRETS = ("BACKEND_SECRET", "POSTGRESQL_ADMIN_PASSWORD")

Layout = Literal[1, 2]


def find(objects: Objects) -> list[Candidate]:
    """Every Helm release of RHDH's chart."""
    return [
        Candidate(one.title, one.namespace, one.source.place, partial(read, objects, one)) for one in releases(objects)
    ]


def read(objects: Objects, release: Release) -> Instance:
    """The instance that a release of RHDH's chart makes. Raises InstallerError as `find`."""
    if release.missing and all(not one.here.node.value for one in release.values):
        raise _no_values(release)
    for root in (release.source, *(values.root for values in release.values)):
        refuse_duplicates(root)
    version = _version(objects, release)
    layout = _layout(release, version)
    owner: Owner = release.managed_by or "helm"
    plugins, home_values = _plugins(release, layout, owner)
    environment, init_environment = _environments(objects, release, layout)
    name = release.name or _release_name(objects, release)
    npmrc_name = f"{name}{NPMRC_SUFFIX}" if name else None
    npmrc, npmrc_file = find_npmrc(objects, npmrc_name, release.namespace)
    return Instance(
        flavour="helm",
        managed_by=release.managed_by,
        name=release.title,
        namespace=release.namespace,
        version=version.number if version else None,
        version_source=version.source if version else None,
        home=HelmHome(home_values.here.region, layout, name or None, _truth(release, "orchestrator", "enabled")),
        owner=owner,
        plugins=plugins,
        defaults=find_defaults(objects, plugins, read_includes(plugins)),
        app_config=tuple(_app_config(objects, release, layout, owner)),
        environment=environment,
        init_environment=init_environment,
        npmrc=npmrc,
        npmrc_name=npmrc_name,
        kustomization=_kustomization(objects, release),
        local_database=_local_database(release, layout),
        base_url=_base_url(release, layout),
        npmrc_file=npmrc_file,
        warnings=(
            *(
                Problem("values-missing", f"{path}, which {release.source.place} names, is not in the directory")
                for path in release.missing
            ),
            *_go_templates(release, home_values, version),
        ),
    )


def _release_name(objects: Objects, release: Release) -> str:
    """The name that Helm's marks on the rendered workload tell, or the Secret that is named after it."""
    for one in _rendered(objects, release):
        metadata = view(one).get("metadata")
        if metadata is not None:
            marked = metadata.scalar("annotations", "meta.helm.sh/release-name")
            return marked or metadata.scalar("labels", "app.kubernetes.io/instance")
    names = [one.ref.name for one in objects.of_kind("Secret") if one.ref and one.ref.name.endswith(NPMRC_SUFFIX)]
    return names[0].removesuffix(NPMRC_SUFFIX) if len(names) == 1 else ""


def _go_templates(release: Release, values: Values, version: Version | None) -> list[Problem]:
    """An ApplicationSet with goTemplate renders its values before Helm does; from RHDH 1.9 on they hold {{inherit}}."""
    document = view(release.document)
    inherits = version is None or tuple(map(int, version.number.split(".")[:2])) >= (1, 9)
    inline = values.here.text.file == release.document.text.file
    if not (
        inherits and inline and document.scalar("kind") == "ApplicationSet" and document.truth("spec", "goTemplate")
    ):
        return []
    return [
        Problem(
            "rendered-twice",
            "this ApplicationSet renders its values as Go templates before Helm does: {{ … }} that Helm shall see has "
            "to be written as a template of itself once more",
            release.source.place,
            "move the values to a file that valueFiles names, and run the command again",
        )
    ]


def _no_values(release: Release) -> Exception:
    names = ", ".join(release.missing)
    return fail(
        ExitCode.TARGET,
        "values-missing",
        f"{release.source.place} takes its values from {names}, which is not in the directory",
        where=release.source.place,
        fix="give the directory that holds these values files too",
    )


def _layout(release: Release, version: Version | None) -> Layout:
    """The layout of the values; of empty ones that of the release: 2 from RHDH 2.0."""
    empty = all(not one.here.node.value for one in release.values)
    return 2 if empty and version is not None and version.number.startswith("2.") else release.values[-1].layout


def _last(release: Release, *keys: str) -> View | None:
    """What stands under the keys in the last values that have it; `global` of a parent chart counts too."""
    for values in reversed(release.values):
        roots = [values.here, values.root] if keys[0] == "global" else [values.here]
        found = next((one for root in roots if (one := root.get(*keys)) is not None), None)
        if found is not None:
            return found
    return None


def _text(release: Release, *keys: str) -> str:
    found = _last(release, *keys)
    return release.parameters.get(".".join(keys), found.scalar() if found is not None else "")


def _truth(release: Release, *keys: str) -> bool:
    return _text(release, *keys).lower() == "true"


def _plugins_path(layout: Layout) -> tuple[str, ...]:
    return ("global", "dynamic") if layout == 1 else ("dynamicPlugins",)


def _plugins(release: Release, layout: Layout, owner: Owner) -> tuple[Layer, Values]:
    """The region of the plugins and the values to write to: those that define the plugins, for a list in later values
    replaces the chart's and that of earlier ones; else those with the app-config; else the last.
    """
    path = _plugins_path(layout)
    for values in reversed(release.values):
        for root in (values.here, values.root):
            if root.get(*path, "plugins") is not None:
                return _plugins_layer(root, path, owner), replace(values, here=values.here)
    holding = [one for one in release.values if one.here.get(*path) is not None] or [
        one for one in release.values if one.here.get(*_app_config_path(layout)) is not None
    ]
    values = (holding or list(release.values))[-1]
    at_root = values.here.get(*path) is None and values.root.get(*path) is not None
    return _plugins_layer(values.root if at_root else values.here, path, owner), values


def _plugins_layer(root: View, path: tuple[str, ...], owner: Owner) -> Layer:
    region = Region(root.text, root.index, (*root.path, *path))
    return Layer(PLUGINS_KEY, region, owner, templated=True)


def _app_config_path(layout: Layout) -> tuple[str, ...]:
    return ("upstream", "backstage", "appConfig") if layout == 1 else ("appConfig",)


def _app_config(objects: Objects, release: Release, layout: Layout, owner: Owner) -> list[Layer]:
    """The files in the order of --config: up to RHDH 1.10 extraAppConfig and then the chart's appConfig, which wins;
    from 2.0 the other way round (templates/_backstage-pod-template.tpl of charts/rhdh).
    """
    path = _app_config_path(layout)
    own = [
        Layer(APP_CONFIG_FILE, found.region, owner, templated=True)
        for values in release.values
        if (found := values.here.get(*path)) is not None and found.is_mapping
    ]
    extra = []
    for one in items(_last(release, *path[:-1], "extraAppConfig")):
        name, file = one.scalar("configMapRef"), one.scalar("filename")
        if name and file and not TEMPLATE.search(name):
            source = objects.config_map(name, release.namespace, one)
            extra.append(objects.layer(source, file, one))
    return [*extra, *own] if layout == 1 else [*own, *extra]


def _environments(objects: Objects, release: Release, layout: Layout) -> tuple[Variables, Variables]:
    main, init = Environment(objects, release.namespace), Environment(objects, release.namespace)
    if layout == 1:
        _first_layout(release, main, init)
    else:
        _second_layout(release, main, init)
    return main.variables(), init.variables()


def _first_layout(release: Release, main: Environment, init: Environment) -> None:
    """A list in the values replaces the chart's own, with the variables that it would have brought."""
    for kind, key in (("ConfigMap", "extraEnvVarsCM"), ("Secret", "extraEnvVarsSecrets")):
        for one in items(_last(release, "upstream", "backstage", key)):
            main.add_all(kind, one.scalar(), one)
    if _local_database(release, 1):
        main.provide(*POSTGRES)
    own = _last(release, "upstream", "backstage", "extraEnvVars")
    if own is None:
        main.provide(*CHART_SECRETS)
    main.add_env(own)
    for one in items(_last(release, "upstream", "backstage", "initContainers")):
        if one.scalar("name") == INIT_CONTAINER:
            init.add_env_from(one.get("envFrom"))
            init.add_env(one.get("env"))


def _second_layout(release: Release, main: Environment, init: Environment) -> None:
    main.add_env_from(_last(release, "envFromOverride") or _last(release, "extraEnvFrom"))
    override = _last(release, "envOverride")
    if override is None or not override.items():
        if _text(release, "auth", "backend", "enabled").lower() != "false":
            main.provide("BACKEND_SECRET")
        if _local_database(release, 2) or _text(release, "externalDatabase", "host"):
            main.provide(*POSTGRES)
        main.add_env(_last(release, "extraEnv"))
    else:
        main.add_env(override)
    size = _text(release, "dynamicPlugins", "maxEntrySize")
    if size:
        init.know("MAX_ENTRY_SIZE", size)
    init.add_env(_last(release, "dynamicPlugins", "initContainer", "extraEnv"))


def _local_database(release: Release, layout: Layout) -> bool:
    way = ("upstream", "postgresql", "enabled") if layout == 1 else ("postgresql", "enabled")
    return _text(release, *way).lower() != "false"


def _base_url(release: Release, layout: Layout) -> str | None:
    host = _text(release, "global", "host") if layout == 1 else _text(release, "host")
    return f"https://{host}" if host and not TEMPLATE.search(host) else None


def _kustomization(objects: Objects, release: Release) -> Kustomization | None:
    for one in objects.kustomizations.all:
        if one.document is release.document:
            return Kustomization(one.document, one.folder)
    return kustomization_of(objects, release.document)


def _version(objects: Objects, release: Release) -> Version | None:
    """Image tag, catalog index, chart version, in this order, of the values; then the workload rendered from them."""
    images = [
        (_text(release, *way, "repository"), _text(release, *way, "tag"))
        for way in (("upstream", "backstage", "image"), ("image",))
    ]
    containers = items(_last(release, "upstream", "backstage", "initContainers"))
    catalogs = [
        entry.scalar("value")
        for one in containers
        for entry in items(one.get("env"))
        if entry.scalar("name") == "CATALOG_INDEX_IMAGE"
    ]
    indexes = [_text(release, "global", "catalogIndex", "image", "tag"), _text(release, "catalogIndex", "image", "tag")]
    return first(
        [
            *(of_tag(tag) if not name else of_image(f"{name}:{tag}") for name, tag in images),
            *(of_catalog_index(one) for one in catalogs),
            *(of_tag(tag, "catalog index tag") for tag in indexes),
            of_chart(release.chart_version),
            *(of_workload(view(one)) for one in _rendered(objects, release)),
        ]
    )


def _rendered(objects: Objects, release: Release) -> list[Document]:
    """The workload that Helm has made of this release, in a dump: the one with its name, else the only one."""
    found = [one for one in workloads(objects) if is_rendered(one)]
    label = ("metadata", "labels", "app.kubernetes.io/instance")
    named = [one for one in found if release.name and view(one).scalar(*label) == release.name]
    return named or (found if len(found) == 1 else [])
