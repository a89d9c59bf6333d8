"""Renders a report in the format asked for and hands it to the streams. Computes no answer and no exit code."""

from typing import Any

from installer.cli.boundary import bug
from installer.cli.paint import paint_diffs, paint_label, wants_color
from installer.cli.session import Session
from installer.cli.taming import tame
from installer.cli.writing import write_answer
from installer.model.errors import Problem
from installer.model.report import Report


def deliver(report: Report, session: Session) -> int:
    """Write the report in the format asked for; return the exit code of the process."""
    try:
        out, err = render(report, session)
    except Exception as error:  # noqa: BLE001 (an answer that cannot be rendered is a bug, and is said so)
        report = Report(errors=(*report.errors, bug(error)))
        out, err = render(report, session)
    return write_answer(out, err, int(report.exit))


def render(report: Report, session: Session) -> tuple[str, str]:
    """What goes to stdout and what goes to stderr. A document holds everything, so stderr is empty then."""
    match session.output:
        case "json":
            return _json(report, session), ""
        case "jsonl":
            return _line(report, session), ""
        case "yaml":
            return _yaml(report, session), ""
        case _:
            return _text(report, session)


def _document(report: Report, session: Session) -> dict[str, Any]:
    from installer.cli.envelope import envelope

    return envelope(report, session.words)


def _json(report: Report, session: Session) -> str:
    import json

    # ASCII only: right in every encoding that a stdout may have.
    return json.dumps(_document(report, session), indent=2, allow_nan=False) + "\n"


def _line(report: Report, session: Session) -> str:
    """The last event: the same document on one line."""
    import json

    return json.dumps({"event": "result", **_document(report, session)}, allow_nan=False) + "\n"


def _yaml(report: Report, session: Session) -> str:
    import yaml

    return yaml.safe_dump(_document(report, session), sort_keys=False)


def _text(report: Report, session: Session) -> tuple[str, str]:
    color = wants_color(session, "stderr")
    said = [] if session.quiet else [_lines("warning", problem, color) for problem in report.warnings]
    said += [_lines("error", problem, color) for problem in report.errors]
    painted = session.output == "text" and wants_color(session, "stdout")
    out = paint_diffs(report.text) if painted else report.text
    return out, "".join(said)


def _lines(label: str, problem: Problem, color: bool) -> str:  # noqa: FBT001 (one private reader)
    lines = [f"{paint_label(label, color)} {_tame(problem.message)}"]
    if problem.where is not None:
        lines.append(f"  at: {_tame(str(problem.where))}")
    if problem.fix is not None:
        lines.append(f"  fix: {_tame(problem.fix)}")
    return "\n".join(lines) + "\n"


def _tame(text: str) -> str:
    return tame(text).replace("\n", "\n    ")
