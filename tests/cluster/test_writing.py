"""Writing: preconditions always, a second try only where it cannot do harm, no lost update and no double one."""

import pytest

from installer.cluster.cluster import holds
from installer.cluster.errors import Conflict, NotFound, Unreachable
from installer.cluster.resources import Kind
from installer.model.errors import ExitCode
from tests.cluster.fake import named, status

CONFIG_MAP = Kind("", "ConfigMap")
MAPS = "/api/v1/namespaces/ns/configmaps"
ONE = f"{MAPS}/one"
REVIEW = Kind("authorization.k8s.io", "SelfSubjectAccessReview")


class Store:
    """One ConfigMap that keeps the API's rules on resourceVersion and uid."""

    def __init__(self, fake):
        self.object, self.writes = named("one", version="1", data={"a": "1", "b": "2"}), 0
        fake.answers |= {f"GET {ONE}": lambda _: self.read(), f"PATCH {ONE}": self.patch, f"DELETE {ONE}": self.delete}

    def read(self):
        return (200, self.object) if self.object else (404, status(404, "NotFound", name="one"))

    def patch(self, asked):
        wanted = asked.body["metadata"].get("resourceVersion")
        if wanted not in (None, self.object["metadata"]["resourceVersion"]):
            return 409, status(409, "Conflict", "the object has been modified", "one")
        self.writes += 1
        self.object["data"] |= asked.body["data"]
        self.object["metadata"]["resourceVersion"] = str(self.writes + 1)
        return 200, self.object

    def delete(self, asked):
        if self.object is None:
            return 404, status(404, "NotFound", name="one")
        if asked.body["preconditions"]["uid"] != self.object["metadata"]["uid"]:
            return 409, status(409, "Conflict", "the UID in the precondition differs")
        self.object, self.writes = None, self.writes + 1
        return 200, status(200, "")


@pytest.fixture
def store(fake):
    return Store(fake)


def patch(cluster, version="1", value="9"):
    return cluster.patch(CONFIG_MAP, "one", "ns", {"data": {"a": value}}, version=version, manager="us")


@pytest.mark.usefixtures("store")
def test_a_patch_carries_its_precondition(fake, cluster):
    assert patch(cluster())["data"] == {"a": "9", "b": "2"}
    asked = fake.asked[0]
    assert asked.body == {"data": {"a": "9"}, "metadata": {"resourceVersion": "1"}}
    assert asked.query == {"fieldManager": "us"}
    assert asked.header("content-type") == ["application/merge-patch+json"]


def test_somebody_elses_edit_survives(cluster, store):
    patch(cluster(), value="theirs")
    with pytest.raises(Conflict) as raised:
        patch(cluster(), value="ours")
    assert raised.value.exit is ExitCode.CONFLICT
    assert "ConfigMap ns/one" in str(raised.value)
    assert store.object["data"]["a"] == "theirs"


@pytest.mark.parametrize("fault", ["lost", "reset", 500, 503, 429], ids=str)
def test_a_patch_is_written_exactly_once(fault, fake, cluster, store):
    fake.faults[f"PATCH {ONE}"] = [fault]
    assert patch(cluster())["data"]["a"] == "9"
    assert store.writes == 1


def test_a_lost_answer_and_somebody_elses_edit_is_a_conflict(fake, cluster, store):
    fake.faults[f"PATCH {ONE}"] = ["reset"]
    store.object["metadata"]["resourceVersion"] = "5"
    with pytest.raises(Conflict):
        patch(cluster())
    assert store.object["data"]["a"] == "1"


def test_delete_names_the_very_object(fake, cluster, store):
    with pytest.raises(Conflict):
        cluster().delete(CONFIG_MAP, "one", "ns", uid="uid-other")
    fake.faults[f"DELETE {ONE}"] = ["lost"]
    cluster().delete(CONFIG_MAP, "one", "ns", uid="uid-one")
    cluster().delete(CONFIG_MAP, "one", "ns", uid="uid-one")
    assert store.object is None
    assert store.writes == 1


@pytest.mark.parametrize(("fault", "tries"), [("lost", 1), ("reset", 1), (500, 1), (429, 2)], ids=str)
def test_a_creation_is_repeated_only_where_it_was_not_carried_out(fault, tries, fake, cluster):
    fake.answers[f"POST {MAPS}"] = (201, named("one"))
    fake.faults[f"POST {MAPS}"] = [fault]
    found = cluster()
    if tries == 2:
        assert found.create(CONFIG_MAP, {"metadata": {"name": "one"}}, "ns")["metadata"]["name"] == "one"
    else:
        with pytest.raises(Unreachable):
            found.create(CONFIG_MAP, {"metadata": {"name": "one"}}, "ns")
    assert found.requests == tries


def test_a_review_is_repeated_like_a_read(fake, cluster):
    path = "POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    fake.answers[path] = (201, {"status": {"allowed": True}})
    fake.faults[path] = ["lost", 500]
    assert cluster().review(REVIEW, {"spec": {}})["status"]["allowed"]
    assert fake.asked[-1].body == {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {},
    }


def test_patching_what_is_gone(cluster, store):
    store.object = None
    store.patch = None
    with pytest.raises(NotFound):
        cluster().get(CONFIG_MAP, "one", "ns")


@pytest.mark.parametrize(
    ("found", "wanted", "is_held"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1}}, True),
        ({"a": 1}, {"b": None}, True),
        ({"b": 1}, {"b": None}, False),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": 1}, {"a": {"b": 1}}, False),
    ],
)
def test_holds_as_a_merge_patch_means_it(found, wanted, is_held):
    assert holds(found, wanted) is is_held
