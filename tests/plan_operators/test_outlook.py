"""Where one operator stands on its way, and whose pod is in the way."""

import pytest

from installer.model.run import Operator
from installer.plan.install_plans import Approve
from installer.plan.operator_outlook import Coming, Done, Stuck, holdup, outlook
from tests.plan_operators.olm_objects import olm
from tests.plan_operators.test_cases import KNOWN, cases

KNOWN["outlook"] = {"name", "there", "deployments", "pods", "done", "coming", "approve", "stuck"}
OPERATOR = Operator("logic-operator", "osl", "logic-operator.v1.38.1")


def deployment(one):
    count = 1 if one.get("ready") else 0
    status = {"updatedReplicas": count, "availableReplicas": count, "replicas": count}
    labels = {"matchLabels": {"app": one["name"]}}
    return {"metadata": {"name": one["name"], "namespace": "osl"}, "spec": {"selector": labels}, "status": status}


def pod(one):
    status = {}
    if "waiting" in one:
        waiting = {"reason": one["waiting"], "message": one.get("message")}
        status["containerStatuses"] = [{"name": "manager", "state": {"waiting": waiting}}]
    if "unscheduled" in one:
        status["conditions"] = [{"type": "PodScheduled", "status": "False", "message": one["unscheduled"]}]
    return {"metadata": {"name": one["name"], "namespace": "osl", "labels": {"app": one["of"]}}, "status": status}


@pytest.mark.parametrize("case", cases("outlook"))
def test_where_an_operator_stands(case):
    match outlook(olm(case["there"]), OPERATOR, (OPERATOR,)):
        case Done(csv):
            assert csv == case["done"]
        case Approve(name):
            assert name == case["approve"]
        case Stuck(problems):
            assert any(case["stuck"] in one.message for one in problems)
            assert all(one.fix for one in problems)
        case Coming(why, csv):
            deployments, pods = map(deployment, case.get("deployments", [])), map(pod, case.get("pods", []))
            words = holdup(csv, list(deployments), list(pods)) if csv else ""
            assert case["coming"] in f"{why}; {words}"
