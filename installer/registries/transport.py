"""Asks a registry within bounds: of time, of size, of attempts, of who gets a credential. Judges no answer."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field, replace
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urljoin

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.registries.connections import Certificate, Sessions, Trust
from installer.registries.contents import Content
from installer.registries.limits import Limits, unreachable
from installer.registries.refusals import Refusals
from installer.registries.urls import bare, host_of, origin, without_user

if TYPE_CHECKING:
    from requests import Response

REDIRECTS = frozenset({301, 302, 303, 307, 308})
TOO_MANY, SERVERS_FAULT = 429, 500
HOPS = 5
_CHUNK = 64 * 1024


class Settings(Trust, Protocol):
    """Who is asked how. A header's value, a certificate and a proxy are asked for at every hop, by that hop's URL."""

    def certificate(self, url: str) -> Certificate | None: ...
    def authorization(self, url: str) -> str | None: ...
    def proxy(self, url: str) -> str | None: ...


@dataclass(frozen=True)
class Answer:
    """What came back in the end, after redirects; `url` is where it came from.

    A long content is on disk until somebody wants the `body`.
    """

    status: int
    headers: Mapping[str, str]
    content: Content = field(repr=False)
    url: str = field(default="", repr=False)

    @property
    def body(self) -> bytes:
        return self.content.read()


@dataclass(frozen=True, slots=True)
class Question:
    """GET or HEAD; POST of a `form`, which follows no redirect: a form holds what no other place may learn."""

    method: str
    headers: Mapping[str, str]
    form: Mapping[str, str] | None = field(default=None, repr=False)


class Dropped(Exception):
    """The connection broke, or was not made: it may be tried again. `why` names no credential."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Transport:
    """One pool of connections; may be used by several threads. `requests` counts everything that was sent."""

    def __init__(self, config: Settings, limits: Limits) -> None:
        self.config, self.limits = config, limits
        self.until = time.monotonic() + limits.seconds
        self.requests = 0
        self._sessions = Sessions(config)
        self._refusals = Refusals()

    @property
    def left(self) -> float:
        return max(0.0, self.until - time.monotonic())

    def close(self) -> None:
        self._sessions.close()

    def get(self, url: str, headers: Mapping[str, str]) -> Answer:
        """The answer to a GET; as `ask`."""
        return self.ask(url, Question("GET", headers))

    def ask(self, url: str, question: Question) -> Answer:
        """Whatever a registry says but 429 and 5xx, which are asked again as resets are.

        A host that has been given up is not asked: what it said is said again. Raises InstallerError: UNREACHABLE,
        INVALID for an answer beyond the bounds or a redirect to nowhere good.
        """
        host = origin(url)
        try:
            answer = self._insist(url, question)
        except InstallerError as error:
            self._refusals.refused(host, error)
            raise
        self._refusals.answered(host)
        return answer

    def _insist(self, url: str, question: Question) -> Answer:
        for attempt in range(1, self.limits.attempts + 1):
            last = attempt == self.limits.attempts
            self._refusals.check(origin(url))
            try:
                answer = self._follow(url, question)
            except Dropped as error:
                if last:
                    raise unreachable(error.why) from None
                self._pause(attempt, 0)
                continue
            if answer.status != TOO_MANY and answer.status < SERVERS_FAULT:
                return answer
            asked = _retry_after(answer.headers)
            if last or asked > self.left:
                raise unreachable(f"{bare_host(url)} answers {answer.status}")
            self._pause(attempt, asked)
        raise AssertionError  # the last attempt returns or raises

    def _pause(self, attempt: int, asked: float) -> None:
        import random  # noqa: PLC0415 - loaded where a registry does not answer

        # Jitter: those that were turned away together shall not come back together.
        seconds = max(asked, 0.2 * 2**attempt * random.uniform(0.5, 1.0))  # noqa: S311
        time.sleep(min(seconds, self.left))

    def _follow(self, url: str, question: Question) -> Answer:
        """A credential goes to the origin that was asked and nowhere else; nothing goes from https to http."""
        first, current = url, url
        for _ in range(HOPS):
            authorization = self.config.authorization(current) if origin(current) == origin(first) else None
            answer = self._one(current, question, {"Authorization": authorization} if authorization else {})
            location = answer.headers.get("location")
            if answer.status not in REDIRECTS or not location or question.form is not None:
                return answer
            target = urljoin(without_user(current), location)
            if host_of(target) is None or (current.startswith("https:") and not target.startswith("https:")):
                why = f"{bare_host(current)} leads to what is no https URL"
                raise fail(ExitCode.INVALID, "registry-redirect", why, fix="ask another registry")
            current = target if origin(target) != origin(first) else _as_user(first, target)
        raise unreachable(f"{bare_host(first)} leads from one place to the next without end")

    def permit(self, url: str) -> None:
        """Where a URL may not be asked, raises InstallerError; every hop comes by here."""

    def _one(self, url: str, question: Question, credential: Mapping[str, str]) -> Answer:
        self.permit(url)
        if not self.left:
            raise unreachable(f"{bare_host(url)} gave no answer within {self.limits.seconds:.0f} s")
        self.requests += 1
        asked = replace(question, headers={**question.headers, **credential})
        with _translated(url, self.limits), self._sent(url, asked, self.config.proxy(url)) as response:
            content = Content(self._chunks(response, url))
            return Answer(response.status_code, _lowered(response.headers), content, url)

    @contextmanager
    def _sent(self, url: str, question: Question, proxy: str | None) -> Iterator["Response"]:
        secure = url.startswith("https:")
        session = self._sessions.of(secure=secure, certificate=self.config.certificate(url) if secure else None)
        response = session.request(
            question.method,
            without_user(url),
            data=question.form,
            headers=dict(question.headers),
            timeout=(min(self.limits.connect, self.left), min(self.limits.silence, self.left)),
            proxies={"http": proxy, "https": proxy} if proxy else {},
            verify=self.config.strict_tls,
            allow_redirects=False,
            stream=True,
        )
        try:
            yield response
        finally:
            response.close()

    def _chunks(self, response: "Response", url: str) -> Iterator[bytes]:
        """The body; the clock is looked at between chunks: a socket's timeout starts anew with each byte."""
        size = 0
        while part := response.raw.read1(_CHUNK, decode_content=True):
            size += len(part)
            if size > self.limits.body:
                why = f"{bare_host(url)} answers with more than {self.limits.body:,} bytes"
                raise fail(ExitCode.INVALID, "registry-answer-too-large", why, fix="ask another registry")
            if not self.left:
                raise unreachable(f"{bare_host(url)} did not finish its answer within {self.limits.seconds:.0f} s")
            yield part


