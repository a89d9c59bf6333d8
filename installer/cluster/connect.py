"""Connects to a cluster: kubeconfig, credentials, TLS, proxies, impersonation. Asks the API nothing yet."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from installer.cluster.cluster import Cluster
from installer.cluster.connection import Route
from installer.cluster.deadline import Deadline
from installer.cluster.errors import Unauthorized
from installer.cluster.kubeconfig import ACCOUNT, Chosen, absent, choose, of_pod
from installer.cluster.login import LOGIN_SECONDS, login
from installer.cluster.options import ConnectionOptions
from installer.cluster.pool import Pool
from installer.cluster.proxies import proxy_of
from installer.cluster.remembering import memory_of
from installer.cluster.tls import proxy_tls_of, tls_of
from installer.cluster.transport import Transport
from installer.model.errors import ExitCode, fail


def connect(options: ConnectionOptions, account: Path = ACCOUNT) -> Cluster:
    """A cluster to talk to; no request is made but those of a login program. `account` is where a pod's is mounted.

    Raises InstallerError: TARGET where nothing names a cluster, Unauthorized (DENIED) where a login program fails,
    Unreachable where it does not end within the timeout, or a minute; INVALID for certificates that are none.
    """
    deadline = Deadline.after(options.timeout, options.request_timeout)
    chosen = choose(options, os.environ) or _pod(options, account)
    if chosen is None:
        gone = absent(options, os.environ)
        raise fail(
            ExitCode.TARGET,
            "cluster-unknown",
            f"no kubeconfig names a cluster to talk to{f'; KUBECONFIG: there is no {gone}' if gone else ''}",
            fix="log in (oc login), set KUBECONFIG, or add --kubeconfig FILE",
        )
    server = _url(str(chosen.cluster["server"]))
    me = login(chosen, min(LOGIN_SECONDS, deadline.left))
    tls = tls_of(chosen.cluster, me.user) if server.startswith("https:") else None
    proxy = proxy_of(server, chosen.cluster.get("proxy-url"), os.environ)
    proxy_tls = proxy_tls_of(chosen.cluster) if proxy and proxy.startswith("https:") else None
    route = Route(server, tls, proxy, chosen.cluster.get("tls-server-name"), proxy_tls)
    transport = Transport(Pool(route), deadline, me, impersonation(chosen.user))
    return Cluster(transport, memory_of(server, options.cache_dir, os.environ), chosen.namespace)


def _pod(options: ConnectionOptions, account: Path) -> Chosen | None:
    """The account of the pod that we are; a kubeconfig that somebody names is another wish."""
    found = None if options.kubeconfig else of_pod(options, os.environ, account)
    if found is None:
        return None
    if "tokenFile" in found.user and not Path(found.user["tokenFile"]).exists():
        raise Unauthorized("this looks like a pod, and it has no account mounted to talk to the API with")
    return replace(found, namespace=options.namespace or _own_namespace(account))


def _url(server: str) -> str:
    """As kubectl reads it: HTTP where nothing else is said."""
    return (server if "://" in server else f"http://{server}").rstrip("/")


def impersonation(user: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The headers of `--as` and of a kubeconfig's `as`.

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


def _own_namespace(account: Path) -> str:
    try:
        return (account / "namespace").read_text(encoding="utf-8").strip() or "default"
    except OSError:
        return "default"
