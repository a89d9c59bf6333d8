"""The chart as Helm 3 and Helm 4 see it: what it renders, per release and per situation, and what it refuses."""

import os
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from installer.desired.infrastructure import values_of
from installer.knowledge.releases import minors, release
from tests.charts.eras import CHART, Values, documents, refused, render, render_anew, run_helm
from tests.tables import table

HERE = Path(__file__).parent
SNAPSHOTS = HERE / "snapshots"
# One of each era: releases between them differ in a starting CSV only, or not at all.
ERAS = ("1.2", "1.4", "1.6", "1.8", "1.9", "2.1")


def _read(name: str) -> Any:
    return table(HERE / name)


SITUATIONS: dict[str, Values] = _read("situations.yaml")
REFUSALS: dict[str, Any] = _read("refusals.yaml")
KINDS: dict[str, Any] = _read("kinds.yaml")["kinds"]
CASES: dict[str, Values] = {f"rhdh-{minor}": values_of(release(minor)) for minor in minors()} | SITUATIONS


def _identity(document: Values) -> tuple[str, str, str]:
    metadata = document["metadata"]
    return document["kind"], metadata.get("namespace", ""), metadata["name"]


def _of(text: str, kind: str) -> list[Values]:
    return [one for one in documents(text) if one["kind"] == kind]


@pytest.mark.parametrize("name", [*(f"rhdh-{minor}" for minor in ERAS), *SITUATIONS])
def test_snapshot(helm: Path, name: str) -> None:
    rendered = render(helm, CASES[name])
    file = SNAPSHOTS / f"{name}.yaml"
    if os.environ.get("UPDATE") == "1":
        file.parent.mkdir(exist_ok=True)
        file.write_text(rendered, encoding="utf-8")
    assert rendered == file.read_text(encoding="utf-8"), "UPDATE=1 writes the snapshots anew"


def test_every_snapshot_has_a_case() -> None:
    assert {file.stem for file in SNAPSHOTS.iterdir()} == {*(f"rhdh-{minor}" for minor in ERAS), *SITUATIONS}


@pytest.mark.parametrize("name", CASES)
def test_the_same_in_both_helms_and_every_time(helm_3: Path, helm_4: Path, name: str) -> None:
    assert render(helm_3, CASES[name]) == render(helm_4, CASES[name]) == render_anew(helm_4, CASES[name])


def test_the_cluster_makes_no_difference(helm: Path) -> None:
    """Nothing of the cluster is looked at: neither its version nor its APIs."""
    apis = ["--api-versions", "route.openshift.io/v1", "--api-versions", "operators.coreos.com/v1alpha1/Subscription"]
    assert render(helm, {}, "--kube-version", "1.26.0", *apis) == render(helm, {}, "--kube-version", "1.36.0")


def test_nothing_in_the_templates_asks_or_races() -> None:
    texts = "".join(file.read_text(encoding="utf-8") for file in (CHART / "templates").rglob("*") if file.is_file())
    assert not re.findall(
        r"\blookup\b|\.Capabilities|helm\.sh/hook|CronJob|\brand[A-Z]|\bnow\b|\bgenCA|\bderivePassword", texts
    )


@pytest.mark.parametrize("name", CASES)
def test_every_document_is_what_the_api_takes(helm_4: Path, name: str) -> None:
    for one in documents(render(helm_4, CASES[name])):
        schema = KINDS[f"{one['apiVersion']}/{one['kind']}"]
        fields = {"apiVersion": {"type": "string"}, "kind": {"type": "string"}, **schema["properties"]}
        jsonschema.validate(one, {**schema, "type": "object", "additionalProperties": False, "properties": fields})


def test_every_kind_occurs(helm_4: Path) -> None:
    seen = {f"{one['apiVersion']}/{one['kind']}" for case in CASES.values() for one in documents(render(helm_4, case))}
    assert seen == set(KINDS)


@pytest.mark.parametrize("name", CASES)
def test_labels_everywhere_and_no_object_twice(helm_4: Path, name: str) -> None:
    found = documents(render(helm_4, CASES[name]))
    for one in found:
        labels = one["metadata"]["labels"]
        assert labels["app.kubernetes.io/part-of"] == "orchestrator"
        assert labels["app.kubernetes.io/managed-by"] == "Helm"
        assert labels["app.kubernetes.io/instance"] == "orchestrator"
    identities = [_identity(one) for one in found]
    assert len(identities) == len(set(identities))


