"""The roles that a command needs, as manifests to be applied. Contacts no cluster."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal

import yaml

from installer.flow.audit_permissions import needed_to_audit
from installer.flow.live_permissions import Scope, needed, of_use
from installer.model.change import Flavour
from installer.model.dataclass import dataclass
from installer.model.permission import Permission
from installer.model.report import Report

_GROUP = "rbac.authorization.k8s.io"
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RolesRequest:
    """`namespace` is RHDH's, `platform` that of the SonataFlow platform where it is another.

    `only_there` is for an audit of that namespace alone (`audit -n NAMESPACE`), which needs nothing elsewhere.

    `subjects` are those to bind the roles to, as RBAC spells them; without one the bindings are told in comments.
    """

    scope: Scope | Literal["audit"]
    flavour: Flavour
    namespace: str
    platform: str | None
    operators: bool
    subjects: tuple[Object, ...]
    only_there: bool = False


def print_roles(request: RolesRequest) -> Report:
    """A Role for each namespace and a ClusterRole for the rest, bound to the subjects."""
    permissions = _permissions(request)
    name = f"rhdh-orchestrator-{request.scope}"
    roles = [_role(name, place, permissions) for place in sorted({one.namespace for one in permissions}, reverse=True)]
    bindings = [_binding(role, request.subjects) for role in roles] if request.subjects else []
    objects = [*roles, *bindings]
    comments = "" if request.subjects else "".join(_command(role) for role in roles)
    return Report({"objects": objects}, f"{_head(request)}{yaml.safe_dump_all(objects, sort_keys=False)}{comments}")


def _permissions(request: RolesRequest) -> tuple[Permission, ...]:
    if request.scope == "audit":
        return needed_to_audit(request.namespace, only_there=request.only_there)
    scope, operators = request.scope, request.operators
    return (*needed(scope, request.flavour, request.namespace, request.platform, operators=operators), *of_use(scope))


def subject(kind: str, name: str, namespace: str) -> Object:
    """Of a User, a Group, or a ServiceAccount, which may be NAMESPACE/NAME or is in RHDH's namespace."""
    if kind != "ServiceAccount":
        return {"apiGroup": _GROUP, "kind": kind, "name": name}
    place, _, account = name.rpartition("/")
    return {"kind": kind, "name": account, "namespace": place or namespace}


def _role(name: str, namespace: str, permissions: Iterable[Permission]) -> Object:
    inside = [one for one in permissions if one.namespace == namespace]
    metadata = {"name": name, "namespace": namespace} if namespace else {"name": name}
    kind = "Role" if namespace else "ClusterRole"
    return {"apiVersion": f"{_GROUP}/v1", "kind": kind, "metadata": metadata, "rules": _rules(inside)}


def _rules(permissions: Sequence[Permission]) -> list[Object]:
    """One rule for all resources of a group that have the same verbs."""
    verbs: dict[tuple[str, str], list[str]] = {}
    for one in permissions:
        verbs.setdefault((one.group, one.path), []).append(one.verb)
    resources: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for (group, path), given in sorted(verbs.items()):
        resources.setdefault((group, tuple(given)), []).append(path)
    return [
        {"apiGroups": [group], "resources": paths, "verbs": list(given)} for (group, given), paths in resources.items()
    ]


def _binding(role: Object, subjects: Sequence[Object]) -> Object:
    return {
        "apiVersion": role["apiVersion"],
        "kind": f"{role['kind']}Binding",
        "metadata": dict(role["metadata"]),
        "subjects": [dict(one) for one in subjects],
        "roleRef": {"apiGroup": _GROUP, "kind": role["kind"], "name": role["metadata"]["name"]},
    }


def _head(request: RolesRequest) -> str:
    if request.scope == "audit":
        where = f" -n {request.namespace}" if request.only_there else ""
        return f"# What `rhdh-orchestrator audit{where}` needs to see of everything; it does with less, and says so.\n"
    operators = "" if request.operators else ", operators left out"
    return f"# What `rhdh-orchestrator {request.scope}` needs for an RHDH of flavour {request.flavour}{operators}.\n"


def _command(role: Object) -> str:
    name, namespace = role["metadata"]["name"], role["metadata"].get("namespace")
    kind = role["kind"].lower()
    scope = f" -n {namespace}" if namespace else ""
    return f"# kubectl create {kind}binding {name} --{kind}={name}{scope} --user=NAME\n"
