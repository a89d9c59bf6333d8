"""What every report of an audit is made of: its masked result, the rules, what was said beside it. Renders nothing."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any

from installer.audit.finding import SEVERITIES
from installer.audit.rules import rule
from installer.flow.audit_views import rule_view
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem
from installer.model.report import Report

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Audited:
    """An audit as it was answered.

    result    what `-o json` has as `result`
    rules     what is known of each rule that was asked or is spoken of, by slug, in the order of `audit rules`
    base      leads from where the program was started to the files that findings name, as `manifests/`; None where
              they are no files beside it (a cluster, an archive)
    profile   what the audit was for
    """

    result: Data
    rules: Mapping[str, Data]
    warnings: tuple[Problem, ...]
    errors: tuple[Problem, ...]
    exit: ExitCode
    profile: str
    base: str | None


def audited(report: Report, options: Mapping[str, Any]) -> Audited:
    """What reports say of an audit."""
    assert report.result is not None  # noqa: S101 - an audit without a result ended in an error
    return Audited(
        report.result,
        {row["slug"]: row for row in _rules(report.result)},
        report.warnings,
        report.errors,
        report.exit,
        str(options["profile"]),
        None if options.get("directory") is None else _base(str(options["directory"])),
    )


def _rules(result: Data) -> Iterator[dict[str, Any]]:
    spoken_of = [one["rule"] for word in ("asked", "findings", "skipped", "crashed") for one in result[word]]
    for slug in dict.fromkeys(spoken_of):
        found = rule(slug)
        if found is not None:
            yield rule_view(found)


def _base(directory: str) -> str:
    """The directory as part of a relative name, empty where it is not below the one we were started in.

    A checkout is audited from its root as a rule, and what reads reports looks for the files from there.
    """
    path = PurePath(directory)
    if path.is_absolute():
        here = Path.cwd()
        path = path.relative_to(here) if path.is_relative_to(here) else PurePath()
    parts = [part for part in path.parts if part != "."]
    return "" if ".." in parts else "".join(f"{part}/" for part in parts)


# -- words that several reports use


def address(one: Data) -> str:
    """The object of a finding, as `Deployment portal/hub`; a file by its name."""
    ref = one["object"]
    name = "/".join(part for part in (ref["namespace"], ref["name"]) if part)
    return name if ref["kind"] == "File" else f"{ref['kind']} {name}"


def place(one: Data) -> str:
    """Where a finding is, as `file:line:column`; empty where that is not known."""
    where = one["where"]
    return f"{where['file']}:{where['line']}:{where['column']}" if where else ""


def observed(one: Data) -> str:
    """What was seen, after the path to it where the words do not name that."""
    return (
        f"{one['path']}: {one['observed']}" if one["path"] and one["path"] not in one["observed"] else one["observed"]
    )


def counted(number: int, noun: str) -> str:
    """`1 finding`, `2 findings`."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def severities(summary: Data) -> Iterable[tuple[str, int]]:
    """How many findings that nobody accepted there are of each severity, the gravest first."""
    return [(severity, summary[severity]) for severity in SEVERITIES]


def beside(summary: Data) -> list[str]:
    """What there is beside open findings: `2 suppressed`, `40 skipped`."""
    return [f"{summary[word]} {word}" for word in ("suppressed", "skipped", "crashed") if summary[word]]


def by_reason(listed: Iterable[Data]) -> Mapping[str, list[str]]:
    """Rules by the reason why they were skipped or crashed: one folder without Secrets skips many."""
    found: dict[str, list[str]] = {}
    for row in listed:
        found.setdefault(row["reason"], []).append(row["rule"])
    return found
