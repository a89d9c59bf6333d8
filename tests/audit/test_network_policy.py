"""Connections and policies in, answers out: every case of network_policies.yaml."""

from pathlib import Path

import pytest

from installer.audit.network_policy import Pods, connects
from installer.audit.object import Object
from installer.model.change import Ref
from tests.tables import table

CASES = table(Path(__file__).with_name("network_policies.yaml"))
SOURCE = {"namespace": "portal", "labels": {"app": "hub"}}
TARGET = {"namespace": "infra", "labels": {"app": "index"}, "ports": {"http": 8080}}


def policy(number, spec):
    ref = Ref("networking.k8s.io/v1", "NetworkPolicy", spec.get("namespace", "infra"), f"policy-{number}")
    return Object(ref, given={"spec": {key: value for key, value in spec.items() if key != "namespace"}})


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case(case):
    policies = [policy(number, spec) for number, spec in enumerate(case["policies"])]
    source, target = Pods(**SOURCE | case.get("source", {})), Pods(**TARGET | case.get("target", {}))
    decision = connects(policies, source, target, 8080)
    assert decision.allowed is case["allowed"]
    assert bool(decision.policies) == (case["allowed"] is not True)
    assert decision.direction == case.get("direction", decision.direction)
