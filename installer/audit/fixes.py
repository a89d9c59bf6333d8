"""Tells each owner in its own words how a finding is put right: CR patch, Helm values, kustomize patch, oc command.

The one place where a fix depends on the flavour. Carries nothing out.
"""

import json
import shlex
from collections.abc import Mapping
from typing import Any, assert_never

from installer.audit.fix import Fix
from installer.audit.remedy import (
    CreateObject,
    DeleteObject,
    PatchObject,
    Remedy,
    RemovePlugin,
    Run,
    SetConfig,
    SetInstance,
    SetPlugin,
    SetPlugins,
    SetVariable,
    UnsetConfig,
)
from installer.audit.variable_fixes import variable_fix
from installer.instance.instance import HelmHome, Instance, Layer, OperatorHome, PlainHome
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.plan.rendering import dump

_REMOVED = "(null takes the key away)"


def fix_for(summary: str, remedy: Remedy | None, instance: Instance | None) -> Fix:
    """The fix of one finding; `summary` is the rule's own sentence. `instance` is None where RHDH is not known."""
    if instance is not None and isinstance(remedy, _OfInstance):
        return _of_instance(summary, remedy, instance)
    match remedy:
        case Run(commands):
            return Fix(summary, commands)
        case PatchObject(ref, patch):
            return _patched(summary, ref, patch, instance)
        case CreateObject(manifest):
            return Fix(summary, () if _in_git(instance) else ("oc apply -f FILE",), f"# a new object\n{dump(manifest)}")
        case DeleteObject(ref):
            return Fix(summary, (f"oc{_scope(ref)} delete {_resource(ref)} {shlex.quote(ref.name)}",))
        case _:
            return Fix(summary)


_OfInstance = SetConfig | UnsetConfig | SetPlugin | RemovePlugin | SetPlugins | SetVariable | SetInstance


def _of_instance(summary: str, remedy: _OfInstance, instance: Instance) -> Fix:
    match remedy:
        case SetConfig() | UnsetConfig():
            return _configured(summary, remedy, instance)
        case SetPlugin() | RemovePlugin() | SetPlugins():
            return _plugged(summary, remedy, instance)
        case SetVariable():
            return variable_fix(summary, remedy, instance)
        case SetInstance():
            return _owned(summary, remedy, instance)
        case _:
            assert_never(remedy)


def _in_git(instance: Instance | None) -> bool:
    return instance is not None and instance.managed_by is not None


# -- objects


def _patched(summary: str, ref: Ref, patch: Mapping[str, Any], instance: Instance | None) -> Fix:
    """A controller that syncs from Git would take an `oc patch` back."""
    whole = {
        "apiVersion": ref.api_version,
        "kind": ref.kind,
        "metadata": {"name": ref.name} | ({"namespace": ref.namespace} if ref.namespace else {}),
    }
    metadata = {**whole["metadata"], **patch.get("metadata", {})}  # type: ignore[dict-item]
    content = dump({**whole, **patch, "metadata": metadata})
    if _in_git(instance):
        return Fix(summary, (), f"# a patch of {ref}, to be listed under patches of its kustomization\n{content}")
    body = shlex.quote(json.dumps(patch, ensure_ascii=False))
    command = f"oc{_scope(ref)} patch {_resource(ref)} {shlex.quote(ref.name)} --type=merge -p {body}"
    return Fix(summary, (command,), f"# a merge patch of {ref}\n{content}")


def _scope(ref: Ref) -> str:
    return f" -n {shlex.quote(ref.namespace)}" if ref.namespace else ""


def _resource(ref: Ref) -> str:
    """The kind with its group: short names of different groups are alike."""
    group = ref.api_version.rpartition("/")[0]
    return f"{ref.kind.lower()}.{group}" if group else ref.kind.lower()


# -- what RHDH is made from


