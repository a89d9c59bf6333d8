"""An audit as the plain data of a report and as text for people, secrets masked. Judges nothing."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from installer.audit.engine import Crashed, Judgement, Skipped
from installer.audit.finding import SEVERITIES, Finding
from installer.audit.rule import Rule
from installer.model.place import Place
from installer.yamltext.redaction import mask_characters, mask_message

if TYPE_CHECKING:  # of one profile alone
    from installer.audit.production import RequirementVerdict


def result_view(
    judgement: Judgement, shown: Sequence[Finding], production: "Sequence[RequirementVerdict] | None"
) -> dict[str, Any]:
    """`result` of an audit: the findings that are shown; all of them are counted."""
    return {
        "findings": [finding_view(one) for one in shown],
        "skipped": [reason_view(one) for one in judgement.skipped],
        "crashed": [reason_view(one) for one in judgement.crashed],
        "asked": asked_view(judgement),
        "summary": summary_view(judgement),
        "production": None if production is None else [requirement_view(one) for one in production],
    }


def finding_view(one: Finding) -> dict[str, Any]:
    ref = one.spot.ref
    return {
        "rule": one.rule,
        "title": one.title,
        "severity": one.severity,
        "object": {"apiVersion": ref.api_version, "kind": ref.kind, "namespace": ref.namespace, "name": ref.name},
        "where": place_view(one.spot.place),
        "path": mask_message(one.spot.path),
        "observed": mask_message(one.observed),
        "expected": mask_message(one.expected),
        "why": one.why,
        "fix": {
            "summary": one.fix.summary,
            # A command with a mask in it would write the mask.
            "commands": [command for command in one.fix.commands if mask_message(command) == command],
            "patch": None if one.fix.patch is None else mask_characters(one.fix.patch),
        },
        "fingerprint": one.fingerprint,
        "suppressed": None
        if one.suppressed is None
        else {"by": one.suppressed.by, "reason": mask_message(one.suppressed.reason)},
    }


def place_view(place: Place | None) -> dict[str, Any] | None:
    return None if place is None else {"file": place.file, "line": place.line, "column": place.column}


def reason_view(one: Skipped | Crashed) -> dict[str, str]:
    return {"rule": one.rule, "reason": mask_message(one.reason)}


def asked_view(judgement: Judgement) -> list[dict[str, Any]]:
    """Every rule that was asked, with the number of its findings that nobody accepted, shown or not."""
    counted = Counter(one.rule for one in judgement.findings if one.suppressed is None)
    return [{"rule": slug, "findings": counted[slug]} for slug in dict.fromkeys((*judgement.asked, *counted))]


def summary_view(judgement: Judgement) -> dict[str, int]:
    """How many findings of each severity that nobody accepted, and how much was not judged."""
    counted = [one.severity for one in judgement.findings if one.suppressed is None]
    return {
        **{severity: counted.count(severity) for severity in SEVERITIES},
        "skipped": len({one.rule for one in judgement.skipped}),
        "crashed": len({one.rule for one in judgement.crashed}),
        "suppressed": sum(one.suppressed is not None for one in judgement.findings),
    }


def requirement_view(one: "RequirementVerdict") -> dict[str, Any]:
    return {
        "requirement": one.requirement.number,
        "title": one.requirement.title,
        "verdict": one.verdict,
        "evidence": [mask_message(words) for words in one.evidence],
    }


def rule_view(rule: Rule) -> dict[str, Any]:
    """One rule as its file declares it."""
    return {
        "slug": rule.slug,
        "title": rule.title,
        "severity": rule.severity,
        "group": rule.group,
        "wrong": rule.wrong,
        "why": rule.why,
        "fix": rule.fix,
        "sources": list(rule.sources),
        "profiles": sorted(rule.profiles),
        "reads": [str(kind) for kind in (*rule.reads, *rule.also)],
        "releases": {"from": rule.releases[0], "to": rule.releases[1]},
    }


# -- text


def text_view(result: dict[str, Any]) -> str:
    """A result for people, from the masked data."""
    lines: list[str] = []
    for one in result["findings"]:
        lines += [*_finding_lines(one), ""]
    lines += _reason_lines("crashed", result["crashed"])
    lines += _reason_lines("skipped", result["skipped"])
    lines += _production_lines(result["production"] or ())
    return "".join(f"{line}\n" for line in (*lines, _summary_line(result["summary"])))


def _finding_lines(one: dict[str, Any]) -> Iterator[str]:
    ref, where = one["object"], one["where"]
    address = "/".join(part for part in (ref["namespace"], ref["name"]) if part)
    place = f"  {where['file']}:{where['line']}:{where['column']}" if where else ""
    named = "" if ref["kind"] == "File" else f"  {ref['kind']} {address}"
    yield _line(f"{one['severity'].upper()}  {one['rule']}{named}{place}")
    path = f"{one['path']}: " if one["path"] and one["path"] not in one["observed"] else ""
    yield _line(f"  {path}{one['observed']}")
    yield _line(f"  expected: {one['expected']}")
    if one["suppressed"]:
        yield _line(f"  accepted ({one['suppressed']['by']}): {one['suppressed']['reason']}")
        return
    yield f"  why: {one['why']}"
    yield f"  fix: {one['fix']['summary']}"
    yield from (f"    {_line(command)}" for command in one["fix"]["commands"])
    yield from (f"    {line}" for line in (one["fix"]["patch"] or "").splitlines())


def _line(text: str) -> str:
    """A line end in a name must not look like the end of what we say."""
    return " ".join(text.split("\n"))


def _reason_lines(word: str, listed: Iterable[dict[str, str]]) -> list[str]:
    """Rules by reason: one folder without Secrets skips many."""
    by_reason: dict[str, list[str]] = {}
    for one in listed:
        by_reason.setdefault(one["reason"], []).append(one["rule"])
    lines = [f"{word}: {_line(reason)}\n    {', '.join(rules)}" for reason, rules in by_reason.items()]
    return [*lines, ""] if lines else []


def _production_lines(verdicts: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for one in verdicts:
        lines.append(f"{one['verdict']:<8} {one['requirement']}. {one['title']}")
        lines += [f"         {_line(words)}" for words in one["evidence"]]
    if lines:
        met = sum(one["verdict"] == "met" for one in verdicts)
        lines += [f"fit for production: {'yes' if met == len(verdicts) else 'no'} ({met} of 8 are met)", ""]
    return lines


def _summary_line(summary: dict[str, int]) -> str:
    counted = {severity: summary[severity] for severity in SEVERITIES if summary[severity]}
    total = sum(counted.values())
    told = ", ".join(f"{count} {severity}" for severity, count in counted.items())
    rest = [f"{summary[word]} {word}" for word in ("suppressed", "skipped", "crashed") if summary[word]]
    noun = "finding" if total == 1 else "findings"
    return "; ".join([f"{total} {noun}{f' ({told})' if told else ''}", *rest])
