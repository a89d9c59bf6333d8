"""Which API a child talks to, as environment variables: nothing of it, and no token, stands on a command line."""

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from installer.model.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Connection:
    """The flags of kubectl's set that were given; None: as the kubeconfig says. `kubeconfig` may be a list of paths."""

    kubeconfig: str | None = None
    context: str | None = None
    server: str | None = None
    token: str | None = field(default=None, repr=False)
    user: str | None = None
    groups: tuple[str, ...] = ()
    certificate_authority: str | None = None
    tls_server_name: str | None = None
    insecure: bool = False


def helm_environment(connection: Connection, inherited: Mapping[str, str]) -> Mapping[str, str]:
    """The inherited environment with the API of `connection`, and of nothing else.

    Helm reads variables of its own that our other clients do not know: one left over from a shell, such as
    HELM_KUBECONTEXT, would send its writes to another cluster than the one that was looked at.
    """
    kept = {name: value for name, value in inherited.items() if not name.startswith(("HELM_KUBE", "HELM_NAMESPACE"))}
    given = {
        "KUBECONFIG": connection.kubeconfig,
        "HELM_KUBECONTEXT": connection.context,
        "HELM_KUBEAPISERVER": connection.server,
        "HELM_KUBETOKEN": connection.token,
        "HELM_KUBEASUSER": connection.user,
        "HELM_KUBEASGROUPS": ",".join(connection.groups) or None,
        "HELM_KUBECAFILE": connection.certificate_authority,
        "HELM_KUBETLS_SERVER_NAME": connection.tls_server_name,
        "HELM_KUBEINSECURE_SKIP_TLS_VERIFY": "true" if connection.insecure else None,
        # Debug output may quote values.
        "HELM_DEBUG": "false",
    }
    return MappingProxyType(kept | {name: value for name, value in given.items() if value is not None})
