"""One image registry: who we are to it is settled when it asks, by token or password. Judges no manifest.

The distribution specification and its "Token Authentication"; the oauth2 form of it for identity tokens.
"""

import http.client
import ipaddress
import json
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import field, replace
from functools import cached_property
from urllib.parse import urlsplit

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.late_pattern import late_pattern
from installer.registries import oci_challenge
from installer.registries.connections import Certificate
from installer.registries.limits import Limits
from installer.registries.oci_challenge import Challenge
from installer.registries.oci_credentials import Credential
from installer.registries.oci_manifest import no_manifest
from installer.registries.transport import Answer, Question, Transport, bare_host
from installer.registries.urls import host_of, origin, without_user

CLIENT = "rhdh-orchestrator"
_HUB = {"docker.io": "registry-1.docker.io", "index.docker.io": "registry-1.docker.io"}
_OK, _BAD, _UNAUTHORIZED, _FORBIDDEN = 200, 400, 401, 403
_MISSING = (404, 410)
_PULL = late_pattern(r"repository:[^\s:]+:pull")
_TOKEN = late_pattern(r"[A-Za-z0-9._~+/-]+=*")
_PROBE = 2.0


@dataclass(frozen=True, slots=True)
class Client:
    """Our certificates for one registry, which `origin` names; one of them at least."""

    certificates: tuple[Certificate, ...]
    origin: tuple[str, str, int]


@dataclass(frozen=True)
class Passes:
    """What `Transport` asks at each hop: a header for one repository or one realm, and for nothing beside them.

    `taken` is the one of our certificates that the registry takes, once that is known.
    """

    environment: Mapping[str, str] = field(repr=False)
    strict_tls: bool = True
    more_cas: tuple[str, ...] = ()
    ca_file: str | None = None
    ca_text: str | None = None
    folders: dict[str, str] = field(default_factory=dict, repr=False)
    exact: dict[str, str] = field(default_factory=dict, repr=False)
    client: Client | None = None
    taken: list[Certificate] = field(default_factory=list)

    def authorization(self, url: str) -> str | None:
        found = self.exact.get(url)
        return found or next((value for folder, value in dict(self.folders).items() if url.startswith(folder)), None)

    def certificate(self, url: str) -> Certificate | None:
        """The registry itself sees it; a realm that it leads to, or where it keeps its blobs, does not."""
        if self.client is None or origin(url) != self.client.origin:
            return None
        return (*self.taken, *self.client.certificates)[0]

    def proxy(self, url: str) -> str | None:
        """As Go's programs: HTTPS_PROXY unless NO_PROXY names the host; a loopback host never goes through one."""
        from requests.utils import should_bypass_proxies  # noqa: PLC0415

        known = {name.lower(): value for name, value in self.environment.items()}
        chosen = known.get("https_proxy")
        if not chosen or url.startswith("http:") or is_loopback(host_of(url) or ""):
            return None
        return None if should_bypass_proxies(url, known.get("no_proxy") or "") else chosen


class _Asking(Transport):
    def permit(self, url: str) -> None:
        """Plain http stays on this machine."""
        if url.startswith("http:") and not is_loopback(host_of(url) or ""):
            why = f"{bare_host(url)} would have to be asked without TLS"
            raise fail(ExitCode.INVALID, "registry-plain-http", why, fix="name a registry that speaks https")


