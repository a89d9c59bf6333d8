"""Connections to one server that are kept and shared by threads, straight or through a proxy. Sends nothing itself."""

import ssl
from typing import Any
from urllib.parse import unquote, urlsplit

from installer.model.errors import ExitCode, fail

# More than are ever read at a time: a connection that finds no room here would be thrown away.
_KEPT = 16


def pool_of(tls: ssl.SSLContext | None, proxy: str | None, called: str | None) -> Any:
    """urllib3's pool. `called` is the name that the server's certificate has, where its address is another.

    Raises InstallerError (INVALID) for a proxy of a kind that is not known.
    """
    import urllib3  # noqa: PLC0415 - a command on a directory does not need it

    # --insecure-skip-tls-verify is somebody's decision, said once by us.
    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
    how: dict[str, Any] = {"maxsize": _KEPT, "retries": False}
    how |= {"ssl_context": tls} if tls else {}
    how |= {"server_hostname": called, "assert_hostname": called} if tls and called else {}
    if tls and tls.verify_mode == ssl.CERT_NONE:
        how["assert_hostname"] = False
    if proxy is None:
        return urllib3.PoolManager(**how)
    if proxy.startswith("socks"):
        return _by_socks(proxy, how)
    parts = urlsplit(proxy)
    user = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
    headers = urllib3.make_headers(proxy_basic_auth=user) if parts.username else {}
    try:
        return urllib3.ProxyManager(proxy, proxy_headers=headers, **how)
    except urllib3.exceptions.HTTPError:
        # The message of urllib3 holds the URL, and that a password perhaps.
        raise fail(ExitCode.INVALID, "proxy-unknown", f"no proxy is reached by {parts.scheme}://...") from None


def _by_socks(proxy: str, how: dict[str, Any]) -> Any:
    try:
        from urllib3.contrib.socks import SOCKSProxyManager  # noqa: PLC0415
    except ImportError:
        message, fix = "a SOCKS proxy needs the package PySocks", "install it beside this program: pip install pysocks"
        raise fail(ExitCode.INVALID, "proxy-unknown", message, fix=fix) from None
    return SOCKSProxyManager(proxy, **how)
