"""Writes the lock of a configuration's plugins, or compares one: `plugins lock`. Changes no configuration.

The lock stands beside the file or at the root of the directory; of a cluster in the working directory.
"""

import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from installer.directory.write import FileChange, unchanged, write
from installer.flow.observing import read_text
from installer.flow.plugins_pinning import Pinned, configured, lock_from, pin
from installer.flow.plugins_source import OnCluster, OnDirectory, OnFile, Progress, Source, plugins_of
from installer.flow.saying import discreet
from installer.model.change import Change
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.lock import LOCK_FILE, Lock, Locked
from installer.model.place import Place
from installer.model.registry_request import RegistryRequest
from installer.model.report import Report
from installer.model.request import ConfigRequest
from installer.plan import lock_text
from installer.plan.changes import unified
from installer.plan.lock_comparing import Configured, unlike_configuration, unlike_now
from installer.yamltext.redaction import mask_message

if TYPE_CHECKING:
    from installer.cluster.options import ConnectionOptions

Confirm = Callable[[str, str], bool | None]
Comparison = Literal["locked", "frozen"]
_LARGEST = 1 << 22


@dataclass(frozen=True, slots=True)
class LockRequest:
    """`out` is the lock file, None for its usual place; `comparison` compares and writes nothing."""

    out: str | None = None
    comparison: Comparison | None = None
    dry_run: bool = False
    exit_code: bool = False
    yes: bool = False


@dataclass(frozen=True, slots=True)
class Held:
    """A lock that was read, and the plugins that it is held against."""

    file: str
    lock: Lock
    plugins: tuple[Configured, ...]


@discreet
def lock(
    request: ConfigRequest,
    connection: "ConnectionOptions | None",
    registries: RegistryRequest,
    asked: LockRequest,
    *,
    confirm: Confirm,
    progress: Progress,
) -> Report:
    """Nothing is written where a plugin cannot be resolved, or has a hash that is none of its version's.

    Raises InstallerError: TARGET, INVALID, DECIDE, DENIED, UNREACHABLE, FINDINGS where RHDH would not start.
    """
    with plugins_of(request, connection, progress) as source:
        if asked.comparison is not None:
            found = held(source, asked.out)
            now = pin(found.plugins, source, registries) if asked.comparison == "locked" else None
            return _compared(source, found, differences(found, now))
        return _locked(source, registries, asked, confirm, progress)


def held(source: Source, file: str | None = None) -> Held:
    """The lock of a source beside its configuration; asks nobody.

    Raises InstallerError: TARGET ("lock-missing"), INVALID ("lock-broken"), DENIED; FINDINGS where RHDH would not
    start.
    """
    place = file or lock_place(source)
    return Held(place, _read(place), configured(_sound(source)))


def differences(found: Held, now: Iterable[Pinned] | None) -> tuple[Problem, ...]:
    """What does not agree (FINDINGS), none where the lock holds.

    :param now: what registries say of the plugins; what one does wrong is a problem too. None: nobody was asked
    """
    problems = unlike_configuration(found.lock, found.plugins)
    every = tuple(now or ())
    if now is not None:
        problems += unlike_now(found.lock, lock_from(one for one in every if one.problem is None))
    return tuple(dict.fromkeys((*problems, *(one.problem for one in every if one.problem is not None))))


def lock_place(source: Source) -> str:
    """Where the lock of a source is, unless somebody names another file."""
    match source.origin:
        case OnFile(path):
            return os.path.join(os.path.dirname(path), LOCK_FILE)  # noqa: PTH118, PTH120 - shown as typed
        case OnDirectory(path):
            return os.path.join(path, LOCK_FILE)  # noqa: PTH118
        case OnCluster():
            return LOCK_FILE


def _sound(source: Source) -> Source:
    """Raises InstallerError where RHDH would not get through the plugins: which are on is not known then."""
    plugins, failure = source.prediction.plugins, source.prediction.failure
    if plugins.failure is None or failure is None:
        return source
    message = f"RHDH would not start: {failure.message}"
    fix = "correct the configuration named above; nothing was written"
    raise fail(ExitCode.FINDINGS, "rhdh-would-fail", message, where=failure.where, fix=fix)


def _read(place: str) -> Lock:
    try:
        characters = read_text(place)
    except InstallerError as error:
        (problem,) = error.problems
        if problem.exit is ExitCode.INVALID:  # no UTF-8, or more than a file may have
            raise lock_text.broken(problem.message, problem.where or Place(place, 1)) from None
        if problem.code != "file-missing":
            raise
        message, fix = f"there is no lock {place}", "rhdh-orchestrator plugins lock writes it"
        raise fail(ExitCode.TARGET, "lock-missing", message, fix=fix) from None
    return lock_text.read(characters, place)


# -- comparing


def _compared(source: Source, found: Held, problems: tuple[Problem, ...]) -> Report:
    result = {
        **source.view,
        "lock": found.file,
        "plugins": [_view(one) for one in found.lock.plugins],
        "written": False,
    }
    verdict = f"{len(problems)} difference(s)" if problems else "it holds"
    text = f"{found.file}: {len(found.lock.plugins)} plugin(s); {verdict}\n"
    return Report(result, mask_message(text), warnings=(*source.warnings, *_unseen(source)), errors=problems)


def _unseen(source: Source) -> tuple[Problem, ...]:
    return tuple(
        Problem("include-unknown", f"{name} is not at hand: its plugins are not locked", None, "add --defaults FILE")
        for name in source.prediction.plugins.unknown
    )


# -- writing


