"""DB creation Job failed/absent."""

from collections.abc import Iterator

from installer.audit.about_platform import creates_database
from installer.audit.finding import Found
from installer.audit.kinds import EVENT, JOB
from installer.audit.object import Object
from installer.audit.remedy import Run
from installer.audit.rule import Rule
from installer.audit.shapes import condition_words, missing
from installer.audit.snapshot import Snapshot

FAILURES = ("DeadlineExceeded", "BackoffLimitExceeded", "FailedCreate")
EXPECTED = "a Job that has completed"


def check(snapshot: Snapshot) -> Iterator[Found]:
    jobs = [one for one in snapshot.observed(JOB) if creates_database(one.name)]
    # A chart makes another Job with every version of it: the newest word counts.
    done = {one.namespace for one in jobs if one.condition("Complete").get("status") == "True"}
    for one in jobs:
        found = one.condition("Failed")
        if found.get("status") == "True" and one.namespace not in done:
            look = f"oc -n {one.namespace} logs job/{one.name}"
            yield Found(one.at("status"), condition_words("Failed", found), EXPECTED, Run((look,)), key="failed")
    if snapshot.is_read(EVENT):
        yield from _gone(snapshot, {(one.namespace, one.name) for one in jobs}, done)


def _gone(snapshot: Snapshot, there: set[tuple[str, str]], done: set[str]) -> Iterator[Found]:
    """Jobs that went with all traces but their events: RHDH's operator has them removed after half a minute."""
    told: dict[tuple[str, str], Object] = {}
    completed: set[tuple[str, str]] = set()
    for one in snapshot.of(EVENT):
        address = one.namespace, one.text("involvedObject", "name")
        is_job = one.text("involvedObject", "kind") == "Job" and creates_database(address[1])
        if is_job and one.text("reason") in FAILURES:
            told[address] = one
        elif is_job and one.text("reason") == "Completed":
            completed.add(address)
    for (namespace, name), one in told.items():
        if (namespace, name) not in there | completed and namespace not in done:
            observed = f"{name} is gone, and failed: {one.text('reason')}"
            yield Found(missing(JOB, namespace, name, "batch/v1"), observed, EXPECTED, key="gone")


RULE = Rule(
    module=__name__,
    title="DB creation Job failed/absent",
    severity="high",
    reads=(JOB,),
    also=(EVENT,),
    wrong="The Job that creates the Orchestrator's database has failed, and none has completed since.",
    why="The database is not there: data index and jobs service crash, and nobody tries again by itself.",
    fix="See why it failed (mostly the database was not up in time), then delete the Job to have it made anew.",
    sources=(
        "https://github.com/redhat-developer/rhdh-chart",
        "https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup",
    ),
    check=check,
)
