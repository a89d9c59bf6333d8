"""Backstage CR not Deployed."""

from installer.audit.kinds import BACKSTAGE
from installer.audit.rule import Rule
from installer.audit.shapes import condition_is_true

RULE = Rule(
    module=__name__,
    title="Backstage CR not Deployed",
    severity="critical",
    reads=(BACKSTAGE,),
    wrong="The condition Deployed of a Backstage resource is not True.",
    why="The operator could not carry out the resource: what was configured last is not what runs.",
    fix="Put right what the condition's message names; the operator tries again by itself.",
    sources=("https://github.com/redhat-developer/rhdh-operator/blob/main/docs/configuration.md",),
    check=condition_is_true(BACKSTAGE, "Deployed"),
)
