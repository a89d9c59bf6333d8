"""What RHDH's installer would make of a tarball: every case that it, or a careful reader, has to refuse."""

import gzip
import io
import random
import tarfile
import time
from contextlib import suppress

import pytest

from installer.registries import tarball_gzip
from installer.registries.tarball_archive import Rules, inspect
from installer.registries.tarball_gzip import Refused
from tests.registries.hostile import ACCEPTED, GOOD, LIMIT, REFUSED
from tests.registries.tarballs import MEGABYTE, entry, link, manifest, many, package, tar, zeros

RULES = Rules(LIMIT)


def parts(content: bytes, size: int = 65536):
    return (content[start : start + size] for start in range(0, len(content), size))


@pytest.mark.parametrize("name", ACCEPTED)
def test_taken(name):
    found = inspect(parts(ACCEPTED[name]), RULES)
    assert found.manifest == manifest()
    # Wherever one part ends and the next begins.
    assert inspect(parts(ACCEPTED[name], 7), RULES) == found


@pytest.mark.parametrize("name", REFUSED)
def test_refused(name):
    content, words = REFUSED[name]
    with pytest.raises(Refused) as refused:
        inspect(parts(content), RULES)
    assert words in str(refused.value)
    with pytest.raises(Refused) as again:
        inspect(parts(content[:100_000], 7), RULES)
    assert len(content) > 100_000 or str(again.value) == str(refused.value)


def test_what_is_inside():
    found = inspect(parts(GOOD), RULES)
    assert (found.entries, found.manifests, found.largest, found.size) == (3, 1, "package/dist/index.js", 1000)


def test_the_last_package_json_is_the_one_that_stays():
    twice = package(entry("package/x/../package.json", manifest(version="6.6.6")))
    found = inspect(parts(twice), RULES)
    assert (found.manifest, found.manifests) == (manifest(version="6.6.6"), 2)
    nested = package(entry("package/node_modules/a/package.json", b"{}"))
    assert inspect(parts(nested), RULES).manifest == manifest()


def test_a_package_json_that_is_none():
    with pytest.raises(Refused, match=r"package\.json"):
        inspect(parts(package(said=b" " * 2 * MEGABYTE)), Rules(40 * MEGABYTE))
    assert inspect(parts(gzip.compress(tar(entry("package/x")))), RULES).manifest is None


def test_the_words_of_older_releases():
    with pytest.raises(Refused, match="NPM package archive archive does not start"):
        inspect(parts(package(entry("x"))), Rules(1000, "NPM package archive archive"))


def test_many_entries_in_bounded_time():
    started = time.thread_time()
    with pytest.raises(Refused, match="more than 50,000 entries"):
        inspect(parts(many(200_000)), RULES)
    assert time.thread_time() - started < 60


def test_a_bomb_behind_the_end(monkeypatch):
    monkeypatch.setattr(tarball_gzip, "UNPACKED", 64 * MEGABYTE)
    with pytest.raises(Refused, match="bytes unpacked"):
        inspect(parts(zeros(80 * MEGABYTE, tar(entry("package/package.json", manifest())))), RULES)


def test_what_takes_too_long(monkeypatch):
    monkeypatch.setattr(tarball_gzip, "SECONDS", 0.0)
    with pytest.raises(Refused, match="to look at"):
        inspect(parts(GOOD), RULES)


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_broken_is_refused_or_read(seed):
    """No exception but Refused, whichever bytes are others."""
    chance = random.Random(seed)  # noqa: S311
    whole = tar(
        entry("package/package.json", manifest(), pax_headers={"comment": "x" * 200}),
        entry("package/s", b"1\n0\n5\n" + bytes(506) + b"hello", pax_headers={"GNU.sparse.major": "1"}),
        link("package/l", "package/x"),
    )
    for _ in range(150):
        broken = bytearray(whole)
        for _n in range(chance.randint(1, 8)):
            broken[chance.randrange(len(broken))] = chance.randrange(256)
        for start in range(0, len(broken), 512):  # a checksum that is right lets the rest of the header through
            block = broken[start : start + 512]
            block[148:156] = b"%06o\0 " % (sum(block[:148]) + sum(block[156:]) + 256)
            if broken[start + 257 : start + 262] == b"ustar":
                broken[start : start + 512] = block
        packed = gzip.compress(bytes(broken), 1)
        with suppress(Refused):
            inspect(parts(packed), RULES)


def test_python_reads_the_same_members():
    """What is taken has the members that RHDH's own reader finds."""
    for content in ACCEPTED.values():
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:gz") as archive:
            members = archive.getmembers()
        assert inspect(parts(content), RULES).entries == len(members)
