"""The walk of an audit: read, judge, hold against what is accepted, report. Judges nothing itself."""

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from installer.audit.engine import Judgement, finding_of, judge
from installer.audit.finding import Finding, at_least, distinct
from installer.audit.request import AuditRequest
from installer.audit.rule import Rule
from installer.audit.rules import rule, rules
from installer.audit.snapshot import Contents
from installer.audit.source import Source
from installer.audit.suppression import EXPIRED, Accepted, Suppressions, annotated, expired
from installer.flow.audit_views import result_view, rule_view, text_view
from installer.flow.saying import discreet
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem, fail
from installer.model.report import Report

if TYPE_CHECKING:  # what talks to a cluster is loaded where one is looked at
    from installer.audit.production import RequirementVerdict
    from installer.cluster.options import ConnectionOptions
    from installer.flow.audit_ahead import Ahead


@dataclass(frozen=True)
class Terms:
    """What an audit judges by: the rules that were named, and what is accepted."""

    request: AuditRequest
    chosen: tuple[Rule, ...]
    accepted: tuple[Accepted, ...]
    known: frozenset[str]

    @property
    def judging(self) -> tuple[Rule, ...]:
        """The rules that are to judge: those that were named, or else those of the profile."""
        profile = self.request.profile
        return self.chosen or tuple(one for one in rules() if profile == "all" or profile in one.profiles)

    def suppressed(self, findings: tuple[Finding, ...], source: Source) -> tuple[Finding, ...]:
        """Findings with what somebody has accepted marked so."""
        suppressions = Suppressions(self.known, self.accepted, annotated(source.objects))
        return suppressions.applied(findings, source.now.date())


@dataclass(frozen=True)
class Audited:
    """What was judged, and the answer."""

    contents: Contents
    report: Report


@discreet
def audit(request: AuditRequest, connection: "ConnectionOptions | None" = None, ahead: "Ahead | None" = None) -> Report:
    """Judges a directory, an archive, or the cluster at `connection`, which may be being asked already (`ahead`).

    Raises InstallerError: TARGET, DENIED, INVALID, and of a cluster UNREACHABLE.
    """
    terms = terms_of(request)
    return audited(terms, _source(terms, connection, ahead)).report


def terms_of(request: AuditRequest) -> Terms:
    """Raises InstallerError: TARGET (no such rule or file), DENIED, INVALID."""
    chosen = _chosen(request.rules)
    if not request.exceptions and not request.baseline:
        return Terms(request, chosen, (), frozenset())
    from installer.flow import audit_files  # noqa: PLC0415 - most audits accept nothing

    accepted = audit_files.exceptions(request.exceptions) if request.exceptions else ()
    known = audit_files.known(request.baseline) if request.baseline else frozenset()
    return Terms(request, chosen, accepted, known)


def audited(terms: Terms, read: Source) -> Audited:
    """Judges what was read. Raises InstallerError (DENIED, CONFLICT) where a baseline cannot be written."""
    request = terms.request
    source, unanswered = _with_answers(read, request)
    contents = Contents(source)
    slugs = frozenset(one.slug for one in terms.chosen)
    judgement = judge(contents, terms.chosen or rules(), request.profile, slugs)
    findings = _with_expired(judgement.findings, contents, terms.accepted, request)
    judged = replace(judgement, findings=terms.suppressed(findings, source))
    if request.write_baseline:
        from installer.flow import audit_files  # noqa: PLC0415 - most audits write none

        audit_files.write_baseline(request.write_baseline, judged.findings)
    report = _report(request, source, judged)
    return Audited(contents, replace(report, warnings=(*report.warnings, *unanswered)))


def _source(terms: Terms, connection: "ConnectionOptions | None", ahead: "Ahead | None") -> Source:
    """What is to be judged; of a cluster only what the rules that will judge it want to see."""
    request = terms.request
    wanted = (request.instance, request.rhdh_version, request.defaults)
    if request.directory is not None:
        from installer.flow.audit_source import of_directory  # noqa: PLC0415 - one source of three

        return of_directory(request.directory, *wanted)
    if request.archive is not None:
        from installer.flow.audit_archive import of_archive  # noqa: PLC0415 - one source of three

        return of_archive(request.archive, *wanted)
    assert connection is not None  # noqa: S101 - the command has the flags of a connection
    from installer.flow.audit_live import of_begun, of_cluster  # noqa: PLC0415 - the client costs more than a file

    if ahead is not None:
        rules()  # loaded while the cluster answers
        return of_begun(ahead(), request.instance)
    return of_cluster(connection, terms.judging, *wanted)


def _with_answers(source: Source, request: AuditRequest) -> tuple[Source, tuple[Problem, ...]]:
    """With what registries say, where they are to be asked and RHDH is there to ask about."""
    if request.registry is None or source.world is None:
        return source, ()
    from installer.flow.audit_answers import answers  # noqa: PLC0415 - most audits ask no registry

    told, problems = answers(source.world, request.registry, request.authfile)
    return replace(source, answers=told), problems


