"""Connects to a cluster: kubeconfig, credentials, TLS, proxies, impersonation. Asks the API nothing yet."""

import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from installer.cluster.cluster import Cluster
from installer.cluster.deadline import Deadline
from installer.cluster.errors import Unauthorized
from installer.cluster.kubeconfig import Chosen, Entry, choose
from installer.cluster.options import ConnectionOptions
from installer.cluster.remembering import memory_of
from installer.cluster.transport import Transport
from installer.model.errors import ExitCode, fail

_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


def connect(options: ConnectionOptions) -> Cluster:
    """A cluster to talk to; no request is made but those of a login program.

    Raises InstallerError: TARGET where nothing names a cluster, Unauthorized (DENIED) where a login program fails.
    """
    deadline = Deadline.after(options.timeout, options.request_timeout)
    chosen = choose(options, os.environ)
    if chosen is not None:
        configuration = _configured(chosen)
        return _cluster(configuration, chosen.namespace, impersonation(chosen.user), deadline, options)
    if "KUBERNETES_SERVICE_HOST" in os.environ and not options.kubeconfig:
        namespace = options.namespace or _own_namespace()
        return _cluster(_in_cluster(), namespace, impersonation(_as_flags(options)), deadline, options)
    raise fail(
        ExitCode.TARGET,
        "cluster-unknown",
        "no kubeconfig names a cluster to talk to",
        fix="log in (oc login), set KUBECONFIG, or add --kubeconfig FILE",
    )


def _cluster(
    configuration: Any,
    namespace: str,
    headers: tuple[tuple[str, str], ...],
    deadline: Deadline,
    options: ConnectionOptions,
) -> Cluster:
    from kubernetes.client import ApiClient  # noqa: PLC0415

    # Its own retries would repeat writes; ours decide.
    configuration.retries = False
    client: Any = ApiClient(configuration)
    client.user_agent = "rhdh-orchestrator"
    transport = Transport(client.rest_client.pool_manager, deadline, headers)
    client.rest_client.pool_manager = transport
    memory = memory_of(configuration.host, options.cache_dir, os.environ)
    return Cluster(client, transport, memory, namespace)


def _configured(chosen: Chosen) -> Any:
    from kubernetes.client import Configuration  # noqa: PLC0415
    from kubernetes.config import ConfigException, kube_config  # noqa: PLC0415

    configuration, loader = Configuration(), cast("Any", kube_config).KubeConfigLoader
    try:
        with _logins_said() as said:
            loader(_document(chosen), config_base_path="").load_and_set(configuration)
    except ConfigException as error:
        raise fail(ExitCode.INVALID, "kubeconfig-invalid", f"the kubeconfig cannot be used: {error}") from None
    except OSError as error:
        raise fail(ExitCode.DENIED, "kubeconfig-denied", f"{error.filename}: {error.strerror}") from None
    if chosen.cluster.get("proxy-url"):  # version 36 of the Python client does not know it
        configuration.proxy, configuration.no_proxy = chosen.cluster["proxy-url"], ""
    if said:
        program = (chosen.user.get("exec") or {}).get("command", "the login program")
        # Its own words may hold a token; they are for --debug of that program.
        raise Unauthorized(f"{program}, which the kubeconfig runs to log in, failed")
    return configuration


def _document(chosen: Chosen) -> Entry:
    context = {"cluster": "chosen", "user": "chosen", "namespace": chosen.namespace}
    return {
        "current-context": "chosen",
        "clusters": [{"name": "chosen", "cluster": chosen.cluster}],
        "users": [{"name": "chosen", "user": chosen.user}],
        "contexts": [{"name": "chosen", "context": context}],
    }


@contextmanager
def _logins_said() -> Iterator[list[str]]:
    """The Python client logs that a login program failed, and goes on as nobody: keep that, and print none of it."""
    said: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            said.append(record.levelname)

    root, keeper = logging.getLogger(), Keeper(logging.ERROR)
    others, root.handlers = root.handlers, [keeper]
    try:
        yield said
    finally:
        root.handlers = others


def impersonation(user: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The headers of `--as` and of a kubeconfig's `as`, which the Python client ignores.

    https://kubernetes.io/docs/reference/access-authn-authz/authentication/#user-impersonation
    """
    if not user.get("as"):
        return ()
    headers = [("Impersonate-User", str(user["as"]))]
    headers += [("Impersonate-Group", str(group)) for group in user.get("as-groups") or []]
    if user.get("as-uid"):
        headers.append(("Impersonate-Uid", str(user["as-uid"])))
    for key, values in (user.get("as-user-extra") or {}).items():
        headers += [(f"Impersonate-Extra-{key}", str(value)) for value in values]
    return tuple(headers)


def _as_flags(options: ConnectionOptions) -> dict[str, Any]:
    return {"as": options.as_user, "as-groups": list(options.as_groups), "as-uid": options.as_uid}


def _in_cluster() -> Any:
    from kubernetes.client import Configuration  # noqa: PLC0415
    from kubernetes.config import ConfigException, incluster_config  # noqa: PLC0415

    configuration, load = Configuration(), cast("Any", incluster_config).load_incluster_config
    try:
        load(client_configuration=configuration)
    except ConfigException:
        message = "this looks like a pod, and it has no account mounted to talk to the API with"
        raise Unauthorized(message) from None
    return configuration


def _own_namespace() -> str:
    try:
        return (_ACCOUNT / "namespace").read_text(encoding="utf-8").strip() or "default"
    except OSError:
        return "default"
