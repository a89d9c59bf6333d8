"""An npm registry's metadata: which versions of a package there are, and with which hashes. Downloads no package."""

import threading
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from installer.model.errors import ExitCode, InstallerError, fail
from installer.registries.cache import NONE, Cache, Entry, entry, key_of, not_cached, renewed
from installer.registries.freshness import conditions
from installer.registries.limits import Limits, unreachable
from installer.registries.npm_packument import Packument, Published, Versions, kept, known, no_metadata, parse
from installer.registries.npmrc import NpmConfig
from installer.registries.urls import without_user

if TYPE_CHECKING:  # what asks is loaded where the cache does not know
    from concurrent.futures import ThreadPoolExecutor

    from installer.registries.transport import Answer, Transport

__all__ = ["Npm", "PackageMissing", "Packument", "Published", "Versions", "answers", "at_hand", "packuments", "parse"]
# Leaves out what only an npm client that shows READMEs needs; registries that do not know it send everything.
ABBREVIATED = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*; q=0.1"
# Only this one has `time` in every registry: npmjs.org's abbreviated metadata says when a package changed, no more.
FULL = "application/json"
# What is left of 15 s is enough to choose among as many.
VERSIONS_OF_ALL = 100_000
_OK, _UNCHANGED, _BAD, _UNAUTHORIZED, _FORBIDDEN, _MISSING, _GONE = 200, 304, 400, 401, 403, 404, 410


class PackageMissing(InstallerError):
    """The registry answers, and has no such package (TARGET)."""


class Npm:
    """The registries of one npm configuration. May be used by several threads; `close` it."""

    def __init__(self, config: NpmConfig, limits: Limits | None = None, cache: Cache = NONE) -> None:
        self.config, self.limits, self.cache = config, limits or Limits(), cache
        self._reader = _Reader()
        self._connecting = threading.Lock()
        self._connected: Transport | None = None

    @property
    def transport(self) -> "Transport":
        """The connections, whose time begins when they are first wanted."""
        from installer.registries.transport import Transport  # noqa: PLC0415 - most questions the cache answers

        with self._connecting:
            self._connected = self._connected or Transport(self.config, self.limits)
            return self._connected

    def close(self) -> None:
        if self._connected is not None:
            self._connected.close()
        self._reader.close()

    def packument(self, name: str, *, times: bool = False) -> Packument:
        """Asks the package's registry; a scoped name in both spellings, as some proxies know only one.

        :param times: ask for the full metadata, which says when versions were published
        Raises InstallerError: PackageMissing, DENIED (401, 403), UNREACHABLE (no answer in time, 429, 5xx; nothing
        cached and offline), INVALID for an answer that is no metadata of that package.
        """
        if self.cache.offline:
            raise not_cached(name)
        registry = self.config.registry_of(name)
        self._reader.refuse_more(name, without_user(registry))
        accept = FULL if times else ABBREVIATED
        key = self._key(registry, name, accept)
        return self._asked_anew(registry, name, accept, key, self.cache.find(key))

    def at_hand(self, name: str, *, times: bool = False) -> Packument | None:
        """What the cache knows, and need not be asked for. Raises as `packument`."""
        registry = self.config.registry_of(name)
        accepts = (FULL,) if times else (ABBREVIATED, FULL)
        found = (self.cache.find(self._key(registry, name, accept)) for accept in accepts)
        there = next((one for one in found if one is not None and self.cache.usable(one)), None)
        return None if there is None else self._reader.counted(known(there.body, name, without_user(registry)))

    def _asked_anew(self, registry: str, name: str, accept: str, key: str, before: Entry | None) -> Packument:
        shown = without_user(registry)
        answer = self._answer(registry, name, {"Accept": accept, **(conditions(before.headers) if before else {})})
        if before is not None and answer.status == _UNCHANGED:
            self.cache.keep(key, renewed(before, answer.headers))
            return self._reader.counted(known(before.body, name, shown))
        if answer.status != _OK:
            raise _refusal(answer.status, name, shown)
        found = self._reader.read(answer, name, shown)
        self.cache.keep(key, entry(answer.headers, kept(found)))
        return found

    def _answer(self, registry: str, name: str, headers: Mapping[str, str]) -> "Answer":
        answer = self.transport.get(f"{registry}{quote(name, safe='@~')}", headers)
        if name.startswith("@") and answer.status in (_BAD, _MISSING):
            return self.transport.get(f"{registry}{quote(name, safe='@~/')}", headers)
        return answer

    def _key(self, registry: str, name: str, accept: str) -> str:
        """As another user, or past a check of certificates, one might be told something else."""
        config = self.config
        url = f"{registry}{quote(name, safe='@~')}"
        identity = f"{config.authorization(url)} {config.certificate(url)}"
        return key_of("npm", without_user(registry), name, accept, identity, str(config.strict_tls))


