"""`audit` on recorded clusters: pages, what is refused, what is too much to ask, what is only known by name."""

import dataclasses

import pytest

from installer.audit.engine import verdict_of
from installer.audit.object import Object
from installer.audit.snapshot import Contents
from installer.flow.audit_live_lists import METADATA_ONLY
from installer.model.errors import ExitCode
from tests.audit.cases import cases, kind_of
from tests.audit.test_rules import RULES
from tests.cluster.fake import items, status
from tests.live.conftest import ORCHESTRATOR, PORTAL, named, put
from tests.live.recorded import SERVED

ALL = (*PORTAL, *ORCHESTRATOR)
STUCK = ("--rule", "plugin-installation-stuck")


@pytest.fixture
def cluster(recorded):
    made = named(*ALL)
    recorded.objects = list(made.values())
    return recorded


def reasons(said, rule=""):
    return [one["reason"] for one in said.result["skipped"] if rule in (one["rule"], "")]


def lists(recorded):
    return [one for one in recorded.asked if one.path != "/apis"]


def test_each_list_once_and_nothing_written(cluster, ask):
    said = ask("audit")
    assert said.code == ExitCode.OK
    assert said.result["crashed"] == []
    paths = [one.path for one in cluster.asked]
    assert len(paths) == len(set(paths)), paths
    assert {one.method for one in cluster.asked} == {"GET"}
    assert all(one.query["limit"] == "500" for one in lists(cluster))
    bare = {one.path.rpartition("/")[2] for one in lists(cluster) if "PartialObjectMetadata" in one.header("accept")[0]}
    assert bare == {"operatorgroups", "orchestrators", "serviceaccounts"}
    assert not any("there is no RHDH" in one for one in reasons(said))


def test_pages_and_a_list_that_moves_on(cluster, ask):
    """Half a list is none: where its token is too old, it is read from the start."""
    path = "GET /api/v1/pods"
    tokens, second = [], "two"

    def pods(asked):
        token = asked.query.get("continue", "")
        tokens.append(token)
        if token == second and tokens.count(second) == 1:
            return 410, status(410, "Expired")
        found = cluster.objects if token else []
        return 200, items(*(one for one in found if one["kind"] == "Pod"), token={"": second, second: ""}[token])

    cluster.answers[path] = pods
    served, cluster._of_objects = cluster._of_objects, lambda one: pods(one) if one.path == path[4:] else served(one)
    said = ask("audit", *STUCK)
    assert said.code == ExitCode.OK
    assert reasons(said) == []
    assert tokens == ["", second, "", second]


def test_too_many_requests_are_asked_again(cluster, ask):
    cluster.faults["GET /api/v1/pods"] = [429, 429]
    said = ask("audit", *STUCK)
    assert (said.code, reasons(said)) == (ExitCode.OK, [])


def test_what_is_denied_is_skipped_rule_by_rule(cluster, ask):
    cluster.denied = frozenset({"list pods"})
    said = ask("audit")
    assert said.code == ExitCode.OK
    assert reasons(said, "plugin-installation-stuck") == ["not allowed: list pods in all namespaces"]
    assert ask("audit", "--strict").code == ExitCode.FINDINGS


def test_what_does_not_answer_is_skipped_too(cluster, ask):
    cluster.faults["GET /api/v1/pods"] = [503] * 8
    said = ask("audit", *STUCK)
    assert said.code == ExitCode.OK
    assert len(reasons(said)) == 1


def test_without_secrets_rhdh_is_read_all_the_same(cluster, ask):
    cluster.denied = frozenset({"list secrets"})
    said = ask("audit")
    assert said.code == ExitCode.OK
    assert not any("there is no RHDH" in one for one in reasons(said))
    assert any(one == "not allowed: list secrets in all namespaces" for one in reasons(said))


def test_without_config_maps_it_is_said_what_is_not_known(cluster, ask):
    cluster.denied = frozenset({"list configmaps"})
    said = ask("audit")
    assert said.code == ExitCode.OK
    assert any("list configmaps" in one["message"] for one in said.document["warnings"])


def test_nothing_at_all_may_be_read(cluster, ask):
    cluster.denied = frozenset({"*"})
    said = ask("audit")
    assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.DENIED, "forbidden")
    assert "-n NAMESPACE" in said.document["errors"][0]["fix"]


def test_one_namespace(cluster, ask):
    """What stands elsewhere, and what stands nowhere, is not said to be missing."""
    said = ask("audit", "-n", "rhdh", "--profile", "all")
    assert said.code == ExitCode.OK
    asked = [one.path for one in lists(cluster)]
    assert all("/namespaces/rhdh/" in path for path in asked), asked
    assert "there is no Subscription in namespace rhdh, and no other was looked at" in " ".join(reasons(said))
    assert "ClusterVersion is in no namespace, and only namespace rhdh was looked at" in " ".join(reasons(said))


@pytest.mark.usefixtures("cluster")
def test_kinds_that_are_not_served_were_read(ask):
    """The recorded cluster serves no Tekton."""
    assert reasons(ask("audit", "--rule", "docker-credentials-incomplete")) == []


@pytest.mark.parametrize(("words", "code"), [((), "instance-missing"), (("--instance", "x"), "instance-missing")])
def test_no_rhdh(recorded, ask, words, code):
    recorded.objects = list(named(*ORCHESTRATOR).values())
    said = ask("audit", *words)
    assert said.code == ExitCode.OK
    assert code in [one["code"] for one in said.document["warnings"]]


@pytest.mark.usefixtures("cluster")
def test_another_rhdh_than_there_is(ask):
    said = ask("audit", "--instance", "nope")
    assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.TARGET, "instance-unknown")


