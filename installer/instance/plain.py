"""Reads an RHDH from a hand-made Deployment or StatefulSet. Changes nothing."""

import posixpath
from collections.abc import Iterator
from functools import partial

from installer.instance.candidate import Candidate
from installer.instance.gitops import manager, owner_of
from installer.instance.includes import read_includes
from installer.instance.instance import NPMRC, Document, Instance, Layer, PlainHome, Variables
from installer.instance.layers import (
    PLUGINS_KEY,
    find_defaults,
    find_npmrc,
    kustomization_of,
    with_patches,
)
from installer.instance.objects import Objects
from installer.instance.operator import CONTAINER, INIT_CONTAINER, containers
from installer.instance.variables import Environment
from installer.instance.version import of_workload
from installer.instance.view import View, refuse_duplicates, view
from installer.model.dataclass import dataclass
from installer.model.errors import Problem

KINDS = ("Deployment", "StatefulSet")
INSTALL_FOLDER = "/opt/app-root/src"
# The files that the image's entrypoint reads by itself, in this order, before those of --config in args.
IMAGE_FILES = ("app-config.yaml", "app-config.example.yaml", "app-config.example.production.yaml")


@dataclass(frozen=True)
class Mount:
    """A key of a ConfigMap or Secret at a path of a container; the key is empty where all keys are mounted there."""

    path: str
    kind: str
    name: str
    key: str
    source: View


def workloads(objects: Objects) -> list[Document]:
    """The workloads with an init container `install-dynamic-plugins`, whoever owns them."""
    return [
        document
        for kind in KINDS
        for document in objects.of_kind(kind)
        if containers(_pod(view(document)), "initContainers", INIT_CONTAINER)
    ]


def is_rendered(document: Document) -> bool:
    """Whether Helm has rendered a workload: then its values are what people write."""
    metadata = view(document).get("metadata")
    if metadata is None:
        return False
    managed = metadata.scalar("labels", "app.kubernetes.io/managed-by") == "Helm"
    return managed or bool(metadata.scalar("annotations", "meta.helm.sh/release-name"))


def is_operators(objects: Objects, document: Document) -> bool:
    """Whether the RHDH operator makes a workload: by its owner, or by a `Backstage` resource of its name."""
    if objects.owner(document)[0] == "operator":
        return True
    names = {f"backstage-{one.ref.name}" for one in objects.of_kind("Backstage") if one.ref}
    return document.ref is not None and document.ref.name in names


def find(objects: Objects) -> list[Candidate]:
    """Every workload of RHDH that neither the operator nor Helm makes."""
    return [
        Candidate(one.ref.name, objects.namespace(one), view(one).place, partial(_read, objects, one))
        for one in workloads(objects)
        if one.ref and not is_rendered(one) and not is_operators(objects, one)
    ]


def _pod(workload: View) -> View | None:
    return workload.get("spec", "template", "spec")


def _read(objects: Objects, document: Document) -> Instance:
    root, namespace = view(document), objects.namespace(document)
    refuse_duplicates(root)
    pod = _pod(root) or root
    init, main = containers(pod, "initContainers", INIT_CONTAINER)[0], _main_container(pod)
    managed = manager(objects, document)
    plugins, warnings = _plugins(objects, pod, init, namespace)
    app_config, more = _app_config(objects, pod, main, namespace)
    version = of_workload(root)
    npmrc_name = _npmrc_name(pod, init)
    npmrc, npmrc_file = find_npmrc(objects, npmrc_name, namespace)
    return Instance(
        flavour="plain",
        managed_by=managed,
        name=document.ref.name if document.ref else "",
        namespace=namespace,
        version=version.number if version else None,
        version_source=version.source if version else None,
        home=PlainHome(document),
        owner=owner_of(managed),
        plugins=plugins,
        defaults=find_defaults(objects, plugins, read_includes(plugins)),
        app_config=tuple(app_config),
        environment=_environment(objects, namespace, main),
        init_environment=_environment(objects, namespace, init),
        npmrc=npmrc,
        npmrc_name=npmrc_name,
        kustomization=kustomization_of(objects, document),
        local_database=False,
        npmrc_file=npmrc_file,
        warnings=(*warnings, *more),
    )


def _main_container(pod: View) -> View:
    """The container of Backstage: by its name, else the one with --config, else the first."""
    named = containers(pod, "containers", CONTAINER)
    every = _items(pod.get("containers"))
    return (named or [one for one in every if list(config_files(one))] or every or [pod])[0]


