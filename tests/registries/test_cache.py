"""Answers of registries on disk: which are kept, for how long, for whom, and what becomes of broken files."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from installer.registries import freshness
from installer.registries.cache import Cache, Entry, entry, key_of, opened, renewed
from tests.tables import table

CASES = table(Path(__file__).parent / "freshness.yaml")


@pytest.fixture
def kept(tmp_path):
    return Cache(tmp_path / "kept")


def some(body=b"content", seconds=60.0, **headers):
    now = time.time()
    return Entry(headers, body, now, now + seconds)


@pytest.mark.parametrize("case", CASES, ids=lambda case: json.dumps(case["headers"]))
def test_how_long_nothing_is_asked(case):
    assert freshness.seconds(case["headers"]) == case["seconds"]


def test_what_is_kept_comes_back(kept):
    key = key_of("npm", "https://r/", "x")
    assert kept.find(key) is None
    kept.keep(key, some(etag='"1"'))
    found = kept.find(key)
    assert (found.body, found.headers) == (b"content", {"etag": '"1"'})
    assert kept.usable(found)
    assert kept.find(key_of("npm", "https://r/", "y")) is None


def test_nobody_else_may_read_it(kept):
    kept.keep("k", some())
    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700
    assert [stat.S_IMODE(one.stat().st_mode) for one in kept.folder.iterdir()] == [0o600]


def test_a_folder_that_others_may_enter_is_closed(kept):
    kept.folder.mkdir(mode=0o777)
    kept.folder.chmod(0o777)
    kept.keep("k", some())
    assert stat.S_IMODE(kept.folder.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(file.read_bytes()[:-1]),
        lambda file: file.write_bytes(file.read_bytes() + b"x"),
        lambda file: file.write_bytes(file.read_bytes().replace(b"content", b"CONTENT")),
        lambda file: file.write_bytes(file.read_bytes().replace(b"until", b"UNTIL")),
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"\0" * 4096),
        lambda file: file.chmod(0o666),
        lambda file: file.chmod(0o640),
        lambda file: (file.rename(file.with_name("there")), file.symlink_to(file.with_name("there"))),
        lambda file: (file.unlink(), file.mkdir()),
        lambda file: (file.unlink(), os.mkfifo(file)),
    ],
)
def test_what_is_not_as_it_was_written_is_not_there(spoil, kept):
    kept.keep("k", some())
    spoil(kept.folder / "k")
    assert kept.find("k") is None
    kept.keep("k", some())  # over it, where that can be


def test_a_clock_that_was_put_back(kept):
    now = time.time()
    kept.keep("k", Entry({}, b"", now + 3600, now + 7200))
    assert not kept.usable(kept.find("k"))


@pytest.mark.parametrize(
    ("wanted", "finds", "keeps"),
    [("cached", True, True), ("offline", True, False), ("refresh", False, True), ("uncached", False, False)],
)
def test_what_is_wanted_of_it(wanted, finds, keeps, tmp_path):
    Cache(tmp_path).keep("old", some())
    cache = Cache(tmp_path, wanted)
    assert (cache.find("old") is not None) is finds
    cache.keep("new", some())
    assert (tmp_path / "new").exists() is keeps


def test_offline_takes_what_is_old(kept):
    kept.keep("k", some(seconds=-5))
    assert not kept.usable(kept.find("k"))
    offline = Cache(kept.folder, "offline")
    assert offline.usable(offline.find("k"))


def test_what_must_not_be_kept_goes(kept):
    kept.keep("k", some())
    kept.keep("k", entry({"cache-control": "no-store"}, b"new"))
    assert kept.find("k") is None


def test_unchanged_is_the_old_body_for_a_new_time():
    old = Entry({"cache-control": "max-age=60", "etag": '"1"'}, b"content", 0, 60)
    again = renewed(old, {"etag": '"1"', "x-else": "no"})
    assert (again.body, again.headers) == (b"content", {"cache-control": "max-age=60", "etag": '"1"'})
    assert 55 < again.until - time.time() <= 60
    assert renewed(old, {"cache-control": "no-store"}) is None


def test_it_has_an_end(tmp_path):
    cache = Cache(tmp_path, limit=10_000)
    for number in range(20):
        cache.keep(f"k{number}", some(b"x" * 900))
        os.utime(tmp_path / f"k{number}", (number, number))
    (tmp_path / ".writing-old").write_bytes(b"x")
    os.utime(tmp_path / ".writing-old", (0, 0))
    (tmp_path / ".writing-now").write_bytes(b"x")
    cache.close()
    assert sum(one.stat().st_size for one in tmp_path.iterdir()) <= 10_000
    assert cache.find("k19") is not None
    assert cache.find("k0") is None
    assert not (tmp_path / ".writing-old").exists()
    assert (tmp_path / ".writing-now").exists()


def test_a_place_that_cannot_be_written_is_no_error(tmp_path):
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file" / "folder")
    cache.keep("k", some())
    assert cache.find("k") is None
    cache.close()


@pytest.mark.parametrize(
    ("environment", "folder"),
    [
        ({"XDG_CACHE_HOME": "/c", "HOME": "/h"}, "/c/rhdh-orchestrator/registries"),
        ({"XDG_CACHE_HOME": "relative", "HOME": "/h"}, "/h/.cache/rhdh-orchestrator/registries"),
        ({"HOME": "/h"}, "/h/.cache/rhdh-orchestrator/registries"),
        ({}, None),
    ],
)
def test_where_it_is(environment, folder):
    assert opened(environment, "cached").folder == (folder and Path(folder))
    assert opened(environment, "uncached").folder is None


# -- several processes

WRITER = """
import sys, time
from pathlib import Path
from installer.registries.cache import Cache, Entry
cache, name, until = Cache(Path(sys.argv[1]), limit=3_000_000), sys.argv[2], time.time() + float(sys.argv[3])
torn = number = 0
print("ready", flush=True)
while time.time() < until:
    number += 1
    body = f"{name} {number % 10}".encode() * 20_000
    cache.keep(f"k{number % 3}", Entry({"etag": name}, body, 0, 1))
    if number % 50 == 0:
        cache.close()
    found = cache.find(f"k{(number + 1) % 3}")
    if found is not None:
        first = found.body[: len(found.body) // 20_000]
        torn += found.body != first * 20_000 or found.headers["etag"].encode() not in first
    elif (Path(sys.argv[1]) / f"k{(number + 1) % 3}").exists() and cache.find(f"k{(number + 1) % 3}") is None:
        torn += (Path(sys.argv[1]) / f"k{(number + 1) % 3}").exists()
print(torn, number)
"""


def writer(folder, name, seconds):
    words = [sys.executable, "-c", WRITER, str(folder), name, str(seconds)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2])


def test_eight_processes_share_it_without_a_torn_read(tmp_path):
    every = [writer(tmp_path / "kept", f"p{number}", 1.5) for number in range(8)]
    said = [one.communicate(timeout=60)[0].splitlines()[-1].split() for one in every]
    assert [one.returncode for one in every] == [0] * 8
    assert [torn for torn, _ in said] == ["0"] * 8
    assert sum(int(number) for _, number in said) > 80


def test_killed_while_writing_leaves_it_usable(tmp_path):
    cache = Cache(tmp_path / "kept")
    for attempt in range(6):
        child = writer(cache.folder, "p", 30)
        child.stdout.readline()
        time.sleep(0.02 + 0.013 * attempt)
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=30)
        for number in range(3):
            found = cache.find(f"k{number}")
            assert found is None or len(set(found.body.split(b"p"))) <= 2
    cache.keep("k0", some())
    assert cache.find("k0").body == b"content"
    for one in cache.folder.glob(".writing-*"):
        os.utime(one, (0, 0))
    cache.close()
    assert not list(cache.folder.glob(".writing-*"))