@pytest.mark.parametrize("minor", minors())
def test_subscriptions_are_those_of_the_release(helm_4: Path, minor: str) -> None:
    known = release(minor).operators
    wanted = {
        "openshift-serverless": known["serverless"],
        "openshift-serverless-logic": known["logic"],
    }
    found = {
        one["metadata"]["namespace"]: one for one in _of(render(helm_4, values_of(release(minor))), "Subscription")
    }
    assert set(found) == set(wanted)
    for namespace, operator in wanted.items():
        spec = found[namespace]["spec"]
        assert found[namespace]["metadata"]["name"] == spec["name"] == operator.package
        assert (spec["channel"], spec.get("startingCSV")) == (operator.channel, operator.starting_csv)
        assert spec["installPlanApproval"] == "Manual"


@pytest.mark.parametrize("minor", minors())
def test_the_platform_lies_where_the_release_looks_for_it(helm_4: Path, minor: str) -> None:
    text = render(helm_4, values_of(release(minor)), namespace="portal")
    (platform,) = _of(text, "SonataFlowPlatform")
    wanted = release(minor).infrastructure_namespace or "portal"
    assert _identity(platform) == ("SonataFlowPlatform", wanted, "sonataflow-platform")
    policies = _of(text, "NetworkPolicy")
    assert {one["metadata"]["namespace"] for one in policies} == {wanted}
    for one in policies:
        peers = one["spec"]["ingress"][0]["from"]
        named = [name for peer in peers for name in _named(peer)]
        assert "portal" in named, "RHDH's own namespace"
        assert "openshift-serverless-logic" in named, "the operator's"


def _named(peer: Values) -> list[str]:
    terms = peer.get("namespaceSelector", {}).get("matchExpressions", [])
    return [name for term in terms if term["key"] == "kubernetes.io/metadata.name" for name in term["values"]]


def test_the_defaults_are_the_newest_release(helm_4: Path) -> None:
    assert render(helm_4, {}) == render(helm_4, values_of(release(minors()[-1])))


@pytest.mark.parametrize("name", [name for name, values in CASES.items() if "stage" not in values])
def test_stages_add_up(helm_4: Path, name: str) -> None:
    stages = [
        documents(render(helm_4, {**CASES[name], "stage": stage})) for stage in ("operators", "knative", "platform")
    ]
    lower: list[Values] = []
    for stage in stages:
        assert all(one in stage for one in lower), "a higher stage takes nothing away and changes nothing"
        lower = stage
    assert lower == documents(render(helm_4, CASES[name])), "without a stage, everything"
    brought = {"KnativeServing", "KnativeEventing", "SonataFlowPlatform"}
    assert not brought & {one["kind"] for one in stages[0]}
    assert "SonataFlowPlatform" not in {one["kind"] for one in stages[1]}


@pytest.mark.parametrize("name", REFUSALS)
def test_refusals(helm: Path, name: str) -> None:
    case = REFUSALS[name]
    message = refused(helm, case["values"])
    assert all(words in message for words in case["says"]), message
    assert "never" not in case or case["never"] not in message


def test_values_of_the_former_chart_are_understood(helm: Path) -> None:
    text = render(helm, _read("former-values.yaml"), namespace="default")
    (platform,) = _of(text, "SonataFlowPlatform")
    assert platform["metadata"]["namespace"] == "sonataflow-infra"
    assert "backstage-system" in text
    assert {one["spec"]["installPlanApproval"] for one in _of(text, "Subscription")} == {"Automatic"}


def test_the_documented_command_renders(helm: Path) -> None:
    assert render(helm, None, "--set", "rhdhOperator.enabled=false") == render(helm, {})


@pytest.mark.parametrize("name", [None, *SITUATIONS])
def test_lint(helm: Path, name: str | None) -> None:
    values = None if name is None else SITUATIONS[name]
    done = run_helm(helm, "lint", "--strict", str(CHART), values=values)
    assert done.returncode == 0, done.stdout + done.stderr


def test_names_that_yaml_takes_for_something_else(helm: Path) -> None:
    """Good names of namespaces, and no strings in YAML 1.1 unless quoted."""
    values = {
        "orchestrator": {"namespace": "null", "sonataflowPlatform": {"eventing": {"broker": {"name": "on"}}}},
        "serverlessOperator": {"subscription": {"namespace": "123", "channel": "1.0", "sourceName": "yes"}},
        "networkPolicy": {"rhdhNamespace": "1e3", "additionalNamespaces": ["0x10"]},
    }
    text = render(helm, values)
    assert _of(text, "SonataFlowPlatform")[0]["metadata"]["namespace"] == "null"
    spec = next(one for one in _of(text, "Subscription") if one["metadata"]["namespace"] == "123")["spec"]
    assert (spec["channel"], spec["source"]) == ("1.0", "yes")
    named = [name for peer in _of(text, "NetworkPolicy")[0]["spec"]["ingress"][0]["from"] for name in _named(peer)]
    assert {"1e3", "0x10"} <= set(named)


