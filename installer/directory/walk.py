"""The files of a directory that may hold manifests, and their bytes. Follows no link out of it; parses nothing."""

import os
import stat
from dataclasses import field
from pathlib import Path

from installer.directory.characters import too_large
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.yamltext.reading import Unreadable

SUFFIXES = (".yaml", ".yml", ".json")
NAMES = frozenset({"Kustomization"})
FOREIGN_FOLDERS = frozenset({"node_modules", "__pycache__"})
SEARCH_LIMIT = 64 * 1024 * 1024


@dataclass
class Walk:
    """What a walk found: paths of files, POSIX and relative to the root, sorted folder by folder."""

    root: str
    paths: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)


def walk(directory: str) -> Walk:
    """Every candidate in a directory. Raises InstallerError: TARGET where there is none, DENIED where refused."""
    found = Walk(os.path.realpath(directory))
    seen: set[str] = set()
    pending: list[os.DirEntry[str]] = []
    _enter(found, "", seen, pending)
    for entry in pending:
        _follow(found, entry, seen)
    return found


def is_manifest(name: str) -> bool:
    return name.lower().endswith(SUFFIXES) or name in NAMES


def _enter(found: Walk, folder: str, seen: set[str], pending: list[os.DirEntry[str]]) -> None:
    folders = [folder]
    while folders:
        folder = folders.pop()
        seen.add(folder)
        subfolders = []
        for entry in _entries(found.root, folder):
            path = f"{folder}/{entry.name}" if folder else entry.name
            if not _is_text(entry.name):
                found.warnings.append(Problem("file-name", f"skipped: the name of {path!r} is no UTF-8"))
            elif entry.is_symlink():
                pending.append(entry)
            elif entry.is_dir(follow_symlinks=False):
                if not entry.name.startswith(".") and entry.name not in FOREIGN_FOLDERS and path not in seen:
                    subfolders.append(path)
            elif is_manifest(entry.name) and entry.is_file(follow_symlinks=False) and path not in seen:
                seen.add(path)
                found.paths.append(path)
        folders.extend(reversed(subfolders))


def _entries(root: str, folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(Path(root, folder)) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except PermissionError:
        raise denied(folder or root) from None
    except NotADirectoryError:
        raise fail(
            ExitCode.TARGET, "not-a-directory", f"{root} is a file, not a directory", fix="give the directory it is in"
        ) from None
    except FileNotFoundError:
        if folder:
            return []
        raise fail(
            ExitCode.TARGET,
            "directory-missing",
            f"the directory {root} does not exist",
            fix="check the path given with --directory",
        ) from None


def _is_text(name: str) -> bool:
    """Whether a name can be shown: Python keeps bytes that are no UTF-8 as lone surrogates."""
    return name.isascii() or not any("\ud800" <= character <= "\udfff" for character in name)


def denied(path: str) -> InstallerError:
    return fail(ExitCode.DENIED, "not-readable", f"{path} is not readable for this user", fix=f"chmod -R u+rX {path}")


def _follow(found: Walk, entry: os.DirEntry[str], seen: set[str]) -> None:
    """A symbolic link: what lies in the directory is read once, under the path it really has."""
    link = os.path.relpath(entry.path, found.root).replace(os.sep, "/")
    target = os.path.realpath(entry.path)
    if target == found.root:
        found.links[link] = "."
        return
    if not target.startswith(found.root + os.sep):
        if is_manifest(entry.name) or Path(target).is_dir():
            message = f"{link} is a link out of the directory and was not followed"
            found.warnings.append(Problem("link-not-followed", message))
        return
    path = os.path.relpath(target, found.root).replace(os.sep, "/")
    if Path(target).is_dir():
        found.links[link] = path
        if path not in seen:
            more: list[os.DirEntry[str]] = []
            _enter(found, path, seen, more)
            for deeper in more:
                _follow(found, deeper, seen)
    elif is_manifest(entry.name) and Path(target).is_file():
        found.links[link] = path
        if path not in seen:
            seen.add(path)
            found.paths.append(path)


def load(root: str, path: str) -> bytes:
    """The bytes of one regular file. Raises InstallerError (DENIED), or Unreadable where it is not to be read:
    larger than SEARCH_LIMIT, or no regular file (any more): a FIFO in the place of a file is not waited for.
    """
    try:
        descriptor = os.open(Path(root, path), os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError:
        raise denied(path) from None
    except OSError as error:
        raise Unreadable("file-unavailable", error.strerror or "cannot be opened") from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise Unreadable("file-special", "not a regular file")
        data = file.read(SEARCH_LIMIT + 1) if status.st_size <= SEARCH_LIMIT else b""
    if status.st_size > SEARCH_LIMIT or len(data) > SEARCH_LIMIT:
        raise too_large()
    return data


def inside(root: str, path: str) -> str | None:
    """The path of an existing file of any name, links resolved; None where it is not in the directory."""
    target = os.path.realpath(Path(root, path))
    if not target.startswith(root + os.sep) or not Path(target).is_file():
        return None
    return os.path.relpath(target, root).replace(os.sep, "/")
