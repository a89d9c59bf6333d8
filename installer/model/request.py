"""What a command was asked to do, as plain data. Knows no command line and reads no file."""

from installer.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class InstallRequest:
    """Put the Orchestrator on the RHDH of a directory of manifests, or (`directory` empty) of a cluster.

    `instance` is NAMESPACE/NAME or NAME; `without` holds notifications, templates, cors, csp; `extras` holds
    email; `rhdh_version` is a release as typed (1.8, 1.8.3, v1.8.3). None means: find out.
    `render_infrastructure` is the folder for the infrastructure's manifests, which `helm` (a path) renders.
    `registry` is the npm registry to ask whether the packages have these hashes; None asks none.
    """

    directory: str
    rhdh_version: str | None = None
    instance: str | None = None
    defaults: str | None = None
    without: frozenset[str] = frozenset()
    extras: frozenset[str] = frozenset()
    infrastructure_namespace: str | None = None
    rhdh_url: str | None = None
    enable_disabled: bool = False
    dry_run: bool = False
    exit_code: bool = False
    fail_on_warn: bool = False
    yes: bool = False
    render_infrastructure: str | None = None
    helm: str | None = None
    registry: str | None = None


@dataclass(frozen=True, slots=True)
class LiveRequest:
    """What an installation on a cluster is told beyond `InstallRequest`, whose directory is empty then.

    `chart` is where RHDH's own chart is, as helm finds it, for an RHDH of Helm; `approve` names foreign CSVs that an
    InstallPlan may bring along; `out` is the file that `plan` writes.
    """

    skip_operators: bool = False
    operators_only: bool = False
    approve: tuple[str, ...] = ()
    chart: str | None = None
    chart_version: str | None = None
    helm: str | None = None
    out: str | None = None


@dataclass(frozen=True, slots=True)
class ConfigRequest:
    """What to show the effective configuration of: either a directory, or files named one by one, or a cluster.

    At most one of `directory` and (`file`, `app_config`) is given; neither means the cluster. `env` holds
    (name, value) in the order typed; the last of one name counts, as in a shell.
    """

    directory: str | None = None
    instance: str | None = None
    file: str | None = None
    app_config: tuple[str, ...] = ()
    env: tuple[tuple[str, str], ...] = ()
    defaults: str | None = None
    rhdh_version: str | None = None
