"""Which of some permissions are not given to us, asked of the API. Uses none of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from installer.cluster.cluster import Cluster
from installer.cluster.errors import NotServed
from installer.cluster.kinds import ACCESS_REVIEW, RULES_REVIEW
from installer.model.permission import Permission

Rule = Mapping[str, Any]
EVERYTHING = Permission("*", "*", "*")
# What is given in a namespace that is not there is given in all of them.
_NO_NAMESPACE = "rhdh-orchestrator-no-namespace"


def missing(cluster: Cluster, permissions: Sequence[Permission]) -> tuple[Permission, ...]:
    """Those that are not given, in their order: one question for an administrator, else one for each namespace.

    An API whose rules are not all of RBAC (a webhook) says so, and is asked one by one for what they leave open.
    """
    if may(cluster, EVERYTHING):
        return ()
    rules: dict[str, tuple[Sequence[Rule], bool]] = {}
    for namespace in dict.fromkeys(one.namespace for one in permissions):
        rules[namespace] = _rules(cluster, namespace)
    open_ones = [one for one in permissions if not any(grants(rule, one) for rule in rules[one.namespace][0])]
    return tuple(one for one in open_ones if rules[one.namespace][1] or not may(cluster, one))


def may(cluster: Cluster, one: Permission) -> bool:
    """https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access"""
    attributes = {"verb": one.verb, "group": one.group, "resource": one.resource}
    attributes |= {"subresource": one.subresource} if one.subresource else {}
    attributes |= {"namespace": one.namespace} if one.namespace else {}
    answer = cluster.review(ACCESS_REVIEW, {"spec": {"resourceAttributes": attributes}})
    return bool((answer.get("status") or {}).get("allowed"))


def grants(rule: Rule, one: Permission) -> bool:
    """Whether a rule gives a permission; one for objects by their names does not."""
    if rule.get("resourceNames"):
        return False
    paths = {"*", one.path, f"*/{one.subresource}"} if one.subresource else {"*", one.resource}
    return (
        bool({"*", one.verb} & set(rule.get("verbs") or ()))
        and bool({"*", one.group} & set(rule.get("apiGroups") or ()))
        and bool(paths & set(rule.get("resources") or ()))
    )


def _rules(cluster: Cluster, namespace: str) -> tuple[Sequence[Rule], bool]:
    """The rules in a namespace, and whether these are all that decides."""
    try:
        answer = cluster.review(RULES_REVIEW, {"spec": {"namespace": namespace or _NO_NAMESPACE}})
    except NotServed:
        return (), False
    status = answer.get("status") or {}
    return status.get("resourceRules") or (), not status.get("incomplete")