class _Reader:
    """A text takes ten times its size to read: one at a time, and in one thread, whose memory serves the next."""

    def __init__(self) -> None:
        self._making = threading.Lock()
        self._thread: ThreadPoolExecutor | None = None
        self._versions = 0

    def close(self) -> None:
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)

    def read(self, answer: "Answer", name: str, registry: str) -> Packument:
        """Raises InstallerError as `parse`, and for one version too many of all packages."""
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - loaded where something has been asked

        self.refuse_more(name, registry)
        with self._making:
            self._thread = self._thread or ThreadPoolExecutor(1)
        return self._thread.submit(self._read, answer, name, registry).result()

    def _read(self, answer: "Answer", name: str, registry: str) -> Packument:
        try:
            found = parse(answer.body, name, registry)
        except InstallerError as error:
            # The frames of an error keep the text that it is about.
            raise error.with_traceback(None) from None
        return self.counted(found)

    def counted(self, found: Packument) -> Packument:
        """Raises InstallerError (INVALID) where it is one version too many of all packages."""
        with self._making:
            self._versions += len(found.versions)
        self.refuse_more(found.name, found.registry)
        return found

    def refuse_more(self, name: str, registry: str) -> None:
        """Raises InstallerError (INVALID) where there is no room for what would come: nobody need be asked then."""
        if self._versions > VERSIONS_OF_ALL:
            raise no_metadata(name, registry, f"with it there are more than {VERSIONS_OF_ALL:,} versions to look at")


def packuments(
    names: Iterable[str], config: NpmConfig, *, times: bool = False, limits: Limits | None = None, cache: Cache = NONE
) -> dict[str, Packument | InstallerError]:
    """What the registries say of several packages, each asked once, eight at a time."""
    npm = Npm(config, limits, cache)
    every = tuple(dict.fromkeys(names))
    found = at_hand(npm, every, times=times)
    left = [name for name in every if name not in found]
    return {**found, **answers(npm, left, times=times)} if left else found


def at_hand(npm: Npm, names: Iterable[str], *, times: bool = False) -> dict[str, Packument | InstallerError]:
    """What need not be asked for. Read in one thread: eight take three times as long for it."""
    read = ((name, _at_hand(npm, name, times=times)) for name in dict.fromkeys(names))
    return {name: one for name, one in read if one is not None}


def answers(npm: Npm, names: Iterable[str], *, times: bool = False) -> dict[str, Packument | InstallerError]:
    """What is to be asked for, each once, eight at a time; then `npm` is closed."""
    from installer.registries.together import together  # noqa: PLC0415 - most questions the cache answers

    late = unreachable(f"no complete answer within {npm.limits.seconds:.0f} s")
    try:
        return together(partial(npm.packument, times=times), names, npm.transport.left + 0.5, late)
    finally:
        npm.close()


def _at_hand(npm: Npm, name: str, *, times: bool) -> Packument | InstallerError | None:
    try:
        return npm.at_hand(name, times=times)
    except InstallerError as error:
        return error


def _refusal(status: int, name: str, registry: str) -> InstallerError:
    if status in (_MISSING, _GONE):
        message = f"{registry} has no package {name}"
        fix = f"npm view {name} --registry {registry} asks the same; name the registry that has it with --registry URL"
        missing = fail(ExitCode.TARGET, "package-missing", message, fix=fix)
        return PackageMissing(*missing.problems)
    if status in (_UNAUTHORIZED, _FORBIDDEN):
        message = f"{registry} lets us not read {name} ({status})"
        fix = f"npm login --registry {registry} puts a token into ~/.npmrc"
        return fail(ExitCode.DENIED, "registry-denied", message, fix=fix)
    return no_metadata(name, registry, f"the status is {status}")
