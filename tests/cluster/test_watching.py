"""Watching: resumes without a gap, lists again where that is too old, ends at its deadline."""

import itertools

import pytest

from installer.cluster.deadline import Deadline
from installer.cluster.errors import Forbidden, Unreachable
from installer.cluster.resources import Kind
from installer.cluster.transport import Dropped
from installer.cluster.watching import watch
from tests.cluster.fake import items, named, status

THING = Kind("example.com", "Thing")
PATH = "GET /apis/example.com/v1/namespaces/ns/things"


def happened(kind, name, version):
    return {"type": kind, "object": named(name, version=version)}


def play(fake, lists, watches):
    """Answers of the API in order; the last of each stays."""
    remaining = {"lists": list(lists), "watches": list(watches)}

    def answer(asked):
        queue = remaining["watches" if "watch" in asked.query else "lists"]
        found = queue.pop(0) if len(queue) > 1 else queue[0]
        return found if isinstance(found, tuple) else (200, found)

    fake.answers[PATH] = answer


def told(cluster, count, **more):
    events = watch(cluster, THING, "ns", until=Deadline.after(10), **more)
    return [(one.type, one.object["metadata"]["name"]) for one in itertools.islice(events, count)]


def versions(fake):
    return [one.query["resourceVersion"] for one in fake.asked if "watch" in one.query]


def test_it_goes_on_where_a_watch_ended(fake, cluster):
    bookmark = {"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "8"}}}
    play(
        fake,
        [items(named("a"), version="5")],
        [[happened("MODIFIED", "a", "6"), bookmark], [happened("ADDED", "b", "9")], ["wait"]],
    )
    assert told(cluster(), 3) == [("ADDED", "a"), ("MODIFIED", "a"), ("ADDED", "b")]
    assert versions(fake) == ["5", "8"]


@pytest.mark.parametrize("end", ["reset", b'{"type": "MOD'], ids=["reset", "cut"])
def test_a_broken_watch_is_made_again(end, fake, cluster):
    play(
        fake,
        [items(named("a"), version="5")],
        [[happened("MODIFIED", "a", "6"), end], [happened("DELETED", "a", "7")], ["wait"]],
    )
    assert told(cluster(), 3) == [("ADDED", "a"), ("MODIFIED", "a"), ("DELETED", "a")]
    assert versions(fake) == ["5", "6"]


def test_connections_that_are_ended_when_they_were_quiet_for_long(fake, cluster, monkeypatch):
    monkeypatch.setattr("installer.cluster.watching._LIVED", 0.05)
    play(fake, [items(version="5")], [*[["reset"]] * 7, [happened("ADDED", "a", "6")], ["wait"]])
    assert told(cluster(), 1) == [("ADDED", "a")]


@pytest.mark.parametrize(
    "gone",
    [[{"type": "ERROR", "object": status(410, "Expired")}], (410, status(410, "Expired"))],
    ids=["event", "status"],
)
def test_what_is_too_old_is_listed_again(gone, fake, cluster):
    lists = [
        items(named("a"), named("b"), named("c"), version="5"),
        items(named("b"), named("c", version="7"), named("d"), version="9"),
    ]
    play(fake, lists, [gone, [happened("MODIFIED", "d", "10")], ["wait"]])
    expected = [
        ("ADDED", "a"),
        ("ADDED", "b"),
        ("ADDED", "c"),
        ("DELETED", "a"),
        ("MODIFIED", "c"),
        ("ADDED", "d"),
        ("MODIFIED", "d"),
    ]
    assert told(cluster(), 7) == expected
    assert versions(fake) == ["5", "9"]


def test_it_ends_at_its_deadline(fake, cluster):
    play(fake, [items(version="5")], [["wait"]])
    assert list(watch(cluster(), THING, "ns", until=Deadline.after(0.2))) == []


def test_one_object_is_asked_for_by_name(fake, cluster):
    play(fake, [items(named("a"), version="5")], [["wait"]])
    assert told(cluster(), 1, name="a") == [("ADDED", "a")]
    assert fake.asked[-1].query["fieldSelector"] == "metadata.name=a"


def test_forbidden_ends_it(fake, cluster):
    play(fake, [items(version="5")], [(403, status(403, "Forbidden"))])
    with pytest.raises(Forbidden, match=r"watch things\.example\.com in namespace ns"):
        told(cluster(), 1)


def test_a_watch_that_always_breaks_is_given_up(fake, cluster, monkeypatch):
    monkeypatch.setattr(Deadline, "sleep", lambda *_: None)
    play(fake, [items(version="5")], [["reset"]])
    with pytest.raises((Dropped, Unreachable)):
        told(cluster(), 1)
    assert len(versions(fake)) < 50
