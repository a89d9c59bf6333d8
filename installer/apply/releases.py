"""Helm's releases as a run finds them, a revision that a killed helm left behind included. Starts no helm itself."""

from collections.abc import Callable

from installer.apply.hands import Hands
from installer.cluster.cluster import Objects
from installer.cluster.deadline import Deadline
from installer.cluster.kinds import SECRET
from installer.instance.stored_release import StoredRelease, as_failed, labels, newest, secret_of
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.run import MANAGER

# How long a helm that outlived its parent may take to end. It waits for no readiness, so it needs a few seconds.
LIVING = 15.0
# One call of helm, which waits for no readiness; charts with hooks take longest.
_LONGEST = 600.0


def read(hands: Hands, name: str, namespace: str) -> Objects:
    """The Secrets of a release's revisions."""
    return hands.cluster.list(SECRET, namespace, labels=labels(name))


def settled(hands: Hands, name: str, namespace: str, is_ours: Callable[[StoredRelease], bool]) -> StoredRelease | None:
    """The newest revision, which is not pending any more.

    A pending one is given `LIVING` seconds to end. One of this run that does not was left by a killed helm: it is
    marked as failed, as helm does itself when it is asked to stop; what it has written is the next helm's to change.
    Raises InstallerError (CONFLICT, "release-pending") for somebody else's.
    """
    secrets = read(hands, name, namespace)
    found = newest(secrets, name)
    if found is not None and found.pending:
        if not is_ours(found):
            raise pending(found)
        secrets = _ended(hands, name, namespace)
        found = newest(secrets, name)
    if found is None or not found.pending:
        return found
    if not is_ours(found) or found.state == "uninstalling":
        raise pending(found)
    _mark_failed(hands, secrets, found)
    return settled(hands, name, namespace, is_ours)


def refuse_pending(stored: StoredRelease | None) -> None:
    """At planning, before the first write. Raises InstallerError (CONFLICT, "release-pending")."""
    if stored is not None and stored.pending:
        raise pending(stored)


def pending(stored: StoredRelease) -> InstallerError:
    """What a release in the middle of somebody's operation is refused with."""
    message = (
        f"the Helm release {stored.address} is {stored.state} (revision {stored.revision}): another helm works on it, "
        "or one was killed"
    )
    fix = (
        f"wait for it; if none runs: helm history {stored.name} -n {stored.namespace}, then helm rollback "
        f"{stored.name} REVISION -n {stored.namespace}"
    )
    return fail(ExitCode.CONFLICT, "release-pending", message, fix=fix)


def moved(stored: StoredRelease | None, name: str, namespace: str) -> InstallerError:
    """What a release is refused with that somebody changed since the plan was made."""
    now = "is gone" if stored is None else f"is at revision {stored.revision} ({stored.state})"
    message = f"the Helm release {namespace}/{name} has changed since it was read: it {now}"
    return fail(ExitCode.CONFLICT, "release-changed", message, fix="run the command again, on the release as it is now")


def helm_seconds(hands: Hands) -> float:
    """How long one call of helm may take."""
    return max(1.0, min(_LONGEST, hands.cluster.deadline.left))


def _ended(hands: Hands, name: str, namespace: str) -> Objects:
    """The Secrets once no revision is pending, or as they are when that takes too long."""
    from installer.cluster.watching import watch  # noqa: PLC0415 - planning asks this module only what is pending

    hands.progress.wait(f"Helm release {namespace}/{name}", "a helm of an earlier run has not ended")
    until = Deadline.after(min(LIVING, hands.cluster.deadline.left))
    seen: dict[str, dict[str, object]] = {}
    for event in watch(hands.cluster, SECRET, namespace, until=until, labels=labels(name)):
        key = str(event.object["metadata"]["name"])
        if event.type == "DELETED":
            seen.pop(key, None)
        else:
            seen[key] = event.object
        found = newest(seen.values(), name)
        # What is there comes one by one: the newest may still follow.
        if event.type == "MODIFIED" and (found is None or not found.pending):
            break
    return read(hands, name, namespace)


def _mark_failed(hands: Hands, secrets: Objects, found: StoredRelease) -> None:
    secret = secret_of(secrets, found.name, found.revision)
    if secret is None:
        return
    metadata = secret["metadata"]
    change = as_failed(secret, "its helm was killed")
    hands.held()
    hands.progress(f"revision {found.revision} of {found.address} was left {found.state} by a killed helm")
    version = str(metadata["resourceVersion"])
    hands.cluster.patch(SECRET, metadata["name"], found.namespace, change, version=version, manager=MANAGER)
