"""Where a lock and a configuration, or a lock and a newer one, do not agree. Asks nobody and changes nothing."""

from collections.abc import Iterable, Iterator

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem
from installer.model.late_pattern import late_pattern
from installer.model.lock import UNSIGNED, Lock, Locked
from installer.model.place import Place
from installer.plugins.identity import version_of

# An address is where something was found, not what it is: the same bytes from a mirror are no difference.
_COMPARED = ("version", "integrity", "digest")
_EXACT = late_pattern(r"\d+\.\d+\.\d+(?:-[^+\s]+)?")
_RELOCK = "rhdh-orchestrator plugins lock"


@dataclass(frozen=True, slots=True)
class Configured:
    """A plugin that the configuration has on: its `package`, the hash beside it, and where that stands."""

    package: str
    name: str
    integrity: str | None = None
    where: Place | None = None


def unlike_configuration(lock: Lock, configured: Iterable[Configured]) -> tuple[Problem, ...]:
    """Every difference of a lock and what the configuration says; empty where they agree."""
    wanted = {one.package: one for one in configured}
    there = {one.package: one for one in lock.plugins}
    missing = [one for package, one in wanted.items() if package not in there]
    unwanted = [one for package, one in there.items() if package not in wanted]
    both = [(one, wanted[package]) for package, one in there.items() if package in wanted]
    unlike_itself = (found for one, _ in both for found in _itself(one))
    return (*_moved(missing, unwanted), *unlike_itself, *(found for pair in both for found in _hash(*pair)))


def unlike_now(lock: Lock, now: Lock) -> tuple[Problem, ...]:
    """Every difference of a lock and what registries say now, of the plugins that both have."""
    there = {one.package: one for one in lock.plugins}
    pairs = ((there[one.package], one) for one in now.plugins if one.package in there)
    return tuple(found for pair in pairs for found in _changed(*pair))


def _moved(missing: Iterable[Configured], unwanted: Iterable[Locked]) -> Iterator[Problem]:
    """A plugin with another version is one difference, not one that came and one that went."""
    left: dict[str, list[Locked]] = {}
    for one in unwanted:
        left.setdefault(one.name, []).append(one)
    for wanted in missing:
        if left.get(wanted.name):
            old = left[wanted.name].pop(0)
            yield _stale(f"the configuration has {wanted.package}, the lock {old.package}", wanted.where or old.where)
        else:
            yield _stale(f"{wanted.package} is not locked", wanted.where)
    for rest in left.values():
        yield from (_stale(f"{one.package} is locked, and not on in the configuration", one.where) for one in rest)


def _itself(locked: Locked) -> Iterator[Problem]:
    """What a package names exactly is what has to be held fast of it, whoever has edited the lock."""
    written = version_of(locked.package)
    if written is None or (locked.source == "npm" and not _EXACT.fullmatch(written)):
        return
    held = locked.digest if written.startswith(("sha256:", "sha512:")) else locked.version
    if held != written:
        yield _stale(f"{locked.package} is locked at {held or 'no version'}", locked.where)


def _hash(locked: Locked, configured: Configured) -> Iterator[Problem]:
    """RHDH looks at no integrity beside an image or a directory, and a missing one is no other one."""
    if locked.integrity and configured.integrity and locked.integrity != configured.integrity:
        message = (
            f"{locked.package} has the integrity {configured.integrity} in the configuration, "
            f"{locked.integrity} in the lock"
        )
        yield _stale(message, configured.where or locked.where)


def _changed(old: Locked, new: Locked) -> Iterator[Problem]:
    for key in _COMPARED:
        before, now = getattr(old, key), getattr(new, key)
        if before != now and (now is not None or key != "integrity"):  # sha1 alone tells nothing of a sha512
            yield _stale(f"{old.package}: the {key} is {before or 'none'} in the lock, now {now or 'none'}", old.where)
    signatures = (old.signature, new.signature)
    if old.signature != new.signature and not any(one.startswith(UNSIGNED) for one in signatures):
        message = f"{old.package}: the signature was {old.signature} when it was locked, now {new.signature}"
        yield _stale(message, old.where)


def _stale(message: str, where: Place | None) -> Problem:
    return Problem("lock-stale", message, where, f"look why, then {_RELOCK} again", ExitCode.FINDINGS)