def _chosen(slugs: tuple[str, ...]) -> tuple[Rule, ...]:
    found = [rule(slug) for slug in slugs]
    for slug, one in zip(slugs, found, strict=True):
        if one is None:
            raise unknown_rule(slug)
    return tuple(dict.fromkeys(one for one in found if one is not None))


def unknown_rule(slug: str) -> Exception:
    return fail(ExitCode.TARGET, "unknown-rule", f"there is no rule {slug}", fix="rhdh-orchestrator audit rules")


def _with_expired(
    findings: tuple[Finding, ...], contents: Contents, accepted: tuple[Accepted, ...], request: AuditRequest
) -> tuple[Finding, ...]:
    today: date = contents.source.now.date()
    ended = [finding_of(contents, EXPIRED, found) for found in expired(accepted, today)]
    asked = not request.rules or EXPIRED.slug in request.rules
    return tuple(distinct([*findings, *ended])) if ended and asked else findings


def _report(request: AuditRequest, source: Source, judgement: Judgement) -> Report:
    production: tuple[RequirementVerdict, ...] | None = None
    if request.profile == "production" and not request.rules:
        from installer.audit.production import judge_production  # noqa: PLC0415 - one profile of six

        production = judge_production(judgement, (one.slug for one in rules()))
    shown = [one for one in judgement.findings if at_least(one.severity, request.severity)]
    result: dict[str, Any] = result_view(judgement, shown, production)
    errors, warnings = _problems(source, judgement)
    return Report(result, text_view(result), (), warnings, errors, _gate(request, judgement))


def _problems(source: Source, judgement: Judgement) -> tuple[tuple[Problem, ...], tuple[Problem, ...]]:
    """Errors and warnings: what is RHDH's own and cannot be read is an error, anything else is judged without."""
    warnings = list(source.manifests.warnings)
    warnings += source.world.instance.warnings if source.world is not None else ()
    warnings += [Problem("rule-crashed", f"a bug of ours: the rule {one.rule} crashed") for one in judgement.crashed]
    problem = source.problem
    if problem is None:
        return (), tuple(warnings)
    if problem.exit is ExitCode.INVALID:
        return (problem,), tuple(warnings)
    return (), (*warnings, replace(problem, exit=ExitCode.OK))


def _gate(request: AuditRequest, judgement: Judgement) -> ExitCode:
    counted = [one for one in judgement.findings if one.suppressed is None]
    refused = request.fail_on is not None and any(at_least(one.severity, request.fail_on) for one in counted)
    unjudged = request.strict and bool(judgement.skipped or judgement.crashed)
    return ExitCode.FINDINGS if refused or unjudged else ExitCode.OK


def list_rules() -> Report:
    """`audit rules`."""
    rows = [rule_view(one) for one in (*rules(), EXPIRED)]
    width = max(len(row["slug"]) for row in rows)
    text = "".join(f"{row['slug']:<{width}}  {row['severity']:<8}  {row['title']}\n" for row in rows)
    return Report({"rules": rows}, text)


def explain(slug: str) -> Report:
    """`explain`. Raises InstallerError (TARGET) for a rule that is not there."""
    found = rule(slug)
    if found is None:
        raise unknown_rule(slug)
    row = rule_view(found)
    first, last = row["releases"]["from"], row["releases"]["to"]
    about = f"RHDH {first or 'any'} to {last or 'any'}" if first or last else "every RHDH"
    lines = [f"{row['slug']}: {row['title']}", f"{row['severity']}, group {row['group']}, about {about}", ""]
    lines += [f"{word}: {row[key]}" for word, key in (("Wrong when", "wrong"), ("Why", "why"), ("Fix", "fix"))]
    lines += [f"Reads: {', '.join(row['reads']) or 'the configuration of RHDH'}"]
    lines += [f"Profiles: {', '.join(row['profiles'])}", f"Sources: {', '.join(row['sources'])}"]
    return Report(row, "".join(f"{line}\n" for line in lines))


def diff(old: str, new: str) -> Report:
    """`audit diff`: the findings of two answers by fingerprint. Raises InstallerError: TARGET, DENIED, INVALID."""
    from installer.flow import audit_files  # noqa: PLC0415 - an audit reads no answers

    before = {str(one["fingerprint"]): one for one in audit_files.findings_of(old, "an answer of audit -o json")}
    after = {str(one["fingerprint"]): one for one in audit_files.findings_of(new, "an answer of audit -o json")}
    result = {
        "new": [one for key, one in after.items() if key not in before],
        "gone": [one for key, one in before.items() if key not in after],
        "same": [one for key, one in after.items() if key in before],
    }
    lines = [f"{word:<5} {_named(one)}" for word, listed in result.items() for one in listed]
    counted = ", ".join(f"{len(listed)} {word}" for word, listed in result.items())
    return Report(result, "".join(f"{line}\n" for line in (*lines, counted)))


def _named(one: dict[str, Any]) -> str:
    ref = one.get("object")
    if not isinstance(ref, dict):
        return f"{one['rule']}  {ref or ''}".rstrip()
    address = "/".join(str(ref[key]) for key in ("namespace", "name") if ref.get(key))
    return f"{one.get('severity', ''):<8}  {one['rule']}  {ref.get('kind', '')} {address}  {one.get('observed', '')}"
