"""The corpus of OLM's situations: what is subscribed, adopted, approved, awaited or refused, and in which words."""

from pathlib import Path
from typing import Any

import pytest

from installer.knowledge.releases import release
from installer.model.errors import InstallerError
from installer.model.run import Operator
from installer.plan.install_plans import AlreadyApproved, Approve, Wait, choose
from installer.plan.operators import HOMES, decide, leave
from tests.plan_operators.olm_objects import LOGIC, olm, plan, subscription
from tests.tables import table

HERE = Path(__file__).parent
KEYS = {"serverless": "serverlessOperator", "logic": "sonataFlowOperator"}
KNOWN = {
    "decide": {"name", "there", "release", "ours", "approve", *HOMES, "make", "await", "source", "exit", "words"},
    "choose": {
        "name",
        "wanted",
        "subscription",
        "plans",
        "beside",
        "approve",
        "approved",
        "wait",
        "exit",
        "words",
    },
}


def cases(name: str) -> list[Any]:
    found = table(HERE / f"{name}.yaml")
    for case in found:
        assert case.keys() <= KNOWN[name], case["name"]
    return [pytest.param(case, id=case["name"]) for case in found]


def refusal(case, refused):
    assert refused.value.exit == case["exit"]
    said = "\n".join(f"{one.message}\n{one.fix}" for one in refused.value.problems)
    for word in case["words"]:
        assert word in said


@pytest.mark.parametrize("case", cases("decide"))
def test_what_becomes_of_the_operators(case):
    there, wanted = olm(case.get("there", {})), release(case.get("release", "1.8"))
    allowed = tuple(case.get("approve", ()))

    def decided():
        return decide(there, wanted, openshift=True, allowed=allowed, namespace=case.get("ours", "rhdh"))

    if "exit" in case:
        with pytest.raises(InstallerError) as refused:
            decided()
        refusal(case, refused)
        return
    result = decided()
    assert set(result.values) == set(KEYS.values())
    for role, key in KEYS.items():
        if role in case:
            assert told(result.values[key]) == case[role].removeprefix("ours ").removeprefix("new ")
            assert result.namespaces[role] == case[role].split()[1]
    for role, made in case.get("make", {}).items():
        values = result.values[KEYS[role]]
        assert (values["createNamespace"], values["createOperatorGroup"]) == ("n" in made, "g" in made)
    for role, source in case.get("source", {}).items():
        values = result.values[KEYS[role]]["subscription"]
        assert f"{values['sourceNamespace']}/{values['sourceName']}" == source
    if "await" in case:
        assert [f"{one.namespace}/{one.csv}" for one in result.operators] == case["await"]
    assert all(one.allowed == allowed for one in result.operators)


def told(values):
    subscription = values["subscription"]
    if not values["enabled"]:
        return f"adopted {subscription['namespace']}"
    assert (subscription["name"], subscription["installPlanApproval"]) == (
        subscription["startingCSV"].partition(".v")[0],
        "Manual",
    )
    return f"{subscription['namespace']} {subscription['startingCSV']}"


@pytest.mark.parametrize("case", cases("choose"))
def test_which_plan_is_approved(case):
    operator = Operator("logic-operator", LOGIC, case.get("wanted", "logic-operator.v1.38.1"))
    subscribed = subscription({"package": "logic-operator", "in": LOGIC, **case.get("subscription", {})})
    plans = [plan(one) for one in case["plans"]]
    if "exit" in case:
        with pytest.raises(InstallerError) as refused:
            choose(plans, subscribed, operator, case.get("beside", ()))
        refusal(case, refused)
        return
    # Whatever order the API lists them in, the choice is the same.
    for listed in (plans, plans[::-1]):
        match choose(listed, subscribed, operator, case.get("beside", ())):
            case Approve(name, version, csvs):
                assert (name, version) == (case["approve"], "7")
                assert csvs == next(tuple(one["csvs"]) for one in case["plans"] if one["name"] == name)
            case AlreadyApproved(csv):
                assert csv == case["approved"]
            case Wait(why):
                assert case["wait"] in why


def test_what_is_skipped_is_neither_made_nor_awaited():
    there = olm({
        "subscriptions": [{"package": "logic-operator", "in": "osl"}, {"package": "logic-operator-rhel8", "in": "b"}],
        "packages": {},
    })  # fmt: skip
    found = leave(there, namespace="rhdh")
    assert (found.operators, found.namespaces["serverless"]) == ((), HOMES["serverless"])
    assert not any(one["enabled"] for one in found.values.values())


def test_corpus_is_large_enough():
    assert len(cases("decide")) + len(cases("choose")) >= 60
