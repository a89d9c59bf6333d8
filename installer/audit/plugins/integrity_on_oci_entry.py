"""Integrity on oci entry."""

from installer.audit.about_plugins import is_image
from installer.audit.effective import Plugin
from installer.audit.remedy import SetPlugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are
from installer.audit.snapshot import Snapshot


def wrong(_: Snapshot, one: Plugin) -> str | None:
    return f"{one.package} has an integrity" if is_image(one.package) and one.integrity else None


def remedy(_: Snapshot, one: Plugin) -> SetPlugin:
    return SetPlugin(one.package, {"integrity": None})


RULE = Rule(
    module=__name__,
    title="Integrity on oci entry",
    severity="low",
    wrong="An image (oci://) has an integrity beside it.",
    why="RHDH does not look at it: whoever reads the file thinks the image checked, and it is not.",
    fix="Take the integrity out; pin an image by its digest (@sha256:…).",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=plugins_are(wrong, expected="a digest in the package", remedy=remedy, field="integrity"),
)
