"""Takes away what an installation has brought, and returns once it is gone. Decides nothing about what that is."""

from collections.abc import Iterable

from installer.apply import releases
from installer.apply.following import on_time
from installer.apply.hands import Hands
from installer.cluster.cluster import Object
from installer.cluster.errors import NotFound, NotServed
from installer.cluster.kinds import kind_of
from installer.cluster.watching import watch
from installer.model.change import Ref
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.run import RELEASE

# A watch that begins after the last event would tell nothing more: look again.
_LOOK_AGAIN = 5.0
_LAST = 1.0
_TEXTS = frozenset({"ConfigMap", "Secret"})


def uninstall_release(namespace: str, brought: Iterable[Ref], hands: Hands) -> None:
    """Helm uninstall of our release, then wait until what it deletes is gone; safe to be called again.

    Raises InstallerError: what helm refuses (programs.helm); UNREACHABLE at the deadline, naming what stays and why.
    """
    hands.held()
    hands.progress(f"helm uninstall {RELEASE} in {namespace}")
    hands.helm().uninstall(RELEASE, namespace=namespace, timeout=releases.helm_seconds(hands))
    for ref in brought:
        await_gone(ref, hands)


def remove(found: Object, hands: Hands) -> None:
    """Delete this very object, and wait until it is gone. Raises Conflict where another has taken its place.

    What holds a text must also be as it was seen; what an operator writes its status to is never long the same.
    """
    metadata, ref = found["metadata"], ref_of(found)
    version = metadata["resourceVersion"] if ref.kind in _TEXTS else None
    hands.held()
    hands.cluster.delete(kind_of(ref), ref.name, ref.namespace or None, uid=metadata["uid"], version=version)
    await_gone(ref, hands)


def await_gone(ref: Ref, hands: Hands) -> None:
    """Return once an object is not there any more. Raises InstallerError (UNREACHABLE) at the deadline."""
    while (found := _get(ref, hands)) is not None:
        hands.progress.wait(f"the end of {ref}", _finalizers(found))
        if hands.cluster.deadline.left < _LAST:
            raise _stays(ref, found)
        until = on_time(hands.cluster.deadline, _LOOK_AGAIN)
        for event in watch(hands.cluster, kind_of(ref), ref.namespace or None, until=until, name=ref.name):
            if event.type == "DELETED":
                break


def ref_of(found: Object) -> Ref:
    metadata = found["metadata"]
    return Ref(str(found["apiVersion"]), str(found["kind"]), str(metadata.get("namespace", "")), str(metadata["name"]))


def _get(ref: Ref, hands: Hands) -> Object | None:
    try:
        return hands.cluster.get(kind_of(ref), ref.name, ref.namespace or None)
    except (NotFound, NotServed):
        return None


def _finalizers(found: Object) -> str:
    names = found["metadata"].get("finalizers") or (found.get("spec") or {}).get("finalizers") or []
    return f"whoever put its finalizers there has work left: {', '.join(names)}" if names else ""


def _stays(ref: Ref, found: Object) -> InstallerError:
    why = _finalizers(found) or "its deletion takes longer than --timeout allows"
    fix = "the command again with a longer --timeout; an operator that was deleted first cannot do its part any more"
    return fail(ExitCode.UNREACHABLE, "object-stays", f"{ref} is still there: {why}", fix=fix)
