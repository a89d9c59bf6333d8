"""`audit --fix`: puts right what a program may put right by itself, as an installation would: plan, preview, confirm.

Judges with the rules of the audit, and decides nothing that is a person's to decide: the rest stays a proposal. What is
changed is what was judged: directory and cluster are read once before, and once more where something was done.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from installer.audit.engine import finding_of, verdict_of
from installer.audit.finding import Finding, Found
from installer.audit.request import AuditRequest
from installer.audit.snapshot import Contents
from installer.audit.source import Source as Judged
from installer.flow.audit import Terms, audited, terms_of
from installer.flow.audit_fix_edits import SAFE, Fixes
from installer.flow.audit_source import of_directory
from installer.flow.installation import Confirm, Progress
from installer.flow.plugins_changing import Decision, Wanted, change
from installer.flow.plugins_source import OnCluster, OnDirectory, Source, source_of
from installer.flow.saying import discreet
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError
from installer.model.report import Report
from installer.model.request import ConfigRequest
from installer.yamltext.redaction import mask_message

if TYPE_CHECKING:  # what talks to a cluster is loaded where one is looked at
    from installer.cluster.options import ConnectionOptions

COMMAND = "audit --fix"


@dataclass(frozen=True)
class Read:
    """What is there: to be judged, and to be changed where RHDH could be told."""

    judged: Judged
    changed: Callable[[], Source] | None
    refuse: Callable[[], None] = lambda: None  # raises where a run on the cluster has stopped before its end


Reading = Callable[[], Read]


@dataclass(frozen=True)
class Put:
    """What was put right, what could have been and was not, with the reason; and how it was made, if at all."""

    fixed: tuple[Finding, ...] = ()
    left: tuple[tuple[Finding, str], ...] = ()
    made: Report | None = None

    @property
    def happened(self) -> bool:
        """Whether something was written, be it that it was put back again."""
        result = (self.made.result if self.made else None) or {}
        return bool(result.get("written") or result.get("run"))

    @property
    def written(self) -> bool:
        return self.happened and self.made is not None and not self.made.errors


@discreet
def fix(
    request: AuditRequest,
    connection: "ConnectionOptions | None",
    wanted: Wanted,
    *,
    confirm: Confirm,
    progress: Progress,
) -> Report:
    """The answer of the audit, of what is there afterwards, with what was put right (`result.fixed`, `.left`).

    On a cluster a change is a run like that of `install`, and `result` has its `run` and `steps`.
    Raises InstallerError: TARGET, DENIED, INVALID, DECIDE, UNREACHABLE, and CONFLICT where somebody else has written.
    """
    terms = terms_of(request)
    with _reading(terms, connection, progress) as read:
        found = read()
        before = audited(terms, found.judged)
        if before.report.errors or found.changed is None:
            return _answer(_untold(before.report, found.judged), Put())
        fixable = _fixable(terms, before.contents)
        put = _put_right(found.changed(), fixable, wanted, confirm, progress) if fixable else Put()
        if put.made is None and not wanted.dry_run:
            return _answer(_unless_unfinished(before.report, found), put)
        if not put.happened:
            return _answer(before.report, put)
        try:
            return _answer(audited(terms, read().judged).report, put)
        except InstallerError as error:  # what was done is said all the same
            return _answer(replace(before.report, errors=error.problems), put)


# -- what is there


@contextmanager
def _reading(terms: Terms, connection: "ConnectionOptions | None", progress: Progress) -> Iterator[Reading]:
    if connection is None:
        yield partial(_of_directory, terms.request, progress)
        return
    from installer.cluster.connect import connect  # noqa: PLC0415 - the client costs more than reading a file
    from installer.flow.audit_live import asking, look  # noqa: PLC0415
    from installer.flow.live_journal import refuse_unfinished  # noqa: PLC0415

    request = terms.request
    wanted = (request.instance, request.rhdh_version, request.defaults)
    with closing(connect(connection)) as cluster:

        def read() -> Read:
            progress(f"reading {cluster.server}")
            looked = look(cluster, asking(cluster, connection.namespace, terms.judging), *wanted)
            if looked.observed is None:
                return Read(looked.source, None)
            origin, seen = OnCluster(connection, cluster, looked.observed), looked.observed
            refuse = partial(refuse_unfinished, cluster, seen.target)
            return Read(
                looked.source, lambda: source_of(origin, seen.world, seen.live.manifests, _asked(request)), refuse
            )

        yield read


def _of_directory(request: AuditRequest, progress: Progress) -> Read:
    assert request.directory is not None  # noqa: S101 - the command asks for one, or for a cluster
    progress(f"reading {request.directory}")
    judged = of_directory(request.directory, request.instance, request.rhdh_version, request.defaults)
    world, origin = judged.world, OnDirectory(request.directory)
    if world is None:
        return Read(judged, None)
    return Read(judged, lambda: source_of(origin, world, judged.manifests, _asked(request)))


def _asked(request: AuditRequest) -> ConfigRequest:
    return ConfigRequest(
        request.directory, request.instance, defaults=request.defaults, rhdh_version=request.rhdh_version
    )


# -- what to do


Fixable = tuple[Found, Finding]


def _fixable(terms: Terms, contents: Contents) -> list[Fixable]:
    """What the rules of the request find that is safe to put right and that nobody accepted."""
    pairs = [
        (found, finding_of(contents, rule, found))
        for rule in terms.judging
        if rule.slug in SAFE
        for found in verdict_of(contents, rule).found
        if SAFE[rule.slug](found)
    ]
    judged = terms.suppressed(tuple(finding for _, finding in pairs), contents.source)
    return [(found, finding) for (found, _), finding in zip(pairs, judged, strict=True) if finding.suppressed is None]


def _put_right(source: Source, fixable: list[Fixable], wanted: Wanted, confirm: Confirm, progress: Progress) -> Put:
    fixes = Fixes(source, tuple(found for found, _ in fixable))
    why_not = {id(found): fixes.why_not(found) for found, _ in fixable}
    left = tuple((finding, why) for found, finding in fixable if (why := why_not[id(found)]))
    fixed = tuple(finding for found, finding in fixable if not why_not[id(found)])
    if not fixed:
        return Put((), left)
    decision = Decision(COMMAND, fixes.plan, said="".join(map(_said, fixed)))
    return Put(fixed, left, change(source, decision, wanted, confirm=confirm, progress=progress))


# -- what to say


def _untold(report: Report, judged: Judged) -> Report:
    """Judging goes on where RHDH cannot be told; to put something right, somebody has to say which one."""
    if report.errors or judged.problem is None:
        return report
    warnings = tuple(one for one in report.warnings if one.code != judged.problem.code)
    return replace(report, warnings=warnings, errors=(judged.problem,))


def _unless_unfinished(report: Report, found: Read) -> Report:
    """What a run that stopped has written may be right, and not in force: nothing left to write is not all then."""
    try:
        found.refuse()
    except InstallerError as error:
        return replace(report, errors=(*report.errors, *error.problems))
    return report


def _said(one: Finding) -> str:
    return mask_message(f"puts right {one.rule}: {one.observed}\n")


def _row(one: Finding) -> dict[str, Any]:
    return {"rule": one.rule, "fingerprint": one.fingerprint}


def _answer(judged: Report, put: Put) -> Report:
    left = [{**_row(one), "reason": mask_message(why)} for one, why in put.left]
    result = {**(judged.result or {}), "fixed": list(map(_row, put.fixed)), "left": left, "written": put.written}
    stays = "".join(mask_message(f"left to you, {one.rule}: {one.observed}: {why}\n") for one, why in put.left)
    if put.made is None:
        text = f"{judged.text}{stays}nothing that can be put right by itself\n"
        return replace(judged, result=result, text=text)
    made, told = put.made, put.made.result or {}
    result |= {key: told[key] for key in ("run", "steps") if key in told}
    gate = made.gate if made.gate is not ExitCode.OK else judged.gate
    warnings = tuple(dict.fromkeys((*made.warnings, *judged.warnings)))
    errors = (*made.errors, *judged.errors)
    return Report(result, f"{made.text}{stays}\n{judged.text}", made.changes, warnings, errors, gate)
