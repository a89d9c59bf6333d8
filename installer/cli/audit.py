"""`audit`, its `rules` and `diff`, and `explain`: options into a request, the request to the flow. Judges nothing."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.options import Table, command
from installer.cli.table import AUDIT
from installer.cli.values import FILE, FOLDER, instance

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report

SEVERITIES = click.Choice(("critical", "high", "medium", "low", "info"))
PROFILES = click.Choice(("install", "upgrade", "dev", "production", "security", "all"))


class Unsaid(click.UsageError):
    """What to judge was not said; no command is missing, although there are some below this one."""


@click.command(
    "audit",
    cls=Table,
    entries=AUDIT,
    invoke_without_command=True,
    short_help="What is wrong with an RHDH's configuration, why, and how to fix it.",
)
@click.option("--directory", type=FOLDER, metavar="DIR", help="Manifests that hold an RHDH.")
@click.option("--instance", metavar="[NAMESPACE/]NAME", callback=instance, help="Which RHDH, where there are several.")
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
@click.pass_context
def audit(ctx: click.Context, /, **options: Any) -> "Report | None":
    """Judge the configuration of an RHDH and of what the Orchestrator needs around it; write nothing to it.

    Each finding says what is wrong and where, why it matters, and how its owner puts it right. A rule that could not
    see what it needs is skipped, with the reason. With --profile production the eight requirements of a production
    installation are decided too. Without --fail-on and --strict the findings make no difference to the exit code.
    """
    if ctx.invoked_subcommand is not None:
        return None
    if options["directory"] is None:
        raise Unsaid("what to audit? --directory DIR")
    from installer.audit.request import AuditRequest
    from installer.flow.audit import audit as walk

    return _tamed(walk(AuditRequest(**options)))


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
