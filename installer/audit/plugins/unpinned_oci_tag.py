"""Unpinned OCI tag."""

from installer.audit.about_plugins import INHERIT, is_image
from installer.audit.effective import Plugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot
from installer.model.image import image
from installer.model.late_pattern import late_pattern

PATCH = late_pattern(r"\d+\.\d+\.\d+")  # a tag that names a whole version is moved by nobody who means well


def wrong(_: Snapshot, one: Plugin) -> str | None:
    if not is_image(one.package) or INHERIT in one.package:
        return None
    found = image(one.package)
    return None if found.digest or PATCH.search(found.tag) else f"{one.package} has the tag {found.tag or 'latest'}"


RULE = Rule(
    module=__name__,
    title="Unpinned OCI tag",
    severity="medium",
    wrong="An image of a plugin has a tag that moves: none, latest, a branch, or a minor.",
    why="The next restart may bring another plugin than the last one did, without any change of yours.",
    fix="Pin it by digest (rhdh-orchestrator plugins resolve PACKAGE), or use {{inherit}} from RHDH 1.9 on.",
    sources=("https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests",),
    check=plugins_are(wrong, expected="a digest, or the tag of one version"),
)
