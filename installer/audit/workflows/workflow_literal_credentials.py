"""Literal credentials in workflow props."""

from collections.abc import Iterator

from installer.audit.about_app_config import is_written_out
from installer.audit.about_workflows import properties
from installer.audit.finding import Found
from installer.audit.kinds import CONFIG_MAP, WORKFLOW
from installer.audit.object import Object, dotted, every, text, texts_in
from installer.audit.profiles import SECURITY
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.spot import Spot
from installer.yamltext.redaction.shapes import shaped_spans

ENVIRONMENT = ("spec", "podTemplate", "container", "env")


def check(snapshot: Snapshot) -> Iterator[Found]:
    for one in snapshot.of(WORKFLOW):
        for each in properties(snapshot, one, "-props"):
            if _is_secret(each.key, each.value):
                yield _found(each.spot, each.key)
        yield from _in_resource(one)


def _in_resource(one: Object) -> Iterator[Found]:
    for index, entry in every(one.get(*ENVIRONMENT)):
        name = text(entry.get("name"))
        if _is_secret(name, text(entry.get("value"))):
            yield _found(one.at(*ENVIRONMENT, index, "value"), name)
    for path, value in texts_in(one.get("spec", "flow")):
        names = [step for step in path if isinstance(step, str)]
        # What begins with a dot or a dollar is an expression over the workflow's data.
        if _is_secret(names[-1] if names and value[:1] not in (".", "$") else "", value):
            yield _found(one.at("spec", "flow", *path), dotted(*path))


def _is_secret(name: str, value: str) -> bool:
    return bool(shaped_spans(value)) or is_written_out(name, value)


def _found(spot: Spot, name: str) -> Found:
    return Found(spot, f"{name} is written out", "a variable, whose value is in a Secret", key=name)


RULE = Rule(
    module=__name__,
    title="Literal credentials in workflow props",
    severity="critical",
    profiles=SECURITY,
    reads=(WORKFLOW,),
    also=(CONFIG_MAP,),
    wrong="A password, a token or a key stands in clear in a workflow's properties, environment or flow.",
    why="Whoever may read the namespace's ConfigMaps and workflows, or the repository, has it.",
    fix="Put it into a Secret, take it from there as a variable (valueFrom, ${NAME}), and replace it: it is known.",
    sources=("https://sonataflow.org/serverlessworkflow/latest/cloud/operator/configuring-workflows.html",),
    check=check,
)
