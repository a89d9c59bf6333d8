"""Whether a cluster still is as a plan found it. Changes nothing."""

from installer.apply.swapping import forwards
from installer.cluster.cluster import Cluster
from installer.cluster.errors import NotFound
from installer.cluster.kinds import SECRET, kind_of
from installer.instance.stored_release import StoredRelease, labels, newest
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.run import RELEASE, Edit, Infrastructure, Run, Upgrade, Writes, content

_AGAIN = "plan again: what was written meanwhile is kept"


def refuse_drift(cluster: Cluster, run: Run, base: int | None) -> None:
    """Raises InstallerError (CONFLICT) with one problem for each object that has moved.

    :param base: the revision of our own Helm release that the plan was made on; None: there was none
    """
    problems: list[Problem] = []
    for step in run.steps:
        match step:
            case Writes(edits=edits):
                problems += [_moved(str(edit.ref)) for edit in edits if _differs(cluster, edit)]
            case Upgrade(release=name, namespace=namespace, revision=revision):
                if _revision(cluster, name, namespace) != revision:
                    problems.append(_moved(f"Helm release {namespace}/{name}"))
            case Infrastructure(namespace=namespace):
                if _revision(cluster, RELEASE, namespace) != base:
                    problems.append(_moved(f"Helm release {namespace}/{RELEASE}"))
            case _:
                pass
    if problems:
        raise InstallerError(*dict.fromkeys(problems))


def _differs(cluster: Cluster, edit: Edit) -> bool:
    swap = forwards(edit)
    try:
        found = content(cluster.get(kind_of(edit.ref), edit.ref.name, edit.ref.namespace or None))
    except NotFound:
        return swap.old is not None
    return found != swap.old


def _revision(cluster: Cluster, name: str, namespace: str) -> int | None:
    found: StoredRelease | None = newest(cluster.list(SECRET, namespace, labels=labels(name), page=0), name)
    return found.revision if found else None


def _moved(what: str) -> Problem:
    return Problem("object-changed", f"{what} has changed since the plan was made", None, _AGAIN, ExitCode.CONFLICT)
