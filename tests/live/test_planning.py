"""`plan` and `install` on recorded clusters: what is read, and what stops them before the first write."""

import pytest

from installer.flow.live_secrets import configuration, with_history
from installer.model.errors import ExitCode
from tests.live.conftest import ORCHESTRATOR, PORTAL, named
from tests.live.recorded import Recorded


@pytest.fixture
def cluster(recorded: Recorded) -> Recorded:
    recorded.objects = list(named(*PORTAL, *ORCHESTRATOR).values())
    return recorded


def written(recorded: Recorded) -> list[str]:
    """Requests that would have changed something; a question about permissions changes nothing."""
    return [one for one in recorded.paths() if not one.startswith("GET ") and not one.endswith("accessreviews")]


def test_secrets_are_read_in_one_list_without_what_is_over(cluster, ask):
    assert ask("plan").code == ExitCode.OK
    (asked,) = [one for one in cluster.asked if one.path.endswith("/secrets")]
    assert asked.path == "/api/v1/namespaces/rhdh/secrets"
    assert asked.query["fieldSelector"] == "type!=rhdh-orchestrator/part"
    assert asked.query["labelSelector"] == "status!=superseded"


def test_no_list_is_asked_for_twice(cluster, ask):
    assert ask("install", "--dry-run").code == ExitCode.OK
    lists = [(one.path, tuple(sorted(one.query.items()))) for one in cluster.asked if one.method == "GET"]
    assert sorted(lists) == sorted(set(lists))


def test_what_was_rolled_back_is_looked_for_among_what_is_over():
    """Helm marks what came through as over before a roll-back, which may fail."""
    asked = []

    class Lister:
        def list(self, kind, namespace=None, *, labels="", fields="", page=0):
            asked.append((kind.kind, namespace, labels, fields, page))
            return ["all"]

    def record(name, status):
        labels = {"owner": "helm", "name": name, "status": status}
        return {"type": "helm.sh/release.v1", "metadata": {"labels": labels}}

    token = {"type": "kubernetes.io/service-account-token", "metadata": {"name": "token"}}
    failed, deployed = record("orchestrator", "failed"), record("orchestrator", "deployed")
    other = record("other", "failed")
    assert with_history(Lister(), [token, failed, deployed, other], "orchestrator", "rhdh") == [failed, deployed]
    assert with_history(Lister(), [token, other], "orchestrator", "rhdh") == []
    assert asked == []
    assert with_history(Lister(), [token, failed, other], "orchestrator", "rhdh") == ["all"]
    assert asked == [("Secret", "rhdh", "owner=helm,name=orchestrator", "", 0)]
    assert configuration([token, failed, {"type": "rhdh-orchestrator/run"}]) == [token]


def test_a_helm_that_is_missing_is_said_before_the_first_write(cluster, ask):
    said = ask("install", "--yes", "--helm", "/nowhere/helm")
    assert (said.code, [one["code"] for one in said.document["errors"]]) == (ExitCode.FINDINGS, ["helm-missing"])
    assert written(cluster) == []


@pytest.mark.parametrize("command", [("plan",), ("install", "--yes")])
def test_an_rhdh_without_a_workload_is_not_configured_yet(recorded, ask, command):
    recorded.objects = list(named("backstage", "operatorPlugins", "plugins", "appConfig", *ORCHESTRATOR).values())
    said = ask(*command)
    assert (said.code, [one["code"] for one in said.document["errors"]]) == (ExitCode.FINDINGS, ["workload-missing"])
    assert written(recorded) == []
    assert ask("plan", "--operators-only").code == ExitCode.OK


@pytest.mark.parametrize("unserved", ["operator.knative.dev", "sonataflow.org"])
def test_operators_that_nobody_brings_are_named_before_the_first_write(recorded, ask, unserved):
    recorded.objects = list(named(*PORTAL).values())
    recorded.unserved = frozenset({unserved})
    said = ask("install", "--yes", "--skip-operators")
    assert (said.code, [one["code"] for one in said.document["errors"]]) == (ExitCode.FINDINGS, ["operators-missing"])
    assert written(recorded) == []
