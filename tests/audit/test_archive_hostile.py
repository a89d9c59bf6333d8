"""Archives that are broken, or mean harm: what is in them stays in them, and reading them ends."""

import gzip
import io
import os
import tarfile

import pytest

from installer.directory.archive import Bounds, gather
from installer.model.errors import ExitCode, InstallerError
from tests.audit.archives import member, packed, tar

GOOD = member("dump/a.yaml", b"kind: A\n")


def refused(path, bounds=None):
    with pytest.raises(InstallerError) as caught:
        gather(str(path), bounds or Bounds())
    (problem,) = caught.value.problems
    return problem


LEAVING = {
    "up": member("../a.yaml", b"a: 1"),
    "further up": member("dump/../../a.yaml", b"a: 1"),
    "absolute": member("/etc/a.yaml", b"a: 1"),
    "a link out": member("dump/b.yaml", type=tarfile.SYMTYPE, linkname="/etc/passwd"),
    "a link inside": member("dump/b.yaml", type=tarfile.SYMTYPE, linkname="a.yaml"),
    "a hard link": member("dump/b.yaml", type=tarfile.LNKTYPE, linkname="/etc/passwd"),
    "a device": member("dump/b.yaml", type=tarfile.CHRTYPE, devmajor=1, devminor=5),
    "a block device": member("dump/b.yaml", type=tarfile.BLKTYPE, devmajor=8),
    "a FIFO": member("dump/b.yaml", type=tarfile.FIFOTYPE),
    "no UTF-8": member("dump/\udcff.yaml", b"a: 1"),
}


@pytest.mark.parametrize("ending", [".tar", ".tar.gz"])
@pytest.mark.parametrize("name", LEAVING)
def test_a_member_is_left_out_with_a_warning(tmp_path, name, ending):
    before = sorted(one.name for one in tmp_path.iterdir())
    found = gather(str(tar(tmp_path / f"x{ending}", [LEAVING[name], GOOD])))
    assert found.files == {"dump/a.yaml": b"kind: A\n"}
    (warning,) = found.warnings
    assert "skipped" in warning.message
    assert sorted(one.name for one in tmp_path.iterdir()) == sorted([*before, f"x{ending}"]), "nothing is written"


def test_many_are_counted(tmp_path):
    bad = [member(f"../{number}.yaml", b"a: 1") for number in range(100)]
    found = gather(str(tar(tmp_path / "x.tar", [*bad, GOOD])))
    assert len(found.warnings) == 21
    assert "80 more" in found.warnings[-1].message


def test_links_of_a_folder_are_not_followed(tmp_path):
    outside = packed(tmp_path / "outside", {"secret.yaml": "a: 1"})
    dump = packed(tmp_path / "dump", {"a.yaml": "kind: A\n"})
    (dump / "link.yaml").symlink_to(outside / "secret.yaml")
    (dump / "folder").symlink_to(outside)
    (dump / "circle").symlink_to(dump)
    os.mkfifo(dump / "fifo.yaml")
    found = gather(str(dump))
    assert found.files == {"a.yaml": b"kind: A\n"}
    assert sorted(one.code for one in found.warnings) == ["file-special", *["link-not-followed"] * 3]


def whole(tmp_path):
    return tar(
        tmp_path / "whole.tar", [member("a.yaml", b"kind: A\n" * 500), member("b.yaml", b"kind: B\n")]
    ).read_bytes()


BROKEN = {
    "no tar": lambda _: b"kind: ConfigMap\n" * 100,
    "a line": lambda _: b"hello",
    "cut in a member": lambda data: data[:1000],
    "cut in a header": lambda data: data[: 512 + 4096 + 100],
    "cut between members": lambda data: data[: 512 + 4096],
    "a header that is none": lambda data: data[: 512 + 4096] + b"q" * 512 + data[512 + 4096 + 512 :],
    "gzip, cut": lambda data: gzip.compress(data)[:60],
    "gzip, damaged": lambda data: gzip.compress(data)[:40] + b"xxxx" + gzip.compress(data)[44:],
    "gzip, another checksum": lambda data: gzip.compress(data)[:-8] + b"12345678",
    "gzip of something else": lambda _: gzip.compress(b"hello"),
    "a name without end": lambda _: endless_name(),
}


