"""How to reach a cluster, as plain data: kubectl's flags. Opens nothing and imports nothing heavy."""

from dataclasses import field

from installer.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class ConnectionOptions:
    """kubectl's connection flags; None or empty means what kubectl would mean by silence.

    `kubeconfig` is one file; without it KUBECONFIG (a list) counts, then ~/.kube/config, then the pod's own account.
    `request_timeout` bounds one request and `timeout` all of them together, in seconds.
    """

    kubeconfig: str | None = None
    context: str | None = None
    cluster: str | None = None
    user: str | None = None
    namespace: str | None = None
    server: str | None = None
    token: str | None = field(default=None, repr=False)
    certificate_authority: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None
    insecure_skip_tls_verify: bool = False
    tls_server_name: str | None = None
    as_user: str | None = None
    as_groups: tuple[str, ...] = ()
    as_uid: str | None = None
    request_timeout: float | None = None
    timeout: float | None = None
    cache_dir: str | None = None
