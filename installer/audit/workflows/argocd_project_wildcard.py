"""AppProject wildcard."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import APP_PROJECT, APPLICATION
from installer.audit.object import Object, every, strings, text
from installer.audit.profiles import SECURITY
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(APP_PROJECT):
        if "*" not in strings(one.get("spec", "sourceRepos")) or not _is_used(snapshot, one):
            continue
        for index, destination in every(one.get("spec", "destinations")):
            if text(destination.get("namespace")) == "*":
                told = "any repository may deploy into any namespace"
                yield Found(
                    one.at("spec", "destinations", index), told, "the workflows' namespaces", key="destinations"
                )
                break


def _is_used(snapshot: Snapshot, project: Object) -> bool:
    """The project default is open to all as Argo CD makes it, and no matter where no Application is in it."""
    applications = snapshot.of(APPLICATION) if snapshot.is_read(APPLICATION) else ()
    return project.name != "default" or any(
        one.text("spec", "project") in ("", "default") and one.namespace == project.namespace for one in applications
    )


RULE = Rule(
    module=__name__,
    title="AppProject wildcard",
    severity="low",
    profiles=SECURITY,
    reads=(APP_PROJECT,),
    also=(APPLICATION,),
    wrong="An AppProject lets any repository deploy into any namespace.",
    why="Whoever writes to one workflow's repository may put anything anywhere, also into the portal's namespace.",
    fix="List the workflows' repositories and namespaces under sourceRepos and destinations.",
    sources=("https://argo-cd.readthedocs.io/en/stable/user-guide/projects/",),
    check=check,
)
