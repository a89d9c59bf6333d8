"""Markdown for a comment on a pull request: counts, findings by severity, details folded. Judges nothing."""

import re
from collections.abc import Iterable, Iterator

from installer.audit.finding import SEVERITIES
from installer.cli.reports.audited import (
    Audited,
    Data,
    address,
    beside,
    by_reason,
    counted,
    observed,
    place,
    severities,
)
from installer.cli.taming import tame, tame_line

# A comment on GitHub holds 65,536 characters, one on Bitbucket 32,768; a longer one is refused as a whole.
LIMIT = 32_000
# Of that, for what could not be judged, which stands behind the findings.
_REST = 4_000
# One text of others takes no more than that: the whole is in the other formats.
_SPAN, _BLOCK = 500, 4_000


def markdown(one: Audited) -> str:
    """The comment, in at most LIMIT characters: of findings that do not fit the number is told, gravest first."""
    head = "".join(f"{line}\n" for line in _head(one))
    rest = _fitting(_rest(one), _REST, "reason")
    findings = [part for severity in SEVERITIES for part in _of_severity(one, severity)]
    return head + _fitting(findings, LIMIT - len(head) - len(rest), "finding") + rest


def _fitting(parts: Iterable[str], room: int, noun: str) -> str:
    """As many of the parts as there is room for, and how many there were more."""
    kept: list[str] = []
    left = 0
    for part in parts:
        room -= len(part)
        left += 1 if room < len(_more(10**9, noun)) or left else 0
        kept += [] if left else [part]
    return "".join(kept) + (_more(left, noun) if left else "")


def _more(number: int, noun: str) -> str:
    return f"\n*{counted(number, f'more {noun}')} did not fit; `-o html` and `-o json` have everything.*\n"


def _head(one: Audited) -> Iterator[str]:
    summary = one.result["summary"]
    total = sum(count for _, count in severities(summary))
    yield f"## Audit of RHDH: {counted(total, 'finding')}"
    yield ""
    yield "| severity | findings |"
    yield "|---|--:|"
    yield from (f"| {severity} | {count} |" for severity, count in severities(summary))
    yield ""
    yield f"Profile `{one.profile}`, exit {int(one.exit)}{''.join(f', {words}' for words in beside(summary))}."
    yield from _production(one.result["production"] or ())
    yield from (f"\n**Error:** {_code(f'{problem.code}: {problem.message}')}" for problem in one.errors)


def _production(verdicts: Iterable[Data]) -> Iterator[str]:
    rows = list(verdicts)
    if rows:
        met = sum(row["verdict"] == "met" for row in rows)
        yield f"\n**Fit for production: {'yes' if met == len(rows) else 'no'}** ({met} of {len(rows)} are met)\n"
        yield "| | requirement | verdict |"
        yield "|--:|---|---|"
        yield from (f"| {row['requirement']} | {row['title']} | {row['verdict']} |" for row in rows)


# -- findings


def _of_severity(one: Audited, severity: str) -> Iterator[str]:
    found = [each for each in one.result["findings"] if each["severity"] == severity]
    for index, each in enumerate(found):
        title = f"\n### {severity.capitalize()}\n" if index == 0 else ""
        yield title + "".join(f"{line}\n" for line in _finding(each))


def _finding(one: Data) -> Iterator[str]:
    fix, where = one["fix"], place(one)
    yield ""
    yield f"**{one['rule']}**: {_code(address(one))}{f' at {_code(where)}' if where else ''}<br>"
    yield _code(observed(one))
    yield ""
    if one["suppressed"]:
        yield f"Accepted ({one['suppressed']['by']}): {_code(one['suppressed']['reason'])}"
        return
    yield "<details><summary>Why, and how to put it right</summary>"
    yield ""
    yield f"* **Expected:** {_code(one['expected'])}"
    yield f"* **Why:** {_words(one['why'])}"
    yield f"* **Fix:** {_words(fix['summary'])}"
    if fix["commands"]:
        yield from _block("sh", "\n".join(fix["commands"]))
    if fix["patch"]:
        yield from _block("yaml", fix["patch"])
    yield ""
    yield "</details>"


def _rest(one: Audited) -> Iterator[str]:
    """What could not be judged, and why."""
    for word in ("crashed", "skipped"):
        for index, (reason, slugs) in enumerate(by_reason(one.result[word]).items()):
            title = f"\n### {word.capitalize()}\n\n" if index == 0 else ""
            yield f"{title}* {_code(reason)}: {', '.join(slugs)}\n"


# -- what others wrote


def _code(text: str) -> str:
    """Text of others as a code span: in it nothing is markup, a link or somebody's name."""
    line = _short(tame_line(text).strip(), _SPAN) or " "
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    edge = " " if line[0] == "`" or line[-1] == "`" else ""
    return f"{fence}{edge}{line}{edge}{fence}"


def _block(language: str, text: str) -> Iterator[str]:
    """Text of others as a fenced block, whose fence none of its lines can end."""
    body = _short(tame(text).rstrip("\n"), _BLOCK)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", body)), default=0))
    yield f"\n{fence}{language}\n{body}\n{fence}"


def _short(text: str, limit: int) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"


def _words(text: str) -> str:
    """Words of ours, in which names of variables and elements are no markup."""
    return re.sub(r"([\\`*_<>\[\]#|])", r"\\\1", " ".join(text.split()))
