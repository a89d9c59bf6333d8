"""Which container has crashed, and what its log means: tables of statuses and logs, the latter from a recorded API."""

from pathlib import Path

import pytest

from installer.apply.explaining import explained
from installer.cluster.connect import connect
from installer.cluster.options import ConnectionOptions
from installer.model.errors import ExitCode
from installer.plan.faults import fault, newest_warning
from installer.plan.readiness import newest_pods, selector
from tests.cluster.conftest import nobodys  # noqa: F401 - applies to every test of this folder
from tests.cluster.fake import Fake, served, status
from tests.tables import table

HERE = Path(__file__).parent
LOG = "GET /api/v1/namespaces/rhdh/pods/new-1/log"


def cases(name):
    loaded = table(HERE / name)
    return [pytest.param(one, id=one["name"]) for one in loaded]


def pod(**state):
    return {"metadata": {"name": "new-1", "namespace": "rhdh"}, "status": state}


@pytest.mark.parametrize("case", cases("faults.yaml"))
def test_fault(case):
    found = fault(pod(**case["status"]))
    expected = case.get("fault")
    assert (found and [found.container, found.kind, found.why, found.has_run]) == expected


@pytest.fixture
def fake():
    with served(Fake()) as running:
        yield running


@pytest.fixture
def cluster(fake, tmp_path):
    made = connect(ConnectionOptions(server=fake.url, cache_dir=str(tmp_path), request_timeout=5.0, timeout=10.0))
    yield made
    made.close()


def answer(said):
    match said:
        case int() as code:
            return code, status(code, {403: "Forbidden", 404: "NotFound"}.get(code, "BadRequest"), name="new-1")
        case str() as text:
            return 200, text.encode()
    return 200, said


@pytest.mark.parametrize("case", cases("explained.yaml"))
def test_explained(case, fake, cluster):
    now = bytes.fromhex(case["bytes"]) if "bytes" in case else case.get("log", 400)
    by_run = {"": now, "true": case.get("previous", 400)}
    fake.answers[LOG] = lambda asked: answer(by_run[asked.query.get("previous", "")])
    waiting = case.get("waiting", {"reason": "CrashLoopBackOff", "message": "back-off 10s"})
    broken = fault(pod(initContainerStatuses=[{"name": "install-dynamic-plugins", "state": {"waiting": waiting}}]))
    assert broken is not None
    [problem] = explained(cluster, "rhdh", broken).problems
    assert (problem.code, problem.exit) == ("pod-crashed", ExitCode.FINDINGS)
    assert problem.message.startswith("pod rhdh/new-1: init container install-dynamic-plugins is in ")
    for words in case["message"]:
        assert words in problem.message
    for words in case.get("without", ()):
        assert words not in problem.message
    assert problem.fix is not None
    assert problem.fix.startswith(case["fix"])
    for asked in fake.asked:
        assert (asked.query["container"], int(asked.query["tailLines"])) == ("install-dynamic-plugins", 50)
        assert "limitBytes" in asked.query


def owned(name, owner, labels=None, **metadata):
    return {"metadata": {"name": name, "ownerReferences": [{"uid": owner}], "labels": labels or {}, **metadata}}


def test_newest_pods_of_a_deployment():
    deployment = {"kind": "Deployment", "metadata": {"uid": "d"}}
    sets = [
        owned("old", "d", uid="o", annotations={"deployment.kubernetes.io/revision": "9"}),
        owned("new", "d", uid="n", annotations={"deployment.kubernetes.io/revision": "10"}),
        owned("other", "x", uid="x", annotations={"deployment.kubernetes.io/revision": "11"}),
    ]
    pods = [owned("old-1", "o"), owned("new-1", "n"), owned("new-2", "n", deletionTimestamp="now"), owned("x-1", "x")]
    assert [one["metadata"]["name"] for one in newest_pods(deployment, sets, pods)] == ["new-1"]
    assert newest_pods(deployment, [], pods) == []


def test_newest_pods_of_a_stateful_set():
    stateful = {"kind": "StatefulSet", "metadata": {"uid": "s"}, "status": {"updateRevision": "s-2"}}
    pods = [owned(f"s-{one}", "s", {"controller-revision-hash": f"s-{one}"}) for one in (1, 2)]
    assert [one["metadata"]["name"] for one in newest_pods(stateful, [], pods)] == ["s-2"]


def test_selector():
    expressions = [
        {"key": "tier", "operator": "In", "values": ["a", "b"]},
        {"key": "old", "operator": "NotIn", "values": ["x"]},
        {"key": "there", "operator": "Exists"},
        {"key": "gone", "operator": "DoesNotExist"},
    ]
    workload = {"spec": {"selector": {"matchLabels": {"app": "hub"}, "matchExpressions": expressions}}}
    assert selector(workload) == "app=hub,tier in (a,b),old notin (x),there,!gone"


def test_the_newest_warning():
    def event(kind, time, message):
        return {"type": kind, "metadata": {}, "lastTimestamp": time, "message": message}

    events = [
        event("Warning", "2026-01-01T00:00:02Z", 'Multi-Attach error for volume "pvc-1"\n  already used by pod(s) hub'),
        event("Warning", "2026-01-01T00:00:01Z", "0/3 nodes are available"),
        event("Normal", "2026-01-01T00:00:03Z", "Scheduled"),
    ]
    assert newest_warning(events) == 'Multi-Attach error for volume "pvc-1" already used by pod(s) hub'
    assert newest_warning([]) == ""
