"""SKIP_INTEGRITY_CHECK on."""

from installer.audit.profiles import SECURITY
from installer.audit.rule import Rule
from installer.audit.shapes import variable_is_not

RULE = Rule(
    module=__name__,
    title="SKIP_INTEGRITY_CHECK on",
    severity="high",
    profiles=SECURITY,
    wrong="RHDH's installer of plugins is told not to compare hashes.",
    why="Whatever a registry, or somebody between it and RHDH, hands out runs in the portal with its tokens.",
    fix="Take the variable away, and give each plugin its integrity.",
    sources=("https://github.com/redhat-developer/rhdh/blob/main/docs/dynamic-plugins/installing-plugins.md",),
    check=variable_is_not(
        "SKIP_INTEGRITY_CHECK", lambda value: value.lower() == "true", expected="not set", value=None, init=True
    ),
)
