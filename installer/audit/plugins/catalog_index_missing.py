"""CATALOG_INDEX_IMAGE absent on ≥1.9."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.remedy import SetVariable
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

NAME = "CATALOG_INDEX_IMAGE"


def check(snapshot: Snapshot) -> Iterator[Found]:
    given = snapshot.init_variables
    emptied = given.values.get(NAME) == ""
    # Operator and chart bring it by themselves; a Deployment of one's own shows all that there is.
    lacking = snapshot.flavour == "plain" and NAME not in {*given.values, *given.unknown} and not given.open
    if emptied or lacking:
        index = snapshot.release.catalog_index_image
        observed = f"{NAME} is empty" if emptied else f"{NAME} is not set"
        yield Found(snapshot.variable_spot(NAME), observed, f"{NAME}={index}", SetVariable(NAME, index, init=True))


RULE = Rule(
    module=__name__,
    title="CATALOG_INDEX_IMAGE absent on ≥1.9",
    severity="high",
    releases=("1.9", None),
    wrong="The init container is not told which catalog index brings the default plugins.",
    why="Without the index there are no versions to inherit: {{inherit}} fails, and default plugins are older ones.",
    fix="Give the init container CATALOG_INDEX_IMAGE with the index of this release.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/catalog-index.md",),
    check=check,
)