def _environment(objects: Objects, namespace: str, container: View) -> Variables:
    environment = Environment(objects, namespace)
    environment.add_env_from(container.get("envFrom"))
    environment.add_env(container.get("env"))
    return environment.variables()


def config_files(container: View) -> Iterator[str]:
    """The paths after --config in command and args, in order."""
    words = [one.scalar() for key in ("command", "args") for one in _items(container.get(key))]
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word == "--config" and following:
            yield following
        elif word.startswith("--config="):
            yield word.removeprefix("--config=")


def mounts(pod: View, container: View) -> list[Mount]:
    """What a container sees of ConfigMaps and Secrets, in the order of its volumeMounts."""
    volumes = {one.scalar("name"): one for one in _items(pod.get("volumes"))}
    found: list[Mount] = []
    for one in _items(container.get("volumeMounts")):
        volume = volumes.get(one.scalar("name"))
        if volume is not None:
            found.extend(_volume_mounts(volume, one.scalar("mountPath").rstrip("/"), one.scalar("subPath")))
    return found


def _volume_mounts(volume: View, path: str, sub_path: str) -> Iterator[Mount]:
    projected = volume.get("projected", "sources")
    for source in projected.items() if projected is not None else [volume]:
        for kind, key, name in (("ConfigMap", "configMap", "name"), ("Secret", "secret", "secretName")):
            reference = source.get(key)
            if reference is None:
                continue
            called = reference.scalar(name) or reference.scalar("name")
            files = [(one.scalar("key"), one.scalar("path")) for one in _items(reference.get("items"))]
            if sub_path:
                keys = [key for key, file in files if file == sub_path] if files else [sub_path]
                yield from (Mount(path, kind, called, key, reference) for key in keys)
            elif files:
                yield from (Mount(f"{path}/{file}", kind, called, key, reference) for key, file in files)
            else:
                yield Mount(path, kind, called, "", reference)


def _at(objects: Objects, pod: View, container: View, path: str, namespace: str) -> tuple[Mount, str] | None:
    """The mount that puts a file at a path of a container, and the key it is; None where none is a ConfigMap's."""
    for mount in reversed(mounts(pod, container)):
        if mount.key and mount.path == path:
            return (mount, mount.key) if mount.kind == "ConfigMap" else None
        if not mount.key and posixpath.dirname(path) == mount.path and mount.kind == "ConfigMap":
            source = objects.find("ConfigMap", mount.name, namespace)
            if source is None or posixpath.basename(path) in source.keys:
                return mount, posixpath.basename(path)
    return None


def _layers(
    objects: Objects, pod: View, container: View, path: str, namespace: str
) -> tuple[list[Layer], list[Problem]]:
    found = _at(objects, pod, container, path, namespace)
    if found is None:
        return [], []
    mount, key = found
    if mount.source.truth("optional") and objects.find("ConfigMap", mount.name, namespace) is None:
        return [], []
    source = objects.config_map(mount.name, namespace, mount.source)
    return with_patches(objects, source, key, mount.source)


def _plugins(objects: Objects, pod: View, init: View, namespace: str) -> tuple[Layer | None, list[Problem]]:
    folder = init.scalar("workingDir") or INSTALL_FOLDER
    layers, warnings = _layers(objects, pod, init, posixpath.join(folder, PLUGINS_KEY), namespace)
    return (layers[0] if layers else None), warnings


def _app_config(objects: Objects, pod: View, main: View, namespace: str) -> tuple[list[Layer], list[Problem]]:
    """The files the entrypoint reads, then those of --config; what no ConfigMap brings is in the image."""
    folder = main.scalar("workingDir") or INSTALL_FOLDER
    layers, warnings = [], []
    for file in dict.fromkeys(posixpath.join(folder, one) for one in [*IMAGE_FILES, *config_files(main)]):
        more, said = _layers(objects, pod, main, posixpath.normpath(file), namespace)
        layers += more
        warnings += said
    return layers, warnings


def _npmrc_name(pod: View, init: View) -> str | None:
    found = [one.name for one in mounts(pod, init) if one.kind == "Secret" and NPMRC in f"{one.path}/{one.key}"]
    return found[0] if found else None


def _items(found: View | None) -> list[View]:
    return found.items() if found is not None else []
