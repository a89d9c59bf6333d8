"""What RHDH's installer would make of a tarball: every case that it, or a careful reader, has to refuse."""

import gzip
import io
import random
import subprocess
import sys
import tarfile
import time
from contextlib import suppress
from pathlib import Path

import pytest

from installer.registries import tarball_gzip
from installer.registries.tarball_archive import Rules, inspect
from installer.registries.tarball_gzip import Refused
from tests.registries.tarballs import (
    MEGABYTE,
    chained,
    entry,
    first,
    header,
    link,
    manifest,
    many,
    package,
    pax,
    sparse_chain,
    sparse_map,
    tar,
    zeros,
)

RULES = Rules(1000)
GOOD = package(entry("package/dist/index.js", b"x" * 1000), entry("package/dist", type=tarfile.DIRTYPE))
HARD = tarfile.LNKTYPE
ROOT = Path(__file__).parents[2]

ACCEPTED = {
    "npm's own": GOOD,
    "zeros behind it": GOOD + bytes(600),
    "two gzip members": gzip.compress(first()) + gzip.compress(tar(entry("package/b", b"1"))),
    "another archive behind its end": GOOD + package(entry("package/../x", b"y")),
    "no end of the tar": gzip.compress(first()),
    "links inside": package(link("package/a", "package/b"), link("package/c", "package/d/../b", HARD)),
    "a dot in a path": package(entry("package/./a/../b", b"1")),
    "GNU's long names": gzip.compress(
        tar(entry("package/package.json", manifest()), entry(f"package/{'a/' * 80}x"), form=tarfile.GNU_FORMAT)
    ),
    "the largest entry": package(entry("package/x", b"x" * 1000)),
}

REFUSED = {
    "no gzip": (b"hello" * 100, "not a gzip file"),
    "nothing": (b"", "not a gzip file"),
    "a zip": (b"PK\x03\x04" + bytes(100), "not a gzip file"),
    "a tar without gzip": (tar(entry("package/package.json", manifest())), "not a gzip file"),
    "gzip of nothing": (gzip.compress(b""), "empty file"),
    "truncated": (GOOD[:-40], "unexpected end of file"),
    "no trailer": (GOOD[:-8], "unexpected end of file"),
    "another checksum": (GOOD[:-8] + bytes(8), "incorrect data check"),
    "garbage behind it": (GOOD + b"garbage", "incorrect header check"),
    "a tar that ends in a file": (
        gzip.compress(tar(entry("package/package.json", manifest()), entry("package/x", b"x" * 900))[:2000]),
        "unexpected end of data",
    ),
    "up and out": (package(entry("package/../../evil", b"e")), "'../../evil' would be extracted to '/evil'"),
    "beside it": (package(entry("package/../evil", b"e")), "would be extracted to '/evil'"),
    "the folder itself": (package(entry("package/.", b"e")), "Is a directory"),
    "absolute": (package(entry("/etc/passwd", b"e")), "does not start with 'package/' as it should: /etc/passwd"),
    "another folder": (package(entry("cobalt/x", b"e")), "does not start with 'package/' as it should: cobalt/x"),
    "a symlink out": (package(link("package/l", "../..")), "link outside of the archive: package/l -> ../.."),
    "a symlink out by its prefix": (package(link("package/l", "package/../..")), "package/l -> package/../.."),
    "a symlink to a root": (package(link("package/l", "package//etc")), "package/l -> package//etc"),
    "a hard link out": (package(link("package/l", "/etc/passwd", HARD)), "package/l -> /etc/passwd"),
    "a symlink out of another folder": (package(link("package/l", "other/x")), "package/l -> other/x"),
    "through a symlink that moved": (
        package(
            link("package/x", "package/a/b/c"),
            link("package/l", "package/x/../../z"),
            link("package/x", "package/a"),
            entry("package/l/evil", b"e"),
        ),
        "'l/evil' would be extracted to",
    ),
    "symlinks in a ring": (
        package(link("package/a", "package/b"), link("package/b", "package/a"), entry("package/a/x")),
        "outside",
    ),
    "a pipe": (package(entry("package/f", type=tarfile.FIFOTYPE)), "non regular file: package/f - FIFO"),
    "a device": (package(entry("package/f", type=tarfile.CHRTYPE)), "package/f - character device"),
    "a disk": (package(entry("package/f", type=tarfile.BLKTYPE)), "package/f - block device"),
    "too large": (package(entry("package/x", b"x" * 1001)), "Zip bomb detected in package/x"),
    "one huge entry": (zeros(8 * MEGABYTE, first() + header("package/big", 8 * MEGABYTE)), "Zip bomb detected"),
    "a size below nothing": (gzip.compress(first() + header("package/x", -512) + bytes(1024)), "backwards"),
    "headers of headers": (chained(5000), "header"),
    "a long header": (pax(8 * MEGABYTE), "a header of more than"),
    "a long map of holes": (sparse_map(8 * MEGABYTE), "a header of more than"),
    "an old map of holes": (sparse_chain(4000), "a header of more than"),
    "a long name": (package(entry(f"package/{'a/' * 3000}x")), "File name too long"),
    "a long part": (package(entry(f"package/{'a' * 256}")), "File name too long"),
    "many links": (package(*(link(f"package/{n}", "package/x") for n in range(1001))), "more than 1,000 links"),
}


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


CHILD = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from tests.registries import tarballs
from installer.registries.tarball_archive import Rules, inspect
from installer.registries.tarball_gzip import Refused
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for content in (tarballs.pax(256 << 20), tarballs.sparse_map(64 << 20), tarballs.many(20000),
                tarballs.zeros(256 << 20, tarballs.first() + tarballs.header("package/x", 256 << 20))):
    try:
        inspect((content[at:at + 65536] for at in range(0, len(content), 65536)), Rules(1 << 40))
    except Refused:
        pass
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_in_bounded_memory():
    done = subprocess.run([sys.executable, "-c", CHILD, str(ROOT)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 64 * 1024  # KiB; the bombs themselves are below 4 MiB
