"""startingCSV newer/older than matrix."""

from collections.abc import Iterator

from installer.audit.about_operators import ROLES, Role, subscriptions, wanted_minor
from installer.audit.finding import Found
from installer.audit.kinds import SUBSCRIPTION
from installer.audit.object import Object
from installer.audit.remedy import PatchObject
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.versions import minor
from installer.knowledge.matrix import combinations
from installer.knowledge.packages import csv_version, ours


def check(snapshot: Snapshot) -> Iterator[Found]:
    # What is installed is judged by the vendor's table, where that has a row of this release.
    has_row = any(minor(one.rhdh) == snapshot.release.number for one in combinations())
    for role in ROLES:
        for one in subscriptions(snapshot, role):
            is_installed = bool(one.text("status", "installedCSV"))
            path = ("status", "installedCSV") if is_installed else ("spec", "startingCSV")
            if one.text("spec", "name") in ours(role) and not (is_installed and has_row):
                yield from _judged(snapshot, role, one, path)


def _judged(snapshot: Snapshot, role: Role, one: Object, path: tuple[str, str]) -> Iterator[Found]:
    csv, wanted = one.text(*path), snapshot.release.operators[role]
    brings, goes = minor(csv_version(csv)), wanted_minor(snapshot, role)
    if brings is None or goes is None or brings == goes:
        return
    fits = path[0] == "spec" and wanted.starting_csv and one.text("spec", "name") == wanted.package
    remedy = PatchObject(one.ref, {"spec": {"startingCSV": wanted.starting_csv}}) if fits else None
    expected = f"{wanted.version} beside RHDH {snapshot.release.minor}"
    yield Found(one.at(*path), csv, expected, remedy, key=role)


RULE = Rule(
    module=__name__,
    title="startingCSV newer/older than matrix",
    severity="medium",
    reads=(SUBSCRIPTION,),
    wrong="A Subscription starts with another minor than this RHDH goes with; or has one, and no table exists.",
    why="The workflows' images, the platform's services and the plugins are made for one minor of each operator.",
    fix="Start with the version that goes with this release of RHDH.",
    sources=(
        "https://docs.redhat.com/en/documentation/red_hat_developer_hub/2.1/html/orchestrator_in_red_hat_developer_hub",
    ),
    check=check,
)
