"""Stale definition."""

from collections.abc import Iterator

from installer.audit.about_workflows import service_of
from installer.audit.finding import Found
from installer.audit.kinds import SERVICE, WORKFLOW
from installer.audit.rule import Rule
from installer.audit.shapes import missing
from installer.audit.snapshot import Snapshot
from installer.audit.source import Definition


def check(snapshot: Snapshot) -> Iterator[Found]:
    workflows = {one.name for one in snapshot.of(WORKFLOW)}
    for one in snapshot.definitions:
        if one.name not in workflows and not _is_served(snapshot, one):
            observed = f"the data index knows {one.name}, and no SonataFlow has that name"
            yield Found(missing(WORKFLOW, "", one.name, "v1alpha08"), observed, "no definition", key=one.name)


def _is_served(snapshot: Snapshot, one: Definition) -> bool:
    """Whether something without a SonataFlow resource may answer: a Service, or a host outside the cluster."""
    if not one.service_url:
        return False
    service = service_of(one.service_url, "")
    return service is None or (snapshot.is_read(SERVICE) and snapshot.exists(SERVICE, *service))


RULE = Rule(
    module=__name__,
    title="Stale definition",
    severity="low",
    reads=(WORKFLOW,),
    also=(SERVICE,),
    wrong="The data index has a definition of a workflow that is gone.",
    why="The portal goes on listing the workflow, as unavailable; whoever starts it gets an error.",
    fix="Purge the definition from the data index's database: no interface of the data index does it.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/data-index/data-index-core-concepts.html",),
    check=check,
)