def _owned(summary: str, wanted: SetInstance, instance: Instance) -> Fix:
    match instance.home:
        case OperatorHome(document):
            ref = document.ref
            assert ref is not None  # noqa: S101 - a Backstage resource is an object
            return _patched(summary, _in_namespace(ref, instance), wanted.operator, instance)
        case HelmHome(layout=layout, release=release):
            values = wanted.helm if layout == 1 else wanted.chart
            return Fix(summary, (), f"# to be merged into the values of {_release(release)}\n{dump(values)}")
        case PlainHome(document):
            ref = document.ref
            assert ref is not None  # noqa: S101 - a workload is an object
            return _strategic(summary, _in_namespace(ref, instance), wanted.plain, instance)
        case _:
            assert_never(instance.home)


def _in_namespace(ref: Ref, instance: Instance) -> Ref:
    return Ref(ref.api_version, ref.kind, instance.namespace, ref.name)


def _release(release: str | None) -> str:
    return f"Helm release {release}" if release else "RHDH's Helm release"


def _strategic(summary: str, ref: Ref, patch: Mapping[str, Any], instance: Instance) -> Fix:
    fix = _patched(summary, ref, patch, instance)
    commands = tuple(one.replace("--type=merge", "--type=strategic") for one in fix.commands)
    return Fix(summary, commands, (fix.patch or "").replace("# a merge patch", "# a strategic merge patch", 1))


# -- texts


@dataclass(frozen=True)
class _Text:
    """Where a text is: `above` are the keys that lead to it in values."""

    words: str
    above: tuple[str, ...] = ()


def _configured(summary: str, remedy: SetConfig | UnsetConfig, instance: Instance) -> Fix:
    value = remedy.value if isinstance(remedy, SetConfig) else None
    layers = [one for one in instance.app_config if one.writable] or list(instance.app_config)
    home = _home(layers[-1] if layers else None, "app-config.yaml", _chart_way(instance), instance)
    return _text_fix(summary, home, _nested(remedy.path, value), removes=isinstance(remedy, UnsetConfig))


def _plugged(summary: str, remedy: SetPlugin | RemovePlugin | SetPlugins, instance: Instance) -> Fix:
    way = (
        ("global", "dynamic")
        if isinstance(instance.home, HelmHome) and instance.home.layout == 1
        else ("dynamicPlugins",)
    )
    home = _home(instance.plugins, "dynamic-plugins.yaml", way, instance)
    match remedy:
        case SetPlugins(fields):
            return _text_fix(summary, home, dict(fields))
        case SetPlugin(package, fields):
            entry = {"package": package, **fields}
            return _text_fix(summary, home, {"plugins": [entry]}, removes=None in fields.values())
        case RemovePlugin(package):
            entry = _nested(home.above, {"plugins": [{"package": package}]})
            return Fix(summary, (), f"# take this entry out of {home.words}\n{dump(entry)}")
        case _:
            assert_never(remedy)


def _chart_way(instance: Instance) -> tuple[str, ...]:
    first = isinstance(instance.home, HelmHome) and instance.home.layout == 1
    return ("upstream", "backstage", "appConfig") if first else ("appConfig",)


def _home(layer: Layer | None, key: str, chart: tuple[str, ...], instance: Instance) -> _Text:
    if layer is None:
        if isinstance(instance.home, HelmHome):
            return _Text(f"the values of {_release(instance.home.release)}", chart)
        return _Text(f"a {key} of its own, in a new ConfigMap that RHDH is told of")
    if layer.region.path:
        way = tuple(str(step) for step in layer.region.path)
        return _Text(f"the values in {layer.region.text.file.path}", way)
    return _Text(f"{layer.name} of {layer.ref}" if layer.ref is not None else layer.region.text.file.path)


def _text_fix(summary: str, home: _Text, content: Any, *, removes: bool = False) -> Fix:
    note = f" {_REMOVED}" if removes else ""
    return Fix(summary, (), f"# to be merged into {home.words}{note}\n{dump(_nested(home.above, content))}")


def _nested(path: tuple[str, ...], value: Any) -> Any:
    for key in reversed(path):
        value = {key: value}
    return value
