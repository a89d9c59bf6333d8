"""The objects that RHDH's operator makes for one `Backstage` resource, as data. Talks to nobody.

Copies redhat-developer/rhdh-operator config/profile/rhdh/default-config and pkg/model. By release of RHDH, which the
tag of the resource's image tells:
- up to 1.7 the ConfigMap that dynamicPluginsConfigMapName names is mounted as it is; from 1.8 its plugins are merged
  into the operator's own, matched by the exact `package`, and only known fields survive;
- MAX_ENTRY_SIZE: unset up to 1.6, 30000000 up to 1.9, 40000000 from 1.10.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import yaml

from tests.world.api import Manifest, config_map
from tests.world.standins.controller import owner
from tests.world.standins.patch import strategic_merge

IMAGE = "registry.redhat.io/rhdh/rhdh-hub-rhel9:1.6"
ROOT = "/opt/app-root/src"
PLUGINS = "dynamic-plugins.yaml"
DEFAULT_PLUGINS = "includes:\n  - dynamic-plugins.default.yaml\nplugins: []\n"
DEFAULT_APP_CONFIG = "backend:\n  database:\n    client: pg\n    connection:\n      host: ${POSTGRES_HOST}\n"
# The fields that the merge of 1.8 and later knows; pullPolicy and forceDownload are lost.
MERGED_FIELDS = ("package", "integrity", "disabled", "pluginConfig", "dependencies", "enabled")


@dataclass(frozen=True)
class Wanted:
    """A resource, what it refers to by (kind, name), their digest, and the domain of Routes or None."""

    resource: Manifest
    referenced: Mapping[tuple[str, str], Manifest]
    digest: str
    domain: str | None

    @property
    def name(self) -> str:
        return str(self.resource["metadata"]["name"])

    @property
    def namespace(self) -> str:
        return str(self.resource["metadata"]["namespace"])

    @property
    def application(self) -> Mapping[str, Any]:
        return application(self.resource)

    @property
    def image(self) -> str:
        return str(self.application.get("image", IMAGE))

    @property
    def release(self) -> tuple[int, ...]:
        """(1, 6) for an image with the tag 1.6 or 1.6.3; that of IMAGE where the tag is none of ours."""
        major, _, minor = self.image.rpartition(":")[2].partition("-")[0].partition(".")
        return (int(major), int(minor.partition(".")[0] or 0)) if major.isdecimal() else (1, 6)

    def metadata(self, name: str) -> Manifest:
        labels = {"app.kubernetes.io/name": "backstage", "app.kubernetes.io/instance": self.name}
        references = [owner(self.resource)]
        return {"name": name, "namespace": self.namespace, "labels": labels, "ownerReferences": references}


def application(resource: Manifest) -> Mapping[str, Any]:
    return (resource.get("spec") or {}).get("application") or {}


def needed(resource: Manifest) -> Iterator[tuple[str, str, bool]]:
    """(kind, name, whether its content counts for the hash) of everything that a resource refers to."""
    spec = application(resource)
    for one in spec.get("appConfig", {}).get("configMaps", []):
        yield "ConfigMap", one["name"], by_file(one)
    for section in ("extraFiles", "extraEnvs"):
        for key, kind in (("configMaps", "ConfigMap"), ("secrets", "Secret")):
            for one in spec.get(section, {}).get(key, []):
                yield kind, one["name"], section == "extraEnvs" or by_file(one)
    if name := spec.get("dynamicPluginsConfigMapName"):
        yield "ConfigMap", name, True


def by_file(reference: Mapping[str, Any]) -> bool:
    return not reference.get("mountPath") or bool(reference.get("key"))


def objects(wanted: Wanted) -> Iterator[Manifest]:
    """All of them in the order in which they are applied."""
    yield own(wanted, "appconfig", {"default.app-config.yaml": DEFAULT_APP_CONFIG})
    yield own(wanted, "dynamic-plugins", {PLUGINS: plugins(wanted)})
    if (wanted.resource.get("spec") or {}).get("database", {}).get("enableLocalDb", True):
        yield from database(wanted)
    yield service(wanted, f"backstage-{wanted.name}", {"rhdh.redhat.com/app": f"backstage-{wanted.name}"}, 80, 7007)
    if wanted.domain is not None and wanted.application.get("route", {}).get("enabled", True):
        yield route(wanted)
    yield deployment(wanted)


def own(wanted: Wanted, part: str, data: Mapping[str, str]) -> Manifest:
    metadata = wanted.metadata(f"backstage-{part}-{wanted.name}")
    return config_map(metadata.pop("name"), metadata.pop("namespace"), data, **metadata)


def plugins(wanted: Wanted) -> str:
    """The operator's own dynamic-plugins.yaml; from 1.8 with the user's entries in it."""
    theirs = wanted.referenced.get(("ConfigMap", wanted.application.get("dynamicPluginsConfigMapName", "")))
    if wanted.release < (1, 8) or theirs is None:
        return DEFAULT_PLUGINS
    merged = yaml.safe_load(DEFAULT_PLUGINS)
    user = yaml.safe_load(theirs["data"][PLUGINS]) or {}
    merged["includes"] = user.get("includes", merged["includes"])
    entries = {one["package"]: one for one in merged["plugins"]}
    for one in user.get("plugins") or []:
        known = {key: one[key] for key in MERGED_FIELDS if key in one}
        entries[one["package"]] = {**entries.get(one["package"], {}), "disabled": False, **known}
    merged["plugins"] = list(entries.values())
    return str(yaml.safe_dump(merged, sort_keys=True, allow_unicode=True))


def database(wanted: Wanted) -> Iterator[Manifest]:
    name = f"backstage-psql-{wanted.name}"
    secret = f"backstage-psql-secret-{wanted.name}"
    values = {"POSTGRES_USER": "postgres", "POSTGRES_PASSWORD": "generated", "POSTGRESQL_ADMIN_PASSWORD": "generated"}
    values |= {"POSTGRES_HOST": name, "POSTGRES_PORT": "5432"}
    yield {"apiVersion": "v1", "kind": "Secret", "metadata": wanted.metadata(secret), "stringData": values}
    labels = {"rhdh.redhat.com/app": name}
    yield service(wanted, name, labels, 5432, 5432)
    container = {"name": "postgresql", "image": "registry.redhat.io/rhel9/postgresql-15:latest"}
    container |= {"envFrom": [{"secretRef": {"name": secret}}]}
    claim = {"metadata": {"name": "data"}, "spec": storage("1Gi")}
    yield {
        "apiVersion": "apps/v1",
        "kind": "StatefulSet",
        "metadata": wanted.metadata(name),
        "spec": {
            "replicas": 1,
            "serviceName": name,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            "volumeClaimTemplates": [claim],
        },
    }


def storage(size: str) -> Manifest:
    return {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": size}}}


def service(wanted: Wanted, name: str, selector: Mapping[str, str], port: int, target: int) -> Manifest:
    spec = {"selector": dict(selector), "ports": [{"name": "port", "port": port, "targetPort": target}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": wanted.metadata(name), "spec": spec}


def route(wanted: Wanted) -> Manifest:
    name = f"backstage-{wanted.name}"
    host = wanted.application.get("route", {}).get("host") or f"{name}-{wanted.namespace}.{wanted.domain}"
    tls = {"insecureEdgeTerminationPolicy": "Redirect", "termination": "edge"}
    spec = {"host": host, "to": {"kind": "Service", "name": name}, "tls": tls}
    return {"apiVersion": "route.openshift.io/v1", "kind": "Route", "metadata": wanted.metadata(name), "spec": spec}


def deployment(wanted: Wanted) -> Manifest:
    name = f"backstage-{wanted.name}"
    labels = {"rhdh.redhat.com/app": name}
    annotations = {"rhdh.redhat.com/ext-config-hash": wanted.digest}
    spec: Manifest = {
        "selector": {"matchLabels": labels},
        "template": {"metadata": {"labels": labels, "annotations": annotations}, "spec": pod(wanted)},
    }
    if "replicas" in wanted.application:
        spec["replicas"] = wanted.application["replicas"]
    made = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": wanted.metadata(name), "spec": spec}
    patch = (wanted.resource.get("spec") or {}).get("deployment", {}).get("patch") or {}
    return strategic_merge(made, patch)


def pod(wanted: Wanted) -> Manifest:
    name = wanted.application.get("dynamicPluginsConfigMapName")
    mounted = name if name and wanted.release < (1, 8) else f"backstage-dynamic-plugins-{wanted.name}"
    app_configs, arguments = app_config(wanted)
    volumes = [
        {"name": "dynamic-plugins-root", "ephemeral": {"volumeClaimTemplate": {"spec": storage("2Gi")}}},
        {"name": mounted, "configMap": {"name": mounted}},
        *extra_files(wanted),
    ]
    present = {one["name"] for one in volumes}
    volumes += [
        {"name": one["name"], "configMap": {"name": one["name"]}} for one in app_configs if one["name"] not in present
    ]
    root = {"name": "dynamic-plugins-root", "mountPath": f"{ROOT}/dynamic-plugins-root"}
    environment = extra_environment(wanted)
    init = {
        "name": "install-dynamic-plugins",
        "image": wanted.image,
        "command": ["./install-dynamic-plugins.sh", "/dynamic-plugins-root"],
        "workingDir": ROOT,
        "env": installer_environment(wanted),
        "volumeMounts": [
            {"name": "dynamic-plugins-root", "mountPath": "/dynamic-plugins-root"},
            {"name": mounted, "mountPath": f"{ROOT}/{PLUGINS}", "subPath": PLUGINS, "readOnly": True},
        ],
    }
    main = {
        "name": "backstage-backend",
        "image": wanted.image,
        "args": ["--config", "dynamic-plugins-root/app-config.dynamic-plugins.yaml", *arguments],
        "workingDir": ROOT,
        "ports": [{"name": "backend", "containerPort": 7007}],
        "env": [{"name": "APP_CONFIG_backend_listen_port", "value": "7007"}, *environment["env"]],
        "envFrom": environment["envFrom"],
        "volumeMounts": [root, *(one["mount"] for one in app_configs)],
    }
    return {"automountServiceAccountToken": False, "volumes": volumes, "initContainers": [init], "containers": [main]}


def app_config(wanted: Wanted) -> tuple[list[Manifest], list[str]]:
    """The mounted files, the operator's own first, and the --config arguments in the same order: later wins."""
    listed = wanted.application.get("appConfig", {})
    folder = listed.get("mountPath", ROOT)
    files = [(f"backstage-appconfig-{wanted.name}", "default.app-config.yaml", ROOT)]
    for one in listed.get("configMaps", []):
        data = wanted.referenced["ConfigMap", one["name"]].get("data") or {}
        keys = [one["key"]] if one.get("key") else sorted(data)
        files += [(one["name"], key, one.get("mountPath", folder)) for key in keys]
    mounts = [
        {"name": name, "mount": {"name": name, "mountPath": f"{place}/{key}", "subPath": key}}
        for name, key, place in files
    ]
    return mounts, [word for one in mounts for word in ("--config", one["mount"]["mountPath"])]


