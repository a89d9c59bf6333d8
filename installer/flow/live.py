"""The doors of the commands on a live cluster: each begins to ask it, then loads what it is about. Writes nothing."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

from installer.cluster.connect import connect
from installer.cluster.eyes import Eyes
from installer.cluster.options import ConnectionOptions
from installer.flow.live_ahead import look_ahead
from installer.flow.saying import discreet
from installer.model.report import Report

if TYPE_CHECKING:
    from installer.apply.hands import Progress
    from installer.flow.live_runs import Means
    from installer.model.request import InstallRequest, LiveRequest

Confirm = Callable[[str, str], bool | None]


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


@discreet
def install(
    connection: ConnectionOptions,
    request: "InstallRequest",
    live: "LiveRequest",
    confirm: Confirm,
    progress: "Progress",
) -> Report:
    """Raises InstallerError for what stops the command before its first write."""
    with _begun(connection, request, live, progress) as (means, eyes):
        from installer.flow.live_install import Talk  # noqa: PLC0415
        from installer.flow.live_install import install as walk  # noqa: PLC0415

        return walk(means, eyes, request, live, Talk(confirm, progress))


@discreet
def plan(
    connection: ConnectionOptions,
    request: "InstallRequest",
    live: "LiveRequest",
    confirm: Confirm,
    progress: "Progress",
) -> Report:
    """What `install` would do. Raises as `install`."""
    with _begun(connection, request, live, progress) as (means, eyes):
        from installer.flow.live_install import Talk  # noqa: PLC0415
        from installer.flow.live_install import plan as walk  # noqa: PLC0415

        return walk(means, eyes, request, live, Talk(confirm, progress))


@contextmanager
def _begun(
    connection: ConnectionOptions, request: "InstallRequest", live: "LiveRequest", progress: "Progress"
) -> "Iterator[tuple[Means, Eyes]]":
    """The cluster, and eyes that read on while the rest of the program loads."""
    with closing(connect(connection)) as cluster:
        eyes = Eyes(cluster)
        look_ahead(eyes, request.instance, connection.namespace)
        from installer.flow.live_runs import Means  # noqa: PLC0415

        yield Means(connection, cluster, live.helm, progress), eyes
