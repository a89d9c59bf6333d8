"""`status` on recorded clusters: what it shows, in how many requests, and what it says of what it may not see."""

import pytest

from installer.model.errors import ExitCode
from tests.live.conftest import ORCHESTRATOR, PORTAL, named, put
from tests.live.recorded import Recorded

ALL = (*PORTAL, *ORCHESTRATOR)


def fill(recorded: Recorded, *names: str, **changes):
    made = named(*names)
    for path, value in changes.items():
        put(made, path.split("__"), value)
    recorded.objects = list(made.values())


def test_all_is_well(recorded, ask):
    fill(recorded, *ALL)
    said = ask("status")
    assert (said.code, said.document["errors"]) == (ExitCode.OK, [])
    assert said.result == {
        "instance": {
            "flavour": "operator",
            "managedBy": None,
            "name": "developer-hub",
            "namespace": "rhdh",
            "version": "1.8",
            "versionSource": "image tag",
        },
        "operators": [
            {
                "package": "logic-operator-rhel8",
                "namespace": "openshift-serverless-logic",
                "csv": "logic-operator-rhel8.v1.36.0",
                "phase": "Succeeded",
            },
            {
                "package": "serverless-operator",
                "namespace": "openshift-serverless",
                "csv": "serverless-operator.v1.36.1",
                "phase": "Succeeded",
            },
        ],
        "knative": {"serving": "ready", "eventing": "ready"},
        "platform": {"namespace": "rhdh", "name": "sonataflow-platform", "ready": True},
        "plugins": [
            {"package": "@redhat/backstage-plugin-orchestrator@1.8.2", "enabled": True},
            {"package": "./dynamic-plugins/dist/some-plugin", "enabled": False},
        ],
        "healthy": True,
        "reasons": [],
        "requests": len(recorded.asked),
    }


def other_namespace(recorded):
    fill(
        recorded,
        *ALL,
        platform__metadata__namespace="sonataflow-infra",
        dataIndex__metadata__namespace="sonataflow-infra",
    )


def a_set(recorded):
    fill(recorded, *ORCHESTRATOR, "plainStatefulSet", "operatorPlugins")


def as_usual(recorded):
    fill(recorded, *ALL)


@pytest.mark.parametrize("given", [other_namespace, a_set, as_usual], ids=lambda one: one.__name__)
@pytest.mark.parametrize("words", [[], ["-n", "rhdh"]], ids=" ".join)
def test_ten_requests_at_most_discovery_included(given, words, recorded, ask):
    given(recorded)
    said = ask("status", *words)
    assert said.result["healthy"], said.result["reasons"]
    assert len(recorded.asked) == said.result["requests"] <= 10
    recorded.asked.clear()
    assert ask("status", *words).result["healthy"]
    assert len(recorded.asked) <= 9


def test_ten_requests_with_two_thousand_objects(recorded, ask):
    fill(recorded, *ALL)
    one = named("plugins")["plugins"]
    recorded.objects += [{**one, "metadata": {"name": f"other-{n}", "namespace": "rhdh"}} for n in range(2000)]
    others = named("dataIndex")["dataIndex"]
    recorded.objects += [
        {**others, "metadata": {"name": f"other-{n}", "namespace": "rhdh", "generation": 1}} for n in range(2000)
    ]
    assert ask("status").result["healthy"]
    assert len(recorded.asked) <= 10


def test_nothing_is_installed(recorded, ask):
    fill(recorded, *PORTAL)
    recorded.unserved = frozenset({"operators.coreos.com", "operator.knative.dev", "sonataflow.org"})
    said = ask("status")
    assert said.code == ExitCode.OK
    assert said.result["operators"] == []
    assert said.result["knative"] == {"serving": "absent", "eventing": "absent"}
    assert said.result["platform"] == {"namespace": None, "name": None, "ready": False}
    assert not said.result["healthy"]


WAITING = [{"type": "Ready", "status": "False", "message": "Waiting on deployments"}]
FAULTS = [
    ("serving__status__conditions", WAITING, "KnativeServing: Waiting on deployments"),
    ("serving__metadata__generation", 2, "KnativeServing: its newest change has not been looked at yet"),
    ("serverlessCSV__status__phase", "Installing", "operator serverless-operator in openshift-serverless: Installing"),
    ("platform__status", None, "SonataFlowPlatform rhdh/sonataflow-platform: it has no condition Succeed yet"),
    ("dataIndex__status__availableReplicas", 0, "sonataflow-platform-data-index-service: 0 of 1 pods are available"),
    ("dataIndex__metadata__name", "x", "its Deployment is missing"),
    ("deployment__status__updatedReplicas", 0, "RHDH rhdh/developer-hub: 0 of 1 pods have the newest configuration"),
    ("deployment__status__replicas", 2, "1 old pods still run"),
    ("operatorPlugins__data", {"dynamic-plugins.yaml": "- a"}, "RHDH's plugin installer would fail"),
    ("operatorPlugins__data", {"dynamic-plugins.yaml": "plugins: []"}, "no plugin of the Orchestrator is switched on"),
    (
        "operatorPlugins__data",
        {"dynamic-plugins.yaml": "plugins: [{package: '@redhat/backstage-plugin-orchestrator@1.8.2', disabled: true}]"},
        "no plugin of the Orchestrator is switched on in RHDH",
    ),
]