def extra_files(wanted: Wanted) -> list[Manifest]:
    files = wanted.application.get("extraFiles", {})
    maps = [{"name": one["name"], "configMap": {"name": one["name"]}} for one in files.get("configMaps", [])]
    return maps + [{"name": one["name"], "secret": {"secretName": one["name"]}} for one in files.get("secrets", [])]


def extra_environment(wanted: Wanted) -> dict[str, list[Manifest]]:
    """env and envFrom of the main container: the local database's Secret and the resource's extraEnvs."""
    extra = wanted.application.get("extraEnvs", {})
    env = [{"name": one["name"], "value": one.get("value", "")} for one in extra.get("envs", [])]
    sources: list[Manifest] = []
    for key, field, kind in (
        ("configMaps", "configMapRef", "configMapKeyRef"),
        ("secrets", "secretRef", "secretKeyRef"),
    ):
        for one in extra.get(key, []):
            if one.get("key"):
                env.append({"name": one["key"], "valueFrom": {kind: {"name": one["name"], "key": one["key"]}}})
            else:
                sources.append({field: {"name": one["name"]}})
    if (wanted.resource.get("spec") or {}).get("database", {}).get("enableLocalDb", True):
        sources.append({"secretRef": {"name": f"backstage-psql-secret-{wanted.name}"}})
    return {"env": env, "envFrom": sources}


def installer_environment(wanted: Wanted) -> list[Manifest]:
    env = [{"name": "NPM_CONFIG_USERCONFIG", "value": f"{ROOT}/.npmrc.dynamic-plugins/.npmrc"}]
    if wanted.release >= (1, 7):
        size = "40000000" if wanted.release >= (1, 10) else "30000000"
        env.append({"name": "MAX_ENTRY_SIZE", "value": size})
    return env
