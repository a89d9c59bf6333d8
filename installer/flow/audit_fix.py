"""`audit --fix`: puts right what a program may put right by itself, as an installation would: plan, preview, confirm.

Judges with the rules of the audit, and decides nothing that is a person's to decide: the rest stays a proposal.
"""

from dataclasses import replace
from typing import Any

from installer.audit.engine import finding_of, verdict_of
from installer.audit.finding import Finding, Found
from installer.audit.request import AuditRequest
from installer.audit.rule import Rule
from installer.audit.rules import rules
from installer.audit.snapshot import Contents
from installer.audit.suppression import Suppressions, annotated
from installer.flow import audit_files
from installer.flow.audit import audit
from installer.flow.audit_fix_edits import SAFE, Fixes
from installer.flow.audit_source import of_directory
from installer.flow.installation import Confirm, Progress
from installer.flow.plugins_changing import Decision, Wanted, change
from installer.flow.plugins_source import plugins_of
from installer.flow.saying import discreet
from installer.model.errors import ExitCode
from installer.model.report import Report
from installer.model.request import ConfigRequest
from installer.yamltext.redaction import mask_message


@discreet
def fix(request: AuditRequest, wanted: Wanted, *, confirm: Confirm, progress: Progress) -> Report:
    """The answer of the audit, of the files as they are afterwards, with what was put right (`result.fixed`).

    Raises InstallerError: TARGET, DENIED, INVALID, DECIDE, and CONFLICT where somebody else has written.
    """
    assert request.directory is not None  # noqa: S101 - the command asks for one
    before = audit(request)
    fixable = _fixable(request)
    if before.errors or not fixable:
        return _with(before, (), None)
    asked = ConfigRequest(request.directory, request.instance, None, (), (), request.defaults, request.rhdh_version)
    with plugins_of(asked, None, progress) as source:
        fixes = Fixes(source, tuple(found for found, _ in fixable))
        fixed = tuple(finding for found, finding in fixable if found in fixes.doable)
        if source.plugins is None or not source.plugins.writable or not fixed:
            return _with(before, (), None)
        decision = Decision("audit --fix", fixes.plan, said="".join(map(_said, fixed)))
        made = change(source, decision, wanted, confirm=confirm, progress=progress)
    written = bool((made.result or {}).get("written"))
    return _with(audit(request) if written else before, fixed, made)


def _fixable(request: AuditRequest) -> list[tuple[Found, Finding]]:
    """What the rules of the request find that is safe to put right and that nobody accepted."""
    source = of_directory(request.directory or "", request.instance, request.rhdh_version, request.defaults)
    contents = Contents(source)
    known = audit_files.known(request.baseline) if request.baseline else frozenset()
    accepted = audit_files.exceptions(request.exceptions) if request.exceptions else ()
    suppressions = Suppressions(known, accepted, annotated(source.objects))
    pairs = [
        (found, finding_of(contents, rule, found))
        for rule in rules()
        if rule.slug in SAFE and _is_asked(rule, request)
        for found in verdict_of(contents, rule).found
        if SAFE[rule.slug](found)
    ]
    judged = suppressions.applied(tuple(finding for _, finding in pairs), source.now.date())
    return [(found, finding) for (found, _), finding in zip(pairs, judged, strict=True) if finding.suppressed is None]


def _is_asked(rule: Rule, request: AuditRequest) -> bool:
    if request.rules:
        return rule.slug in request.rules
    return request.profile == "all" or request.profile in rule.profiles


def _said(one: Finding) -> str:
    return mask_message(f"puts right {one.rule}: {one.observed}\n")


def _with(judged: Report, fixed: tuple[Finding, ...], made: Report | None) -> Report:
    written = bool(made and (made.result or {}).get("written"))
    rows: list[dict[str, Any]] = [{"rule": one.rule, "fingerprint": one.fingerprint} for one in fixed]
    result = {**(judged.result or {}), "fixed": rows, "written": written}
    if made is None:
        return replace(judged, result=result, text=f"{judged.text}nothing that can be put right by itself\n")
    gate = made.gate if made.gate is not ExitCode.OK else judged.gate
    warnings = tuple(dict.fromkeys((*made.warnings, *judged.warnings)))
    return Report(result, f"{made.text}\n{judged.text}", made.changes, warnings, made.errors, gate)
