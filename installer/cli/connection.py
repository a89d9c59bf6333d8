"""kubectl's connection flags, declared once for every command on a live cluster. Connects to nothing."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from installer.cli.values import FILE, FOLDER, instance
from installer.model.late_pattern import late_pattern

if TYPE_CHECKING:
    from installer.cluster.options import ConnectionOptions

_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
# What a command that waits for rollouts takes at most where nobody says it: helm's and oc's users expect an end.
LASTING = 900.0
_PART = late_pattern(r"(\d+(?:\.\d+)?)(h|ms|m|s)")


class Duration(click.ParamType[float]):
    """As kubectl spells it: 1m30s, 500ms, or a number of seconds; 0 is no bound of one's own."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        text = str(value)
        if re.fullmatch(r"\d{1,9}", text):
            return float(text)
        parts = _PART.findall(text)
        if not parts or "".join(f"{number}{unit}" for number, unit in parts) != text:
            self.fail(f"{text!r} is no duration such as 30s, 1m30s or 0.", param, ctx)
        return sum(float(number) * _UNITS[unit] for number, unit in parts)


DURATION = Duration()
_OPTIONS = (
    click.option(
        "--instance", metavar="[NAMESPACE/]NAME", callback=instance, help="Which RHDH, where there are several."
    ),
    click.option("-n", "--namespace", metavar="NAMESPACE", help="Look for RHDH in this namespace only."),
    click.option("--kubeconfig", type=FILE, metavar="FILE", help="The kubeconfig (KUBECONFIG, ~/.kube/config)."),
    click.option("--context", metavar="NAME", help="The context of the kubeconfig."),
    click.option("--cluster", metavar="NAME", help="The cluster of the kubeconfig."),
    click.option("--user", metavar="NAME", help="The user of the kubeconfig."),
    click.option("-s", "--server", metavar="URL", help="The address of the API server."),
    click.option("--token", metavar="TOKEN", help="A bearer token; others see it in the process list."),
    click.option("--certificate-authority", type=FILE, metavar="FILE", help="Who signed the API server's certificate."),
    click.option("--client-certificate", type=FILE, metavar="FILE", help="Our certificate."),
    click.option("--client-key", type=FILE, metavar="FILE", help="The key of our certificate."),
    click.option("--insecure-skip-tls-verify", is_flag=True, help="Trust any API server (do not)."),
    click.option("--tls-server-name", metavar="NAME", help="The name in the API server's certificate."),
    click.option("--as", "as_user", metavar="USER", help="Act as this user."),
    click.option("--as-group", "as_groups", multiple=True, metavar="GROUP", help="Act as in this group; repeat."),
    click.option("--as-uid", metavar="UID", help="Act with this user id."),
    click.option("--request-timeout", type=DURATION, metavar="DURATION", help="The bound of one request (20s)."),
    click.option("--timeout", type=DURATION, metavar="DURATION", help="The bound of the whole command."),
    click.option("--cache-dir", type=FOLDER, metavar="DIR", help="Where to keep what the API serves."),
)


def connected(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the flags to a command, which gets them as its keyword arguments."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


def connection_of(options: dict[str, Any], *, within: float | None = None) -> "ConnectionOptions":
    """The flags among a command's options, taken out of them. Raises click.UsageError where they contradict.

    :param within: the bound of the whole command in seconds where nobody gives --timeout; 0 given is no bound
    """
    from dataclasses import fields

    from installer.cluster.options import ConnectionOptions

    taken = {one.name: options.pop(one.name) for one in fields(ConnectionOptions)}
    if taken["timeout"] is None:
        taken["timeout"] = within
    if (taken["as_groups"] or taken["as_uid"]) and not taken["as_user"]:
        raise click.UsageError("--as-group and --as-uid say more of --as USER, which is missing")
    if taken["insecure_skip_tls_verify"] and taken["certificate_authority"]:
        raise click.UsageError("--certificate-authority and --insecure-skip-tls-verify contradict each other")
    return ConnectionOptions(**taken)
