"""Image registries: which digest a reference means, which plugins are in that image. Downloads no layer.

Mirrors are those of this machine; what RHDH itself does where its registry has nothing is `fallback`'s.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, replace
from pathlib import Path

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.registries import oci_certificates, oci_credentials, oci_manifest, oci_mirrors, oci_tags
from installer.registries.cache import NONE, Cache
from installer.registries.limits import Limits
from installer.registries.oci_cached import CachedRegistry, Wanted
from installer.registries.oci_credentials import Credentials, Helper
from installer.registries.oci_manifest import Manifest, Package, no_manifest
from installer.registries.oci_mirrors import Endpoint, Rule
from installer.registries.oci_reference import OciReference, inherited, is_digest, parse
from installer.registries.oci_registry import ImageRegistry, Passes, client_of, judge
from installer.registries.together import together
from installer.registries.transport import Answer, bare_host

# The specification asks registries to take manifests of at least 4 MiB; larger ones are not to be expected.
LIMITS = Limits(body=4 * 1024 * 1024)
_OK = 200
# RHDH's installer since 1.9, where the first has no such image.
_FALLBACK = ("registry.access.redhat.com/rhdh/", "quay.io/rhdh/")


@dataclass(frozen=True, slots=True)
class Resolved:
    """What a reference means now.

    `digest` is that of what the tag names, the index where there is one; `image` the manifest RHDH would take from it.
    `packages` are empty where the image says nothing of them: RHDH then needs the directory behind `!`. `reference` is
    the one that was asked for, without `{{inherit}}`; `source` the host and repository that answered.
    """

    digest: str
    media_type: str
    packages: tuple[Package, ...]
    reference: OciReference
    image: str
    source: str

    @property
    def pinned(self) -> OciReference:
        return self.reference.pinned(self.digest)

    @property
    def lacks_subpath(self) -> bool:
        """The image lists its plugins, and not this one: RHDH since 1.9 then installs an empty directory."""
        wanted = self.reference.subpath
        return wanted is not None and bool(self.packages) and wanted not in {one.path for one in self.packages}


@dataclass
class Oci:
    """The registries that a set of references leads to, within one bound of time; `close` it.

    May be used by several threads.
    """

    credentials: Credentials
    rules: tuple[Rule, ...]
    environment: Mapping[str, str] = field(repr=False)
    limits: Limits = LIMITS
    certificates: tuple[Path, ...] = oci_certificates.SYSTEM
    cache: Cache = NONE

    def __post_init__(self) -> None:
        self._until = time.monotonic() + self.limits.seconds
        self._open: dict[tuple[str, bool, bool], CachedRegistry] = {}
        self._opening = threading.Lock()

    @property
    def left(self) -> float:
        return max(0.0, self._until - time.monotonic())

    @property
    def requests(self) -> int:
        return sum(one.registry.requests for one in tuple(self._open.values()))

    def close(self) -> None:
        for one in tuple(self._open.values()):
            one.close()

    def resolve(
        self, reference: OciReference, *, defaults: Iterable[OciReference] = (), fallback: bool = False
    ) -> Resolved:
        """`fallback` as RHDH does since 1.9: what registry.access.redhat.com/rhdh has not is looked for on quay.io.

        Raises InstallerError: TARGET (no such image; nothing to inherit), DENIED, UNREACHABLE, INVALID (no manifest),
        INTEGRITY (another digest than was asked for), FINDINGS (an image that RHDH could not unpack).
        """
        wanted = inherited(reference, defaults)
        try:
            return self._of_any(wanted)
        except InstallerError as error:
            second = _second(wanted) if fallback and error.exit is ExitCode.TARGET else None
            if second is None:
                raise
        return replace(self._of_any(second), reference=wanted)

    def resolve_all(
        self, texts: Iterable[str], *, defaults: Iterable[OciReference] = (), fallback: bool = False
    ) -> dict[str, Resolved | InstallerError]:
        """Each text's answer or error; eight are asked at a time, none is waited for beyond the bound."""
        known = tuple(defaults)
        return together(
            lambda text: self.resolve(parse(text), defaults=known, fallback=fallback),
            dict.fromkeys(texts),
            self.left + 0.5,
            _late(self.limits),
        )

    def tags(self, reference: OciReference) -> tuple[str, ...]:
        """All tags of a repository, as the registry lists them. Raises InstallerError as `resolve`."""
        (*_, own) = oci_mirrors.endpoints(reference, self.rules)
        return tuple(oci_tags.paged(self._registry(own), own.path))

    def _of_any(self, reference: OciReference) -> Resolved:
        """Mirrors are tried one after the other; why the place itself does not do is what is told.

        A digest that does not match is no reason to look elsewhere: somebody changes what is sent.
        """
        (*mirrors, own) = oci_mirrors.endpoints(reference, self.rules)
        for mirror in mirrors:
            try:
                return self._of(reference, mirror)
            except InstallerError as error:
                if error.exit is ExitCode.INTEGRITY or not self.left:
                    raise
        return self._of(reference, own)

    def _of(self, reference: OciReference, endpoint: Endpoint) -> Resolved:
        source = f"{endpoint.host}/{endpoint.path}"
        registry = self._registry(endpoint)
        top = _manifest(registry, endpoint.path, reference)
        image = top
        if top.is_index:
            wanted = oci_manifest.chosen(top)
            image = _by_digest(registry, endpoint.path, wanted.digest, wanted.size)
            if image.is_index:
                raise no_manifest(image.where, "an index leads to another index")
        annotations = {**top.annotations, **image.annotations}
        found = oci_manifest.packages(annotations, image.where)
        return Resolved(top.digest, top.media_type, found, reference, image.digest, source)

    def _registry(self, endpoint: Endpoint) -> CachedRegistry:
        with self._opening:
            key = endpoint.host, endpoint.insecure, endpoint.mirror
            if key not in self._open:
                self._open[key] = self._opened(endpoint)
            return self._open[key]

    def _opened(self, endpoint: Endpoint) -> CachedRegistry:
        host = endpoint.host
        trusted = oci_certificates.trusted(host, self.certificates)
        client = client_of(host, trusted.own)
        passes = Passes(self.environment, strict_tls=not endpoint.insecure, more_cas=trusted.cas, client=client)
        # A mirror that is down shall leave time for the place itself.
        limits = (
            replace(self.limits, seconds=self.left / 2, attempts=1)
            if endpoint.mirror
            else replace(self.limits, seconds=self.left)
        )
        registry = ImageRegistry(host, passes, limits, lambda path: self.credentials.of(host, path))
        return CachedRegistry(registry, self.cache)


