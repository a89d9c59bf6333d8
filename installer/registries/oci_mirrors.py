"""Where an image is looked for: containers' registries.conf with its mirrors. Asks none of them.

The format: containers-registries.conf(5), version 2. RHDH's init container reads its own, not this machine's.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.registries.oci_reference import OciReference

FILE_LIMIT = 1024 * 1024
SYSTEM = Path("/etc/containers")
Value = TypeVar("Value", str, bool)
_PULLS = ("all", "digest-only", "tag-only")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A place that may have an image: host with port, repository; `insecure` lets any certificate pass."""

    host: str
    path: str
    insecure: bool = False
    mirror: bool = False


@dataclass(frozen=True, slots=True)
class Mirror:
    """`pulls` is all, digest-only or tag-only."""

    location: str
    insecure: bool
    pulls: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One `[[registry]]`; `location` is "" where images stay where they are."""

    prefix: str
    location: str
    insecure: bool
    blocked: bool
    mirrors: tuple[Mirror, ...]


def endpoints(reference: OciReference, rules: Iterable[Rule]) -> tuple[Endpoint, ...]:
    """The places to ask, in order: the mirrors of the longest prefix, at last the place itself.

    Raises InstallerError: DENIED where registries.conf blocks it.
    """
    matching = [(length, rule) for rule in rules if (length := _matched(rule.prefix, reference)) is not None]
    if not matching:
        return (Endpoint(reference.host, reference.path),)
    length, rule = max(matching, key=lambda one: len(one[1].prefix))
    if rule.blocked:
        message = f"registries.conf blocks {rule.prefix}, and with it {reference.repository}"
        raise fail(ExitCode.DENIED, "registry-blocked", message, fix="take blocked out of registries.conf")
    rest = reference.repository[length:]
    wanted = ("all", "digest-only" if reference.digest else "tag-only")
    mirrors = [_endpoint(one.location + rest, one.insecure, mirror=True) for one in rule.mirrors if one.pulls in wanted]
    own = rule.location + rest if rule.location else reference.repository
    return (*mirrors, _endpoint(own, rule.insecure, mirror=False))


def read(environment: Mapping[str, str], system: Path = SYSTEM) -> tuple[Rule, ...]:
    """CONTAINERS_REGISTRIES_CONF alone; else the user's file or the system's, then the files of registries.conf.d.

    Of one prefix the last counts. Raises InstallerError: INVALID for what is no version 2 of that format, DENIED,
    TARGET for a file that was named and is not there.
    """
    rules: dict[str, Rule] = {}
    for file in _files(environment, system):
        rules |= {rule.prefix: rule for rule in parse(_text(file), file)}
    return tuple(rules.values())


def parse(text: str, file: Path) -> tuple[Rule, ...]:
    try:
        content = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        raise _broken(file, "it is no TOML") from None
    if "registries" in content:
        raise _broken(file, "it is of version 1, [registries...], which podman does not read either")
    return tuple(_rule(one, file) for one in _tables(content, "registry", file))


def _rule(table: Mapping[str, Any], file: Path) -> Rule:
    location = _typed(table, "location", "", file)
    prefix = _typed(table, "prefix", "", file) or location
    if not prefix or (
        not location and not prefix.startswith("*.") and "mirror" not in table and "blocked" not in table
    ):
        raise _broken(file, "a [[registry]] has neither prefix nor location")
    by_digest = _typed(table, "mirror-by-digest-only", default=False, file=file)
    mirrors = tuple(_mirror(one, file, by_digest=by_digest) for one in _tables(table, "mirror", file))
    flags = [_typed(table, name, default=False, file=file) for name in ("insecure", "blocked")]
    return Rule(prefix.rstrip("/"), location.rstrip("/"), flags[0], flags[1], mirrors)


def _mirror(table: Mapping[str, Any], file: Path, *, by_digest: bool) -> Mirror:
    location = _typed(table, "location", "", file).rstrip("/")
    pulls = "digest-only" if by_digest else _typed(table, "pull-from-mirror", "all", file)
    if not location or pulls not in _PULLS:
        raise _broken(file, f"a mirror has no location, or a pull-from-mirror that is none of {', '.join(_PULLS)}")
    return Mirror(location, _typed(table, "insecure", default=False, file=file), pulls)


def _matched(prefix: str, reference: OciReference) -> int | None:
    """How much of the repository's name a prefix stands for; None where it is none of it."""
    if prefix.startswith("*."):
        host = re.sub(r":\d+$", "", reference.host)
        return len(reference.host) if host.endswith(prefix[1:]) else None
    name = reference.repository
    return len(prefix) if name == prefix or name.startswith(f"{prefix}/") else None


def _endpoint(location: str, insecure: bool, *, mirror: bool) -> Endpoint:  # noqa: FBT001 - as it is written there
    host, _, path = location.partition("/")
    return Endpoint(host.lower(), path, insecure, mirror)


def _files(environment: Mapping[str, str], system: Path) -> Iterator[Path]:
    if named := environment.get("CONTAINERS_REGISTRIES_CONF"):
        if not Path(named).exists():
            message = f"there is no file {named}, which CONTAINERS_REGISTRIES_CONF names"
            raise fail(ExitCode.TARGET, "registries-conf-missing", message, fix="unset CONTAINERS_REGISTRIES_CONF")
        yield Path(named)
        return
    home = environment.get("HOME")
    configured = environment.get("XDG_CONFIG_HOME") or (str(Path(home) / ".config") if home else None)
    user = Path(configured) / "containers" if configured else None
    folders = [folder for folder in (user, system) if folder is not None]
    yield from [file for folder in folders if (file := folder / "registries.conf").is_file()][:1]
    for folder in reversed(folders):
        yield from sorted((folder / "registries.conf.d").glob("*.conf"))


def _text(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            content = stream.read(FILE_LIMIT + 1)
    except PermissionError:
        message = f"{file} may not be read"
        raise fail(ExitCode.DENIED, "registries-conf-denied", message, fix=f"chmod u+r {file}") from None
    except OSError as error:
        raise _broken(file, str(error.strerror)) from None
    if len(content) > FILE_LIMIT:
        raise _broken(file, f"it has more than {FILE_LIMIT:,} bytes")
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise _broken(file, "it is no text in UTF-8") from None


def _tables(table: Mapping[str, Any], name: str, file: Path) -> list[Mapping[str, Any]]:
    found = table.get(name, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise _broken(file, f"{name} is no array of tables")
    return found


def _typed(table: Mapping[str, Any], name: str, default: Value, file: Path) -> Value:
    found = table.get(name, default)
    if not isinstance(found, type(default)):
        raise _broken(file, f"{name} has a value of another type than {type(default).__name__}")
    return found


def _broken(file: Path, why: str) -> InstallerError:
    fix = "see containers-registries.conf(5), or name another with CONTAINERS_REGISTRIES_CONF"
    return fail(ExitCode.INVALID, "registries-conf-broken", f"{file} cannot be understood: {why}", fix=fix)