class ImageRegistry:
    """A host with its port. May be used by several threads; `close` it."""

    def __init__(
        self, host: str, passes: Passes, limits: Limits, credential: Callable[[str], Credential | None]
    ) -> None:
        self.host, self.passes = host, passes
        self._credential = credential
        self._transport = _Asking(passes, limits)
        self._identities: dict[str, str] = {}
        self._finding_out, self._choosing = threading.Lock(), threading.Lock()

    @cached_property
    def url(self) -> str:
        """Scheme and host; a loopback host is asked which it speaks, once something has to be asked."""
        with self._finding_out:
            return self.__dict__.get("url") or _url(self.host, min(_PROBE, self._transport.limits.silence))

    @property
    def name(self) -> str:
        """For messages: what an answer from the cache must not ask for."""
        return f"https://{self.host}" if "url" not in self.__dict__ else self.url

    @property
    def requests(self) -> int:
        return self._transport.requests

    def close(self) -> None:
        self._transport.close()

    def identity(self, path: str) -> str:
        """Who we would be if a credential were demanded; "" where we have none. Raises what reading it raises."""
        return _who(self._credential(path))

    def asked_as(self, path: str) -> str | None:
        """Who we were when this registry demanded to know; None where it did not."""
        return self._identities.get(path)

    def ask(
        self, path: str, what: str, accept: str, method: str = "GET", conditions: Mapping[str, str] | None = None
    ) -> Answer:
        """`what` of a repository ("manifests/1.0", "tags/list"), with a credential once one is demanded.

        Raises InstallerError: DENIED (still 401, or 403), UNREACHABLE, INVALID for answers beyond the bounds.
        """
        self._choose_certificate()
        url = f"{self.url}/v2/{path}/{what}"
        question = Question(method, {"Accept": accept, **(conditions or {})})
        answer = self._asked(url, question)
        if answer.status == _UNAUTHORIZED:
            self._authorize(path, url, answer)
            answer = self._asked(url, question)
        if answer.status in (_UNAUTHORIZED, _FORBIDDEN):
            raise self._denied(path, f"it answers {answer.status}, as some registries do where there is nothing")
        return answer

    def _choose_certificate(self) -> None:
        """Of several of ours the first that the registry takes; Go's programs choose by the CAs that it names.

        Python is not told those. Where none is taken, the registry says to the first what it says.
        """
        client, taken = self.passes.client, self.passes.taken
        if client is None or len(client.certificates) == 1:
            return
        with self._choosing:
            if not taken:
                taken.append(next(filter(self._is_taken, client.certificates), client.certificates[0]))

    def _is_taken(self, certificate: Certificate) -> bool:
        limits = replace(self._transport.limits, attempts=1, seconds=self._transport.left)
        transport = _Asking(replace(self.passes, taken=[certificate]), limits)
        try:
            return transport.get(f"{self.url}/v2/", {}).status not in (_BAD, _FORBIDDEN)
        except InstallerError:
            return False
        finally:
            transport.close()

    def _asked(self, url: str, question: Question) -> Answer:
        try:
            return self._transport.ask(url, question)
        except InstallerError as error:
            fix = f"see that {bare_host(url)} can be asked from here; a mirror of it may stand in registries.conf"
            raise InstallerError(*(replace(one, fix=fix) for one in error.problems)) from None

    def _authorize(self, path: str, url: str, answer: Answer) -> None:
        """The credential is this registry's, so it goes where this registry itself, no place it leads to, says."""
        if origin(answer.url) != origin(url):
            raise self._denied(path, f"it leads to {bare_host(answer.url)}, which asks who we are")
        challenge = oci_challenge.chosen(answer.headers.get("www-authenticate", ""))
        if challenge is None:
            raise self._denied(path, "it does not say how to log in")
        credential = self._credential(path)
        self._identities[path] = _who(credential)
        header = self._bearer(path, challenge, credential) if challenge.scheme == "bearer" else None
        if header is None:
            if credential is None or credential.identity is not None:
                raise self._denied(path, "it asks for a user and a password, and there are none for it")
            header = credential.basic
        for what in ("manifests", "tags"):
            self.passes.folders[f"{self.url}/v2/{path}/{what}/"] = header

    def _bearer(self, path: str, challenge: Challenge, credential: Credential | None) -> str:
        realm, service = challenge.parameters["realm"], challenge.parameters.get("service")
        if host_of(realm) is None or (self.url.startswith("https:") and not realm.startswith("https:")):
            why = f"{self.url} sends us to what is no https URL for a token"
            raise fail(ExitCode.INVALID, "registry-realm", why, fix="ask another registry")
        given = challenge.parameters.get("scope", "")
        scope = given if _PULL.fullmatch(given) else f"repository:{path}:pull"
        answer = self._token(without_user(realm), service, scope, credential)
        if answer.status in (_BAD, _UNAUTHORIZED, _FORBIDDEN):
            who = "the credential for it is not taken" if credential else "and there is no credential for it"
            raise self._denied(path, f"no token is given ({answer.status}), {who}")
        return f"Bearer {_token(answer, bare_host(realm))}"

    def _token(self, realm: str, service: str | None, scope: str, credential: Credential | None) -> Answer:
        if credential is not None and credential.identity is not None:
            form = {"grant_type": "refresh_token", "refresh_token": credential.identity, "client_id": CLIENT}
            form |= {"scope": scope, **({"service": service} if service else {})}
            return self._asked(realm, Question("POST", {"Accept": "application/json"}, form))
        url = oci_challenge.token_url(realm, service, scope)
        if credential is not None:
            self.passes.exact[url] = credential.basic
        return self._asked(url, Question("GET", {"Accept": "application/json"}))

    def _denied(self, path: str, why: str) -> InstallerError:
        message = f"{self.url} lets us not read {path}: {why}"
        fix = f"podman login {self.host} keeps a credential; or name a file of them with --authfile FILE"
        return fail(ExitCode.DENIED, "registry-denied", message, fix=fix)


