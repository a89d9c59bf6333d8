"""Catalog index tag ≠ RHDH minor."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.remedy import SetVariable
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.knowledge.packages import minor_of

NAME = "CATALOG_INDEX_IMAGE"


def check(snapshot: Snapshot) -> Iterator[Found]:
    image = snapshot.init_variables.values.get(NAME, "")
    _, colon, tag = image.partition("@")[0].rpartition("/")[2].partition(":")
    wanted = snapshot.release.minor
    if colon and tag[:1].isdigit() and minor_of(tag) != wanted:
        right = SetVariable(NAME, snapshot.release.catalog_index_image, init=True)
        yield Found(snapshot.variable_spot(NAME), image, f"an index of RHDH {wanted}", right)


RULE = Rule(
    module=__name__,
    title="Catalog index tag ≠ RHDH minor",
    severity="high",
    releases=("1.9", None),
    wrong="The catalog index that brings the default plugins is of another minor than RHDH.",
    why="The defaults name plugins that were built for another Backstage: they are not loaded, or break the portal.",
    fix="Set CATALOG_INDEX_IMAGE to the index of this RHDH's minor.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/catalog-index.md",),
    check=check,
)
