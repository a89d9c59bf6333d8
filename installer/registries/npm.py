"""An npm registry's metadata: which versions of a package there are, and with which hashes. Downloads no package."""

import json
import re
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any
from urllib.parse import quote

from installer.model.errors import ExitCode, InstallerError, fail
from installer.registries.npmrc import NpmConfig
from installer.registries.together import together
from installer.registries.transport import Answer, Limits, Transport, unreachable
from installer.registries.urls import without_user

# Leaves out what only an npm client that shows READMEs needs; registries that do not know it send everything.
ABBREVIATED = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*; q=0.1"
# Only this one has `time` in every registry: npmjs.org's abbreviated metadata says when a package changed, no more.
FULL = "application/json"
NAME = re.compile(r"(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*")
_OK, _BAD, _UNAUTHORIZED, _FORBIDDEN, _MISSING, _GONE = 200, 400, 401, 403, 404, 410


@dataclass(frozen=True, slots=True)
class Published:
    """One version: its hashes as the registry spells them (SRI; sha1 in hex), its address, why not to use it."""

    integrity: str | None
    shasum: str | None
    tarball: str | None
    deprecated: str | None


@dataclass(frozen=True)
class Packument:
    """What a registry says of one package. `registry` is its URL without a user; `tags` lead to versions.

    `times` says when versions were published, as far as the registry tells: abbreviated metadata need not.
    """

    name: str
    registry: str
    versions: Mapping[str, Published]
    tags: Mapping[str, str]
    times: Mapping[str, datetime] = field(default_factory=dict)


class PackageMissing(InstallerError):
    """The registry answers, and has no such package (TARGET)."""


class Npm:
    """The registries of one npm configuration. May be used by several threads; `close` it."""

    def __init__(self, config: NpmConfig, limits: Limits | None = None) -> None:
        self.config = config
        self.transport = Transport(config, limits or Limits())
        # A parsed packument is ten times as large as its text: one at a time keeps within a bound.
        self._parsing = threading.Lock()

    def close(self) -> None:
        self.transport.close()

    def packument(self, name: str, *, times: bool = False) -> Packument:
        """Asks the package's registry; a scoped name in both spellings, as some proxies know only one.

        :param times: ask for the full metadata, which says when versions were published
        Raises InstallerError: PackageMissing, DENIED (401, 403), UNREACHABLE (no answer in time, 429, 5xx), INVALID
        for an answer that is no metadata of that package.
        """
        registry = self.config.registry_of(name)
        shown = without_user(registry)
        answer = self._asked(registry, name, FULL if times else ABBREVIATED)
        if answer.status != _OK:
            raise _refusal(answer.status, name, shown)
        with self._parsing:
            return parse(answer.body, name, shown)

    def _asked(self, registry: str, name: str, accept: str) -> Answer:
        headers = {"Accept": accept}
        answer = self.transport.get(f"{registry}{quote(name, safe='@~')}", headers)
        if name.startswith("@") and answer.status in (_BAD, _MISSING):
            return self.transport.get(f"{registry}{quote(name, safe='@~/')}", headers)
        return answer


def packuments(
    names: Iterable[str], config: NpmConfig, *, times: bool = False, limits: Limits | None = None
) -> dict[str, Packument | InstallerError]:
    """What the registries say of several packages, each asked once, eight at a time."""
    npm = Npm(config, limits)
    try:
        late = unreachable(f"no complete answer within {npm.transport.limits.seconds:.0f} s")
        ask = partial(npm.packument, times=times)
        return together(ask, dict.fromkeys(names), npm.transport.left + 0.5, late)
    finally:
        npm.close()


def parse(body: bytes, name: str, registry: str) -> Packument:
    """Raises InstallerError (INVALID) of everything but a packument of that name."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        raise _no_metadata(name, registry, "it is no JSON") from None
    if not isinstance(data, dict) or not isinstance(data.get("versions"), dict):
        raise _no_metadata(name, registry, "it lists no versions")
    if data.get("name") != name:
        raise _no_metadata(name, registry, "it is about another package")
    tags = data.get("dist-tags")
    return Packument(
        name,
        registry,
        {version: _published(said) for version, said in data["versions"].items() if isinstance(said, dict)},
        {tag: to for tag, to in tags.items() if isinstance(to, str)} if isinstance(tags, dict) else {},
        _times(data.get("time")),
    )


def _published(said: Mapping[str, Any]) -> Published:
    given = said.get("dist")
    dist = given if isinstance(given, dict) else {}
    texts = [one if isinstance(one, str) and one else None for one in map(dist.get, ("integrity", "shasum", "tarball"))]
    deprecated = said.get("deprecated")
    return Published(texts[0], texts[1], texts[2], deprecated if isinstance(deprecated, str) and deprecated else None)


def _times(said: object) -> dict[str, datetime]:
    if not isinstance(said, dict):
        return {}
    return {version: moment for version, text in said.items() if (moment := _moment(text)) is not None}


def _moment(text: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


def _no_metadata(name: str, registry: str, why: str) -> InstallerError:
    message = f"what {registry} answers for {name} is no npm metadata of it: {why}"
    return fail(ExitCode.INVALID, "no-npm-metadata", message, fix="see that the URL is that of an npm registry")


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
    return _no_metadata(name, registry, f"the status is {status}")
