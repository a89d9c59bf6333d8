"""DB name mismatch."""

from collections.abc import Iterator

from installer.audit.about_platform import Database, created_by, creates_database, databases, nested
from installer.audit.finding import Found
from installer.audit.kinds import JOB, PLATFORM, SECRET, WORKFLOW
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot

# Under which makers of databases put the database's name into the Secret of its user.
KEYS = ("POSTGRES_DB", "POSTGRES_DATABASE", "POSTGRESQL_DATABASE", "database", "database-name", "dbname", "db-name")
MAINTENANCE = "postgres"  # what an administrator connects to in order to create others


def check(snapshot: Snapshot) -> Iterator[Found]:
    if not (snapshot.is_read(SECRET) or snapshot.is_read(JOB)):
        raise Skip("neither Secrets nor Jobs were read")
    for one in databases(snapshot):
        if one.name:
            created = _created(snapshot, one.owner.namespace)
            if created and one.name not in created:
                yield _of_job(one, created)
            elif not created:
                yield from _of_secret(snapshot, one)


def _created(snapshot: Snapshot, namespace: str) -> set[str]:
    """The databases that the Jobs of RHDH's chart or operator make in a namespace."""
    jobs = snapshot.within(JOB, namespace) if snapshot.is_read(JOB) else ()
    return {name for job in jobs if creates_database(job.name) for name in created_by(job)}


def _of_job(one: Database, created: set[str]) -> Found:
    names = ", ".join(sorted(created))
    of_service = one.reference[-1] == "serviceRef" and len(created) == 1
    remedy = PatchObject(one.owner.ref, nested(one.name_path, names)) if of_service else None
    return Found(one.owner.at(*one.name_path), f"{one.name}, and the Job creates {names}", names, remedy)


def _of_secret(snapshot: Snapshot, one: Database) -> Iterator[Found]:
    found = snapshot.named(SECRET, one.secret, one.owner.namespace) if snapshot.is_read(SECRET) else None
    secret = found.secret if found is not None else None
    for key in KEYS if secret is not None else ():
        is_told = secret is not None and key in secret.keys and key not in secret.unknown
        if secret and is_told and not any(secret.holds(key, name) for name in (one.name, MAINTENANCE)):
            observed = f"{one.name}, and Secret {one.secret} names another under {key}"
            yield Found(one.owner.at(*one.name_path), observed, "the database that the user may use")
            return


RULE = Rule(
    module=__name__,
    title="DB name mismatch",
    severity="high",
    reads=(PLATFORM,),
    also=(SECRET, JOB, WORKFLOW),
    wrong="A platform or a workflow connects to another database than its Secret names or the Job creates.",
    why="PostgreSQL answers `database does not exist` (RHDH's chart always says sonataflow), and the services crash.",
    fix="Name the same database in both, or create the one that is asked for.",
    sources=(
        "https://sonataflow.org/serverlessworkflow/latest/cloud/operator/using-persistence.html",
        "https://github.com/redhat-developer/rhdh-chart",
    ),
    check=check,
)
