"""Invalid workflow id."""

from installer.audit.kinds import WORKFLOW
from installer.audit.object import Object
from installer.audit.rule import Rule
from installer.audit.shapes import none_is
from installer.audit.snapshot import Snapshot
from installer.model.late_pattern import late_pattern

VALID = late_pattern(r"[a-z][a-z0-9]*")


def observed(_: Snapshot, one: Object) -> str | None:
    name = one.text("metadata", "name")
    return f"the id {name}" if name and not VALID.fullmatch(name) else None


RULE = Rule(
    module=__name__,
    title="Invalid workflow id",
    severity="medium",
    reads=(WORKFLOW,),
    wrong="The name of a workflow, which is its id, is not of small letters and digits with a letter first.",
    why="The id also names a Java class, Kubernetes objects and a database schema: one of the three will not take it.",
    fix="Give the workflow another name; runs of the old one stay under the old id.",
    sources=("https://github.com/rhdhorchestrator/workflow-software-templates",),
    check=none_is(WORKFLOW, observed, "metadata", "name", expected="^[a-z][a-z0-9]*$"),
)
