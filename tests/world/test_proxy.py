"""The proxy is the API to its clients, but for what a rule says: each fault as a plain client meets it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.world.api import MERGE, Api, Refused, config_map
from tests.world.audit import AuditLog
from tests.world.faults import (
    Cut,
    Expire,
    Late,
    Meanwhile,
    Refuse,
    Reset,
    Silence,
    Unplug,
    at_write,
    every,
    first_of_each,
)
from tests.world.processes import wait_for
from tests.world.proxy import Proxy, proxied
from tests.world.users import User
from tests.world.world import World

CONFIG_MAP = ("v1", "ConfigMap")
BROKEN = (requests.ConnectionError, requests.exceptions.ChunkedEncodingError)
REVIEW = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
QUESTION = {
    "apiVersion": "authorization.k8s.io/v1",
    "kind": "SelfSubjectAccessReview",
    "spec": {"resourceAttributes": {"verb": "get", "resource": "configmaps"}},
}


@pytest.fixture
def proxy(world: World) -> Iterator[Proxy]:
    with proxied(world) as made:
        yield made


@pytest.fixture
def user(proxy: Proxy) -> User:
    return proxy.user()


@pytest.fixture
def through(user: User) -> Api:
    """A client of the proxy; each request on a connection of its own."""
    return Api(user.kubeconfig)


def names(api: Api, namespace: str) -> set[str]:
    return {one["metadata"]["name"] for one in api.list(*CONFIG_MAP, namespace)} - {"kube-root-ca.crt"}


def test_it_is_the_api(proxy: Proxy, user: User, namespace: str, audit: AuditLog) -> None:
    with Api(user.kubeconfig, keep_alive=True)._session as session:
        client = Api(user.kubeconfig, keep_alive=True, _session=session)
        client.create(config_map("one", namespace, {"a": "x" * 300_000}))
        client.patch(config_map("one", namespace, {}), {"data": {"b": "2"}})
        path = client.path(*CONFIG_MAP, namespace, "one")
        client.request("PATCH", path, params={"dryRun": "All"}, json={}, headers={"Content-Type": MERGE})
        client.request("POST", REVIEW, json=QUESTION)
        assert client.get(*CONFIG_MAP, "one", namespace)["data"] == {"a": "x" * 300_000, "b": "2"}
        with pytest.raises(Refused, match="NotFound"):
            client.get(*CONFIG_MAP, "two", namespace)
        with pytest.raises(Refused, match="405"):
            client.request("HEAD", "/version")
        client.delete(*CONFIG_MAP, "one", namespace)
    assert [one.method for one in proxy.writes] == ["POST", "PATCH", "DELETE"]
    assert [one.write for one in proxy.writes] == [1, 2, 3]
    wait_for("the audit log", lambda: len(audit.asked(user.name)) == len(proxy.seen), seconds=10)
    assert len(audit.writes(user.name)) == 3


def test_events_arrive_as_they_happen(through: Api, api: Api, namespace: str) -> None:
    since = through.request("GET", through.path(*CONFIG_MAP, namespace)).json()["metadata"]["resourceVersion"]
    events = through.watch(*CONFIG_MAP, since, seconds=20)
    for name in ("one", "two"):
        api.create(config_map(name, namespace, {}))
        assert next(one for _, one in events if one["metadata"]["namespace"] == namespace)["metadata"]["name"] == name
    events.close()


@pytest.mark.parametrize(
    ("fault", "expected", "carried_out"),
    [
        (Refuse(429, "TooManyRequests", retry_after=3), (429, "3"), False),
        (Refuse(500, "InternalError"), (500, None), False),
        (Refuse(409, "Conflict"), (409, None), False),
        (Expire(), (410, None), False),
        (Reset(), requests.ConnectionError, False),
        (Reset(carried_out=True), requests.ConnectionError, True),
        (Cut(), BROKEN, True),
        (Silence(), requests.ReadTimeout, False),
        (Unplug(0.5), requests.ConnectionError, False),
        (Unplug(0.5, carried_out=True), requests.ConnectionError, True),
    ],
    ids=str,
)
def test_a_fault_of_a_write(proxy: Proxy, through: Api, api: Api, namespace: str, fault, expected, carried_out) -> None:
    path = through.path(*CONFIG_MAP, namespace)
    proxy.restart(at_write(1, fault))
    session = through._session
    if isinstance(expected[0] if isinstance(expected, tuple) else None, int):
        answer = session.post(through.server + path, json=config_map("one", namespace, {}), timeout=1)
        assert (answer.status_code, answer.headers.get("Retry-After")) == expected
        assert answer.json()["code"] == expected[0]
    else:
        with pytest.raises(expected):
            session.post(through.server + path, json=config_map("one", namespace, {}), timeout=1)
    assert names(api, namespace) == ({"one"} if carried_out else set())

    def again() -> bool:
        return bool(through.create(config_map("two", namespace, {})))

    wait_for("the proxy to be itself again", again, seconds=10)


def test_a_watch_expires(proxy: Proxy, through: Api) -> None:
    proxy.rule = every(Expire(), lambda request: request.is_watch)
    [(kind, status)] = through.watch(*CONFIG_MAP, "0", seconds=5)
    assert (kind, status["code"], status["reason"]) == ("ERROR", 410, "Expired")


def test_a_watch_is_cut(proxy: Proxy, through: Api) -> None:
    proxy.rule = every(Cut(), lambda request: request.is_watch)
    with pytest.raises(BROKEN):
        list(through.watch(*CONFIG_MAP, "0", seconds=5))


def test_each_request_fails_once(proxy: Proxy, through: Api, namespace: str) -> None:
    path = through.path(*CONFIG_MAP, namespace)
    proxy.restart(first_of_each(Refuse(500, "InternalError")))
    for _ in range(2):
        with pytest.raises(Refused):
            through.request("GET", path)
        through.request("GET", path)
        proxy.restart(first_of_each(Refuse(500, "InternalError")))


def test_latency(proxy: Proxy, through: Api) -> None:
    proxy.rule = every(Late(0.7))
    since = time.monotonic()
    through.request("GET", "/version")
    assert time.monotonic() - since > 0.7


def test_an_api_that_takes_connections_and_says_nothing(proxy: Proxy, through: Api) -> None:
    proxy.mute = True
    with pytest.raises(requests.Timeout):
        through.request("GET", "/version", timeout=0.5)
    proxy.mute = False
    assert through.request("GET", "/version").ok
    assert [str(one) for one in proxy.requests] == ["GET /version"]


@pytest.mark.parametrize("carried_out", [False, True], ids=["before", "after"])
def test_somebody_else_is_faster(proxy: Proxy, through: Api, api: Api, namespace: str, *, carried_out: bool) -> None:
    one = api.create(config_map("one", namespace, {"a": "1"}))
    version = one["metadata"]["resourceVersion"]
    edit = Meanwhile(lambda: api.patch(one, {"data": {"a": "person"}}), carried_out)
    proxy.restart(at_write(1, edit))
    change = {"metadata": {"resourceVersion": version}, "data": {"a": "tool"}}
    if carried_out:
        assert through.patch(one, change)["data"] == {"a": "tool"}
    else:
        with pytest.raises(Refused, match="Conflict"):
            through.patch(one, change)
    assert api.get(*CONFIG_MAP, "one", namespace)["data"] == {"a": "person"}


CLIENT = """
import sys
from pathlib import Path
from tests.world.api import Api, config_map
api = Api(Path(sys.argv[1]))
for name in ("one", "two", "three"):
    api.create(config_map(name, sys.argv[2], {}))
