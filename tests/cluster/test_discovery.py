"""Discovery: one probe, remembered privately, never trusted for saying that something is absent."""

import os
import stat

import pytest

from installer.cluster.errors import NotServed
from installer.cluster.resources import Kind
from tests.cluster.fake import items, named

THING = Kind("example.com", "Thing")
OLD = Kind("example.com", "Old")


def memory(tmp_path):
    return next((tmp_path / "cache" / "discovery").iterdir())


def test_one_probe_for_all_groups(fake, cluster):
    found = cluster()
    assert found.find(THING).path("n", "x") == "/apis/example.com/v1/namespaces/n/things/x"
    assert found.find(Kind("apps", "Deployment")).api_version == "apps/v1"
    assert found.find(OLD).path(name="x") == "/apis/example.com/v1beta1/olds/x"
    assert found.find(Kind("example.com", "Thing", "v1beta1")).version == "v1beta1"
    assert found.find(Kind("nowhere.io", "None")) is None
    assert fake.paths() == ["GET /apis"]


def test_a_server_without_aggregated_discovery(fake, cluster):
    fake.aggregated = False
    found = cluster()
    assert found.find(THING).rbac == "things.example.com"
    assert fake.paths() == ["GET /apis", "GET /apis/example.com/v1"]
    assert found.find(OLD).namespaced is False


def test_a_stale_group_is_asked_itself(fake, cluster):
    fake.stale = frozenset({"example.com"})
    assert cluster().find(THING) is not None
    assert fake.paths() == ["GET /apis", "GET /apis/example.com/v1"]


def test_it_is_remembered_for_the_next_command(fake, cluster, tmp_path):
    cluster().find(THING)
    cluster().find(OLD)
    assert fake.paths() == ["GET /apis"]
    file = memory(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize("damage", [b"{", b"[]", b'{"example.com": 1}', b'{"example.com": {"v1": [1]}}', b"\xff"])
def test_a_damaged_memory_is_asked_again(damage, fake, cluster, tmp_path):
    cluster().find(THING)
    memory(tmp_path).write_bytes(damage)
    assert cluster().find(THING) is not None
    assert fake.paths() == ["GET /apis"] * 2


def test_an_old_or_foreign_memory_is_asked_again(fake, cluster, tmp_path):
    cluster().find(THING)
    os.utime(memory(tmp_path), (0, 0))
    cluster().find(THING)
    memory(tmp_path).chmod(0o666)
    cluster().find(THING)
    assert fake.paths() == ["GET /apis"] * 3


def test_what_was_remembered_never_says_none(fake, cluster):
    cluster().find(THING)
    fake.groups["late.io"] = {"v1": [("Late", "lates", True)]}
    found = cluster()
    assert found.find(Kind("late.io", "Late")) is not None
    assert found.find(Kind("nowhere.io", "None")) is None
    assert found.serves("late.io")
    assert not found.serves("config.openshift.io")
    assert fake.paths() == ["GET /apis"] * 2


def test_a_kind_that_went_away_is_asked_again_once(fake, cluster):
    cluster().find(THING)
    del fake.groups["example.com"]["v1"]
    fake.answers["GET /apis/example.com/v1beta1/things"] = (200, items(named("x")))
    assert len(cluster().list(THING)) == 1
    del fake.groups["example.com"]
    del fake.answers["GET /apis/example.com/v1beta1/things"]
    with pytest.raises(NotServed):
        cluster().list(THING)


def test_no_folder_for_the_memory_is_no_failure(cluster, tmp_path):
    (tmp_path / "file").write_text("")
    assert cluster(cache_dir=str(tmp_path / "file")).find(THING) is not None
