"""Sessions of `requests`: whom they trust, who they show themselves as. Sends nothing.

They take nothing from the surroundings: no ~/.netrc, no proxy of their own choice, no cookies.
"""

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import ssl

    from requests import Session

# A file with a certificate and one with its key.
Certificate = tuple[str, str]


class Trust(Protocol):
    """`ca_file` and `ca_text` (PEM) stand in the place of the CAs of this machine; `more_cas` are files beside them."""

    @property
    def strict_tls(self) -> bool: ...
    @property
    def ca_file(self) -> str | None: ...
    @property
    def ca_text(self) -> str | None: ...
    @property
    def more_cas(self) -> tuple[str, ...]: ...


class Sessions:
    """One pool of connections for each certificate of ours, made when it is needed. May be used by several threads.

    Not one for all: a connection of a shared context would show the certificate to whoever asks for one. Plain http
    has its own: to load the CAs takes longer than to ask on this machine.
    """

    def __init__(self, trust: Trust) -> None:
        self._trust = trust
        self._made: dict[tuple[bool, Certificate | None], Session] = {}
        self._making = threading.Lock()

    def of(self, *, secure: bool, certificate: Certificate | None) -> "Session":
        key = secure, certificate
        with self._making:
            if key not in self._made:
                self._made[key] = _session(_context(self._trust, certificate) if secure else None)
            return self._made[key]

    def close(self) -> None:
        with self._making:
            for one in self._made.values():
                one.close()


def _session(context: "ssl.SSLContext | None") -> "Session":
    from http.cookiejar import DefaultCookiePolicy  # noqa: PLC0415

    import requests  # noqa: PLC0415 - costs a command that asks no registry 60 ms

    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    session.headers["User-Agent"] = "rhdh-orchestrator"
    session.headers["Accept-Encoding"] = "gzip, deflate"
    if context is not None:
        session.mount("https://", _adapter(context))
        if not context.verify_mode:  # ssl.CERT_NONE
            _silence()
    return session


def _silence() -> None:
    """strict-ssl=false is somebody's decision; urllib3 would complain of it at every request."""
    import urllib3  # noqa: PLC0415

    urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)


def _adapter(context: "ssl.SSLContext") -> Any:
    from requests.adapters import HTTPAdapter  # noqa: PLC0415

    class Trusting(HTTPAdapter):
        """Everything of the pool's connections is verified in one context."""

        def init_poolmanager(self, *given: Any, **named: Any) -> None:
            super().init_poolmanager(*given, **named, ssl_context=context)

        def proxy_manager_for(self, proxy: Any, **named: Any) -> Any:
            return super().proxy_manager_for(proxy, **named, ssl_context=context)

        def cert_verify(self, *_: Any) -> None:
            """Would trust the CAs that `requests` brings along, too."""

    return Trusting()


def _context(trust: Trust, certificate: Certificate | None) -> "ssl.SSLContext":
    """The system's CAs (SSL_CERT_FILE, SSL_CERT_DIR) and, as Node does, NODE_EXTRA_CA_CERTS; or those that are named.

    What cannot be read is left out, as npm does; then nothing is trusted that only it vouches for.
    """
    import ssl  # noqa: PLC0415 - loaded where somebody is asked

    context = ssl.create_default_context()
    if trust.ca_file or trust.ca_text:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        with suppress(OSError, ValueError):
            context.load_verify_locations(trust.ca_file, None, trust.ca_text)
    else:
        for file in trust.more_cas:
            with suppress(OSError):
                context.load_verify_locations(file)
    if not trust.strict_tls:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if certificate is not None:
        with suppress(OSError):
            context.load_cert_chain(*certificate)
    return context