"""


@pytest.mark.parametrize(("carried_out", "left"), [(False, {"one"}), (True, {"one", "two"})], ids=["before", "after"])
def test_a_process_is_killed_at_its_second_write(
    proxy: Proxy, user: User, api: Api, namespace: str, left: set[str], *, carried_out: bool
) -> None:
    started: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        started[0].send_signal(signal.SIGKILL)
        started[0].wait(10)

    proxy.rule = at_write(2, Meanwhile(kill, carried_out, answered=False))
    with subprocess.Popen([sys.executable, "-c", CLIENT, user.kubeconfig, namespace]) as process:
        started.append(process)
        assert process.wait(30) == -signal.SIGKILL
    assert names(api, namespace) == left
    assert len(proxy.writes) == 2


def test_helm_talks_through_it(proxy: Proxy, user: User, namespace: str, each_helm: Path, tmp_path: Path) -> None:
    chart = tmp_path / "chart"
    (chart / "templates").mkdir(parents=True)
    (chart / "Chart.yaml").write_text(json.dumps({"apiVersion": "v2", "name": "small", "version": "1.0.0"}))
    (chart / "templates" / "one.yaml").write_text(json.dumps({**config_map("one", namespace, {"a": "1"})}))
    argv = [each_helm, "install", "small", chart, "--namespace", namespace]
    env = {"KUBECONFIG": str(user.kubeconfig), "HOME": str(tmp_path)}
    done = subprocess.run(argv, env=env, check=False, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr + proxy.story()
    assert all(one.by_helm for one in proxy.requests), proxy.story()
    assert {one.path.rsplit("/", 1)[-1] for one in proxy.writes if one.method == "POST"} >= {"secrets"}
