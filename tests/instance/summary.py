"""An instance as compact plain data, so that cases can be written by hand."""

from typing import Any

from installer.instance.instance import HelmHome, Instance, Layer, OperatorHome, PlainHome, Region, Variables


def summarise(instance: Instance) -> dict[str, Any]:
    return {
        "flavour": instance.flavour,
        "managedBy": instance.managed_by,
        "name": instance.name,
        "namespace": instance.namespace,
        "version": instance.version,
        "versionSource": instance.version_source,
        "owner": instance.owner,
        "home": _home(instance),
        "plugins": _layer(instance.plugins),
        "operatorPlugins": _layer(instance.operator_plugins),
        "defaults": {name: _layer(layer) for name, layer in instance.defaults.items()},
        "appConfig": [_layer(layer) for layer in instance.app_config],
        "environment": _variables(instance.environment),
        "initEnvironment": _variables(instance.init_environment),
        "npmrcName": instance.npmrc_name,
        "npmrc": instance.npmrc and instance.npmrc.text.file.path,
        "npmrcText": instance.npmrc_file and instance.npmrc_file.text.characters,
        "kustomization": instance.kustomization and instance.kustomization.document.text.file.path,
        "localDatabase": instance.local_database,
        "baseUrl": instance.base_url,
        "warnings": [problem.code for problem in instance.warnings],
        "release": instance.home.release if isinstance(instance.home, HelmHome) else None,
        "orchestratorEnabled": isinstance(instance.home, HelmHome) and instance.home.orchestrator_enabled,
        "pluginsText": instance.plugins and instance.plugins.region.text.characters,
        "pluginsRef": instance.plugins and instance.plugins.ref and str(instance.plugins.ref),
    }


def _region(region: Region) -> str:
    steps = "".join(f"/{step}" for step in region.path)
    index = f"#{region.index}" if region.index else ""
    return f"{region.text.place(0).file}:{region.text.place(0).line}{index}{steps}"


def _layer(layer: Layer | None) -> str | None:
    if layer is None:
        return None
    flags = ("" if layer.writable else " read-only") + (" templated" if layer.templated else "")
    return f"{layer.name} = {_region(layer.region)} {layer.owner}{flags}"


def _home(instance: Instance) -> str:
    match instance.home:
        case OperatorHome(resource):
            return f"{resource.text.file.path} {resource.ref}"
        case HelmHome(values, layout):
            return f"{_region(values)} layout {layout}"
        case PlainHome(workload):
            return f"{workload.text.file.path} {workload.ref}"


def _variables(variables: Variables) -> dict[str, Any]:
    return {"known": dict(variables.values), "unknown": sorted(variables.unknown), "open": variables.open}
