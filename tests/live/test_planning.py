"""`plan` and `install` on recorded clusters: what is read, and what stops them before the first write."""

import pytest

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


def test_the_journal_is_not_read_for_configuration(cluster, ask):
    assert ask("plan").code == ExitCode.OK
    (asked,) = [
        one for one in cluster.asked if one.path.endswith("/namespaces/rhdh/secrets") and "fieldSelector" in one.query
    ]
    left_out = {"helm.sh/release.v1", "rhdh-orchestrator/run", "rhdh-orchestrator/part"}
    assert set(asked.query["fieldSelector"].split(",")) == {f"type!={one}" for one in left_out}


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
