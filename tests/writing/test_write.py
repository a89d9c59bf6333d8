"""All or none: what write() leaves behind, whatever the file system does."""

import errno
import os
import resource
import signal
import stat
import subprocess
from pathlib import Path

import pytest

from installer.directory.write import FileChange, unchanged, write
from installer.model.errors import ExitCode, InstallerError

AFTER = b"a: 2\r\nb: \xff"


@pytest.fixture
def place(tmp_path):
    root = tmp_path / "manifests"
    (root / "sub").mkdir(parents=True)
    for name in ("one.yaml", "two.yaml", "sub/three.yaml"):
        (root / name).write_bytes(f"name: {name}\n".encode())
        (root / name).chmod(0o640)
    return root


def changes(place, *more):
    found = [
        FileChange(name, (place / name).read_bytes(), AFTER + name.encode())
        for name in ("one.yaml", "two.yaml", "sub/three.yaml")
    ]
    return [*found, *more]


def picture(place):
    """Everything in the directory: kind, mode and bytes by path."""
    return {
        path.relative_to(place).as_posix(): (
            stat.filemode(path.lstat().st_mode),
            path.read_bytes() if path.is_file() else b"",
        )
        for path in sorted(place.rglob("*"))
    }


def refused(place, wanted, code, exit_code=ExitCode.CONFLICT):
    before = picture(place)
    with pytest.raises(InstallerError) as caught:
        write(str(place), wanted)
    assert caught.value.exit is exit_code
    assert [problem.code for problem in caught.value.problems] == [code]
    assert picture(place) == before
    return caught.value.problems[0]


def test_writes_all_and_nothing_else(place):
    write(str(place), changes(place, FileChange("sub/new.yaml", None, b"new\n")))
    names = ("one.yaml", "two.yaml", "sub/three.yaml")
    expected = {name: ("-rw-r-----", AFTER + name.encode()) for name in names}
    mask = os.umask(0)
    os.umask(mask)
    expected |= {"sub": picture(place)["sub"], "sub/new.yaml": (stat.filemode(stat.S_IFREG | 0o666 & ~mask), b"new\n")}
    assert picture(place) == expected


def test_a_file_without_change_is_not_touched(place):
    before = (place / "one.yaml").stat()
    write(str(place), [FileChange("one.yaml", (place / "one.yaml").read_bytes(), (place / "one.yaml").read_bytes())])
    after = (place / "one.yaml").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)


@pytest.mark.parametrize("mode", [0o600, 0o644, 0o755, 0o664, 0o2750])
def test_mode_is_kept_whatever_the_umask(place, mode):
    (place / "one.yaml").chmod(mode)
    former = os.umask(0o077)
    try:
        write(str(place), changes(place))
    finally:
        os.umask(former)
    assert stat.S_IMODE((place / "one.yaml").stat().st_mode) == mode


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_owner_is_kept(place):
    os.chown(place / "one.yaml", 1234, 4321)
    write(str(place), changes(place))
    status = (place / "one.yaml").stat()
    assert (status.st_uid, status.st_gid) == (1234, 4321)


MOVES = {
    "edited": lambda place: (place / "two.yaml").write_bytes(b"somebody else\n"),
    "appended": lambda place: (place / "two.yaml").write_bytes((place / "two.yaml").read_bytes() + b" "),
    "removed": lambda place: (place / "two.yaml").unlink(),
    "a folder now": lambda place: ((place / "two.yaml").unlink(), (place / "two.yaml").mkdir()),
    "a FIFO now": lambda place: ((place / "two.yaml").unlink(), os.mkfifo(place / "two.yaml")),
    "a loop now": lambda place: ((place / "two.yaml").unlink(), (place / "two.yaml").symlink_to("two.yaml")),
}


@pytest.mark.parametrize("move", MOVES)
def test_a_file_that_moved_is_named_and_nothing_written(place, move):
    wanted = changes(place)
    MOVES[move](place)
    assert unchanged(str(place), wanted) == ("two.yaml",)
    before = {path: path.lstat().st_mtime_ns for path in place.rglob("*")}
    with pytest.raises(InstallerError) as caught:
        write(str(place), wanted)
    (problem,) = caught.value.problems
    assert (problem.code, problem.exit) == ("file-changed", ExitCode.CONFLICT)
    assert "two.yaml" in problem.message
    assert "one.yaml" not in problem.message
    assert {path: path.lstat().st_mtime_ns for path in place.rglob("*")} == before


