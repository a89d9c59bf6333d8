"""dbMigrationStrategy unset at upgrade."""

from collections.abc import Iterator

from installer.audit.about_operators import packages, subscriptions, wanted_minor
from installer.audit.about_platform import PlatformService, nested, services
from installer.audit.finding import Found
from installer.audit.kinds import PLATFORM, SUBSCRIPTION
from installer.audit.object import Object
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.versions import minor
from installer.knowledge.packages import csv_package, csv_version

STRATEGY = "dbMigrationStrategy"
FIRST = (1, 36)  # before that an upgrade takes SQL scripts, and a platform has no such field


def check(snapshot: Snapshot) -> Iterator[Found]:
    snapshot.observed(SUBSCRIPTION)  # what is installed no repository tells
    jump = next(filter(None, (_jump(snapshot, one) for one in subscriptions(snapshot, "logic"))), "")
    for platform in snapshot.of(PLATFORM) if jump else ():
        for service in services(platform):
            if service.database is not None and not platform.text(*_path(service)):
                patch = PatchObject(platform.ref, nested(_path(service), "job"))
                yield Found(platform.at(*_path(service)), f"not set, and {jump}", "job, service or none", patch)


def _path(service: PlatformService) -> tuple[str, ...]:
    return (*service.path, "persistence", STRATEGY)


def _jump(snapshot: Snapshot, one: Object) -> str:
    """The upgrade to another minor that is coming: what OLM would install, or what this RHDH wants."""
    installed, current = one.text("status", "installedCSV"), one.text("status", "currentCSV")
    runs, comes, wanted = minor(csv_version(installed)), minor(csv_version(current)), wanted_minor(snapshot, "logic")
    if runs is None or csv_package(installed) not in packages("logic"):
        return ""
    if comes is not None and comes > runs and comes >= FIRST:
        return f"{installed} is about to become {current}"
    if wanted is not None and wanted > runs and wanted >= FIRST:
        return f"RHDH {snapshot.release.minor} wants {wanted[0]}.{wanted[1]} instead of {installed}"
    return ""


RULE = Rule(
    module=__name__,
    title="dbMigrationStrategy unset at upgrade",
    severity="medium",
    reads=(PLATFORM, SUBSCRIPTION),
    wrong="An upgrade of Serverless Logic to another minor is due, and a platform leaves open who migrates its data.",
    why="The new data index and jobs service meet the tables of the old version, and fail at their start or later.",
    fix="Back up the database, and set dbMigrationStrategy: job has the operator migrate it before the services start.",
    sources=(
        "https://docs.redhat.com/en/documentation/red_hat_openshift_serverless/1.37",
        "https://github.com/apache/incubator-kie-tools/pull/2790",
    ),
    check=check,
)
