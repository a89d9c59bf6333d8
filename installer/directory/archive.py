"""An archive of what somebody gathered, a folder or a tar, as bytes by path. Writes nothing, and parses no manifest.

A tar is read as a stream and never unpacked: no member is given a place on disk, so none can leave one.
"""

import os
import stat
from collections.abc import Iterable
from contextlib import closing
from dataclasses import field
from pathlib import Path

from installer.directory.archive_tar import Member, members
from installer.directory.characters import FILE_LIMIT, too_large
from installer.directory.walk import FOREIGN_FOLDERS, denied, is_manifest, load
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.yamltext.reading import Unreadable

LOGS = frozenset({"current.log", "previous.log", "current.txt", "previous.txt"})  # oc adm inspect; RHDH's must-gather
LOG_LIMIT = 1024 * 1024  # what is kept of a log: its end
_WARNINGS = 20


@dataclass(frozen=True)
class Bounds:
    """How much of an archive is looked at: members, bytes that a tar unpacks to, bytes that are kept.

    A must-gather of a large cluster has some 50,000 members and unpacks to 1 GiB.
    """

    members: int = 200_000
    unpacked: int = 4 * 1024**3
    kept: int = 512 * 1024**2


@dataclass
class Archive:
    """`files` are manifests and logs; `folders` every folder on the way to a member, or a member itself.

    Paths are POSIX and relative; `warnings` say what was left out.
    """

    path: str
    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    folders: set[str] = field(default_factory=set)
    warnings: list[Problem] = field(default_factory=list)
    left_out: int = 0

    def enter(self, folder: str) -> None:
        """Note a folder, and those above it."""
        while folder and folder not in self.folders:
            self.folders.add(folder)
            folder = folder.rpartition("/")[0]

    def leave_out(self, code: str, path: str, why: str) -> None:
        """Warn, but not a hundred thousand times."""
        self.left_out += 1
        if self.left_out <= _WARNINGS:
            self.warnings.append(Problem(code, f"skipped: {path!r} {why}"))

    @property
    def size(self) -> int:
        return sum(map(len, self.files.values()))


def gather(path: str, bounds: Bounds = Bounds()) -> Archive:
    """A folder, a .tar or a .tar.gz, told apart by what they are.

    Raises InstallerError: TARGET where there is none or nothing in it, DENIED, INVALID where it is no tar, is cut off,
    damaged, or beyond the bounds.
    """
    found = Archive(path)
    _fill(found, bounds)
    if found.left_out > _WARNINGS:
        found.warnings.append(Problem("members-skipped", f"{found.left_out - _WARNINGS} more members were skipped"))
    if not found.files and not found.folders:
        raise fail(
            ExitCode.TARGET,
            "archive-empty",
            f"{path} holds no manifest, no log and no folder",
            fix="give an RHDH must-gather, what oc adm inspect wrote, or manifests",
        )
    return found


def _fill(found: Archive, bounds: Bounds) -> None:
    try:
        status = Path(found.path).stat()
    except PermissionError:
        raise denied(found.path) from None
    except (OSError, ValueError):
        message = f"{found.path} does not exist"
        raise fail(ExitCode.TARGET, "archive-missing", message, fix="check the path given with --archive") from None
    if stat.S_ISDIR(status.st_mode):
        _fill_from_folder(found, bounds)
    elif stat.S_ISREG(status.st_mode):
        if status.st_size:
            _fill_from_tar(found, bounds)
    else:
        raise fail(ExitCode.TARGET, "not-a-file", f"{found.path} is no regular file", fix="give a folder or a tar")


# -- a tar


def _fill_from_tar(found: Archive, bounds: Bounds) -> None:
    kept = 0
    with closing(members(found.path, bounds.unpacked)) as listed:
        for number, member in enumerate(listed):
            if number >= bounds.members:
                raise beyond(found.path, f"more than {bounds.members} members")
            _take(found, member)
            if member.path in found.files:
                kept += len(found.files[member.path])
            if kept > bounds.kept:
                raise beyond(found.path, f"more than {bounds.kept // 1024**2} MiB of manifests and logs")


def _take(found: Archive, member: Member) -> None:
    name = member.path
    if member.refused:
        found.leave_out("member-skipped", name, member.refused)
    elif member.is_folder:
        found.enter(name)
    elif _is_hidden(name):
        return
    else:
        found.enter(name.rpartition("/")[0])
        if _is_log(name):
            found.files[name] = member.end(LOG_LIMIT)
        elif is_manifest(name.rpartition("/")[2]) and member.size <= FILE_LIMIT:
            found.files[name] = member.whole()
        elif is_manifest(name.rpartition("/")[2]):
            found.leave_out("file-too-large", name, f"is {too_large().message}")


# -- a folder


def _fill_from_folder(found: Archive, bounds: Bounds) -> None:
    pending, count, kept = [""], 0, 0
    while pending:
        folder = pending.pop()
        found.enter(folder)
        for entry in _entries(found.path, folder):
            count += 1
            path = f"{folder}/{entry.name}" if folder else entry.name
            if count > bounds.members or kept > bounds.kept:
                raise beyond(found.path, f"more than {bounds.members} files, or {bounds.kept // 1024**2} MiB of them")
            if entry.is_dir(follow_symlinks=False) and not _is_hidden(path):
                pending.append(path)
            kept += _take_file(found, entry, path)


def _take_file(found: Archive, entry: os.DirEntry[str], path: str) -> int:
    """The bytes that were kept of it."""
    wanted = is_manifest(entry.name) or _is_log(path)
    if entry.is_symlink():
        found.leave_out("link-not-followed", path, "is a link")
    elif _is_hidden(path) or not wanted or entry.is_dir():
        return 0
    elif not entry.is_file():
        found.leave_out("file-special", path, "is no regular file")
    elif not _is_text(path):
        found.leave_out("file-name", path, "has a name that is no UTF-8")
    else:
        _read(found, path)
    return len(found.files.get(path, b""))


def _read(found: Archive, path: str) -> None:
    try:
        data = load(found.path, path)
    except Unreadable as reason:
        found.leave_out(reason.code, path, f"cannot be read: {reason.message}")
        return
    if _is_log(path):
        data = data[-LOG_LIMIT:]
    if len(data) > FILE_LIMIT:
        found.leave_out("file-too-large", path, f"is {too_large().message}")
    else:
        found.files[path] = data


def _entries(root: str, folder: str) -> Iterable[os.DirEntry[str]]:
    try:
        with os.scandir(Path(root, folder)) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except PermissionError:
        raise denied(folder or root) from None
    except OSError:
        return ()


# -- both


def _is_hidden(path: str) -> bool:
    return any(one.startswith(".") or one in FOREIGN_FOLDERS for one in path.split("/"))


def _is_log(path: str) -> bool:
    return path.rpartition("/")[2] in LOGS


def _is_text(path: str) -> bool:
    return not any("\ud800" <= one <= "\udfff" for one in path)


def beyond(path: str, what: str) -> InstallerError:
    """The archive is larger than we look at."""
    return fail(
        ExitCode.INVALID,
        "archive-too-large",
        f"{path} has {what}; that is more than is read",
        fix="unpack what belongs to RHDH, and give its folder",
    )
