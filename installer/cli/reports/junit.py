"""JUnit XML: a suite for each group of rules, a case for each rule that was asked. Judges nothing."""

from collections.abc import Iterator
from html import escape
from typing import Literal

from installer.audit.rule import GROUPS
from installer.cli.reports.audited import Audited, Data, address, counted, observed, place
from installer.cli.taming import tame


def junit(one: Audited) -> str:
    """The document. ASCII only: what else there is stands as character references."""
    cases = _cases(one)
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f"<testsuites{_attributes(name='rhdh-orchestrator audit', **_counts(list(cases.values())))}>")
    for group in GROUPS:
        within = [case for slug, case in cases.items() if one.rules[slug]["group"] == group]
        if within:
            lines.append(f"  <testsuite{_attributes(name=group, **_counts(within))}>")
            lines += [f"    {line}" for case in within for line in case.lines(group)]
            lines.append("  </testsuite>")
    text = "".join(f"{line}\n" for line in (*lines, "</testsuites>"))
    return text.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _cases(one: Audited) -> dict[str, "_Case"]:
    cases = {slug: _Case(row) for slug, row in one.rules.items()}
    for finding in one.result["findings"]:
        case = cases[finding["rule"]]
        (case.open if finding["suppressed"] is None else case.accepted).append(finding)
    for row in one.result["crashed"]:
        cases[row["rule"]].crashed.append(row["reason"])
    for row in one.result["skipped"]:
        cases[row["rule"]].skipped.append(row["reason"])
    for row in one.result["asked"]:
        case = cases[row["rule"]]
        if row["findings"] > len(case.open):
            case.skipped.append(f"{counted(row['findings'] - len(case.open), 'finding')} below --severity")
    return cases


class _Case:
    """One rule. Only a rule that saw all it needs and found nothing has passed."""

    def __init__(self, row: Data) -> None:
        self.row = row
        self.open: list[Data] = []
        self.accepted: list[Data] = []
        self.crashed: list[str] = []
        self.skipped: list[str] = []

    @property
    def state(self) -> Literal["errors", "failures", "skipped", ""]:
        """The one state that a case has in JUnit: `errors`, `failures`, `skipped`, or empty."""
        if self.crashed:
            return "errors"
        if self.open:
            return "failures"
        return "skipped" if self.skipped else ""

    def lines(self, group: str) -> Iterator[str]:
        start = f"<testcase{_attributes(classname=f'audit.{group}', name=self.row['slug'])}"
        body = list(self._body())
        if not body:
            yield f"{start}/>"
            return
        yield f"{start}>"
        yield from (f"  {line}" for line in body)
        yield "</testcase>"

    def _body(self) -> Iterator[str]:
        match self.state:
            case "errors":
                yield _element("error", "\n".join(self.crashed), message="a bug of ours: the rule crashed")
            case "failures":
                severity = self.open[0]["severity"]
                message = f"{self.row['title']}: {counted(len(self.open), 'finding')}"
                yield _element("failure", "\n\n".join(map(_words, self.open)), message=message, type=severity)
            case "skipped":
                yield f"<skipped{_attributes(message='; '.join(self.skipped))}/>"
            case "":
                pass
        beside = [_accepted(finding) for finding in self.accepted]
        beside += [f"not wholly judged: {reason}" for reason in self.skipped if self.state != "skipped"]
        beside += ["", *map(_words, self.open)] if self.open and self.crashed else []
        if beside:
            yield _element("system-out", "\n".join(beside))


def _words(one: Data) -> str:
    fix = one["fix"]
    where = f" at {place(one)}" if one["where"] else ""
    lines = [f"{one['severity']}: {address(one)}{where}", observed(one), f"expected: {one['expected']}"]
    lines += [f"why: {one['why']}", f"fix: {fix['summary']}", *fix["commands"]]
    return "\n".join([*lines, *([fix["patch"].rstrip("\n")] if fix["patch"] else [])])


def _accepted(one: Data) -> str:
    suppressed = one["suppressed"]
    return f"accepted ({suppressed['by']}): {suppressed['reason']}: {address(one)}: {observed(one)}"


def _counts(cases: list[_Case]) -> dict[str, str]:
    states = [case.state for case in cases]
    return {"tests": str(len(cases)), **{word: str(states.count(word)) for word in ("failures", "errors", "skipped")}}


def _attributes(**attributes: str) -> str:
    # A line end as it is would be read as a space there.
    told = {name: escape(_legal(value)).replace("\n", "&#10;") for name, value in attributes.items()}
    return "".join(f' {name}="{value}"' for name, value in told.items())


def _element(name: str, text: str, **attributes: str) -> str:
    return f"<{name}{_attributes(**attributes)}>{escape(_legal(text), quote=False)}</{name}>"


def _legal(text: str) -> str:
    """XML has no way to write most control characters and no surrogates: they are spelled out, as for terminals."""
    return tame(text)
