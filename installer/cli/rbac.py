"""`rbac print`: options into a request for roles. Contacts no cluster and knows no permission."""

from typing import TYPE_CHECKING, Any

import click

from installer.cli.options import Table, command
from installer.cli.table import RBAC

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report

_SUBJECTS = {"users": "User", "groups": "Group", "accounts": "ServiceAccount"}

rbac = Table(
    "rbac",
    entries=RBAC,
    short_help="What this program must be allowed to do on a cluster.",
    help="Print what this program must be allowed to do on a cluster.",
)


@command(
    "print",
    short_help="The roles that a command needs.",
    examples=(
        "rhdh-orchestrator rbac print --scope install -n rhdh --user jane | kubectl apply -f -",
        "rhdh-orchestrator rbac print --scope check -n rhdh --serviceaccount ci/installer",
        "rhdh-orchestrator rbac print --scope install -n rhdh --skip-operators --flavour plain",
        "rhdh-orchestrator rbac print --for audit -n rhdh --namespaced --group support",
    ),
)
@click.option(
    "--scope",
    "--for",
    "scope",
    type=click.Choice(["install", "check", "status", "restart", "uninstall", "plugins", "audit"]),
    default="install",
    help="For which command (install, which undo and resume need too).",
)
@click.option(
    "--flavour",
    type=click.Choice(["operator", "helm", "plain"]),
    default="operator",
    help="How RHDH was installed (operator); status shows it.",
)
@click.option("-n", "--namespace", metavar="NAMESPACE", required=True, help="The namespace of RHDH.")
@click.option("--infrastructure-namespace", metavar="NAMESPACE", help="That of the SonataFlow platform (RHDH's own).")
@click.option("--skip-operators", is_flag=True, help="Without what installing operators needs.")
@click.option("--namespaced", is_flag=True, help="For audit -n NAMESPACE, which looks at that namespace only.")
@click.option("--user", "users", multiple=True, metavar="NAME", help="Bind the roles to this user; repeat.")
@click.option("--group", "groups", multiple=True, metavar="NAME", help="Bind the roles to this group; repeat.")
@click.option(
    "--serviceaccount",
    "accounts",
    multiple=True,
    metavar="[NAMESPACE/]NAME",
    help="Bind the roles to this account; repeat.",
)
def print_(namespace: str, infrastructure_namespace: str | None, **options: Any) -> "Report":
    """Print the Role and the ClusterRole that a command needs, as manifests for kubectl apply.

    Exactly what is used, and what `check` and `install` ask for before they begin. Contacts no cluster.
    """
    from installer.flow.live_rbac import RolesRequest, print_roles, subject

    if options["namespaced"] and options["scope"] != "audit":
        raise click.UsageError("--namespaced is for --for audit; other commands look at the whole cluster")
    subjects = [subject(kind, name, namespace) for key, kind in _SUBJECTS.items() for name in options[key]]
    return print_roles(
        RolesRequest(
            options["scope"],
            options["flavour"],
            namespace,
            infrastructure_namespace,
            not options["skip_operators"],
            tuple(subjects),
            options["namespaced"],
        )
    )
