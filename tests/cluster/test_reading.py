"""Reading: paths, pages, retries that are safe, errors by their meaning, and the count of requests."""

# ruff: noqa: S106

import pytest

from installer.cluster.errors import Forbidden, NotFound, NotServed, Refused, Unauthorized, Unreachable
from installer.cluster.resources import Kind
from installer.model.errors import ExitCode
from tests.cluster.fake import items, named, status

CONFIG_MAP = Kind("", "ConfigMap")
THING = Kind("example.com", "Thing")
ONE = "GET /api/v1/namespaces/ns/configmaps/one"
THINGS = "GET /apis/example.com/v1/things"


def test_core_objects_need_no_discovery(fake, cluster):
    fake.answers[ONE] = (200, named("one", data={"a": "b"}))
    found = cluster()
    assert found.get(CONFIG_MAP, "one", "ns")["data"] == {"a": "b"}
    assert (fake.paths(), found.requests) == ([ONE], 1)


def test_a_list_is_read_in_pages(fake, cluster):
    pages = {
        "": items(named("a"), token="t1", version="7"),
        "t1": items(named("b"), token="t2"),
        "t2": items(named("c")),
    }
    fake.answers[THINGS] = lambda asked: (200, pages[asked.query.get("continue", "")])
    found, version = cluster().listed(THING)
    assert [one["metadata"]["name"] for one in found] == ["a", "b", "c"]
    assert {one["kind"] for one in found} == {"Thing"}
    assert version == "1"
    assert {one.query["limit"] for one in fake.asked if one.path.endswith("things")} == {"500"}


def test_a_list_that_expired_is_read_again_as_a_whole(fake, cluster):
    first = {"": items(named("old"), token="t1"), "t1": None}
    again = iter([items(named("new"))])

    def answer(asked):
        if asked.query.get("continue") == "t1":
            first[""] = next(again)
            return 410, status(410, "Expired")
        return 200, first[""]

    fake.answers[THINGS] = answer
    assert [one["metadata"]["name"] for one in cluster().list(THING)] == ["new"]


def test_selectors_and_namespaces_reach_the_api(fake, cluster):
    fake.answers["GET /apis/example.com/v1/namespaces/a%20b/things"] = (200, items())
    assert cluster().list(THING, "a b", labels="x=y,!z", fields="metadata.name=n") == []
    assert fake.asked[-1].query == {"limit": "500", "labelSelector": "x=y,!z", "fieldSelector": "metadata.name=n"}


@pytest.mark.parametrize(
    "fault", [429, (429, {"Retry-After": "0"}), 500, 502, 503, 504, "reset", "cut", "short"], ids=str
)
def test_a_read_is_tried_again(fault, fake, cluster):
    fake.answers[ONE] = (200, named("one"))
    fake.faults[ONE] = [fault]
    found = cluster()
    assert found.get(CONFIG_MAP, "one", "ns")["metadata"]["name"] == "one"
    assert found.requests == 2


@pytest.mark.parametrize("fault", [429, 500, "reset", "cut"], ids=str)
def test_a_read_is_not_tried_for_ever(fault, fake, cluster):
    fake.answers[ONE] = (200, named("one"))
    fake.faults[ONE] = [fault] * 20
    found = cluster()
    with pytest.raises(Unreachable) as raised:
        found.get(CONFIG_MAP, "one", "ns")
    assert raised.value.exit is ExitCode.UNREACHABLE
    assert found.requests == 4


@pytest.mark.parametrize(
    ("code", "details", "error", "exit_code", "words"),
    [
        (401, "", Unauthorized, ExitCode.DENIED, "credentials"),
        (403, "", Forbidden, ExitCode.DENIED, "get configmaps one in namespace ns"),
        (404, "one", NotFound, ExitCode.TARGET, "ConfigMap ns/one does not exist"),
        (404, "", NotServed, ExitCode.TARGET, "serves no configmaps"),
        (422, "", Refused, ExitCode.INVALID, "because"),
        (302, "", Unreachable, ExitCode.UNREACHABLE, "is it a Kubernetes API?"),
    ],
)
def test_errors_by_their_meaning(code, details, error, exit_code, words, fake, cluster):
    fake.answers[ONE] = (code, status(code, "Reason", "because", details))
    with pytest.raises(error) as raised:
        cluster(token="t0k3n").get(CONFIG_MAP, "one", "ns")
    assert raised.value.exit is exit_code
    assert words in str(raised.value)
    assert "t0k3n" not in str(raised.value.problems)


def test_forbidden_names_verb_and_full_resource(fake, cluster):
    fake.answers[THINGS] = (403, status(403, "Forbidden", "user x cannot"))
    with pytest.raises(Forbidden) as raised:
        cluster().list(THING)
    problem = raised.value.problems[0]
    assert problem.message == "not allowed: list things.example.com in all namespaces"
    assert "kubectl auth can-i list things.example.com --all-namespaces" in problem.fix
    assert "rhdh-orchestrator rbac print -n NAMESPACE" in problem.fix


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b""])
def test_what_is_no_api_is_said_so(answer, fake, cluster):
    fake.answers[ONE] = (200, answer)
    with pytest.raises(Unreachable, match="is it a Kubernetes API"):
        cluster().get(CONFIG_MAP, "one", "ns")


@pytest.mark.parametrize("fault", ["silent", "slow"])
def test_an_api_that_never_finishes_is_given_up(fault, fake, cluster):
    fake.answers[ONE] = (200, named("one", data={"x": "y" * 200}))
    fake.faults[ONE] = [fault] * 4
    found = cluster(request_timeout=0.3)
    with pytest.raises(Unreachable):
        found.get(CONFIG_MAP, "one", "ns")
    assert found.requests == 1


def test_the_whole_command_has_one_bound(fake, cluster):
    fake.answers[ONE] = (200, named("one"))
    fake.faults[ONE] = [(429, {"Retry-After": "3600"})] * 9
    found = cluster(timeout=0.3)
    with pytest.raises(Unreachable, match="--timeout"):
        found.get(CONFIG_MAP, "one", "ns")
    assert found.requests == 1


def test_nobody_listens(cluster):
    with pytest.raises(Unreachable, match=r"no connection to 127\.0\.0\.1:1: Connection refused"):
        cluster(server="http://user:s3cr3t@127.0.0.1:1").get(CONFIG_MAP, "one", "ns")


def test_a_redirect_is_not_followed_with_a_token(fake, cluster):
    fake.answers[ONE] = (307, {})
    with pytest.raises(Unreachable):
        cluster(token="t0k3n").get(CONFIG_MAP, "one", "ns")
    assert len(fake.asked) == 1
