"""SARIF 2.1.0, for code scanning: rules, results, and what could not be judged as notifications. Judges nothing."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from installer import __version__
from installer.cli.options import PROGRAM
from installer.cli.reports.audited import Audited, Data, address, observed, place
from installer.cli.reports.sarif_rules import LEVELS, NOTIFICATIONS, descriptor
from installer.model.errors import Problem
from installer.model.late_pattern import late_pattern

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
VERSION = "2.1.0"
# What a message would show as a link to anywhere: nothing of ours is one.
_LINK = late_pattern(r"\[(?=[^\[\]]*\]\()")
# The name and the version of how our fingerprints are made.
FINGERPRINT = "rhdhOrchestrator/v1"
# How a finding is accepted: in what was judged, or elsewhere.
KINDS = {"annotation": "inSource", "baseline": "external", "exception": "external"}


def sarif(one: Audited) -> str:
    """The log of one run. ASCII only: right in every encoding that a stdout may have."""
    return json.dumps({"$schema": SCHEMA, "version": VERSION, "runs": [_run(one)]}, indent=2, allow_nan=False) + "\n"


def _run(one: Audited) -> dict[str, Any]:
    indexes = {slug: index for index, slug in enumerate(one.rules)}
    return {
        "tool": {"driver": _driver(one)},
        "automationDetails": {"id": f"{PROGRAM} audit/{one.profile}/"},
        "invocations": [_invocation(one, indexes)],
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, indexes, one.base) for finding in one.result["findings"]],
        "properties": {"summary": one.result["summary"], "production": one.result["production"]},
    }


def _driver(one: Audited) -> dict[str, Any]:
    return {
        "name": PROGRAM,
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [descriptor(row) for row in one.rules.values()],
        "notifications": NOTIFICATIONS,
    }


# -- results


def _result(finding: Data, indexes: dict[str, int], base: str | None) -> dict[str, Any]:
    suppressed = finding["suppressed"]
    return {
        "ruleId": finding["rule"],
        "ruleIndex": indexes[finding["rule"]],
        "level": LEVELS[finding["severity"]],
        "message": _message(finding),
        "locations": [_location(finding, base)],
        "partialFingerprints": {FINGERPRINT: finding["fingerprint"]},
        # An empty list says that nobody accepted it; no list would say that it is not known.
        "suppressions": [] if suppressed is None else [_suppression(suppressed)],
        "properties": {
            "severity": finding["severity"],
            "path": finding["path"],
            "observed": finding["observed"],
            "expected": finding["expected"],
            "fix": finding["fix"],
        },
    }


def _message(finding: Data) -> dict[str, str]:
    fix = finding["fix"]
    where = f" ({place(finding)})" if finding["where"] else ""
    lines = [f"{address(finding)}{where}: {observed(finding)}", f"Expected: {finding['expected']}"]
    lines += [f"Fix: {fix['summary']}", *(f"    {command}" for command in fix["commands"])]
    lines += [f"    {line}" for line in (fix["patch"] or "").splitlines()]
    return {"text": _LINK.sub(r"\\\g<0>", "\n".join(lines))}


def _location(finding: Data, base: str | None) -> dict[str, Any]:
    """Line and column of the file, and the object, each where there is one."""
    ref, where = finding["object"], finding["where"]
    location: dict[str, Any] = {}
    if where and base is not None:
        location["physicalLocation"] = {
            "artifactLocation": {"uri": _uri(base + where["file"]), "uriBaseId": "%SRCROOT%"},
            "region": {"startLine": where["line"], "startColumn": where["column"]},
        }
    if ref["kind"] != "File" or not location:
        parts = (ref["apiVersion"], ref["kind"], ref["namespace"], ref["name"])
        named = {"name": ref["name"], "fullyQualifiedName": "/".join(part for part in parts if part)}
        location["logicalLocations"] = [{**named, "kind": "resource"}]
    return location


def _uri(path: str) -> str:
    """A relative reference; bytes of a name that are no UTF-8 are what they were."""
    return quote(path.encode("utf-8", "surrogateescape"), safe="/")


def _suppression(suppressed: Data) -> dict[str, str]:
    kind = KINDS[suppressed["by"]]
    return {"kind": kind, "status": "accepted", "justification": f"{suppressed['by']}: {suppressed['reason']}"}


# -- what was not judged, and what was said beside the findings


def _invocation(one: Audited, indexes: dict[str, int]) -> dict[str, Any]:
    crashed = [_about_rule("rule-crashed", "error", row, indexes) for row in one.result["crashed"]]
    problems = [_about(problem, "error", one.base) for problem in one.errors]
    problems += [_about(problem, "warning", one.base) for problem in one.warnings]
    return {
        "executionSuccessful": not one.errors,
        "exitCode": int(one.exit),
        "exitCodeDescription": one.exit.name,
        "toolConfigurationNotifications": [
            _about_rule("rule-skipped", "note", row, indexes) for row in one.result["skipped"]
        ],
        "toolExecutionNotifications": [*crashed, *problems],
    }


def _about_rule(code: str, level: str, row: Data, indexes: dict[str, int]) -> dict[str, Any]:
    return {
        "descriptor": {"id": code},
        "associatedRule": {"id": row["rule"], "index": indexes[row["rule"]]},
        "level": level,
        "message": {"text": f"{row['rule']}: {row['reason']}"},
    }


def _about(problem: Problem, level: str, base: str | None) -> dict[str, Any]:
    said: dict[str, Any] = {"level": level, "message": {"text": "\n".join(_words(problem))}}
    if problem.where is not None and base is not None:
        artifact = {"uri": _uri(base + problem.where.file), "uriBaseId": "%SRCROOT%"}
        region = {"startLine": problem.where.line, "startColumn": problem.where.column}
        said["locations"] = [{"physicalLocation": {"artifactLocation": artifact, "region": region}}]
    return said


def _words(problem: Problem) -> Iterator[str]:
    yield f"{problem.code}: {problem.message}"
    if problem.fix is not None:
        yield f"Fix: {problem.fix}"
