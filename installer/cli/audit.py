"""`audit`, its `rules` and `diff`, and `explain`: options into a request, the request to the flow. Judges nothing."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.connection import LASTING, connected, connection_of
from installer.cli.options import EVERY_OUTPUT, Table, command, load_yaml, session_of
from installer.cli.plugins_changes import CHANGING, changing_with, wanted_of
from installer.cli.plugins_where import refuse_connection
from installer.cli.session import REPORTS
from installer.cli.table import AUDIT
from installer.cli.values import FILE, FOLDER

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.audit.request import AuditRequest
    from installer.cluster.options import ConnectionOptions
    from installer.flow.plugins_changing import Wanted
    from installer.model.report import Report

SEVERITIES = click.Choice(("critical", "high", "medium", "low", "info"))
PROFILES = click.Choice(("install", "upgrade", "dev", "production", "security", "all"))


class Unclear(click.UsageError):
    """Options contradict each other; no command is missing, although there are some below this one."""


@click.command(
    "audit",
    cls=Table,
    entries=AUDIT,
    outputs=EVERY_OUTPUT,
    invoke_without_command=True,
    short_help="What is wrong with an RHDH's configuration, why, and how to fix it.",
)
@click.option("--directory", type=FOLDER, metavar="DIR", help="Manifests that hold an RHDH, in place of a cluster.")
@click.option("--archive", type=FILE, metavar="FILE", help="A must-gather or other dump: a folder, .tar or .tar.gz.")
@click.option("--rhdh-version", metavar="X.Y[.Z]", help="The release of RHDH.")
@click.option("--defaults", type=FILE, metavar="FILE", help="RHDH's own dynamic-plugins.default.yaml.")
@click.option("--profile", type=PROFILES, default="install", help="What the audit is for (install).")
@click.option("--rule", "rules", multiple=True, metavar="SLUG", help="Only this rule, in any profile; repeat.")
@click.option("--severity", type=SEVERITIES, default="info", help="Show no finding below it.")
@click.option("--fail-on", type=SEVERITIES, help="Exit with 4 for a finding as grave as this, or graver.")
@click.option("--strict", is_flag=True, help="Exit with 4 where a rule could not judge.")
@click.option("--baseline", type=FILE, metavar="FILE", help="Findings that are known: they count for no gate.")
@click.option("--write-baseline", type=FILE, metavar="FILE", help="Write the findings of now as a baseline.")
@click.option("--exceptions", type=FILE, metavar="FILE", help="Findings that are accepted, by whom and until when.")
@click.option("--registry", metavar="URL", help="Ask registries too; this is npm's, a scope's own of .npmrc beats it.")
@click.option("--authfile", type=FILE, metavar="FILE", help="Credentials for image registries, as podman's.")
@click.option("--fix", "fixing", is_flag=True, help="Put right what is safe, after a preview.")
@changing_with("--fix")
@connected
@click.pass_context
def audit(ctx: click.Context, /, **options: Any) -> "Report | None":
    """Judge the configuration of an RHDH and of what the Orchestrator needs around it. Only --fix writes.

    Each finding says what is wrong and where, why it matters, and how its owner puts it right. A rule that could not
    see what it needs is skipped, with the reason. With --profile production the eight requirements of a production
    installation are decided too. Without --fail-on and --strict the findings make no difference to the exit code.
    --fix puts right what has one right answer and needs no decision of a person; the rest stays a proposal. On a
    cluster it comes with one restart, and a new pod that does not start brings the old configuration back (11).
    """
    if ctx.invoked_subcommand is not None:
        return None
    load_yaml()
    fixing = bool(options.pop("fixing"))
    connection = _connection(options, fixing=fixing)
    wanted = _wanted(options, fixing=fixing)
    from installer.audit.request import AuditRequest

    request = AuditRequest(**options)
    report = _judged(request, connection) if wanted is None else _fixed(ctx, request, connection, wanted)
    output = session_of(ctx).output
    if output not in REPORTS:
        return _tamed(report)
    from installer.cli.reports import written

    return written(report, output, options)


def _judged(request: "AuditRequest", connection: "ConnectionOptions | None") -> "Report":
    ahead = None
    if connection is not None:
        from installer.flow.audit_ahead import begin

        ahead = begin(request, connection)
    from installer.flow.audit import audit as walk  # loaded while the cluster answers

    return walk(request, connection, ahead)


def _fixed(
    ctx: click.Context, request: "AuditRequest", connection: "ConnectionOptions | None", wanted: "Wanted"
) -> "Report":
    from installer.cli.progress import progress_on
    from installer.cli.terminal import confirm_on
    from installer.flow.audit_fix import fix

    session = session_of(ctx)
    with progress_on(session, lasting=connection is not None) as progress:
        return fix(request, connection, wanted, confirm=confirm_on(session), progress=progress)


def _wanted(options: dict[str, Any], *, fixing: bool) -> "Wanted | None":
    """How to put right what is safe, taken out of the options; None without --fix."""
    if fixing:
        try:
            return wanted_of(options)
        except click.UsageError as error:
            raise Unclear(error.message) from None
    given = {name: options.pop(name) for name in CHANGING}
    if any(given.values()):
        named = ", ".join(f"--{name.replace('_', '-')}" for name, value in given.items() if value)
        raise Unclear(f"{named} {'is' if sum(map(bool, given.values())) == 1 else 'are'} for --fix")
    return None


def _connection(options: dict[str, Any], *, fixing: bool) -> "ConnectionOptions | None":
    """The connection, taken out of the options; None where they name a directory or an archive instead."""
    given = {"--directory DIR": options["directory"], "--archive FILE": options["archive"]}
    named = [option for option, value in given.items() if value is not None]
    if len(named) > 1:
        raise Unclear("what to audit? either --directory DIR or --archive FILE, or neither for the cluster")
    if fixing and options["archive"] is not None:
        raise Unclear("--fix is for a cluster or --directory DIR: an archive is a copy that nobody reads")
    try:
        connection = connection_of(options, within=LASTING if fixing else None)
        for option in named:
            refuse_connection(option)
    except click.UsageError as error:
        raise Unclear(error.message) from None
    return None if named else connection


def _tamed(report: "Report") -> "Report":
    """Names and values of objects are shown as they are, but for what a terminal would obey."""
    from dataclasses import replace

    from installer.cli.taming import tame

    return replace(report, text=tame(report.text))


@command("rules", short_help="Every rule, with its severity, why it matters and where that can be read.")
def rules() -> "Report":
    """List every rule of the audit. `explain SLUG` says more of one."""
    from installer.flow.audit import list_rules

    return list_rules()


@command(
    "diff",
    short_help="What findings came, went and stayed between two answers of audit -o json.",
    examples=("rhdh-orchestrator audit diff before.json after.json",),
)
@click.argument("old", type=FILE, metavar="OLD.json")
@click.argument("new", type=FILE, metavar="NEW.json")
def diff(old: str, new: str) -> "Report":
    """Compare two answers of `audit -o json` by the fingerprints of their findings."""
    from installer.flow.audit import diff as walk

    return _tamed(walk(old, new))


@command(
    "explain",
    short_help="What one rule of the audit judges, and why.",
    examples=("rhdh-orchestrator explain platform-not-ready",),
)
@click.argument("slug")
def explain(slug: str) -> "Report":
    """Explain a rule: when it speaks, what happens to the portal then, what to do, and where that can be read."""
    from installer.flow.audit import explain as walk

    return walk(slug)
