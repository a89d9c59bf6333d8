"""What an npm registry says of one package, read from its JSON or from what we keep of it. Asks no registry."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from json.encoder import encode_basestring_ascii as quoted
from typing import Any

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail

# Everything in a text of JSON begins behind one of these. A packument of 10 MB has some 300,000 of them; a text of
# nothing else becomes thirty times as large in memory.
VALUES = 750_000
# Few packages have as many: to choose among all that one command is told of must not take longer than to ask.
VERSIONS = 20_000


@dataclass(frozen=True, slots=True)
class Published:
    """One version: its hashes as the registry spells them (SRI; sha1 in hex), its address, why not to use it."""

    integrity: str | None
    shasum: str | None
    tarball: str | None
    deprecated: str | None


# The same as plain data; what is none of it is None.
Said = tuple[str | None, str | None, str | None, str | None]


class Versions(Mapping[str, Published]):
    """The versions of a package, each made when it is looked at: a registry may have 20,000.

    What is said of one is plain data, or the JSON of it until somebody looks.
    """

    def __init__(self, said: dict[str, Said | str]) -> None:
        self._said = said

    def __getitem__(self, version: str) -> Published:
        said = self._said[version]
        if isinstance(said, str):
            said = self._said[version] = tuple(json.loads(said))
        return Published(*said)

    def __iter__(self) -> Iterator[str]:
        return iter(self._said)

    def __len__(self) -> int:
        return len(self._said)

    def __contains__(self, version: object) -> bool:
        return version in self._said

    def lines(self) -> Iterator[str]:
        """What is said of each, in their order, as JSON in one line."""
        return (said if isinstance(said, str) else _line(said) for said in self._said.values())


@dataclass(frozen=True)
class Packument:
    """What a registry says of one package. `registry` is its URL without a user; `tags` lead to versions.

    `times` says when versions were published, as far as the registry tells: abbreviated metadata need not.
    """

    name: str
    registry: str
    versions: Versions
    tags: Mapping[str, str]
    times: Mapping[str, datetime] = field(default_factory=dict)


def parse(body: bytes, name: str, registry: str) -> Packument:
    """Raises InstallerError (INVALID) of everything but a packument of that name."""
    if body.count(b",") + body.count(b"[") + body.count(b"{") > VALUES:
        raise no_metadata(name, registry, f"it has more than {VALUES:,} values")
    try:
        data = json.loads(body, object_pairs_hook=_unique)
    except _Twice:
        raise no_metadata(name, registry, "a key stands twice in it") from None
    except (ValueError, RecursionError):
        raise no_metadata(name, registry, "it is no JSON") from None
    if not isinstance(data, dict) or not isinstance(data.get("versions"), dict):
        raise no_metadata(name, registry, "it lists no versions")
    if data.get("name") != name:
        raise no_metadata(name, registry, "it is about another package")
    if len(data["versions"]) > VERSIONS:
        raise no_metadata(name, registry, f"it lists more than {VERSIONS:,} versions")
    tags = data.get("dist-tags")
    return Packument(
        name,
        registry,
        Versions(dict(_versions(data["versions"]))),
        {tag: to for tag, to in tags.items() if isinstance(to, str)} if isinstance(tags, dict) else {},
        _times(data.get("time")),
    )


def kept(packument: Packument) -> bytes:
    """A text that `known` reads; of 10 MB of metadata some 100 KB are left. Of most versions only the name is read."""
    times = {text: moment.isoformat() for text, moment in packument.times.items()}
    head = [[*packument.versions], dict(packument.tags), times]
    return "\n".join((json.dumps(head), *packument.versions.lines())).encode("ascii")


def known(body: bytes, name: str, registry: str) -> Packument:
    """What `kept` wrote."""
    head, *said = body.decode("ascii").split("\n")
    versions, tags, times = json.loads(head)
    return Packument(name, registry, Versions(dict(zip(versions, said, strict=True))), tags, _times(times))


def _line(said: Said) -> str:
    """As `json.dumps`, which gets itself ready anew each time: that takes longer than to write four texts."""
    return f"[{','.join(['null' if one is None else quoted(one) for one in said])}]"


class _Twice(ValueError):
    """Two programs may read two different things from such a text."""


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Said:
    """An object; of one that is a version's only what is looked at (Said), so that a long text needs little room."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _Twice
    # A tag or a version may be called "dist" as well: neither leads to an object that is no version's.
    if isinstance(found.get("dist"), dict) and "versions" not in found:
        return _said(found)
    return found


def _versions(listed: Mapping[str, Any]) -> Iterator[tuple[str, Said]]:
    for version, one in listed.items():
        if isinstance(one, tuple):
            yield version, one
        elif isinstance(one, dict):
            yield version, _said(one)


def _said(version: Mapping[str, Any]) -> Said:
    given = version.get("dist")
    dist = given if isinstance(given, dict) else {}
    return _text(dist, "integrity"), _text(dist, "shasum"), _text(dist, "tarball"), _text(version, "deprecated")


def _text(of: Mapping[str, Any], key: str) -> str | None:
    found = of.get(key)
    return found if isinstance(found, str) and found else None


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


def no_metadata(name: str, registry: str, why: str) -> InstallerError:
    message = f"what {registry} answers for {name} is no npm metadata of it: {why}"
    return fail(ExitCode.INVALID, "no-npm-metadata", message, fix="see that the URL is that of an npm registry")
