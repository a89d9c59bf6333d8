"""A folder of files that we alone generate: may it be written, and writing it anew. Decides no content."""

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from installer.directory.write import FileChange, write
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail

# The first line of every file; whoever takes it out has made the file their own.
MARK = "# Written by rhdh-orchestrator install --render-infrastructure; the next run writes it anew.\n"
_LARGEST = 1 << 22


@dataclass(frozen=True, slots=True)
class Generated:
    """What writing comes to: files that differ, and those of an earlier run that are no longer generated."""

    folder: str
    changes: tuple[FileChange, ...]
    stale: tuple[FileChange, ...]

    @property
    def pending(self) -> bool:
        return bool(self.changes or self.stale)


def compare(folder: str, files: Mapping[str, str]) -> Generated:
    """`files` by their POSIX paths in the folder, without the mark.

    Raises InstallerError (CONFLICT, "folder-not-ours") for a folder with other files and none of ours, or with a
    file of somebody else where one is to be written.
    """
    there = dict(_files(Path(folder)))
    ours = {path: data for path, data in there.items() if data.startswith(MARK.encode())}
    if there and not ours:
        raise _not_ours(folder, "it is not empty, and no file in it is ours")
    foreign = sorted(path for path in files if path in there and path not in ours)
    if foreign:
        raise _not_ours(folder, f"somebody else's: {', '.join(foreign)}")
    wanted = {path: f"{MARK}{text}".encode() for path, text in files.items()}
    changes = [FileChange(path, ours.get(path), data) for path, data in wanted.items() if ours.get(path) != data]
    stale = [FileChange(path, data, b"") for path, data in ours.items() if path not in wanted]
    return Generated(folder, tuple(changes), tuple(stale))


def put(generated: Generated) -> None:
    """Write all that differs, or nothing of it; then take away what is stale. Raises as `directory.write`."""
    folder = Path(generated.folder)
    try:
        for change in generated.changes:
            (folder / change.path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{error.filename} could not be made: {error.strerror}"
        raise fail(ExitCode.CONFLICT, "not-written", message, fix="choose another folder") from None
    write(generated.folder, generated.changes)
    for change in generated.stale:
        (folder / change.path).unlink(missing_ok=True)


def _files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every file, hidden ones left out, with as much of it as a file of ours may have."""
    if folder.exists() and not folder.is_dir():
        raise _not_ours(str(folder), "it is no folder")
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(one for one in names if not one.startswith(".")):
            path = Path(parent) / name
            yield path.relative_to(folder).as_posix(), _start(path)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError as error:
        message = f"{path} cannot be read: {error.strerror}"
        raise fail(ExitCode.CONFLICT, "folder-not-ours", message, fix="choose another folder") from None


def _not_ours(folder: str, why: str) -> InstallerError:
    message = f"{folder} is not written to: {why}"
    return fail(ExitCode.CONFLICT, "folder-not-ours", message, fix="give --render-infrastructure an empty folder")
