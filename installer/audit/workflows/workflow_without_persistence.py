"""Workflow without persistence (long-running)."""

from collections.abc import Iterator

from installer.audit.about_workflows import platform_of, properties
from installer.audit.finding import Found
from installer.audit.kinds import CLUSTER_PLATFORM, CONFIG_MAP, PLATFORM, WORKFLOW
from installer.audit.object import Object
from installer.audit.profiles import PRODUCTION
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

PERSISTENCE = ("spec", "persistence")
OF_PROPERTIES = ("kogito.persistence.type", "quarkus.datasource.jdbc.url", "quarkus.datasource.reactive.url")


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(WORKFLOW):
        if not one.mapping(*PERSISTENCE) and not _by_platform(snapshot, one) and not _by_properties(snapshot, one):
            observed = "neither the workflow nor its platform sets persistence"
            yield Found(one.at(*PERSISTENCE), observed, "spec.persistence.postgresql")


def _by_platform(snapshot: Snapshot, one: Object) -> bool:
    """What a platform says under spec.services is about its services alone."""
    platform = platform_of(snapshot, one) if snapshot.is_read(PLATFORM) else None
    return platform is not None and bool(platform.mapping(*PERSISTENCE))


def _by_properties(snapshot: Snapshot, one: Object) -> bool:
    """An image may be built with persistence of its own."""
    return any(each.key in OF_PROPERTIES for each in properties(snapshot, one, "-props"))


RULE = Rule(
    module=__name__,
    title="Workflow without persistence (long-running)",
    severity="high",
    profiles=PRODUCTION,
    reads=(WORKFLOW,),
    also=(PLATFORM, CLUSTER_PLATFORM, CONFIG_MAP),
    wrong="Nothing gives a workflow a database for its running instances.",
    why="Each restart of its pod loses every instance that waits, and such an instance cannot be aborted either.",
    fix="Set spec.persistence.postgresql, with a Secret and a schema of its own, on the workflow or on the platform.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/using-persistence.html",),
    check=check,
)
