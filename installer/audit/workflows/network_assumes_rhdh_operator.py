"""NP assumes rhdh-operator ns."""

import copy
from collections.abc import Iterator
from typing import Any

from installer.audit.about_network import UNKNOWN, decide, peers, picked, rhdh_pods, wanted
from installer.audit.about_workflows import rhdh_data_index
from installer.audit.finding import Found
from installer.audit.kinds import NAMESPACE, NETWORK_POLICY, POD
from installer.audit.network_policy import NAME_LABEL
from installer.audit.object import Object
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot

OPERATOR = "rhdh-operator"
OURS = ("sonataflow", "workflow", "orchestrator")


def check(snapshot: Snapshot) -> Iterator[Found]:
    rhdh, unknown = rhdh_pods(snapshot), False
    for one in snapshot.of(NETWORK_POLICY) if rhdh.namespace != OPERATOR else ():
        index = next((rule for rule, _, selector in peers(one) if OPERATOR in (wanted(selector, NAME_LABEL) or [])), -1)
        allowed = decide(snapshot, rhdh, picked(one)).allowed if index >= 0 and _is_ours(snapshot, one) else True
        unknown |= allowed is None
        if allowed is False:
            remedy = PatchObject(one.ref, {"spec": {"ingress": _with(one, index, rhdh.namespace)}})
            told = f"{NAME_LABEL}: {OPERATOR}, and RHDH runs in {rhdh.namespace}"
            yield Found(one.at("spec", "ingress", index), told, f"{NAME_LABEL}: {rhdh.namespace}", remedy, OPERATOR)
    if unknown:
        raise Skip(UNKNOWN)


def _is_ours(snapshot: Snapshot, one: Object) -> bool:
    """Whether a policy is about the Orchestrator: by its name, or because the data index runs there."""
    service = rhdh_data_index(snapshot)
    return any(word in one.name for word in OURS) or (service is not None and one.namespace == service[1])


def _with(one: Object, index: int, namespace: str) -> Any:
    """The whole list of rules, with one peer more."""
    rules = copy.deepcopy(one.items("spec", "ingress"))
    rules[index]["from"].append({"namespaceSelector": {"matchLabels": {NAME_LABEL: namespace}}})
    return rules


RULE = Rule(
    module=__name__,
    title="NP assumes rhdh-operator ns",
    severity="critical",
    reads=(NETWORK_POLICY,),
    also=(NAMESPACE, POD),
    wrong="A policy of the Orchestrator lets in the namespace rhdh-operator, where this RHDH does not run.",
    why="It locks out the real portal: every request for workflows runs into a timeout.",
    fix="Let the namespace in that RHDH runs in.",
    sources=("https://www.rhdhorchestrator.io/main/docs/installation/orchestrator/",),
    check=check,
)
