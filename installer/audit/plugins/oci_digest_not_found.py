"""OCI digest not found."""

from installer.audit.about_plugins import is_image, reference
from installer.audit.effective import Plugin
from installer.audit.rule import Rule
from installer.audit.shapes import plugins_are, with_answers
from installer.audit.snapshot import Snapshot


def wrong(snapshot: Snapshot, one: Plugin) -> str | None:
    asked = reference(one.package)
    images = snapshot.answers.images
    return (
        f"{one.package} is not there" if is_image(one.package) and asked in images and images[asked] is None else None
    )


RULE = Rule(
    module=__name__,
    title="OCI digest not found",
    severity="critical",
    wrong="The registry has no such image, or does not let it be read.",
    why="The init container cannot copy it: it stops, and RHDH does not start.",
    fix="Correct tag or digest, give RHDH credentials for the registry, or mirror the image.",
    sources=("https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pulling-manifests",),
    check=with_answers(plugins_are(wrong, expected="an image that RHDH may pull")),
)