@pytest.mark.parametrize(("path", "value", "words"), FAULTS, ids=[words for _, _, words in FAULTS])
def test_what_does_not_work_is_named(path, value, words, recorded, ask):
    fill(recorded, *ALL, **{path: value})
    result = ask("status").result
    assert not result["healthy"]
    assert any(words in reason for reason in result["reasons"]), result["reasons"]


@pytest.mark.parametrize(
    ("denied", "message"),
    [
        ("list subscriptions", "list subscriptions.operators.coreos.com in all namespaces"),
        ("list knativeservings", "list knativeservings.operator.knative.dev in all namespaces"),
        ("list sonataflowplatforms", "list sonataflowplatforms.sonataflow.org in all namespaces"),
        ("get configmaps", "get configmaps backstage-dynamic-plugins-developer-hub in namespace rhdh"),
    ],
)
def test_what_may_not_be_seen_is_not_absent(denied, message, recorded, ask):
    fill(recorded, *ALL)
    recorded.denied = frozenset({denied})
    said = ask("status")
    assert said.code == ExitCode.DENIED
    assert [error["message"] for error in said.document["errors"]] == [f"not allowed: {message}"]
    assert not said.result["healthy"]
    assert not [reason for reason in said.result["reasons"] if "none" in reason or "no operator" in reason]


def test_whoever_may_not_look_everywhere_says_where(recorded, ask):
    fill(recorded, *ALL)
    recorded.denied = frozenset({"list backstages in *", "list deployments in *"})
    said = ask("status")
    assert said.code == ExitCode.DENIED
    assert "--instance NAMESPACE/NAME" in said.document["errors"][0]["fix"]
    assert ask("status", "--instance", "rhdh/developer-hub").result["healthy"]
    assert ask("status", "-n", "rhdh").result["healthy"]


def test_several_instances(recorded, ask):
    fill(recorded, *ALL, "otherBackstage")
    said = ask("status")
    assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.TARGET, "instance-ambiguous")
    assert "other/developer-hub, rhdh/developer-hub" in said.document["errors"][0]["message"]
    assert ask("status", "--instance", "developer-hub").code == ExitCode.TARGET
    assert ask("status", "--instance", "rhdh/developer-hub").result["healthy"]
    other = ask("status", "--instance", "other/developer-hub")
    assert "its operator has made no workload" in " ".join(other.result["reasons"])


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        ([], "instance-missing", "no RHDH in the cluster"),
        (["-n", "empty"], "instance-missing", "no RHDH in namespace empty"),
        (["--instance", "a/b"], "instance-missing", "no RHDH in namespace a"),
        (["--instance", "a/b/c"], "bad-value", "'a/b/c' is no NAME and no NAMESPACE/NAME"),
    ],
)
def test_no_instance(words, code, message, recorded, ask):
    fill(recorded, *ORCHESTRATOR)
    said = ask("status", *words)
    assert said.code == (ExitCode.USAGE if code == "bad-value" else ExitCode.TARGET)
    (error,) = said.document["errors"]
    assert error["code"] == code
    assert message in error["message"]
    assert ("leave the namespace out" in error["fix"]) == ("in namespace" in message)


def test_an_unknown_name(recorded, ask):
    fill(recorded, *ALL)
    said = ask("status", "--instance", "nope")
    assert said.document["errors"][0]["code"] == "instance-unknown"
    assert "there is rhdh/developer-hub" in said.document["errors"][0]["message"]


@pytest.mark.parametrize(
    ("workload", "flavour", "name"),
    [
        ("helmDeployment", "helm", "portal"),
        ("plainDeployment", "plain", "my-rhdh"),
        ("plainStatefulSet", "plain", "my-rhdh"),
    ],
)
def test_flavours(workload, flavour, name, recorded, ask):
    fill(recorded, *ORCHESTRATOR, workload, "operatorPlugins")
    instance = ask("status").result["instance"]
    assert (instance["flavour"], instance["name"], instance["namespace"]) == (flavour, name, "rhdh")
    assert (instance["version"], instance["versionSource"]) == ("1.8", "image tag")


def test_secrets_in_plugin_names_are_masked(recorded, ask):
    text = "plugins:\n- package: https://user:s3cr3tpassword@example.com/p.tgz\n"
    fill(recorded, *ALL, operatorPlugins__data={"dynamic-plugins.yaml": text})
    said = ask("status")
    assert "s3cr3tpassword" not in str(said.document)
    assert len(said.result["plugins"]) == 1


def test_an_api_that_never_answers_ends_it(recorded, ask):
    fill(recorded, *ALL)
    recorded.faults["GET /apis"] = ["silent"]
    said = ask("status", "--timeout", "500ms")
    assert (said.code, said.document["errors"][0]["code"]) == (ExitCode.UNREACHABLE, "api-unreachable")
    assert len(recorded.asked) == 1