def bare_host(url: str) -> str:
    """Scheme, host and port: what may be shown of any URL."""
    return urljoin(bare(url), "/")


def _as_user(first: str, target: str) -> str:
    """Within one origin a name and password of the URL that was asked stay; those of a redirect are not taken."""
    user, at, _ = first.partition("://")[2].partition("/")[0].rpartition("@")
    return without_user(target).replace("://", f"://{user}@", 1) if at else without_user(target)


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _retry_after(headers: Mapping[str, str]) -> float:
    """Seconds; 0 where nothing is said. A date is not waited for: clocks differ."""
    said = headers.get("retry-after", "").strip()
    return float(said) if said.isascii() and said.isdigit() else 0.0


@contextmanager
def _translated(url: str, limits: Limits) -> Iterator[None]:
    """Says what `requests` and urllib3 raise in our words; theirs may quote whole URLs."""
    import ssl  # noqa: PLC0415

    import urllib3  # noqa: PLC0415
    from requests import exceptions  # noqa: PLC0415

    where = bare_host(url)
    try:
        yield
    except (exceptions.SSLError, urllib3.exceptions.SSLError, ssl.SSLError) as error:
        raise unreachable(f"no TLS with {where}: {_said(error, _tls) or 'not verified'}") from None
    except exceptions.ProxyError:
        raise unreachable(f"the proxy in front of {where} does not let us through") from None
    except (exceptions.Timeout, urllib3.exceptions.TimeoutError, TimeoutError):
        raise unreachable(f"{where} was silent for {limits.silence:.0f} s") from None
    except (urllib3.exceptions.DecodeError, exceptions.ContentDecodingError):
        why = f"{where} answers with what cannot be decompressed"
        raise fail(ExitCode.INVALID, "registry-answer-unreadable", why, fix="ask another registry") from None
    except (exceptions.InvalidURL, exceptions.InvalidProxyURL, UnicodeError):
        raise fail(ExitCode.INVALID, "no-registry-url", f"{where} or its proxy is no URL to ask") from None
    except (exceptions.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
        raise Dropped(f"no answer from {where}: {_said(error, _system) or 'the connection broke'}") from None


def _said(error: BaseException, words: Callable[[BaseException], str | None]) -> str | None:
    """What the first cause that has words says."""
    cause: BaseException | None = error
    while cause is not None:
        if said := words(cause):
            return said
        inner = getattr(cause, "reason", None) or next(iter(cause.args), None)
        cause = inner if isinstance(inner, BaseException) else cause.__cause__ or cause.__context__
    return None


def _tls(error: BaseException) -> str | None:
    import ssl  # noqa: PLC0415

    return error.verify_message if isinstance(error, ssl.SSLCertVerificationError) else None


def _system(error: BaseException) -> str | None:
    return error.strerror if isinstance(error, OSError) and error.errno else None
