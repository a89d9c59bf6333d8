"""Verifies packages: asks for their metadata's tarball and signature, and has everything checked. Writes nothing."""

import json
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import quote, urljoin, urlsplit

from installer.integrity import LENGTHS, digests
from installer.model.errors import InstallerError
from installer.registries import signatures
from installer.registries.limits import Limits, unreachable
from installer.registries.npm import FULL, Packument, Published, packuments
from installer.registries.npmrc import NpmConfig
from installer.registries.signatures import Judgement, Key, Signed
from installer.registries.tarball import LIMITS, Downloads, Tarball
from installer.registries.tarball_archive import Rules
from installer.registries.tarball_checks import (
    Check,
    Subject,
    Verified,
    held,
    joined,
    metadata,
    no_version,
    only,
    role_of,
    unasked,
)
from installer.registries.together import together

Answer = TypeVar("Answer")
_OK = 200
# npm asks its configured registry for what this one's metadata lead to (pacote, `replaceRegistryHost`).
_PUBLIC = "registry.npmjs.org"


class Verifier:
    """Asks the registries of one npm configuration. May be used by several threads; `close` it."""

    def __init__(self, config: NpmConfig, rules: Rules, limits: Limits = LIMITS) -> None:
        self.config, self.rules = config, rules
        self._downloads = Downloads(config, limits)
        self._keys: dict[str, Mapping[str, Key] | None] = {}
        self._asking, self._parsing = threading.Lock(), threading.Lock()

    def close(self) -> None:
        self._downloads.close()

    def all(self, look: Callable[[str], Answer], keys: Iterable[str]) -> dict[str, Answer | InstallerError]:
        """The answer to each key, eight at a time; whoever is silent too long, in headers even, gets an error."""
        limits = self._downloads.limits
        late = unreachable(f"nothing came for {limits.silence:.0f} s")
        patience = limits.connect + limits.silence + 1
        return together(look, keys, patience, late, lambda: self._downloads.heard)

    def published(self, subject: Subject, found: Packument | InstallerError) -> Verified:
        """A version of a registry, of which `found` is the metadata."""
        if isinstance(found, InstallerError):
            return unasked(subject, found)
        published = found.versions.get(subject.version or "")
        if published is None:
            return only("metadata", no_version(subject, found))
        first = metadata(subject, found, published)
        tarball = self._fetched(subject, self._address(subject, found, published), published)
        there = not isinstance(tarball, InstallerError)  # who sends no package is not asked for more
        document = self._document(found.name, subject.version or "") if there else None
        second = held(subject, tarball, published)
        signature = self._signature(subject, published, document)
        return joined(subject, tarball, (first, second), document, signature)

    def addressed(self, subject: Subject) -> Verified:
        """A tarball whose address stands in the configuration."""
        said = "it is a tarball's address: no registry is asked about it"
        tarball = self._fetched(subject, subject.package, None)
        second = held(subject, tarball, None)
        first = Check("metadata", "not checked", said)
        return joined(subject, tarball, (first, second), None, Judgement("not checked", said))

    # -- what is asked

    def _fetched(self, subject: Subject, address: str, published: Published | None) -> Tarball | InstallerError:
        wanted = {one.algorithm for one in digests(subject.integrity or "")} & LENGTHS.keys()
        wanted |= {one.algorithm for one in digests((published and published.integrity) or "")} & LENGTHS.keys()
        wanted |= {"sha1"} if published is not None and published.shasum else set()
        try:
            return self._downloads.tarball(address, [*sorted(wanted | {"sha512"})], self.rules)
        except InstallerError as error:
            return error

    def _address(self, subject: Subject, found: Packument, published: Published) -> str:
        registry = self.config.registry_of(found.name)
        file = f"{found.name.rpartition('/')[2]}-{subject.version}.tgz"
        told = urljoin(registry, published.tarball or f"{registry}{quote(found.name, safe='@/')}/-/{file}")
        replaced = self.config.values.get("replace-registry-host", "npmjs")
        host = urlsplit(told).netloc.rpartition("@")[2]
        if replaced == "always" or host == (_PUBLIC if replaced == "npmjs" else replaced):
            return urljoin(registry, urlsplit(told)._replace(scheme="", netloc="").geturl())
        return told

    def _document(self, name: str, version: str) -> Mapping[str, Any] | None:
        """What a registry says of one version: its role and signatures, which abbreviated metadata need not hold."""
        address = f"{self.config.registry_of(name)}{quote(name, safe='@~')}/{quote(version, safe='')}"
        found = self._json(address)
        if not isinstance(found, dict) or (found.get("name"), found.get("version")) != (name, version):
            return None
        dist = found.get("dist")
        return {
            "role": role_of(found),
            "signatures": signatures.signatures_of(dist),
            "integrity": dist.get("integrity") if isinstance(dist, dict) else None,
        }

    def _signature(self, subject: Subject, published: Published, document: Mapping[str, Any] | None) -> Judgement:
        if document is None:
            return Judgement("not checked", "the registry does not say who signed this version")
        found, integrity = document["signatures"], document["integrity"]
        if found and not signatures.available():
            return Judgement("not checked", signatures.NOT_INSTALLED)
        if found and (not isinstance(integrity, str) or integrity != published.integrity):
            return Judgement("not checked", "the registry names two hashes of this version")
        keys = self._keys_of(str(subject.name)) if found else None
        expires = any(one.keyid in keys and keys[one.keyid].expires for one in found) if keys else False
        time = self._time(str(subject.name), str(subject.version)) if expires else None
        return signatures.judge(Signed(str(subject.name), str(subject.version), str(integrity), time), found, keys)

    def _keys_of(self, name: str) -> Mapping[str, Key] | None:
        registry = self.config.registry_of(name)
        with self._asking:
            if registry not in self._keys:
                self._keys[registry] = signatures.keys_of(self._json(f"{registry}{signatures.KEYS}"))
            return self._keys[registry]

    def _time(self, name: str, version: str) -> datetime | None:
        found = packuments([name], self.config, times=True)[name]
        return found.times.get(version) if isinstance(found, Packument) else None

    def _json(self, address: str) -> object:
        """What is at an address beside a package; None where there is nothing to be read."""
        try:
            answer = self._downloads.get(address, {"Accept": FULL})
            with self._parsing:  # one at a time keeps within a bound
                return json.loads(answer.body) if answer.status == _OK else None
        except (InstallerError, ValueError, RecursionError):
            return None
