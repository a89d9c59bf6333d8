"""The commands that look at a live cluster: `check` and `status`. Write nothing to it."""

from contextlib import closing
from typing import Any

from installer.cluster.connect import connect
from installer.cluster.options import ConnectionOptions
from installer.flow.saying import discreet
from installer.model.report import Report


@discreet
def status(connection: ConnectionOptions, instance: str | None) -> Report:
    """What of the Orchestrator is there and works. Raises InstallerError (TARGET, DENIED, UNREACHABLE)."""
    from installer.flow.live_status import look_at  # noqa: PLC0415 - half of the time of `status` is loading

    with closing(connect(connection)) as cluster:
        return look_at(cluster, instance, connection.namespace)


@discreet
def check(connection: ConnectionOptions, **request: Any) -> Report:
    """Whether the Orchestrator can be installed: FINDINGS where a check fails. Raises as `status`.

    :param request: the fields of CheckRequest
    """
    from installer.flow.live_check import CheckRequest, run  # noqa: PLC0415

    with closing(connect(connection)) as cluster:
        return run(cluster, connection, CheckRequest(**request))