def is_loopback(host: str) -> bool:
    """Of a host without its port."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower().rstrip(".") == "localhost"


def client_of(host: str, certificates: tuple[Certificate, ...]) -> Client | None:
    """Who we are to a registry, where we have certificates for it."""
    return Client(certificates, origin(f"https://{_HUB.get(host, host)}")) if certificates else None


def judge(answer: Answer, where: str, missing: str) -> None:
    """Raises InstallerError (TARGET, INVALID) of every answer but 200; `missing` says what is missing."""
    if answer.status in _MISSING:
        fix = f"skopeo list-tags docker://{where.partition('://')[2]} lists what there is"
        raise fail(ExitCode.TARGET, "image-missing", f"{where} answers {answer.status}: {missing}", fix=fix)
    if answer.status != _OK:
        raise no_manifest(where, f"the status is {answer.status}")


def _who(credential: Credential | None) -> str:
    return "" if credential is None else credential.identity or credential.basic


def _token(answer: Answer, realm: str) -> str:
    try:
        said = json.loads(answer.body) if answer.status == _OK else None
    except (ValueError, RecursionError):
        said = None
    found = (said.get("token") or said.get("access_token")) if isinstance(said, dict) else None
    # What is no token in RFC 6750's sense could put lines of its own into a header.
    if not isinstance(found, str) or not _TOKEN.fullmatch(found):
        message = f"what {realm} answers ({answer.status}) holds no token"
        raise fail(ExitCode.INVALID, "no-registry-token", message, fix="ask another registry")
    return found


def _url(host: str, seconds: float) -> str:
    host = _HUB.get(host, host)
    parts = urlsplit(f"//{host}")
    if is_loopback(parts.hostname or "") and _speaks_plainly(host, seconds):
        return f"http://{host}"
    return f"https://{host}"


def _speaks_plainly(host: str, seconds: float) -> bool:
    """Whether a loopback host takes http: one that wants TLS answers 400 or hangs up. Nothing secret is sent."""
    parts = urlsplit(f"//{host}")
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=seconds)) as connection:
        try:
            connection.request("GET", "/v2/")
            return connection.getresponse().status != _BAD
        except (http.client.HTTPException, ConnectionResetError):
            return False
        except OSError:
            # Nobody is there, or nobody says anything: that is for the request itself to tell.
            return True
