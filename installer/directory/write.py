"""Writes changed files all or none: temporaries beside their targets, one look again, then renames. Decides no content.

Whatever stops it half way (a full disk, a signal), every file is as before or complete, and no temporary is left.
"""

# One call is one system call here: what is atomic has to be seen.
# ruff: noqa: PTH105, PTH108, PTH112, PTH116, PTH118, PTH120

import os
import shlex
import stat
from collections.abc import Sequence
from contextlib import suppress

from installer.directory.holding import Held, held_signals
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail

_NEW_FILE_MODE = 0o666


@dataclass(frozen=True)
class FileChange:
    """One file to write. `path` is POSIX and relative to the directory; `before` is None where the file is new."""

    path: str
    before: bytes | None
    after: bytes


@dataclass
class _Target:
    """Where a change really goes (links resolved), and what has been done about it so far."""

    change: FileChange
    path: str
    status: os.stat_result | None = None
    temporary: str = ""
    kept: str = ""
    """A second name of the file as it was, so that putting it back needs no room on the disk."""
    replaced: bool = False
    lost: bool = False


def unchanged(directory: str, changes: Sequence[FileChange]) -> tuple[str, ...]:
    """The paths of the files that are no longer as they were read, in the order of `changes`; empty where all is well.

    A new file counts where something of its name exists by now, or its folder is gone.
    """
    root = os.path.realpath(directory)
    return tuple(change.path for change in changes if not _as_before(root, change))


def write(directory: str, changes: Sequence[FileChange]) -> None:
    """Write every change, or none.

    Raises InstallerError: CONFLICT `file-changed` where a file has moved since it was read, CONFLICT `not-written`
    where it cannot be written (every file is as before then), NOT_RESTORED where putting back failed as well.
    A signal that arrives meanwhile is answered when every file is as before or complete, and no temporary left.
    """
    root = os.path.realpath(directory)
    for change in changes:
        if _resolved(root, change.path) is None:
            raise _not_written(change.path, "it leads out of the directory")
    _refuse_moved(unchanged(directory, changes))
    targets: list[_Target] = []
    with held_signals() as held:
        try:
            _prepare(root, [change for change in changes if change.before != change.after], targets, held)
            stopped = bool(held.arrived)
            if not stopped:
                _refuse_moved(unchanged(directory, changes))
                _replace_all(targets, held)
        finally:
            _remove_temporaries(targets)
        _sync_folders(targets)
    if stopped:  # by a signal whose handler has raised nothing
        raise KeyboardInterrupt


def _prepare(root: str, changes: Sequence[FileChange], targets: list[_Target], held: Held) -> None:
    for change in changes:
        if not held.arrived:
            targets.append(_target(root, change))
            _write_temporary(targets[-1])


def _refuse_moved(moved: tuple[str, ...]) -> None:
    if moved:
        raise fail(
            ExitCode.CONFLICT,
            "file-changed",
            f"changed since it was read, nothing was written: {', '.join(moved)}",
            fix="run the same command again, on the files as they are now",
        )


def _as_before(root: str, change: FileChange) -> bool:
    path = _resolved(root, change.path)
    if path is None:
        return False
    if change.before is None:
        return not os.path.lexists(os.path.join(root, change.path)) and os.path.isdir(os.path.dirname(path))
    try:
        return _contents(path, len(change.before)) == change.before
    except OSError:
        return False


def _resolved(root: str, path: str) -> str | None:
    """The file itself, links followed; None where that leads out of the directory."""
    real = os.path.realpath(os.path.join(root, path))
    return real if real.startswith(root.rstrip(os.sep) + os.sep) else None


