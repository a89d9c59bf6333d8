"""Puts one content of an object in the place of another, where that still stands. Never over what somebody edited.

Contents are compared without metadata and status: RHDH's operator puts labels on the ConfigMaps that it reads. Whoever
restarts RHDH marks what its pods are made of, which is no edit either.
"""

from collections.abc import Callable, Sequence
from typing import Literal

from installer.apply.hands import Hands
from installer.cluster.cluster import Object
from installer.cluster.errors import Conflict, NotFound
from installer.cluster.kinds import kind_of
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.run import LABELS, MANAGER, Content, Edit, content
from installer.plan.merge_patch import merge_patch
from installer.plan.restarts import unmarked

_ATTEMPTS = 4
Standing = Literal["old", "new", "other"]


@dataclass(frozen=True, slots=True)
class Swap:
    """`old` gives way to `new`; None is an object that is not there."""

    ref: Ref
    old: Content | None
    new: Content | None


@dataclass(frozen=True, slots=True)
class Sight:
    """A swap with the object as it was found; None: there is none."""

    swap: Swap
    found: Object | None

    @property
    def standing(self) -> Standing:
        there = None if self.found is None else content(self.found)
        return "new" if _is_same(there, self.swap.new) else "old" if _is_same(there, self.swap.old) else "other"


def _is_same(one: Content | None, other: Content | None) -> bool:
    return one == other if one is None or other is None else unmarked(one) == unmarked(other)


def forwards(edit: Edit) -> Swap:
    return Swap(edit.ref, edit.before, edit.after)


def backwards(edit: Edit) -> Swap:
    return Swap(edit.ref, edit.after, edit.before)


def look(swap: Swap, hands: Hands) -> Sight:
    try:
        return Sight(swap, hands.cluster.get(kind_of(swap.ref), swap.ref.name, swap.ref.namespace or None))
    except NotFound:
        return Sight(swap, None)


def swap_all(sights: Sequence[Sight], hands: Hands, edited: Callable[[Ref], Problem]) -> list[Problem]:
    """Write every object whose old content stands, one right after the other; what `edited` says of those that moved.

    Raises InstallerError: FINDINGS for an immutable object, before the first write.
    """
    due = [one for one in sights if one.standing == "old"]
    _refuse_immutable(due)
    hands.held()
    moved = [one.swap.ref for one in due if not _swapped(one, hands)]
    return [edited(ref) for ref in moved]


def _swapped(sight: Sight, hands: Hands) -> bool:
    """Whether the new content stands now. A conflict may be about a label: the content decides."""
    for _ in range(_ATTEMPTS):
        if sight.standing != "old":
            return sight.standing == "new"
        try:
            _write(sight, hands)
        except (Conflict, NotFound):
            hands.held()
            sight = look(sight.swap, hands)
        else:
            return True
    return sight.standing == "new"


def _write(sight: Sight, hands: Hands) -> None:
    swap, found, cluster = sight.swap, sight.found, hands.cluster
    kind, name, namespace = kind_of(swap.ref), swap.ref.name, swap.ref.namespace or None
    if found is None:
        metadata = {"name": name, "labels": dict(LABELS), **({"namespace": namespace} if namespace else {})}
        cluster.create(kind, {"metadata": metadata, **(swap.new or {})}, namespace)
        return
    uid, version = found["metadata"]["uid"], found["metadata"]["resourceVersion"]
    if swap.new is None:
        cluster.delete(kind, name, namespace, uid=uid, version=version)
    else:
        change = merge_patch(swap.old or {}, swap.new)
        cluster.patch(kind, name, namespace, change, version=version, manager=MANAGER)


def _refuse_immutable(due: Sequence[Sight]) -> None:
    """https://kubernetes.io/docs/concepts/configuration/configmap/#configmap-immutable: deleting is allowed."""
    fixed = [one.swap.ref for one in due if one.swap.new is not None and (one.found or {}).get("immutable") is True]
    if fixed:
        raise InstallerError(*map(immutable, fixed))


def immutable(ref: Ref) -> Problem:
    """What is said of a ConfigMap or Secret that the API lets nobody change."""
    message = f"{ref} is marked immutable: true, so that the API takes no change to it; nothing of it was written"
    plural = f"{ref.kind.lower()}s"
    fix = (
        "make a new one under another name and have RHDH refer to it, or delete it and create it again without that "
        f"mark (kubectl get {plural} {ref.name} -n {ref.namespace} -o yaml; kubectl delete {plural} {ref.name} "
        f"-n {ref.namespace})"
    )
    return Problem("object-immutable", message, None, fix, ExitCode.FINDINGS)
