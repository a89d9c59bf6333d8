"""Reads kubeconfig files as kubectl does: lists are joined, the first word counts, paths are relative to their file.

The Python client's own joining takes the *last* current-context and ignores `as`; this does not. Logs nobody in.
"""

import os
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

import yaml

from installer.cluster.options import ConnectionOptions
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail

_PATHS = ("certificate-authority", "client-certificate", "client-key", "tokenFile")
_SECTIONS = {"clusters": "cluster", "users": "user", "contexts": "context"}
Entry = dict[str, Any]
ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")


@dataclass(frozen=True)
class Chosen:
    """One cluster and one user out of kubeconfig files, flags applied. `user` holds credentials: never print it."""

    cluster: Entry
    user: Entry = field(repr=False)
    namespace: str
    context: str | None


@dataclass
class _Joined:
    clusters: dict[str, Entry] = field(default_factory=dict)
    users: dict[str, Entry] = field(default_factory=dict)
    contexts: dict[str, Entry] = field(default_factory=dict)
    current: str = ""


def document(chosen: Chosen) -> Entry:
    """A kubeconfig of that one cluster and user, impersonation included; it holds credentials."""
    context = {"cluster": "chosen", "user": "chosen", "namespace": chosen.namespace}
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "chosen",
        "clusters": [{"name": "chosen", "cluster": chosen.cluster}],
        "users": [{"name": "chosen", "user": chosen.user}],
        "contexts": [{"name": "chosen", "context": context}],
    }


def choose(options: ConnectionOptions, environment: Mapping[str, str]) -> Chosen | None:
    """The cluster and user to talk as; None where no file and no flag names a server.

    Raises InstallerError: TARGET for a file, context, cluster or user that is not there; DENIED for a file that may
    not be read; INVALID for one that is no kubeconfig.
    """
    joined = _join(options, environment)
    context = _context(joined, options)
    cluster = _named(joined.clusters, "cluster", options.cluster or context.get("cluster"))
    user = _named(joined.users, "user", options.user or context.get("user"))
    cluster, user = _with_cluster_flags(cluster, options), _with_user_flags(user, options)
    if not cluster.get("server"):
        return None
    namespace = options.namespace or context.get("namespace") or "default"
    return Chosen(cluster, user, namespace, options.context or joined.current or None)


def of_pod(options: ConnectionOptions, environment: Mapping[str, str], account: Path = ACCOUNT) -> Chosen | None:
    """The pod's own account; None where this is no pod.

    https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/
    """
    host, port = environment.get("KUBERNETES_SERVICE_HOST"), environment.get("KUBERNETES_SERVICE_PORT", "443")
    if not host:
        return None
    address = f"[{host}]" if ":" in host else host
    cluster = {"server": f"https://{address}:{port}", "certificate-authority": str(account / "ca.crt")}
    user = _with_user_flags({"tokenFile": str(account / "token")}, options)
    return Chosen(_with_cluster_flags(cluster, options), user, options.namespace or "default", None)


def _join(options: ConnectionOptions, environment: Mapping[str, str]) -> _Joined:
    joined = _Joined()
    for path, explicit in _files(options, environment):
        _add(joined, path, _read(path, explicit=explicit))
    return joined


def _files(options: ConnectionOptions, environment: Mapping[str, str]) -> Iterator[tuple[Path, bool]]:
    """The files, and whether one must be there."""
    if options.kubeconfig:
        yield Path(options.kubeconfig).expanduser(), True
        return
    listed = [path for path in environment.get("KUBECONFIG", "").split(os.pathsep) if path]
    for path in listed or ["~/.kube/config"]:
        yield Path(path).expanduser(), False


def absent(options: ConnectionOptions, environment: Mapping[str, str]) -> str:
    """The kubeconfig files that are named and not there, `a, b`; "" where every one is there, or none is named."""
    named = [path for path, _ in _files(options, environment)] if environment.get("KUBECONFIG") else []
    return ", ".join(str(path) for path in named if not path.exists())