def test_services_share_a_database_and_no_schema(helm_4: Path) -> None:
    (platform,) = _of(render(helm_4, SITUATIONS["evaluation"]), "SonataFlowPlatform")
    spec = platform["spec"]
    index, jobs = (spec["services"][name]["persistence"]["postgresql"] for name in ("dataIndex", "jobService"))
    assert (index["serviceRef"].pop("databaseSchema"), jobs["serviceRef"].pop("databaseSchema")) == (
        "data-index-service",
        "jobs-service",
    )
    assert index == jobs == spec["persistence"]["postgresql"]


@pytest.mark.parametrize(
    ("url", "index"),
    [
        ("jdbc:postgresql://db/flows", "jdbc:postgresql://db/flows?currentSchema=data-index-service"),
        ("jdbc:postgresql://db/flows?ssl=true", "jdbc:postgresql://db/flows?ssl=true&currentSchema=data-index-service"),
    ],
)
def test_a_url_gets_each_schema(helm: Path, url: str, index: str) -> None:
    (platform,) = _of(render(helm, {"postgres": {"jdbcUrl": url}}), "SonataFlowPlatform")
    assert platform["spec"]["services"]["dataIndex"]["persistence"]["postgresql"]["jdbcUrl"] == index


def test_the_bundled_database_restarts_for_no_new_chart(helm_4: Path) -> None:
    """Its pods and its volume claims carry nothing that a new version of the chart changes."""
    (stateful,) = _of(render(helm_4, SITUATIONS["evaluation"]), "StatefulSet")
    version = table(CHART / "Chart.yaml")["version"]
    assert version not in str(stateful["spec"])
    selected = stateful["spec"]["selector"]["matchLabels"].items()
    assert selected <= stateful["spec"]["template"]["metadata"]["labels"].items()


def test_what_stays_behind(helm_4: Path) -> None:
    values = {**SITUATIONS["bundled-with-password"], "orchestrator": {"namespace": "infra", "createNamespace": True}}
    kept = {one["kind"] for one in documents(render(helm_4, values)) if _kept(one)}
    assert kept == {"Namespace", "Subscription", "OperatorGroup", "KnativeServing", "KnativeEventing", "Secret"}
    none = {"keep": dict.fromkeys(("namespaces", "operators", "knative", "database"), False)}
    assert not [one for one in documents(render(helm_4, {**values, **none})) if _kept(one)]


def _kept(document: Values) -> bool:
    return document["metadata"].get("annotations", {}).get("helm.sh/resource-policy") == "keep"


def test_waves_follow_the_stages(helm_4: Path) -> None:
    waves = {
        one["kind"]: one["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"]
        for one in documents(render(helm_4, {"syncWaves": True}))
    }
    assert (waves["Subscription"], waves["KnativeServing"], waves["SonataFlowPlatform"]) == ("0", "1", "2")


def _notes(helm_4: Path, values: Values) -> str:
    """Helm 3 shows no notes without a cluster."""
    arguments = ["install", "orchestrator", str(CHART), "-n", "rhdh", "--dry-run=client"]
    done = run_helm(helm_4, *arguments, values=values)
    assert done.returncode == 0, done.stderr
    return done.stdout.split("NOTES:")[1]


def test_notes(helm_4: Path) -> None:
    notes = _notes(helm_4, SITUATIONS["evaluation"])
    assert "http://sonataflow-platform-data-index-service.rhdh" in notes
    assert "-n openshift-serverless-logic" in notes
    assert "The bundled database starts when the Secret sonataflow-psql-postgresql is in rhdh" in notes
    assert "--set stage" not in notes
    below = _notes(helm_4, {"stage": "operators"})
    assert "--set stage=knative" in below
    assert "sonataflow-platform" not in below
    assert "approve the InstallPlan" not in _notes(helm_4, SITUATIONS["adopted"])


def test_the_readme_names_every_value() -> None:
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    values = table(CHART / "values.yaml")
    assert [name for name in values if f"`{name}" not in readme] == []


def test_the_readme_knows_every_release() -> None:
    """A new release folder makes its operators' versions part of the README, or the defaults."""
    readme = (CHART / "README.md").read_text(encoding="utf-8")
    for minor in minors()[:-1]:
        csv = release(minor).operators["logic"].starting_csv
        assert csv is None or csv.partition(".")[2] in readme, f"{minor}: {csv}"
