"""One page of HTML that needs nothing but itself, for people who did not run the audit. Judges nothing."""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from json import dumps
from pathlib import Path
from typing import Any

from installer import __version__
from installer.cli.options import PROGRAM
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
from installer.model.errors import Problem
from installer.model.late_pattern import late_pattern

_TITLE = "Audit of Red Hat Developer Hub"
_GAP = late_pattern(r"<!--([a-z]+)-->")


def html(one: Audited) -> str:
    """The document. ASCII only: what else there is stands as character references and escapes."""
    style, script = _part("page.css"), _part("page.js")
    filled = {
        "policy": _policy(style, script),
        "generator": f"{PROGRAM} {__version__}",
        "title": _TITLE,
        "style": style,
        "about": _text(_about(one)),
        "problems": "\n".join(_problems(one)),
        "production": "\n".join(_production(one.result["production"])),
        "unjudged": "\n".join(_unjudged(one)),
        "data": _data(one),
        "script": script,
    }
    page = _GAP.sub(lambda gap: filled[gap[1]], _part("page.html"))
    return page.encode("ascii", "xmlcharrefreplace").decode("ascii")


def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def _policy(style: str, script: str) -> str:
    """Nothing is fetched, sent or framed, and no other script or style than ours is taken."""
    hashes = [b64encode(sha256(text.encode("utf-8")).digest()).decode("ascii") for text in (style, script)]
    allowed = f"style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; img-src data:"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


def _data(one: Audited) -> str:
    """What the script shows, as JSON in which nothing can end the element that it stands in."""
    told = {slug: {key: row[key] for key in ("title", "group", "why", "sources")} for slug, row in one.rules.items()}
    found = [_finding(finding) for finding in one.result["findings"]]
    text = dumps({"rules": told, "findings": found}, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _finding(one: Data) -> dict[str, Any]:
    fix, suppressed = one["fix"], one["suppressed"]
    return {
        **{key: one[key] for key in ("rule", "severity", "fingerprint")},
        "namespace": tame_line(one["object"]["namespace"]),
        "address": tame_line(address(one)),
        "place": tame_line(place(one)),
        "path": tame_line(one["path"]),
        "observed": tame_line(observed(one)),
        "expected": tame_line(one["expected"]),
        "fix": {
            "summary": tame_line(fix["summary"]),
            "commands": [tame_line(command) for command in fix["commands"]],
            "patch": None if fix["patch"] is None else tame(fix["patch"]),
        },
        "suppressed": None if suppressed is None else {key: tame_line(text) for key, text in suppressed.items()},
    }


# -- what stands in the page without the script


def _about(one: Audited) -> str:
    summary = one.result["summary"]
    told = [f"{count} {severity}" for severity, count in severities(summary) if count]
    total = sum(count for _, count in severities(summary))
    words = counted(total, "finding") + (f" ({', '.join(told)})" if told else "")
    return f"{'; '.join([words, *beside(summary)])}. Profile {one.profile}, exit {int(one.exit)}."


def _problems(one: Audited) -> Iterator[str]:
    for label, problems in (("Error", one.errors), ("Warning", one.warnings)):
        yield from (f'<p class="note"><strong>{label}:</strong> {_said(problem)}</p>' for problem in problems)


def _said(problem: Problem) -> str:
    where = f" <code>{_text(str(problem.where))}</code>" if problem.where is not None else ""
    fix = f" Fix: {_text(problem.fix)}" if problem.fix is not None else ""
    return f"{_text(problem.message)}{where}{fix}"


def _production(verdicts: list[Data] | None) -> Iterator[str]:
    if not verdicts:
        return
    met = sum(row["verdict"] == "met" for row in verdicts)
    yield '<section aria-labelledby="production-title">'
    yield '<h2 id="production-title">Fit for production</h2>'
    yield f"<p><strong>{'Yes' if met == len(verdicts) else 'No'}</strong>: {met} of {len(verdicts)} are met.</p>"
    yield '<table><thead><tr><th scope="col">Requirement</th><th scope="col">Verdict</th>'
    yield '<th scope="col">Evidence</th></tr></thead><tbody>'
    for row in verdicts:
        yield f'<tr><th scope="row">{row["requirement"]}. {_text(row["title"])}</th><td>{_text(row["verdict"])}</td>'
        yield f"<td>{''.join(f'<p>{_text(words)}</p>' for words in row['evidence'])}</td></tr>"
    yield "</tbody></table></section>"


def _unjudged(one: Audited) -> Iterator[str]:
    for word, title in (("crashed", "Rules that crashed"), ("skipped", "Rules that could not judge, or not wholly")):
        reasons = by_reason(one.result[word])
        if reasons:
            yield f'<section aria-labelledby="{word}-title"><h2 id="{word}-title">{title}</h2><ul>'
            yield from (f"<li>{_text(reason)}: {', '.join(slugs)}</li>" for reason, slugs in reasons.items())
            yield "</ul></section>"


def _text(text: str) -> str:
    return escape(tame_line(text))
