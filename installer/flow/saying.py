"""The words of an answer with secrets masked, whichever room they come from. Changes nothing else."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import ParamSpec

from installer.model.errors import InstallerError, Problem
from installer.model.report import Report
from installer.yamltext.redaction import mask_message

Given = ParamSpec("Given")


def discreet(walk: Callable[Given, Report]) -> Callable[Given, Report]:
    """A walk whose problems and summaries quote no secret; its result and text mask what they show themselves."""

    @wraps(walk)
    def said(*given: Given.args, **named: Given.kwargs) -> Report:
        try:
            return _masked(walk(*given, **named))
        except InstallerError as error:
            # The same error goes on, so that --debug shows where it comes from.
            error.problems = tuple(map(_problem, error.problems))
            error.args = ("; ".join(problem.message for problem in error.problems),)
            raise

    return said


def _masked(report: Report) -> Report:
    return replace(
        report,
        warnings=tuple(map(_problem, report.warnings)),
        errors=tuple(map(_problem, report.errors)),
        changes=tuple(replace(change, summary=mask_message(change.summary)) for change in report.changes),
    )


def _problem(problem: Problem) -> Problem:
    fix = mask_message(problem.fix) if problem.fix else problem.fix
    return replace(problem, message=mask_message(problem.message), fix=fix)
