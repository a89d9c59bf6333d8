"""Connects to a cluster: kubeconfig, credentials, TLS, proxies, impersonation. Asks the API nothing yet."""

import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from installer.cluster.cluster import Cluster
from installer.cluster.deadline import Deadline
from installer.cluster.errors import Unauthorized, Unreachable
from installer.cluster.kubeconfig import ACCOUNT, Chosen, Entry, absent, choose, document
from installer.cluster.options import ConnectionOptions
from installer.cluster.remembering import memory_of
from installer.cluster.transport import Transport
from installer.model.errors import ExitCode, fail

# A login program that hangs ends the command as an API does that never answers.
LOGIN_SECONDS = 60.0
# Started as a program, never imported: it bounds the login program that the Python client starts without a bound.
_BOUND = Path(__file__).resolve().parents[1] / "programs" / "login_child.py"


def connect(options: ConnectionOptions) -> Cluster:
    """A cluster to talk to; no request is made but those of a login program.

    Raises InstallerError: TARGET where nothing names a cluster, Unauthorized (DENIED) where a login program fails,
    Unreachable where it does not end within the timeout, or a minute.
    """
    deadline = Deadline.after(options.timeout, options.request_timeout)
    chosen = choose(options, os.environ)
    if chosen is not None:
        configuration = _configured(chosen, min(LOGIN_SECONDS, deadline.left))
        return _cluster(configuration, chosen.namespace, impersonation(chosen.user), deadline, options)
    if "KUBERNETES_SERVICE_HOST" in os.environ and not options.kubeconfig:
        namespace = options.namespace or _own_namespace()
        return _cluster(_in_cluster(), namespace, impersonation(_as_flags(options)), deadline, options)
    gone = absent(options, os.environ)
    raise fail(
        ExitCode.TARGET,
        "cluster-unknown",
        f"no kubeconfig names a cluster to talk to{f'; KUBECONFIG: there is no {gone}' if gone else ''}",
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


def _configured(chosen: Chosen, seconds: float) -> Any:
    from kubernetes.client import Configuration  # noqa: PLC0415
    from kubernetes.config import ConfigException, kube_config  # noqa: PLC0415

    configuration, loader = Configuration(), cast("Any", kube_config).KubeConfigLoader
    bounded = replace(chosen, user=_bounded(chosen.user, seconds))
    began = time.monotonic()
    try:
        with _logins_said() as said:
            loader(document(bounded), config_base_path="").load_and_set(configuration)
    except ConfigException as error:
        raise fail(ExitCode.INVALID, "kubeconfig-invalid", f"the kubeconfig cannot be used: {error}") from None
    except OSError as error:
        raise fail(ExitCode.DENIED, "kubeconfig-denied", f"{error.filename}: {error.strerror}") from None
    if chosen.cluster.get("proxy-url"):  # version 36 of the Python client does not know it
        configuration.proxy, configuration.no_proxy = chosen.cluster["proxy-url"], ""
    if said:
        program = (chosen.user.get("exec") or {}).get("command", "the login program")
        if time.monotonic() - began >= seconds:
            raise Unreachable(f"{program}, which the kubeconfig runs to log in, did not end within {seconds:.3g} s")
        # Its own words may hold a token; they are for --debug of that program.
        raise Unauthorized(f"{program}, which the kubeconfig runs to log in, failed")
    return configuration


def _bounded(user: Entry, seconds: float) -> Entry:
    """The user with its login program under a clock."""
    login = user.get("exec")
    if not isinstance(login, dict) or "command" not in login:
        return user
    arguments = ["-I", "-S", str(_BOUND), f"{seconds:.3f}", str(login["command"]), *(login.get("args") or [])]
    return {**user, "exec": {**login, "command": sys.executable, "args": arguments}}


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
        return (ACCOUNT / "namespace").read_text(encoding="utf-8").strip() or "default"
    except OSError:
        return "default"