def endless_name():
    """A header that says that the name of the next member is 8 GiB long."""
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 8 * 1024**3 - 1
    return header.tobuf() + b"a" * 10240


@pytest.mark.parametrize("name", BROKEN)
def test_broken(tmp_path, name):
    path = tmp_path / "x.tar"
    path.write_bytes(BROKEN[name](whole(tmp_path)))
    problem = refused(path)
    assert (problem.code, problem.exit) == ("archive-broken", ExitCode.INVALID)


@pytest.mark.parametrize("made", [b"", b"\0" * 10240, gzip.compress(b"\0" * 10240)], ids=["bytes", "tar", "gzip"])
def test_empty(tmp_path, made):
    path = tmp_path / "x.tar"
    path.write_bytes(made)
    assert refused(path).exit is ExitCode.TARGET


def test_what_is_not_there_or_not_readable(tmp_path):
    assert refused(tmp_path / "nothing.tar").code == "archive-missing"
    assert refused(packed(tmp_path / "empty", {".hidden/a.yaml": "a: 1"})).code == "archive-empty"
    os.mkfifo(tmp_path / "fifo.tar")
    assert refused(tmp_path / "fifo.tar").code == "not-a-file"


def test_a_bomb_is_not_unpacked(tmp_path):
    """Sixteen mebibytes of zeros are sixteen kilobytes of gzip."""
    path = tmp_path / "x.tar.gz"
    with gzip.open(path, "wb") as file:
        info, _ = member("a.log", size=1 << 24)
        file.write(info.tobuf())
        file.write(b"\0" * (1 << 24))
    assert path.stat().st_size < 100_000
    problem = refused(path, Bounds(unpacked=1 << 20))
    assert problem.exit is ExitCode.INVALID
    assert "unpacks to more than 1 MiB" in problem.message


def test_too_many_and_too_much(tmp_path):
    path = tar(tmp_path / "x.tar", [member(f"{number}.yaml", b"a: 1") for number in range(20)])
    assert refused(path, Bounds(members=10)).code == "archive-too-large"
    assert refused(path, Bounds(kept=40)).code == "archive-too-large"
    folder = packed(tmp_path / "dump", {f"{number}.yaml": "a: 1" for number in range(20)})
    assert refused(folder, Bounds(members=10)).code == "archive-too-large"
    assert refused(folder, Bounds(kept=40)).code == "archive-too-large"


def test_a_sparse_file_is_as_large_as_it_says(tmp_path):
    data = io.BytesIO()
    header = tarfile.TarInfo("a.yaml")
    header.type, header.size = tarfile.GNUTYPE_SPARSE, 512
    block = bytearray(header.tobuf(tarfile.GNU_FORMAT))
    block[386:410] = b"00000000000\0" + b"00000001000\0"
    block[483:495] = b"77777777777\0"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    info, content = GOOD
    data.write(info.tobuf() + content.ljust(512, b"\0"))
    data.write(bytes(block) + b"a" * 512 + b"\0" * 1024)
    path = tmp_path / "x.tar"
    path.write_bytes(data.getvalue())
    found = gather(str(path))
    assert list(found.files) == ["dump/a.yaml"]
    assert [one.code for one in found.warnings] == ["file-too-large"]


def test_the_end_of_a_log_is_kept(tmp_path):
    log = b"first line\n" + b"x" * (1 << 20) + b"\nlast line\n"
    found = gather(str(tar(tmp_path / "x.tgz", [member("pods/a/b/logs/current.log", log), member("a/huge.bin", log)])))
    (kept,) = found.files.values()
    assert kept.endswith(b"last line\n")
    assert len(kept) == 1 << 20
