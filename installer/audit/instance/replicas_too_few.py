"""RHDH replicas =1 or 0."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import number
from installer.audit.profiles import PRODUCTION
from installer.audit.remedy import SetInstance
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

TWO = SetInstance(
    operator={"spec": {"application": {"replicas": 2}}},
    helm={"upstream": {"backstage": {"replicas": 2}}},
    chart={"replicas": 2},
    plain={"spec": {"replicas": 2}},
)


def check(snapshot: Snapshot) -> Iterator[Found]:
    spot, value = snapshot.owned(
        operator=(("spec", "deployment", "patch", "spec", "replicas"), ("spec", "application", "replicas")),
        helm=(("upstream", "backstage", "replicas"),),
        chart=(("replicas",),),
        plain=(("spec", "replicas"),),
    )
    count = 1 if value is None else number(value)
    if count is not None and count <= 1:
        told = f"{count}" if value is not None else "1 (nothing is said)"
        yield Found(spot, told, "2 or more", TWO, profiles=None if count == 0 else PRODUCTION)


RULE = Rule(
    module=__name__,
    title="RHDH replicas =1 or 0",
    severity="medium",
    wrong="RHDH is scaled to 0, or, in production, has one replica only.",
    why="With 0 there is no portal; with 1 every restart and every lost node is an outage.",
    fix="Scale RHDH to two replicas or more (plugins then need a volume that each pod has for itself).",
    sources=(
        "https://docs.redhat.com/en/documentation/red_hat_developer_hub/1.8/html/configuring_red_hat_developer_hub",
    ),
    check=check,
)
