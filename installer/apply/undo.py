"""Puts back what a run wrote of RHDH's configuration, and awaits the old one. Leaves operators and platform alone.

May be stopped anywhere and called again: the journal says that it had begun, the objects say how far it came.
"""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import groupby
from typing import Literal

from installer.apply.hands import Hands
from installer.apply.journal import Journal
from installer.apply.steps import put_back, settle
from installer.apply.swapping import Sight, backwards, look, swap_all
from installer.cluster.errors import NotFound
from installer.cluster.kinds import kind_of
from installer.model.change import Ref
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.run import Rollout, Step, Upgrade, Writes


def undo(journal: Journal, hands: Hands) -> tuple[Problem, ...]:
    """Undo a run; what is returned names the objects that somebody edited since, which were kept (CONFLICT).

    Raises InstallerError: what `Cluster` raises, and Crashed where the old configuration does not come up.
    """
    try:
        kept = restore(journal, hands, "undoing")
        journal.close("undone")
    except InstallerError:
        with suppress(InstallerError):
            journal.close("failed")
        raise
    except BaseException:
        with suppress(InstallerError):
            journal.close("interrupted")
        raise
    return kept


def restore(journal: Journal, hands: Hands, phase: Literal["undoing", "restoring"]) -> tuple[Problem, ...]:
    """Put everything back and await the rollout, without closing the run. As `undo`."""
    back = _reached(journal)
    if journal.header.phase != phase:
        journal.turn(phase, _since(journal, back, hands))
    else:
        journal.go_on()
    kept: list[Problem] = []
    for kind, steps in groupby(back, type):
        if kind is Writes:
            kept += _write_back(list(steps), hands)
        else:
            kept += _upgrade_back(list(steps), hands)
    rollout = _rollout(journal.run.steps)
    if rollout is not None and journal.header.since is not None:
        hands.held()
        settle(Rollout(rollout.workload, rollout.flavour, journal.header.since), hands)
    return tuple(kept)


def _reached(journal: Journal) -> list[Step]:
    """The steps that may have changed the configuration, the last one first."""
    reached = journal.run.steps[: journal.header.begun + 1]
    return [one for one in reversed(reached) if isinstance(one, Writes | Upgrade)]


def _sights(steps: Sequence[Step], hands: Hands) -> Iterator[Sight]:
    for step in steps:
        if isinstance(step, Writes):
            yield from (look(backwards(edit), hands) for edit in reversed(step.edits))


def _write_back(steps: Sequence[Step], hands: Hands) -> list[Problem]:
    """Of several steps at once, so that a controller that watches the objects acts once."""
    sights = list(_sights(steps, hands))
    kept = [_edited(one.swap.ref) for one in sights if one.standing == "other"]
    back = [one for one in sights if one.standing == "old"]
    if back:
        hands.progress(f"putting back {', '.join(str(one.swap.ref) for one in back)}")
        kept += swap_all(back, hands, _edited)
    return kept


def _upgrade_back(steps: Sequence[Step], hands: Hands) -> list[Problem]:
    kept: list[Problem] = []
    for step in steps:
        if isinstance(step, Upgrade):
            hands.held()
            try:
                put_back(step, hands)
            except InstallerError as error:
                if error.problems[0].code != "release-changed":
                    raise
                kept += error.problems
    return kept


def _since(journal: Journal, back: Sequence[Step], hands: Hands) -> int | None:
    """The generation of the workload that the answer to the old bytes is the second one after, as `settle` takes it.

    Where the run's own change was answered already, that was the last one. None where no rollout follows.
    """
    rollout = _rollout(journal.run.steps)
    if rollout is None or not _changes(back, hands):
        return None
    workload = rollout.workload
    try:
        found = hands.cluster.get(kind_of(workload), workload.name, workload.namespace)
    except NotFound:
        return None
    now = int(found["metadata"]["generation"])
    return now - 1 if now > rollout.since else now


def _changes(back: Sequence[Step], hands: Hands) -> bool:
    return any(isinstance(one, Upgrade) for one in back) or any(one.standing == "old" for one in _sights(back, hands))


def _rollout(steps: Sequence[Step]) -> Rollout | None:
    return next((one for one in steps if isinstance(one, Rollout)), None)


def _edited(ref: Ref) -> Problem:
    message = f"somebody has edited {ref} since the run wrote it; it was kept as it is"
    look_at = f"kubectl get {ref.kind.lower()}s {ref.name} -n {ref.namespace} -o yaml"
    return Problem("object-changed", message, None, f"undo that part by hand: {look_at}", ExitCode.CONFLICT)
