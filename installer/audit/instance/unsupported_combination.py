"""Unsupported matrix combination."""

from collections.abc import Iterator, Mapping

from installer.audit.about_operators import own_versions
from installer.audit.finding import Found
from installer.audit.kinds import CLUSTER_VERSION, CSV
from installer.audit.object import Object, mappings, text
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot
from installer.audit.versions import minor
from installer.knowledge.matrix import Combination, combinations
from installer.knowledge.packages import csv_package, csv_version, ours


def check(snapshot: Snapshot) -> Iterator[Found]:
    row = next((one for one in combinations() if minor(one.rhdh) == snapshot.release.number), None)
    if row is None:
        raise Skip(f"no vendor's table has a row for RHDH {snapshot.release.minor}")
    if not (snapshot.is_read(CSV) or snapshot.is_read(CLUSTER_VERSION)):
        raise Skip("neither ClusterServiceVersions nor ClusterVersion were read")
    if snapshot.is_read(CSV):
        for one in own_versions(snapshot):
            yield from _operator(one, {"logic": row.logic, "serverless": row.serverless}, row)
    if snapshot.is_read(CLUSTER_VERSION):
        for one in snapshot.of(CLUSTER_VERSION):
            yield from _openshift(one, row)


def _operator(csv: Object, wanted: Mapping[str, str], row: Combination) -> Iterator[Found]:
    role = next((one for one in wanted if csv_package(csv.name) in ours(one)), None)
    installed = minor(csv_version(csv.name))
    if role is None or installed is None or installed == minor(wanted[role]):
        return
    words = f"{csv.name} beside RHDH {row.rhdh}"
    yield Found(csv.at("metadata", "name"), words, f"{wanted[role]} beside RHDH {row.rhdh}", key=role)


def _openshift(one: Object, row: Combination) -> Iterator[Found]:
    """The version that is being installed counts not yet: the newest completed one does."""
    history = mappings(one.get("status", "history"))
    completed = [text(each.get("version")) for each in history if each.get("state") == "Completed"]
    version = next(iter(completed), one.text("status", "desired", "version"))
    runs, bounds = minor(version), row.openshift
    first, last = (minor(bounds[0]), minor(bounds[1])) if bounds else (None, None)
    if runs is not None and first is not None and last is not None and not first <= runs <= last:
        expected = f"OpenShift {row.openshift[0]} to {row.openshift[1]}" if row.openshift else ""
        yield Found(one.at("status"), f"OpenShift {version} beside RHDH {row.rhdh}", expected, key="openshift")


RULE = Rule(
    module=__name__,
    title="Unsupported matrix combination",
    severity="high",
    also=(CSV, CLUSTER_VERSION),
    wrong="OpenShift, Serverless or Serverless Logic are not of the versions in the vendor's row for this RHDH.",
    why="The vendor validates and supports the rows of that table only; other combinations break in their own ways.",
    fix="Move to a combination of the table: another channel of the operator, or another release of RHDH.",
    sources=(
        "https://docs.redhat.com/en/documentation/red_hat_developer_hub/2.1/html/orchestrator_in_red_hat_developer_hub",
    ),
    check=check,
)
