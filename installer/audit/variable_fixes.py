"""How each owner is told of a variable of RHDH's containers, without touching the others. Carries nothing out.

Variables stand in lists, which a merge patch would replace: the Backstage resource gets a JSON patch, a workload a
strategic one, and of Helm values the one entry is shown.
"""

import json
import shlex
from typing import Any

from installer.audit.fix import Fix
from installer.audit.object import dig, every, mappings
from installer.audit.remedy import SetVariable
from installer.instance.instance import Document, HelmHome, Instance, OperatorHome, PlainHome
from installer.model.change import Ref
from installer.plan.rendering import dump
from installer.yamltext.emit import Style, block
from installer.yamltext.values import Schema, construct

MAIN_CONTAINER = "backstage-backend"
INIT_CONTAINER = "install-dynamic-plugins"


def variable_fix(summary: str, wanted: SetVariable, instance: Instance) -> Fix:
    match instance.home:
        case OperatorHome(resource):
            return _of_resource(summary, wanted, resource, instance)
        case HelmHome(layout=layout, release=release):
            return _of_values(summary, wanted, layout, release)
        case PlainHome(workload):
            return _of_workload(summary, wanted, workload, instance)


def _entry(wanted: SetVariable) -> dict[str, Any]:
    if wanted.secret is not None:
        name, key = wanted.secret
        return {"name": wanted.name, "valueFrom": {"secretKeyRef": {"name": name, "key": key}}}
    return {"name": wanted.name, "value": wanted.value}


# -- the Backstage resource


def _of_resource(summary: str, wanted: SetVariable, resource: Document, instance: Instance) -> Fix:
    ref = _ref(resource, instance)
    operations = _operations(construct(resource.node, Schema.KUBERNETES), wanted)
    if not operations:
        return Fix(summary)  # it comes from a ConfigMap or Secret as a whole
    text = "\n".join(block(operations, 0, Style())) + "\n"
    if instance.managed_by is not None:
        return Fix(summary, (), f"# a JSON patch of {ref}, to be listed under patches of its kustomization\n{text}")
    body = shlex.quote(json.dumps(operations, ensure_ascii=False))
    return Fix(summary, (f"{_patch_of(ref)} --type=json -p {body}",), f"# a JSON patch of {ref}\n{text}")


def _operations(body: Any, wanted: SetVariable) -> list[dict[str, Any]]:
    """RFC 6902; the operator takes keys of Secrets as a list of their own, under the names that they have there."""
    way = ("spec", "application", "extraEnvs", "envs" if wanted.secret is None else "secrets")
    number = next((index for index, one in every(body, *way) if one.get("name") == wanted.name), None)
    pointer = "/" + "/".join(way)
    if wanted.value is None and wanted.secret is None:
        held = [{"op": "test", "path": f"{pointer}/{number}/name", "value": wanted.name}]
        return [*held, {"op": "remove", "path": f"{pointer}/{number}"}] if number is not None else []
    entry = _entry(wanted) if wanted.secret is None else dict(zip(("name", "key"), wanted.secret, strict=True))
    entry |= {"containers": [INIT_CONTAINER]} if wanted.init else {}
    if number is not None and wanted.secret is None:
        held = [{"op": "test", "path": f"{pointer}/{number}/name", "value": wanted.name}]
        return [*held, {"op": "replace", "path": f"{pointer}/{number}", "value": entry}]
    made = [
        {"op": "add", "path": "/" + "/".join(way[:length]), "value": [] if length == len(way) else {}}
        for length in range(1, len(way) + 1)
        if dig(body, *way[:length]) is None
    ]
    return [*made, {"op": "add", "path": f"{pointer}/-", "value": entry}]


# -- Helm values


def _of_values(summary: str, wanted: SetVariable, layout: int, release: str | None) -> Fix:
    gone = wanted.value is None and wanted.secret is None
    entry = {"name": wanted.name} if gone else _entry(wanted)
    values: dict[str, Any]
    if layout == 1:
        init = {"initContainers": [{"name": INIT_CONTAINER, "env": [entry]}]}
        values = {"upstream": {"backstage": init if wanted.init else {"extraEnvVars": [entry]}}}
    elif wanted.init:
        values = {"dynamicPlugins": {"initContainer": {"extraEnv": [entry]}}}
    else:
        values = {"extraEnv": [entry]}
    what = "the values of " + (f"Helm release {release}" if release else "RHDH's Helm release")
    head = f"# take this entry out of {what}" if gone else f"# to be added to {what}, beside what its lists hold"
    return Fix(summary, (), f"{head}\n{dump(values)}")


# -- a workload


def _of_workload(summary: str, wanted: SetVariable, workload: Document, instance: Instance) -> Fix:
    ref = _ref(workload, instance)
    gone = wanted.value is None and wanted.secret is None
    entry = {"name": wanted.name, "$patch": "delete"} if gone else _entry(wanted)
    pods = "initContainers" if wanted.init else "containers"
    name = _container(construct(workload.node, Schema.KUBERNETES), pods)
    patch = {"spec": {"template": {"spec": {pods: [{"name": name, "env": [entry]}]}}}}
    whole = {"apiVersion": ref.api_version, "kind": ref.kind, "metadata": {"name": ref.name}, **patch}
    if instance.managed_by is not None:
        return Fix(summary, (), f"# a patch of {ref}, to be listed under patches of its kustomization\n{dump(whole)}")
    command = f"{_patch_of(ref)} --type=strategic -p {shlex.quote(json.dumps(patch, ensure_ascii=False))}"
    return Fix(summary, (command,), f"# a strategic merge patch of {ref}\n{dump(whole)}")


def _container(body: Any, pods: str) -> str:
    """RHDH's container, by its usual name or as the first one; the init container has but one name."""
    if pods == "initContainers":
        return INIT_CONTAINER
    names = [str(one.get("name")) for one in mappings(dig(body, "spec", "template", "spec", pods))]
    return MAIN_CONTAINER if MAIN_CONTAINER in names or not names else names[0]


def _ref(document: Document, instance: Instance) -> Ref:
    ref = document.ref
    assert ref is not None  # noqa: S101 - a resource and a workload are objects
    return Ref(ref.api_version, ref.kind, instance.namespace, ref.name)


def _patch_of(ref: Ref) -> str:
    group = ref.api_version.rpartition("/")[0]
    scope = f" -n {shlex.quote(ref.namespace)}" if ref.namespace else ""
    resource = f"{ref.kind.lower()}.{group}" if group else ref.kind.lower()
    return f"oc{scope} patch {resource} {shlex.quote(ref.name)}"
