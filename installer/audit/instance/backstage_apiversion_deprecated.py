"""Deprecated CR apiVersion in use."""

from collections.abc import Iterator

from installer.audit.about_instance import UNTOLD, is_untold, writers
from installer.audit.finding import Found
from installer.audit.kinds import BACKSTAGE
from installer.audit.object import Object
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Snapshot

GROUP = "rhdh.redhat.com"
GONE = tuple(f"{GROUP}/v1alpha{number}" for number in (1, 2, 3))
SERVED = f"{GROUP}/v1alpha4 or later"
APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(BACKSTAGE):
        for version, by in sorted(dict(_used(one)).items()):
            yield Found(one.at("apiVersion"), f"{version} {by}", SERVED, key=version)
    if is_untold(snapshot.of(BACKSTAGE)):
        raise Skip(UNTOLD)


def _used(one: Object) -> Iterator[tuple[str, str]]:
    """Each version that is gone and that somebody still writes, with who it is."""
    for manager, _, version in writers(one):
        if version in GONE:
            yield version, f"written by {manager or 'somebody'}"
    applied = one.annotations.get(APPLIED, "")
    for version in GONE:
        if f'"{version}"' in applied:
            yield version, "in what kubectl applied last"
    # A dump has whatever version was asked for, so only a manifest's own tells what somebody will apply.
    if not one.is_observed and one.ref.api_version in GONE:
        yield one.ref.api_version, "in the manifest"


RULE = Rule(
    module=__name__,
    title="Deprecated CR apiVersion in use",
    severity="medium",
    reads=(BACKSTAGE,),
    releases=("1.10", None),
    wrong="A Backstage resource is written as v1alpha1, 2 or 3, which this release's operator serves no more.",
    why="Applying it fails, so no later change of it reaches the portal.",
    fix="Write apiVersion: rhdh.redhat.com/v1alpha5; the fields that are used here have not changed.",
    sources=("https://github.com/redhat-developer/rhdh-operator/blob/main/api",),
    check=check,
)