def test_several_moved_files_are_all_named(place):
    wanted = changes(place, FileChange("new.yaml", None, b""), FileChange("gone/new.yaml", None, b""))
    (place / "one.yaml").write_bytes(b"")
    (place / "new.yaml").symlink_to("nowhere")
    assert unchanged(str(place), wanted) == ("one.yaml", "new.yaml", "gone/new.yaml")
    problem = refused(place, wanted, "file-changed")
    assert "one.yaml, new.yaml, gone/new.yaml" in problem.message


def test_nothing_moved(place):
    assert unchanged(str(place), changes(place, FileChange("new.yaml", None, b""))) == ()


def test_a_link_inside_stays_a_link(place):
    (place / "link.yaml").symlink_to("sub/three.yaml")
    write(str(place), [FileChange("link.yaml", (place / "link.yaml").read_bytes(), AFTER)])
    assert (place / "link.yaml").readlink() == Path("sub/three.yaml")
    assert (place / "sub/three.yaml").read_bytes() == AFTER


@pytest.mark.parametrize("path", ["out.yaml", "../outside.yaml", "folder/outside.yaml"])
def test_nothing_outside_is_written(place, path):
    outside = place.parent / "outside.yaml"
    outside.write_bytes(b"mine\n")
    (place / "out.yaml").symlink_to(outside)
    (place / "folder").symlink_to(place.parent)
    refused(place, changes(place, FileChange(path, b"mine\n", b"yours\n")), "not-written")
    assert outside.read_bytes() == b"mine\n"


def test_another_name_of_the_same_file_keeps_its_bytes(place):
    os.link(place / "one.yaml", place.parent / "store")
    write(str(place), changes(place))
    assert (place.parent / "store").read_bytes() == b"name: one.yaml\n"
    assert (place / "one.yaml").read_bytes() == AFTER + b"one.yaml"


CALLS = ["open", "fsync", "fchmod", "replace"]
REASONS = [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT, errno.EIO]


@pytest.mark.parametrize("reason", REASONS)
@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("nth", [0, 1, 2])
@pytest.mark.parametrize("links", [True, False])
def test_a_failing_call_leaves_every_file_as_before(place, monkeypatch, call, nth, reason, links):
    wanted = changes(place)
    _fail(monkeypatch, call, {nth}, OSError(reason, os.strerror(reason)), writing=True)
    if not links:
        monkeypatch.setattr(os, "link", _raise(OSError(errno.EPERM, "Operation not permitted")))
    problem = refused(place, wanted, "not-written")
    assert os.strerror(reason) in problem.message
    assert any(change.path in problem.message for change in wanted)


@pytest.mark.parametrize("nth", [0, 1, 2, 3])
@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(3), MemoryError()])
def test_whatever_is_raised_goes_on_and_nothing_is_left(place, monkeypatch, nth, error):
    wanted = changes(place, FileChange("new.yaml", None, b"new"))
    _fail(monkeypatch, "fsync", {nth}, error)
    before = picture(place)
    with pytest.raises(type(error)):
        write(str(place), wanted)
    assert picture(place) == before


@pytest.mark.parametrize("error", [OSError(errno.EIO, "Input/output error"), KeyboardInterrupt()])
def test_renamed_files_and_new_ones_are_put_back(place, monkeypatch, error):
    inodes = {path: path.stat().st_ino for path in place.rglob("*.yaml")}
    wanted = [FileChange("new.yaml", None, b"new"), *changes(place)]
    _fail(monkeypatch, "replace", {2}, error)
    before = picture(place)
    with pytest.raises((InstallerError, KeyboardInterrupt)):
        write(str(place), wanted)
    assert picture(place) == before
    assert {path: path.stat().st_ino for path in place.rglob("*.yaml")} == inodes


def test_a_file_that_cannot_be_put_back_is_named_with_the_way_back(place, monkeypatch):
    wanted = changes(place)
    _fail(monkeypatch, "replace", {1, 2, 3, 4, 5}, OSError(errno.EIO, "Input/output error"))
    with pytest.raises(InstallerError) as caught:
        write(str(place), wanted)
    monkeypatch.undo()
    (problem,) = caught.value.problems
    assert (problem.code, problem.exit) == ("not-restored", ExitCode.NOT_RESTORED)
    assert "put back: one.yaml" in problem.message
    assert (place / "two.yaml").read_bytes() == b"name: two.yaml\n"
    subprocess.run(["sh", "-c", problem.fix], check=True)
    assert set(picture(place)) == {"one.yaml", "two.yaml", "sub", "sub/three.yaml"}
    assert (place / "one.yaml").read_bytes() == b"name: one.yaml\n"