def test_the_log_of_what_fails_is_read_and_no_other(cluster, ask):
    (pod,) = [one for one in cluster.objects if one["kind"] == "Pod"]
    path = f"/api/v1/namespaces/rhdh/pods/{pod['metadata']['name']}/log"
    ask("audit", *STUCK)
    assert path not in [one.path for one in cluster.asked]
    (deployment,) = [one for one in cluster.objects if one["metadata"]["name"] == "backstage-developer-hub"]
    deployment["spec"]["selector"] = {"matchLabels": {"app": "hub"}}
    pod["metadata"]["labels"] = {"app": "hub"}
    put(pod, ["spec", "initContainers"], [{"name": "install-dynamic-plugins"}])
    failing = {
        "name": "install-dynamic-plugins",
        "restartCount": 3,
        "state": {"waiting": {"reason": "CrashLoopBackOff"}},
    }
    put(pod, ["status", "initContainerStatuses"], [failing])
    cluster.asked.clear()
    said = ask("audit", *STUCK)
    assert [one.path for one in cluster.asked].count(path) == 1
    assert [one["rule"] for one in said.result["findings"]] == ["plugin-installation-stuck"]


def test_names_are_enough_of_what_only_names_are_asked_of():
    """Of some kinds only metadata is read: no rule says anything else then."""
    held = 0
    for case in cases():
        rule, source = RULES[case.slug], case.source
        if not METADATA_ONLY & {*rule.reads, *rule.also}:
            continue
        held += 1
        bare = dataclasses.replace(source, objects=tuple(map(stripped, source.objects)))
        assert verdict_of(Contents(bare), rule) == verdict_of(case.contents, rule), case.path
    assert held or not METADATA_ONLY & {kind for one in RULES.values() for kind in (*one.reads, *one.also)}


def stripped(one: Object) -> Object:
    if kind_of(one.ref) not in METADATA_ONLY:
        return one
    return dataclasses.replace(one, given={key: one.data.get(key) for key in ("apiVersion", "kind", "metadata")})


def definition(name, *, established="True", group="knative.dev"):
    condition = {"type": "Established", "status": established, "reason": "InitialNamesAccepted"}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{name}.{group}"},
        "spec": {"versions": [{"name": "v1", "schema": {"openAPIV3Schema": {"type": "object"}}}]},
        "status": {"conditions": [condition]},
    }


@pytest.fixture
def defined(cluster, monkeypatch):
    """The definitions of what the recorded cluster serves, and of somebody's own."""
    monkeypatch.setitem(
        SERVED, ("apiextensions.k8s.io/v1", "CustomResourceDefinition"), ("customresourcedefinitions", False)
    )
    monkeypatch.setitem(SERVED, ("sonataflow.org/v1alpha08", "SonataFlow"), ("sonataflows", True))
    cluster.objects += [
        definition("sonataflows", group="sonataflow.org"),
        definition("sonataflowplatforms", group="sonataflow.org"),
        definition("knativeservings", group="operator.knative.dev"),
        definition("knativeeventings", group="operator.knative.dev"),
        definition("backstages", group="rhdh.redhat.com"),
        definition("applications", group="argoproj.io"),
    ]
    return cluster


def asked_of_definitions(recorded):
    """How often for names, and how often for all of them."""
    found = [one.header("accept")[0] for one in recorded.asked if one.path.endswith("/customresourcedefinitions")]
    return ["PartialObjectMetadata" in one for one in found]


def test_definitions_are_read_without_their_schemas(defined, ask):
    said = ask("audit", "--rule", "crd-missing")
    assert (said.result["findings"], reasons(said)) == ([], [])
    assert asked_of_definitions(defined) == [True]


@pytest.mark.parametrize("is_ours", [True, False])
def test_a_definition_that_is_not_served_is_looked_at(defined, ask, is_ours):
    if is_ours:
        defined.unserved = frozenset({"SonataFlow"})
        (ours,) = [one for one in defined.objects if one["metadata"]["name"] == "sonataflows.sonataflow.org"]
        ours["status"]["conditions"][0]["status"] = "False"
    else:
        defined.objects.append(definition("things", group="example.com", established="False"))
    said = ask("audit", "--rule", "crd-missing")
    assert asked_of_definitions(defined) == [True, False]
    found = [(one["object"]["name"], one["observed"]) for one in said.result["findings"]]
    assert found == ([("sonataflows.sonataflow.org", "Established: False (InitialNamesAccepted)")] if is_ours else [])


def test_a_definition_that_is_missing(defined, ask):
    defined.objects = [one for one in defined.objects if not one["metadata"]["name"].startswith("knativeservings")]
    (found,) = ask("audit", "--rule", "crd-missing").result["findings"]
    assert found["object"]["name"] == "knativeservings.operator.knative.dev"


@pytest.mark.parametrize("depth", [80, 400])
@pytest.mark.parametrize("kind", ["Backstage", "SonataFlowPlatform"])
def test_an_object_that_is_nested_too_deep(cluster, ask, kind, depth):
    """RHDH's own is needed to tell what it is; no rule is the poorer for another."""
    whole = ask("audit", "--profile", "all").result
    deep = {}
    for _ in range(depth):
        deep = {"deep": deep}
    (one,) = [one for one in cluster.objects if one["kind"] == kind]
    one["spec"]["strange"] = deep
    said = ask("audit", "--profile", "all")
    if kind == "Backstage":
        assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.INVALID, "yaml-too-deep")
        assert ask("install", "--dry-run").document["errors"] == said.document["errors"]
        return
    assert (said.code, said.result["crashed"]) == (ExitCode.OK, [])
    known = {one["fingerprint"] for one in whole["findings"] if one["object"]["kind"] != kind}
    assert known <= {one["fingerprint"] for one in said.result["findings"]}