def _locked(
    source: Source, registries: RegistryRequest, asked: LockRequest, confirm: Confirm, progress: Progress
) -> Report:
    plugins = configured(_sound(source))
    place = asked.out or lock_place(source)
    before = _before(place)
    progress(f"asking registries for {len(plugins)} plugin(s), and downloading those of npm")
    from installer.flow.plugins_sealing import seal  # noqa: PLC0415 - what compares needs nothing that downloads

    pinned = seal(pin(plugins, source, registries), source, registries)
    report = _report(source, pinned, place, before)
    if report.errors or not report.changes:
        return report
    if asked.dry_run:
        return replace(report, gate=ExitCode.PENDING) if asked.exit_code else report
    change = _file_change(place, before, pinned)
    refused = None if asked.yes else _unconfirmed(confirm, report, change, place)
    if refused is not None:
        return replace(report, errors=(refused,))
    write(_folder(place), [change])
    progress(f"wrote {place}")
    # Whoever was asked has seen the diff with the question.
    text = f"{report.changes[0].diff if asked.yes else ''}{_verdict(place, pinned, 'written')}"
    return replace(report, text=text, result={**(report.result or {}), "written": True})


def _report(source: Source, pinned: tuple[Pinned, ...], place: str, before: bytes | None) -> Report:
    rows = {one.locked.package: _row(one) for one in pinned}
    result = {**source.view, "lock": place, "plugins": list(rows.values()), "written": False}
    warnings = (*source.warnings, *_unseen(source), *_doubts(pinned))
    problems = tuple(dict.fromkeys(one.problem for one in pinned if one.problem is not None))
    if problems:
        return Report(result, "", (), warnings, problems)
    after = lock_text.written(lock_from(pinned))
    if before == after.encode():
        return Report(result, _verdict(place, pinned, "nothing to do"), (), warnings)
    diff = unified(Path(place).name, before.decode("utf-8", "replace") if before is not None else None, after)
    summary = f"locks {len(rows)} plugin(s)"
    change = Change("create" if before is None else "update", None, place, "person", summary, diff)
    return Report(result, f"{diff}{_verdict(place, pinned, '1 file to change')}", (change,), warnings)


def _doubts(pinned: tuple[Pinned, ...]) -> tuple[Problem, ...]:
    """A package of npm without a hash, or whose hash nobody could compare, is locked to a version and no bytes."""
    return tuple(
        Problem("not-compared", f"{one.locked.package}: {one.locked.reason}", one.configured.where)
        for one in pinned
        if one.problem is None and one.locked.source == "npm" and one.locked.reason
    )


def _verdict(place: str, pinned: tuple[Pinned, ...], done: str) -> str:
    return mask_message(f"Verdict: {place} locks {len(pinned)} plugin(s); {done}.\n")


def _before(place: str) -> bytes | None:
    """The bytes of the lock that is there. Raises InstallerError (CONFLICT) where it is somebody's other file."""
    try:
        with Path(place).open("rb") as file:
            data = file.read(_LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        message = f"{place} cannot be read: {error.strerror}"
        raise fail(ExitCode.CONFLICT, "not-a-lock", message, fix="give another file with --out FILE") from None
    if data and not data.startswith(lock_text.HEAD.partition(";")[0].encode()):
        message = f"{place} is not written to: its first line is not that of a lock of ours"
        raise fail(ExitCode.CONFLICT, "not-a-lock", message, fix="give another file with --out FILE")
    return data


def _file_change(place: str, before: bytes | None, pinned: tuple[Pinned, ...]) -> FileChange:
    return FileChange(Path(place).name, before, lock_text.written(lock_from(pinned)).encode())


def _folder(place: str) -> str:
    return str(Path(place).parent)


def _unconfirmed(confirm: Confirm, report: Report, change: FileChange, place: str) -> Problem | None:
    answer = confirm(f"Write {place}?", report.changes[0].diff)
    if answer:
        if unchanged(_folder(place), [change]):
            message = f"{place} has changed since it was read"
            raise fail(ExitCode.CONFLICT, "file-changed", message, fix="run the command again")
        return None
    said = "not confirmed: nothing was written" if answer is False else "nobody can be asked: nothing was written"
    return Problem("not-confirmed", said, None, "add --yes to write, or --dry-run to look", ExitCode.UNCONFIRMED)


# -- for programs


def _row(pinned: Pinned) -> dict[str, Any]:
    """One of `result.plugins`, held against the configuration."""
    locked, own = pinned.locked, pinned.configured.integrity
    state = "unchecked"
    if pinned.problem is not None:
        state = "mismatch" if pinned.problem.exit is ExitCode.INTEGRITY else "unchecked"
    elif own is None and locked.source in ("npm", "tgz"):
        state = "missing"
    elif own is not None and locked.integrity == own and (pinned.sealed or locked.source == "npm"):
        state = "ok"
    reason = pinned.problem.message if pinned.problem else locked.reason
    row = _view(replace(locked, reason=reason))
    return {**row, "integrity": {**row["integrity"], "state": state}}


def _view(locked: Locked) -> dict[str, Any]:
    return {
        "package": mask_message(locked.package),
        "name": mask_message(locked.name),
        "source": locked.source,
        "current": locked.version,
        "wanted": locked.digest or locked.version,
        "latest": None,
        "integrity": {"value": locked.integrity, "state": "unchecked", "expected": None},
        "reason": mask_message(locked.reason) if locked.reason else None,
        "resolved": locked.resolved,
        "digest": locked.digest,
        "signature": locked.signature,
    }