def test_a_file_that_moves_while_temporaries_are_written(place, monkeypatch):
    wanted = changes(place)
    original = os.fsync

    def edit(descriptor):
        (place / "one.yaml").write_bytes(b"somebody else\n")
        original(descriptor)

    monkeypatch.setattr(os, "fsync", edit)
    with pytest.raises(InstallerError) as caught:
        write(str(place), wanted)
    assert caught.value.problems[0].code == "file-changed"
    assert picture(place)["one.yaml"][1] == b"somebody else\n"
    assert set(picture(place)) == {"one.yaml", "two.yaml", "sub", "sub/three.yaml"}


def test_a_new_file_never_replaces_one_that_came_meanwhile(place, monkeypatch):
    original = os.link

    def race(source, target):
        if Path(target).name == "new.yaml":
            Path(target).write_bytes(b"somebody else\n")
        original(source, target)

    monkeypatch.setattr(os, "link", race)
    with pytest.raises(InstallerError) as caught:
        write(str(place), [*changes(place), FileChange("new.yaml", None, b"new")])
    assert caught.value.problems[0].code == "not-written"
    assert (place / "new.yaml").read_bytes() == b"somebody else\n"
    assert (place / "one.yaml").read_bytes() == b"name: one.yaml\n"


def test_a_limit_on_file_size_is_a_full_disk(place):
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    wanted = [*changes(place), FileChange("new.yaml", None, b"x" * 100_000)]
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        problem = refused(place, wanted, "not-written")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert "new.yaml" in problem.message
    assert "large" in problem.message


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own, 64 KiB; skipped where this user may not mount."""
    disk = tmp_path / "disk"
    disk.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", disk], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("mounting is not permitted here")
    yield disk
    subprocess.run(["umount", "-l", disk], check=True)


def test_a_full_disk(small_disk):
    (small_disk / "a.yaml").write_bytes(b"a" * 20_000)
    (small_disk / "b.yaml").write_bytes(b"b" * 20_000)
    wanted = [FileChange(f"{name}.yaml", name.encode() * 20_000, b"c" * 20_000) for name in "ab"]
    problem = refused(small_disk, wanted, "not-written")
    assert "No space left" in problem.message


def test_a_read_only_disk(small_disk):
    (small_disk / "a.yaml").write_bytes(b"a")
    subprocess.run(["mount", "-o", "remount,ro", small_disk], check=True)
    problem = refused(small_disk, [FileChange("a.yaml", b"a", b"b")], "not-written")
    assert "ead-only" in problem.message


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("call", ["fsync", "replace", "link", "unlink"])
@pytest.mark.parametrize("raises", [True, False])
def test_a_signal_inside_a_system_call(place, monkeypatch, number, call, raises):
    seen = []

    def handle(arrived, _frame):
        seen.append(arrived)
        if raises:
            raise KeyboardInterrupt

    wanted = changes(place, FileChange("new.yaml", None, b"new"))
    before, original = picture(place), getattr(os, call)

    def interrupted(*arguments):
        if not seen:
            signal.raise_signal(number)
        return original(*arguments)

    former = signal.signal(number, handle)
    monkeypatch.setattr(os, call, interrupted)
    stopped = False
    try:
        write(str(place), wanted)
    except KeyboardInterrupt:
        stopped = True
    finally:
        signal.signal(number, former)
    monkeypatch.undo()
    assert seen == [number]
    after = picture(place)
    assert stopped or after != before
    assert after == before or {name: after[name][1] for name in after} == {
        **{name: before[name][1] for name in before},
        **{change.path: change.after for change in wanted},
    }


def _raise(error):
    def call(*_arguments):
        raise error

    return call


def _fail(monkeypatch, call, numbers, error, *, writing=False):
    """Let the calls with these numbers fail. `writing` counts only those os.open that create a file."""
    original, count = getattr(os, call), iter(range(10_000))

    def failing(*arguments):
        counted = not (writing and call == "open") or arguments[1] & os.O_CREAT
        if counted and next(count) in numbers:
            raise error
        return original(*arguments)

    monkeypatch.setattr(os, call, failing)
