"""PVC of removed release left."""

import re
from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import DEPLOYMENT, POD, STATEFUL_SET, VOLUME_CLAIM
from installer.audit.object import Object, dig, every, mappings, text
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

NAMES = ("backstage-psql", "sonataflow-psql", "developer-hub", "rhdh", "backstage")
OF_NAMESPACE = ("postgresql", "dynamic-plugins", "npmcache")


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.observed(VOLUME_CLAIM):
        if _is_ours(snapshot, one) and not one.owners and not _is_used(snapshot, one):
            since = f" since {one.created:%Y-%m-%d}" if one.created else ""
            yield Found(one.at(), f"no pod and no workload uses it{since}", "a workload that uses it, or no claim")


def _is_ours(snapshot: Snapshot, one: Object) -> bool:
    own = snapshot.has_instance and bool(snapshot.namespace) and one.namespace == snapshot.namespace
    return any(word in one.name for word in NAMES) or (own and any(word in one.name for word in OF_NAMESPACE))


def _is_used(snapshot: Snapshot, claim: Object) -> bool:
    pods = (one.get("spec", "volumes") for one in snapshot.within(POD, claim.namespace))
    workloads = [one for kind in (DEPLOYMENT, STATEFUL_SET) for one in snapshot.within(kind, claim.namespace)]
    templates = (one.get("spec", "template", "spec", "volumes") for one in workloads)
    named = {
        text(dig(volume, "persistentVolumeClaim", "claimName"))
        for volumes in (*pods, *templates)
        for volume in mappings(volumes)
    }
    return claim.name in named or any(_is_made_by(claim, one) for one in workloads)


def _is_made_by(claim: Object, workload: Object) -> bool:
    """A StatefulSet names its claims `<template>-<itself>-<number>`, and keeps them when it is scaled down."""
    for _, template in every(workload.data, "spec", "volumeClaimTemplates"):
        made = f"{text(dig(template, 'metadata', 'name'))}-{workload.name}"
        if re.fullmatch(rf"{re.escape(made)}-\d+", claim.name):
            return True
    return False


RULE = Rule(
    module=__name__,
    title="PVC of removed release left",
    severity="low",
    reads=(VOLUME_CLAIM, STATEFUL_SET, DEPLOYMENT, POD),
    wrong="A volume claim of RHDH or of its database is used by nothing.",
    why="It costs storage; and a database that is installed again gets the old data, with the old password.",
    fix="Delete the claim where its data is not needed; else write down the password that belongs to it.",
    sources=("https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#persistentvolumeclaim-retention",),
    check=check,
)
