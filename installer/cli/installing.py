"""The options that `install` and `plan` share, and the requests made of them. Decides nothing about RHDH."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import click

from installer.cli.values import FILE, namespace, several

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.request import InstallRequest, LiveRequest

_PARTS = ("notifications", "templates", "cors", "csp")
_EXTRAS = ("email",)
_WHAT = (
    click.option("--rhdh-version", metavar="X.Y[.Z]", help="The release of RHDH; beats what is found."),
    click.option("--defaults", type=FILE, metavar="FILE", help="RHDH's own dynamic-plugins.default.yaml."),
    click.option(
        "--without",
        multiple=True,
        metavar="PART",
        callback=several(_PARTS),
        help=f"Leave out: {', '.join(_PARTS)} (repeat, or separate by commas).",
    ),
    click.option(
        "--with",
        "extras",
        multiple=True,
        metavar="PART",
        callback=several(_EXTRAS),
        help="Add: email (notifications by mail).",
    ),
    click.option(
        "--infrastructure-namespace",
        metavar="NAMESPACE",
        callback=namespace,
        help="Where the SonataFlow platform is (RHDH <= 1.6: sonataflow-infra; later: RHDH's own).",
    ),
    click.option("--rhdh-url", metavar="URL", help="The address of RHDH, for CORS, where app.baseUrl does not say it."),
    click.option("--enable-disabled", is_flag=True, help="Switch on Orchestrator plugins that somebody switched off."),
    click.option("--registry", metavar="URL", help="Ask this npm registry whether the packages have these hashes."),
    click.option("--fail-on", type=click.Choice(["warn"]), help="Exit with 5 when there are warnings."),
)
_LIVE = (
    click.option("--skip-operators", is_flag=True, help="On a cluster: leave the operators as they are."),
    click.option("--operators-only", is_flag=True, help="On a cluster: stop when the operators have Succeeded."),
    click.option("--approve", multiple=True, metavar="CSV", help="An operator that an InstallPlan may bring along."),
    click.option("--chart", metavar="REFERENCE", help="RHDH's own chart, where Helm installed RHDH."),
    click.option("--chart-version", metavar="VERSION", help="Its version (the one that is installed)."),
    click.option("--helm", metavar="PATH", help="The helm to use (RHDH_ORCHESTRATOR_HELM)."),
)


def installing(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add what an installation is told, and what it is told on a cluster."""
    for option in reversed((*_WHAT, *_LIVE)):
        function = option(function)
    return function


def requests_of(options: Mapping[str, Any]) -> "tuple[InstallRequest, LiveRequest]":
    """The two requests. Raises click.UsageError where options contradict each other."""
    from dataclasses import fields

    from installer.model.request import InstallRequest, LiveRequest

    given = {**options, "fail_on_warn": options.get("fail_on") is not None}
    names = {kind: [one.name for one in fields(kind) if one.name in given] for kind in (InstallRequest, LiveRequest)}
    if given["skip_operators"] and given["operators_only"]:
        raise click.UsageError("--skip-operators and --operators-only contradict each other")
    if given["chart_version"] and not given["chart"]:
        raise click.UsageError("--chart-version says more of --chart REFERENCE, which is missing")
    return (
        InstallRequest(**{name: given[name] for name in names[InstallRequest]}),
        LiveRequest(**{name: given[name] for name in names[LiveRequest]}),
    )


def refuse_live_options(ctx: click.Context, names: frozenset[str]) -> None:
    """Raises click.UsageError for an option of clusters beside --directory; the rest of kubectl's are left alone."""
    from click.core import ParameterSource

    for param in ctx.command.params:
        if param.name in names and ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{param.opts[-1]} is for clusters; --directory DIR is about manifests")


LIVE_OPTIONS = frozenset({
    "skip_operators", "operators_only", "approve", "chart", "chart_version", "context", "cluster", "user", "namespace",
    "server", "token", "kubeconfig", "as_user", "as_groups", "as_uid",
})  # fmt: skip
