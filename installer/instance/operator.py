"""Reads an RHDH that the RHDH operator runs from its `Backstage` resource. Changes nothing."""

from dataclasses import replace
from functools import partial

from installer.instance.candidate import Candidate
from installer.instance.gitops import manager, owner_of
from installer.instance.includes import read_includes
from installer.instance.instance import Document, Instance, Layer, OperatorHome, Variables
from installer.instance.layers import (
    PLUGINS_KEY,
    find_defaults,
    find_npmrc,
    kustomization_of,
    with_patches,
)
from installer.instance.objects import Objects
from installer.instance.variables import Environment
from installer.instance.version import Version, first, of_image, of_operator, of_workload
from installer.instance.view import View, refuse_duplicates, view
from installer.model.errors import Problem

GROUPS = ("rhdh.redhat.com", "janus-idp.io")
INIT_CONTAINER = "install-dynamic-plugins"
CONTAINER = "backstage-backend"
NPMRC_SECRET = "dynamic-plugins-npmrc"  # noqa: S105 - the name of a Secret, not its content
POSTGRES = ("POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRES_PASSWORD", "POSTGRESQL_ADMIN_PASSWORD")


def find(objects: Objects) -> list[Candidate]:
    """Every `Backstage` resource of any version, patches aside."""
    documents = [one for group in GROUPS for one in objects.of_kind("Backstage", group)]
    return [
        Candidate(one.ref.name, objects.namespace(one), view(one).place, partial(_read, objects, one))
        for one in documents
        if one.ref
    ]


def owned_name(kind: str, name: str) -> str:
    """The name of an object that the operator makes for a resource: kind is "", "appconfig" or "dynamic-plugins"."""
    return f"backstage-{kind}-{name}" if kind else f"backstage-{name}"


def _read(objects: Objects, document: Document) -> Instance:
    root, namespace = view(document), objects.namespace(document)
    name = document.ref.name if document.ref else ""
    refuse_duplicates(root)
    managed = manager(objects, document)
    plugins, operator_plugins, warnings = _plugins(objects, root, name, namespace)
    app_config, more = _app_config(objects, root, name, namespace)
    workload = _workload(objects, name, namespace)
    version = _version(objects, root, workload)
    environment, init_environment = _environments(objects, root, namespace, workload)
    npmrc_name = _npmrc_name(root)
    npmrc, npmrc_file = find_npmrc(objects, npmrc_name, namespace)
    return Instance(
        flavour="operator",
        managed_by=managed,
        name=name,
        namespace=namespace,
        version=version.number if version else None,
        version_source=version.source if version else None,
        home=OperatorHome(document),
        owner=owner_of(managed),
        plugins=plugins,
        defaults=find_defaults(objects, plugins, read_includes(plugins)),
        app_config=tuple(app_config),
        environment=environment,
        init_environment=init_environment,
        npmrc=npmrc,
        npmrc_name=npmrc_name,
        kustomization=kustomization_of(objects, document),
        local_database=root.truth("spec", "database", "enableLocalDb") is not False,
        base_url=_base_url(objects, root, name, namespace),
        operator_plugins=operator_plugins,
        npmrc_file=npmrc_file,
        warnings=(*warnings, *more),
    )


def _plugins(
    objects: Objects, root: View, name: str, namespace: str
) -> tuple[Layer | None, Layer | None, list[Problem]]:
    """The main file, the operator's own, and warnings.

    The operator's own file (dumps only) is what runs where the resource names none; where it names one, operators up
    to 0.7 (RHDH 1.7) mount the named one instead, later ones merge it into their own: it is never the one to edit.
    """
    own = owned_name("dynamic-plugins", name)
    wanted = root.get("spec", "application", "dynamicPluginsConfigMapName")
    operators = _controller_layers(objects, own, namespace, root)
    operator_plugins = operators[0] if operators else None
    if wanted is None or not wanted.scalar():
        return operator_plugins, operator_plugins, []
    source = objects.config_map(wanted.scalar(), namespace, wanted)
    layers, warnings = with_patches(objects, source, PLUGINS_KEY, wanted)
    main = layers[0] if wanted.scalar() != own else replace(layers[0], owner="operator", writable=False)
    return main, operator_plugins, warnings


def _app_config(objects: Objects, root: View, name: str, namespace: str) -> tuple[list[Layer], list[Problem]]:
    """The operator's default app-config (dumps only), then the listed ConfigMaps in their order: later wins."""
    own = owned_name("appconfig", name)
    layers, warnings = _controller_layers(objects, own, namespace, root), []
    listed = root.get("spec", "application", "appConfig", "configMaps")
    for one in listed.items() if listed is not None else []:
        if not one.scalar("name") or one.scalar("name") == own:
            continue
        source = objects.config_map(one.scalar("name"), namespace, one)
        keys = [one.scalar("key")] if one.scalar("key") else sorted(source.keys)
        for key in keys:
            more, said = with_patches(objects, source, key, one)
            layers += more
            warnings += said
    return layers, warnings


