"""Two installers detected."""

from collections.abc import Iterator

from installer.audit.about_operators import RECONCILES
from installer.audit.finding import Found
from installer.audit.kinds import CRON_JOB, ORCHESTRATOR, PLATFORM
from installer.audit.object import Object
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot

RELEASE = "meta.helm.sh/release-name"
CREATED_BY = "rhdh.redhat.com/created-by"
OF_OPERATOR = "the Orchestrator operator"
OF_RHDH_OPERATOR = "RHDH's operator"
DATABASE_OF_RHDH = "backstage-psql-secret-"
KINDS = (ORCHESTRATOR, CRON_JOB, PLATFORM)


def check(snapshot: Snapshot) -> Iterator[Found]:
    if sum(map(snapshot.is_read, KINDS)) < 2:  # noqa: PLR2004 - traces of one of them tell of one installer
        raise Skip("too few of Orchestrator, CronJob and SonataFlowPlatform were read")
    found: dict[str, Object] = {}
    for installer, one in _traces(snapshot):
        found.setdefault(installer, one)
    if len(found) > 1:
        told = " and ".join(f"{installer} ({one.ref})" for installer, one in found.items())
        yield Found(next(iter(found.values())).at(), told, "one of them", key="installers")


def _traces(snapshot: Snapshot) -> Iterator[tuple[str, Object]]:
    """Who installs, with an object that says so; the older generations of installers first."""
    if snapshot.is_read(ORCHESTRATOR):
        yield from ((OF_OPERATOR, one) for one in snapshot.of(ORCHESTRATOR))
    if snapshot.is_read(CRON_JOB):
        for one in snapshot.of(CRON_JOB):
            if RECONCILES in one.labels:
                yield _release(one) or "the chart `orchestrator`", one
    if snapshot.is_read(PLATFORM):
        # Another namespace may have an RHDH of its own, installed another way.
        namespace = snapshot.namespace if snapshot.has_instance else ""
        for one in snapshot.within(PLATFORM, namespace):
            installer = _of_platform(one)
            yield from [(installer, one)] if installer else []


def _of_platform(one: Object) -> str:
    if CREATED_BY in one.labels:
        return OF_OPERATOR
    secret = one.text("spec", "persistence", "postgresql", "secretRef", "name")
    is_owned = any(owner.get("kind") == "Backstage" for owner in one.owners)
    return OF_RHDH_OPERATOR if is_owned or secret.startswith(DATABASE_OF_RHDH) else _release(one)


def _release(one: Object) -> str:
    name = one.annotations.get(RELEASE, "")
    return f"Helm release {name}" if name else ""


RULE = Rule(
    module=__name__,
    title="Two installers detected",
    severity="high",
    also=KINDS,
    wrong="Objects of the Orchestrator carry the marks of more than one installer.",
    why="Each of them takes back what the other one did, and uninstalling the one removes what the other one needs.",
    fix="Choose one; release the other's objects before it is uninstalled.",
    sources=(
        "https://github.com/rhdhorchestrator/orchestrator-go-operator",
        "https://github.com/redhat-developer/rhdh-chart",
    ),
    check=check,
)
