"""Judges a snapshot: profile, then rules, then findings; what was skipped and why; which rule crashed. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from installer.audit.finding import Finding, Found, distinct, fingerprint
from installer.audit.fixes import fix_for
from installer.audit.profiles import Profile
from installer.audit.rule import Rule, Skip
from installer.audit.snapshot import Contents, Snapshot, view_of
from installer.model.dataclass import dataclass
from installer.yamltext.redaction import mask_message


@dataclass(frozen=True)
class Skipped:
    """A rule that could not judge, or not wholly, and why."""

    rule: str
    reason: str


@dataclass(frozen=True)
class Crashed:
    """A rule that ended in an exception: a bug of ours."""

    rule: str
    reason: str


@dataclass(frozen=True)
class Judgement:
    """What an audit comes to: findings in order of gravity, the rest in the order of rules.

    asked   every rule that was to judge, also those that could not: what was found by none of them is in order
    """

    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    crashed: tuple[Crashed, ...]
    asked: tuple[str, ...] = ()


def judge(
    contents: Contents, rules: Iterable[Rule], profile: Profile, chosen: frozenset[str] = frozenset()
) -> Judgement:
    """Judges the rules that speak in a profile, or, where some are chosen by slug, exactly those.

    A rule that is about other releases of RHDH is neither judged nor skipped.
    """
    findings: list[Finding] = []
    skipped: list[Skipped] = []
    crashed: list[Crashed] = []
    asked: list[str] = []
    for rule in rules:
        if rule.slug in chosen if chosen else profile in rule.profiles or profile == "all":
            verdict = verdict_of(contents, rule)
            asked += [rule.slug] if verdict.is_about else []
            findings += [
                finding_of(contents, rule, found)
                for found in verdict.found
                if chosen or found.profiles is None or profile in found.profiles
            ]
            skipped += [Skipped(rule.slug, reason) for reason in verdict.skipped]
            crashed += [Crashed(rule.slug, verdict.crash)] if verdict.crash is not None else []
    return Judgement(tuple(distinct(findings)), tuple(skipped), tuple(crashed), tuple(asked))


@dataclass(frozen=True)
class Verdict:
    """What one rule says: `skipped` holds the reasons why it said nothing, or less than it might.

    `is_about` is false where the rule is about other releases of RHDH, and says nothing for that reason.
    """

    found: tuple[Found, ...] = ()
    skipped: tuple[str, ...] = ()
    crash: str | None = None
    is_about: bool = True


def verdict_of(contents: Contents, rule: Rule) -> Verdict:
    snapshot = view_of(contents, (*rule.reads, *rule.also))
    try:
        if rule.is_bound and not rule.is_about(snapshot.release.number):
            return Verdict(is_about=False)
    except Skip as skip:
        return Verdict(skipped=(skip.reason,))
    missing = [kind for kind in rule.reads if not snapshot.is_read(kind)]
    if missing:
        return Verdict(skipped=("; ".join(snapshot.why_not_read(kind) for kind in missing),))
    verdict = _checked(snapshot, rule)
    partly = [f"judged without it: {snapshot.why_not_read(kind)}" for kind in rule.also if not snapshot.is_read(kind)]
    return replace(verdict, skipped=(*verdict.skipped, *partly))


def _checked(snapshot: Snapshot, rule: Rule) -> Verdict:
    found: list[Found] = []
    try:
        found.extend(rule.check(snapshot))
    except Skip as skip:
        return Verdict(tuple(found), (skip.reason,))
    except Exception as error:  # noqa: BLE001 - whatever a rule does, the others are judged
        return Verdict(tuple(found), (), _words(error))
    return Verdict(tuple(found))


def _words(error: Exception) -> str:
    """Kind and place of an exception; its own words may quote anything."""
    trace, last = error.__traceback__, None
    while trace is not None:
        last, trace = trace, trace.tb_next
    where = f" at {last.tb_frame.f_code.co_filename.rpartition('/')[2]}:{last.tb_lineno}" if last is not None else ""
    return f"{type(error).__name__}{where}: {mask_message(str(error))}"


def finding_of(contents: Contents, rule: Rule, found: Found) -> Finding:
    """What a rule found, in full."""
    return Finding(
        rule=rule.slug,
        title=rule.title,
        severity=found.severity or rule.severity,
        spot=found.spot,
        observed=found.observed,
        expected=found.expected,
        why=rule.why,
        fix=fix_for(rule.fix, found.remedy, contents.instance),
        fingerprint=fingerprint(rule.slug, found),
    )