def _read(path: Path, *, explicit: bool) -> Any:
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8-sig")) or {}
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        if explicit:
            message, fix = f"the kubeconfig {path} does not exist", "log in (oc login), or correct --kubeconfig FILE"
            raise fail(ExitCode.TARGET, "kubeconfig-missing", message, fix=fix) from None
        return {}
    except PermissionError:
        message, fix = f"the kubeconfig {path} may not be read", f"make it yours: ls -l {path} says whose it is"
        raise fail(ExitCode.DENIED, "kubeconfig-denied", message, fix=fix) from None
    except (yaml.YAMLError, UnicodeDecodeError):
        # The parser's message quotes the line, which may hold a credential.
        raise fail(ExitCode.INVALID, "kubeconfig-invalid", f"{path} is no kubeconfig: it is no YAML") from None


def _add(joined: _Joined, path: Path, data: Any) -> None:
    if not isinstance(data, dict):
        raise fail(ExitCode.INVALID, "kubeconfig-invalid", f"{path} is no kubeconfig: it is no mapping")
    for section, inner in _SECTIONS.items():
        known: dict[str, Entry] = getattr(joined, section)
        listed = data.get(section) or []
        for one in listed if isinstance(listed, list) else [None]:
            if not isinstance(one, dict) or "name" not in one or not isinstance(one.get(inner) or {}, dict):
                raise fail(ExitCode.INVALID, "kubeconfig-invalid", f"{path} is no kubeconfig: see its {section}")
            known.setdefault(str(one["name"]), _absolute(one.get(inner) or {}, path.absolute().parent))
    joined.current = joined.current or str(data.get("current-context") or "")


def _absolute(entry: Entry, folder: Path) -> Entry:
    """The entry with its paths made independent of the folder of its file."""
    paths = {key: str(folder / str(entry[key])) for key in _PATHS if entry.get(key)}
    program = entry.get("exec")
    if isinstance(program, dict) and os.sep in str(program.get("command", "")):
        paths["exec"] = {**program, "command": str(folder / str(program["command"]))}  # type: ignore[assignment]
    return {**entry, **paths}


def _context(joined: _Joined, options: ConnectionOptions) -> Entry:
    if options.context:
        return _named(joined.contexts, "context", options.context)
    # kubectl forgives a current-context that is gone when flags say everything.
    if joined.current and joined.current not in joined.contexts and not options.server:
        return _named(joined.contexts, "context", joined.current)
    return joined.contexts.get(joined.current, {})


def _named(known: dict[str, Entry], what: str, name: Any) -> Entry:
    if not name:
        return {}
    if name in known:
        return known[name]
    there = ", ".join(sorted(known)) or "none"
    message, fix = f"the kubeconfig has no {what} {name!r}; there is {there}", f"choose one with --{what} NAME"
    raise fail(ExitCode.TARGET, f"{what}-unknown", message, fix=fix)


def _with_cluster_flags(cluster: Entry, options: ConnectionOptions) -> Entry:
    merged = dict(cluster)
    if options.server:
        merged["server"] = options.server
    if options.certificate_authority:
        merged.pop("certificate-authority-data", None)
        merged["certificate-authority"] = str(Path(options.certificate_authority).absolute())
        merged.pop("insecure-skip-tls-verify", None)
    if options.insecure_skip_tls_verify:
        merged["insecure-skip-tls-verify"] = True
        for key in ("certificate-authority", "certificate-authority-data"):
            merged.pop(key, None)
    if options.tls_server_name:
        merged["tls-server-name"] = options.tls_server_name
    return merged


def _with_user_flags(user: Entry, options: ConnectionOptions) -> Entry:
    merged = dict(user)
    if options.token:
        # As in kubectl, a token that is said beats every other way to log in.
        for key in ("tokenFile", "exec", "auth-provider", "username", "password"):
            merged.pop(key, None)
        merged["token"] = options.token
    for flag, key in (("client_certificate", "client-certificate"), ("client_key", "client-key")):
        if value := getattr(options, flag):
            merged.pop(f"{key}-data", None)
            merged[key] = str(Path(value).absolute())
    if options.as_user:
        merged |= {"as": options.as_user, "as-groups": list(options.as_groups), "as-uid": options.as_uid}
        merged.pop("as-user-extra", None)
    return merged