def _contents(path: str, size: int) -> bytes:
    """The bytes of a regular file, read no further than needed to tell that there are more than `size`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return b"\0not a regular file"
        return file.read(size + 1)


def _target(root: str, change: FileChange) -> _Target:
    path = _resolved(root, change.path)
    if path is None:  # a link that was turned after the first look
        raise _not_written(change.path, "a link that leads out of the directory")
    try:
        status = None if change.before is None else os.stat(path)
        # Renaming would not mind a file without write permission, but somebody meant it.
        if status is not None and not os.access(path, os.W_OK):
            raise PermissionError(13, "the file is read-only")
    except OSError as error:
        raise _not_written(change.path, error) from error
    return _Target(change, path, status)


def _not_written(path: str, reason: OSError | str) -> InstallerError:
    said = reason if isinstance(reason, str) else (reason.strerror or type(reason).__name__)
    return fail(
        ExitCode.CONFLICT,
        "not-written",
        f"{path} could not be written: {said}; every file is as before",
        fix=f"make room, or make {path} and its folder writable; then run the same command again",
    )


def _write_temporary(target: _Target) -> None:
    """The new bytes, complete and on the disk, beside the target and with its mode and owner."""
    try:
        target.temporary = _temporary_name(target.path)
        _write_file(target.temporary, target.change.after, target.status)
    except OSError as error:
        raise _not_written(target.change.path, error) from error


def _temporary_name(path: str) -> str:
    # Hidden, and of no manifest's suffix: whoever reads the directory meanwhile does not take it for one.
    folder, name = os.path.split(path)
    return os.path.join(folder, f".{name[:200]}.{os.getpid()}-{os.urandom(6).hex()}.tmp")


def _write_file(path: str, data: bytes, like: os.stat_result | None) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(path, flags, _NEW_FILE_MODE if like is None else 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        if like is not None:
            _dress(descriptor, like)
        os.fsync(descriptor)


def _dress(descriptor: int, like: os.stat_result) -> None:
    """Owner first: changing it takes away the bits that only the mode gives."""
    if hasattr(os, "fchown"):
        with suppress(PermissionError):  # only root may give a file away; a colleague's file in a shared folder
            os.fchown(descriptor, like.st_uid, like.st_gid)
    os.fchmod(descriptor, stat.S_IMODE(like.st_mode))


def _replace_all(targets: Sequence[_Target], held: Held) -> None:
    """Rename every temporary over its target; where one fails, put back those before it."""
    for target in targets:
        try:
            _replace(target)
        except BaseException as error:
            lost = [other for other in reversed(targets) if other.replaced and not _restored(other)]
            if lost:
                held.forget()
                raise _not_restored(target, lost[::-1], error) from error
            if isinstance(error, OSError):
                raise _not_written(target.change.path, error) from error
            raise


def _replace(target: _Target) -> None:
    if target.status is None:
        _give_name(target.temporary, target.path)
    else:
        target.kept = _temporary_name(target.path)
        with suppress(OSError):  # a file system without second names: the bytes are written again then
            os.link(target.path, target.kept)
        os.replace(target.temporary, target.path)
    target.replaced = True


def _give_name(temporary: str, path: str) -> None:
    """A rename would replace what somebody else has put there a moment ago; a link does not."""
    try:
        os.link(temporary, path)
    except OSError:
        if os.path.lexists(path):
            raise
        os.replace(temporary, path)


def _restored(target: _Target) -> bool:
    """Put one file back; False where that fails too."""
    try:
        if target.change.before is None:
            os.unlink(target.path)
            return True
        if not os.path.lexists(target.kept):
            target.kept = ""
            target.temporary = _temporary_name(target.path)
            _write_file(target.temporary, target.change.before, target.status)
        os.replace(target.kept or target.temporary, target.path)
    except OSError:
        target.lost = True
        return False
    return True


def _not_restored(failed: _Target, lost: Sequence[_Target], cause: BaseException) -> InstallerError:
    names = ", ".join(target.change.path for target in lost)
    reason = cause.strerror if isinstance(cause, OSError) and cause.strerror else type(cause).__name__
    return fail(
        ExitCode.NOT_RESTORED,
        "not-restored",
        f"{failed.change.path} could not be written ({reason}), and could not be put back: {names}",
        fix="; ".join(_way_back(target) for target in lost),
    )


def _way_back(target: _Target) -> str:
    if target.change.before is None:
        return shlex.join(["rm", target.path])
    return shlex.join(["mv", target.kept, target.path] if target.kept else ["git", "checkout", "--", target.path])


def _remove_temporaries(targets: Sequence[_Target]) -> None:
    for target in targets:
        # Of a file that could not be put back, the kept name is the only copy.
        for path in (target.temporary, "" if target.lost else target.kept):
            if path:
                with suppress(OSError):
                    os.unlink(path)


def _sync_folders(targets: Sequence[_Target]) -> None:
    """The names are in place; a file system that cannot sync a folder (a network share) does not make that wrong."""
    for folder in sorted({os.path.dirname(target.path) for target in targets}):
        with suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
