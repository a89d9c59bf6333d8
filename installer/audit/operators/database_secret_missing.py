"""DB Secret/keys missing or other ns."""

from collections.abc import Iterator

from installer.audit.kinds import PLATFORM, SECRET, WORKFLOW
from installer.audit.object import Object, text
from installer.audit.rule import Rule
from installer.audit.shapes import Reference, references_hold
from installer.audit.snapshot import Snapshot

# Where a resource says how to reach PostgreSQL; the services of a platform may each say it again.
PLACES = (
    ("spec", "persistence"),
    ("spec", "services", "dataIndex", "persistence"),
    ("spec", "services", "jobService", "persistence"),
)
KEYS = {"userKey": "POSTGRESQL_USER", "passwordKey": "POSTGRESQL_PASSWORD"}


def references(snapshot: Snapshot) -> Iterator[Reference]:
    workflows = snapshot.of(WORKFLOW) if snapshot.is_read(WORKFLOW) else ()
    for one in (*snapshot.of(PLATFORM), *workflows):
        for place in PLACES:
            yield from _reference(one, (*place, "postgresql", "secretRef"))


def _reference(one: Object, path: tuple[str, ...]) -> Iterator[Reference]:
    secret = one.mapping(*path)
    if secret:
        keys = tuple(text(secret.get(key)) or usual for key, usual in KEYS.items())
        yield Reference(one.at(*path, "name"), SECRET, text(secret.get("name")), one.namespace, keys)


RULE = Rule(
    module=__name__,
    title="DB Secret/keys missing or other ns",
    severity="critical",
    reads=(PLATFORM, SECRET),
    also=(WORKFLOW,),
    wrong="The Secret with the database's user and password is not in the namespace, or lacks a key.",
    why="Data index, jobs service or workflow do not start: their pods wait for the Secret, or crash.",
    fix="Create the Secret with both keys in the same namespace; a Secret of another namespace is not read.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/using-persistence.html",),
    check=references_hold(references),
)
