"""CSP over-permissive."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.object import mapping, strings
from installer.audit.profiles import SECURITY
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

ANY = "*"
EVAL = "'unsafe-eval'"
SCRIPTS = ("script-src", "script-src-elem", "default-src")


def check(snapshot: Snapshot) -> Iterator[Found]:
    csp = snapshot.setting("backend.csp")
    needs_eval = snapshot.plugin("orchestrator") is not None or snapshot.defaults_unknown
    for directive, value in mapping(csp.value if csp is not None else None).items():
        present = strings(value)
        wrong = [one for one in present if one == ANY or (one == EVAL and directive in SCRIPTS and not needs_eval)]
        setting = snapshot.setting(f"backend.csp.{directive}") if wrong else None
        if setting is not None:
            yield Found(
                setting.spot, f"{directive}: {', '.join(wrong)}", "only the sources that are needed", key=directive
            )


RULE = Rule(
    module=__name__,
    title="CSP over-permissive",
    severity="low",
    profiles=SECURITY,
    wrong="backend.csp lets everything in, or lets scripts be evaluated although nothing here needs it.",
    why="A script that somebody smuggles into a page of the portal runs with the rights of whoever reads it.",
    fix="Name the sources one by one; 'unsafe-eval' is for the Orchestrator's editor only.",
    sources=("https://developer.mozilla.org/docs/Web/HTTP/Headers/Content-Security-Policy",),
    check=check,
)