def opened(
    environment: Mapping[str, str],
    helper: Helper,
    authfile: Path | None = None,
    limits: Limits = LIMITS,
    cache: Cache = NONE,
) -> Oci:
    """The registries as podman on this machine would ask them; `helper` asks docker-credential-NAME.

    Raises InstallerError for a file of credentials or mirrors that is named and missing, or broken.
    """
    credentials = oci_credentials.read(authfile, environment, helper)
    certificates = oci_certificates.folders(environment)
    return Oci(credentials, oci_mirrors.read(environment), environment, limits, certificates, cache)


def resolve(
    reference: OciReference,
    *,
    environment: Mapping[str, str],
    helper: Helper,
    authfile: Path | None = None,
    defaults: Iterable[OciReference] = (),
    fallback: bool = False,
    limits: Limits = LIMITS,
) -> Resolved:
    """One reference; as `Oci.resolve`, and not waited for beyond the bound."""
    registries = opened(environment, helper, authfile, limits)
    try:
        found = registries.resolve_all([str(reference)], defaults=defaults, fallback=fallback)[str(reference)]
    finally:
        registries.close()
    if isinstance(found, InstallerError):
        raise found
    return found


def _late(limits: Limits) -> InstallerError:
    why = f"the registry gave no complete answer within {limits.seconds:.0f} s"
    return fail(ExitCode.UNREACHABLE, "registry-unreachable", why, fix="ask for fewer references at once")


def _manifest(registry: CachedRegistry, path: str, reference: OciReference) -> Manifest:
    """HEAD tells which digest a tag means, GET of that digest what it is; where HEAD tells nothing GET tells both."""
    version = reference.version
    if version is None:
        raise fail(ExitCode.TARGET, "no-tag-or-digest", f"{reference} names no tag and no digest", fix="add :TAG")
    if is_digest(version):
        return _by_digest(registry, path, version)
    told = registry.read(Wanted(path, f"manifests/{version}", oci_manifest.ACCEPT, "HEAD"), _told_by)
    if told:
        return _by_digest(registry, path, told)
    return _found(registry, path, version, lambda one: _by_its_bytes(one, registry, path))


def _by_digest(registry: CachedRegistry, path: str, digest: str, size: int | None = None) -> Manifest:
    """A digest is of these bytes for ever."""

    def read(answer: Answer) -> Manifest:
        found = _parsed(answer, digest, registry, path)
        if size is not None and size != len(answer.body):
            raise no_manifest(found.where, "it has another size than the index says")
        return found

    return _found(registry, path, digest, read)


def _by_its_bytes(answer: Answer, registry: CachedRegistry, path: str) -> Manifest:
    digest = answer.headers.get("docker-content-digest") or oci_manifest.digest_of(answer.body)
    return _parsed(answer, _told(digest, registry.name), registry, path)


def _told_by(answer: Answer) -> str | None:
    """The digest that the headers tell."""
    told = answer.headers.get("docker-content-digest") if answer.status == _OK else None
    return _told(told, bare_host(answer.url)) if told else None


def _found(registry: CachedRegistry, path: str, version: str, read: Callable[[Answer], Manifest]) -> Manifest:
    def judged(answer: Answer) -> Manifest:
        judge(answer, f"{registry.name}/{path}", f"no image {path} at {version}")
        return read(answer)

    return registry.read(Wanted(path, f"manifests/{version}", oci_manifest.ACCEPT), judged)


def _parsed(answer: Answer, digest: str, registry: CachedRegistry, path: str) -> Manifest:
    where = f"{registry.name}/{path}"
    oci_manifest.verified(answer.body, digest, where)
    return oci_manifest.parse(answer.body, answer.headers.get("content-type", ""), digest, where)


def _told(digest: str, where: str) -> str:
    if not is_digest(digest):
        raise no_manifest(where, "the digest that it tells is none of sha256 or sha512")
    return digest


def _second(reference: OciReference) -> OciReference | None:
    first, second = _FALLBACK
    if not f"{reference.repository}/".startswith(first):
        return None
    host, _, path = (second + reference.repository.removeprefix(first)).partition("/")
    return replace(reference, host=host, path=path)
