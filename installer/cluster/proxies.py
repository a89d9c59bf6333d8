"""Which proxy stands in front of a server, as kubectl finds it: the kubeconfig's, else the environment's. Opens none.

https://pkg.go.dev/golang.org/x/net/http/httpproxy
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

_PORTS = {"http": 80, "https": 443}


def proxy_of(server: str, said: Any, environment: Mapping[str, str]) -> str | None:
    """The URL of the proxy, None where there is none; `said` is the `proxy-url` of a kubeconfig."""
    if said:
        return str(said)
    parts = urlsplit(server)
    name = f"{parts.scheme.upper()}_PROXY"
    found = environment.get(name) or environment.get(name.lower())
    if not found or _is_direct(parts, environment.get("NO_PROXY") or environment.get("no_proxy") or ""):
        return None
    return found if "://" in found else f"http://{found}"


def _is_direct(server: SplitResult, listed: str) -> bool:
    """Whether a server is reached without the environment's proxy: one on this machine always is."""
    host = (server.hostname or "").rstrip(".")
    if host == "localhost" or _is_loopback(host):
        return True
    port = server.port or _PORTS.get(server.scheme, 0)
    return any(_matches(one.strip().lower(), host, port) for one in listed.split(",") if one.strip())


def _matches(entry: str, host: str, port: int) -> bool:
    """One entry of NO_PROXY: *, an address, a network, a domain with all below it, `.domain` for those below only."""
    if entry == "*":
        return True
    if _holds(entry, host):
        return True
    name, _, only = entry.rpartition(":") if entry.rpartition(":")[2].isdigit() else (entry, "", "")
    if only and int(only) != port:
        return False
    name = name.strip("[]").removeprefix("*")
    return host == name or host.endswith(name if name.startswith(".") else f".{name}")


def _holds(network: str, host: str) -> bool:
    from ipaddress import ip_address, ip_network  # noqa: PLC0415 - only where somebody set NO_PROXY

    try:
        return ip_address(host) in ip_network(network, strict=False)
    except ValueError:
        return False


def _is_loopback(host: str) -> bool:
    return host.startswith("127.") or host == "::1"