def _controller_layers(objects: Objects, name: str, namespace: str, wanted: View) -> list[Layer]:
    source = objects.find("ConfigMap", name, namespace)
    if source is None:
        return []
    found = [objects.layer(source, key, wanted) for key in sorted(source.keys)]
    return [replace(one, owner="operator", writable=False) for one in found]


def _workload(objects: Objects, name: str, namespace: str) -> View | None:
    found = [objects.named(kind, owned_name("", name), namespace) for kind in ("Deployment", "StatefulSet")]
    return next((view(one) for one in found if one is not None), None)


def _version(objects: Objects, root: View, workload: View | None) -> Version | None:
    return first(
        [
            of_image(root.scalar("spec", "application", "image")),
            _of_patch(root),
            of_workload(workload) if workload is not None else None,
            of_operator(objects.manifests),
        ]
    )


def _of_patch(root: View) -> Version | None:
    patch = root.get("spec", "deployment", "patch")
    return of_workload(patch) if patch is not None else None


def containers(pod: View | None, key: str, name: str) -> list[View]:
    """The containers of a pod template's spec with that name; `key` is containers or initContainers."""
    found = pod.get(key) if pod is not None else None
    return [one for one in found.items() if one.scalar("name") == name] if found is not None else []


def _environments(objects: Objects, root: View, namespace: str, workload: View | None) -> tuple[Variables, Variables]:
    """What the main and the init container get: from the operator, the resource's extraEnvs, its deployment patch."""
    main, init = Environment(objects, namespace), Environment(objects, namespace)
    _add_database(main, root)
    patch = root.get("spec", "deployment", "patch")
    if workload is not None:
        _add_workload(workload, main, init)
    _add_extra(root, main, init)
    if patch is not None:
        _add_workload(patch, main, init)
    return main.variables(), init.variables()


def _add_workload(workload: View, main: Environment, init: Environment) -> None:
    pod = workload.get("spec", "template", "spec")
    for environment, key, name in ((main, "containers", CONTAINER), (init, "initContainers", INIT_CONTAINER)):
        for one in containers(pod, key, name):
            environment.add_env_from(one.get("envFrom"))
            environment.add_env(one.get("env"))


def _add_database(main: Environment, root: View) -> None:
    secret = root.get("spec", "database", "authSecretName")
    if root.truth("spec", "database", "enableLocalDb") is not False:
        main.provide(*POSTGRES)
    elif secret is not None and secret.scalar():
        main.add_all("Secret", secret.scalar(), secret)


def _add_extra(root: View, main: Environment, init: Environment) -> None:
    """`extraEnvs`; without `containers` they go to the main container, "*" means all."""
    extra = root.get("spec", "application", "extraEnvs")
    if extra is None:
        return
    for kind, key in (("ConfigMap", "configMaps"), ("Secret", "secrets")):
        for one in _items(extra.get(key)):
            for environment in _targets(one, main, init):
                _add_reference(environment, kind, one)
    for one in _items(extra.get("envs")):
        for environment in _targets(one, main, init):
            environment.know(one.scalar("name"), one.scalar("value"))


def _add_reference(environment: Environment, kind: str, one: View) -> None:
    if one.scalar("key"):
        environment.add_key(kind, one.scalar("name"), one.scalar("key"), one)
    else:
        environment.add_all(kind, one.scalar("name"), one)


def _targets(one: View, main: Environment, init: Environment) -> list[Environment]:
    names = {name.scalar() for name in _items(one.get("containers"))} or {CONTAINER}
    return [environment for environment, name in ((main, CONTAINER), (init, INIT_CONTAINER)) if names & {name, "*"}]


def _npmrc_name(root: View) -> str:
    """The Secret of the `.npmrc`: one that `extraFiles` mounts as such, else the name the operator looks for."""
    for one in _items(root.get("spec", "application", "extraFiles", "secrets")):
        if one.scalar("key") == ".npmrc" or ".npmrc" in one.scalar("mountPath"):
            return one.scalar("name")
    return NPMRC_SECRET


def _base_url(objects: Objects, root: View, name: str, namespace: str) -> str | None:
    route = objects.named("Route", owned_name("", name), namespace)
    host = root.scalar("spec", "application", "route", "host")
    host = host or (view(route).scalar("spec", "host") if route is not None else "")
    return f"https://{host}" if host else None


def _items(found: View | None) -> list[View]:
    return found.items() if found is not None else []
