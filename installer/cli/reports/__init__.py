"""An audit for other programs than ours: SARIF, JUnit XML, Markdown and one page of HTML. Judges and masks nothing."""

from dataclasses import replace
from typing import Any

from installer.cli.reports.audited import Audited, audited
from installer.model.report import Report


def written(report: Report, output: str, options: dict[str, Any]) -> Report:
    """The report of an audit with its text in one of `session.REPORTS`.

    :param options: of the command line: `profile`, and `directory` where manifests were judged
    """
    return replace(report, text=_document(audited(report, options), output))


def _document(one: Audited, output: str) -> str:
    # Each is loaded only where it is asked for.
    match output:
        case "sarif":
            from installer.cli.reports.sarif import sarif

            return sarif(one)
        case "junit":
            from installer.cli.reports.junit import junit

            return junit(one)
        case "md":
            from installer.cli.reports.markdown import markdown

            return markdown(one)
        case "html":
            from installer.cli.reports.html import html

            return html(one)
        case _:
            raise ValueError(f"{output} is no format of a report")
