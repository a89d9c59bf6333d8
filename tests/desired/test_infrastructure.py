"""The infrastructure's goal, as a table of clusters, and when a release is all that it should be."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from installer.desired.infrastructure import Existing, InfrastructureGoal, build, effective, values_of
from installer.desired.values import joined, overlaid
from installer.instance.stored_release import StoredRelease
from installer.knowledge.chart import orchestrator
from installer.knowledge.releases import release
from installer.model.errors import ExitCode, InstallerError
from tests.tables import table

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = table(HERE / "infrastructure.yaml")
NAMESPACE = "portal"
KINDS = ("Namespace", "KnativeServing", "KnativeEventing", "SonataFlowPlatform", "Service", "StatefulSet")


def an_object(line: str) -> dict[str, Any]:
    kind, address, *owner = line.split()
    namespace, _, name = address.rpartition("/")
    where = {"ours": NAMESPACE, "theirs": "elsewhere"}.get(owner[0] if owner else "")
    marks = {"meta.helm.sh/release-name": "orchestrator", "meta.helm.sh/release-namespace": where} if where else {}
    metadata = {"name": name, "annotations": marks, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": "v1", "kind": kind, "metadata": metadata}


def a_release(values: dict[str, Any], state: str = "deployed", manifest: str = "") -> StoredRelease:
    chart = orchestrator()
    return StoredRelease(
        name="orchestrator",
        namespace=NAMESPACE,
        revision=1,
        state=state,
        chart_name=chart.name,
        chart_version=chart.version,
        description="Install complete",
        values=values,
        defaults=chart.defaults,
        templates=chart.templates,
        manifest=manifest,
    )


def existing_of(case: dict[str, Any]) -> Existing:
    stored = case.get("stored")
    newest = a_release(stored["values"], stored.get("state", "deployed")) if stored else None
    return Existing(
        objects=tuple(map(an_object, case["objects"])),
        kinds=frozenset(KINDS),
        stored=newest,
        applied=newest if stored and stored.get("came_through", True) else None,
        is_openshift=case.get("openshift", False),
    )


def built(case: dict[str, Any], existing: Existing) -> InfrastructureGoal:
    chosen = release(case["release"])
    subscriptions = {key: one for key, one in values_of(chosen).items() if key.endswith("Operator")}
    return build(
        chosen,
        operators_values=joined(subscriptions, case.get("operators", {})),
        rhdh_namespace=NAMESPACE,
        infrastructure_namespace=case.get("infrastructure_namespace"),
        existing=existing,
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: dict[str, Any]) -> None:
    if "refused" in case:
        with pytest.raises(InstallerError) as caught:
            built(case, existing_of(case))
        assert caught.value.exit is ExitCode.DECIDE
        assert case["refused"] in str(caught.value)
        return
    goal = built(case, existing_of(case))
    assert overlaid(goal.values, case["values"]) == goal.values
    for key in case.get("exactly", []):
        assert goal.values[key] == case["values"][key]
    assert "stage" not in goal.values
    assert list(goal.stages) == case["stages"]
    assert f"{goal.platform_namespace}/{goal.platform_name}" == case["platform"]
    assert goal.data_index_url == case.get("data_index")
    assert len(goal.notes) == case.get("notes", 0)
    assert goal.namespace == NAMESPACE


# -- a second run

MANIFEST = """---
# Source: orchestrator/templates/knative/knative.yaml
apiVersion: operator.knative.dev/v1beta1
kind: KnativeServing
metadata: {name: knative-serving, namespace: knative-serving}
---
apiVersion: v1
kind: Namespace
metadata: {name: knative-serving}
---
apiVersion: example.com/v1
kind: NotLookedAt
metadata: {name: anything, namespace: anywhere}
"""
THERE = ("KnativeServing knative-serving/knative-serving ours", "Namespace knative-serving ours")


def complete() -> Existing:
    """As a first run leaves it."""
    case = {"release": "1.8", "objects": []}
    values = dict(built(case, existing_of(case)).values)
    stored = a_release(values, manifest=MANIFEST)
    return replace(
        existing_of(case),
        objects=tuple(map(an_object, THERE)),
        stored=stored,
        applied=stored,
        has_database_secret=True,
    )


def stages(existing: Existing) -> tuple[str, ...]:
    return built({"release": "1.8"}, existing).stages


def test_nothing_is_left_to_do() -> None:
    assert stages(complete()) == ()
    assert built({"release": "1.8"}, complete()).values == complete().stored.values  # type: ignore[union-attr]


@pytest.mark.parametrize("lost", range(len(THERE)))
def test_a_lost_object_is_brought_back(lost: int) -> None:
    there = complete()
    assert stages(replace(there, objects=there.objects[:lost] + there.objects[lost + 1 :])) == ("platform",)


@pytest.mark.parametrize(
    "changed",
    [
        {"state": "failed"},
        {"chart_version": "0.0.9"},
        {"templates": {**orchestrator().templates, "templates/platform/platform.yaml": "# older\n"}},
        {"defaults": {**orchestrator().defaults, "syncWaves": True}},
    ],
    ids=str,
)
def test_another_chart_or_state_is_upgraded(changed: dict[str, Any]) -> None:
    there = complete()
    assert there.stored is not None
    assert stages(replace(there, stored=replace(there.stored, **changed))) == ("platform",)


def test_a_lost_secret_is_made_again() -> None:
    assert stages(replace(complete(), has_database_secret=False)) == ("platform",)


def test_a_default_given_anew_is_no_change() -> None:
    """What counts is what the chart sees, not how it was said."""
    there = complete()
    assert there.stored is not None
    values = joined(there.stored.values, {"syncWaves": False, "postgres": {"port": 5432}})
    assert stages(replace(there, stored=replace(there.stored, values=values))) == ()


def test_nulls_remove_defaults_and_are_kept_when_given() -> None:
    assert overlaid({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}) == {"a": {"c": 2}}
    assert joined({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}) == {"a": {"b": None, "c": 2}}
    assert "resources" not in effective({"postgres": {"bundled": {"resources": None}}})["postgres"]["bundled"]
