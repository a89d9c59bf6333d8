"""Who we are to an image registry, as podman and docker keep it. Asks no registry and prints no credential.

The files: containers-auth.json(5); Docker's config.json ("docker login", "Credential helpers").
"""

import base64
import binascii
import json
import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from pathlib import Path
from typing import Any

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail

FILE_LIMIT = 1024 * 1024
# With this user name a helper hands out an identity token and no password (docker-credential-helpers, README).
_IDENTITY = "<token>"
_DOCKER_HUB = frozenset({"index.docker.io", "registry-1.docker.io", "docker.io"})
_DOCKER_HUB_SERVER = "https://index.docker.io/v1/"

# Of the name behind docker-credential- and a server: user and secret; None where it has none.
Helper = Callable[[str, str], tuple[str, str] | None]


@dataclass(frozen=True, slots=True)
class Credential:
    """A user and a password, or an identity token that a registry's realm takes for tokens."""

    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    identity: str | None = field(default=None, repr=False)

    @property
    def basic(self) -> str:
        return f"Basic {base64.b64encode(f'{self.user}:{self.password}'.encode()).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class Credentials:
    """Files, the first that knows a registry counts. They are read when a registry demands a credential, not before."""

    files: tuple[Path, ...]
    helper: Helper = field(repr=False)

    def of(self, host: str, path: str) -> Credential | None:
        """Of `host[:port]` and a repository: of the longest key that is one of its folders.

        Raises InstallerError: DENIED for a file that may not be read, INVALID for one that is none of those, and what
        a helper raises.
        """
        for file in self.files:
            content = _content(file)
            if content is not None and (found := self._of_file(file, content, host, path)):
                return found
        return None

    def _of_file(self, file: Path, content: Mapping[str, Any], host: str, path: str) -> Credential | None:
        helpers = {_normal(key): name for key, name in _mapping(content, "credHelpers").items()}
        if isinstance(name := helpers.get(_normal(host)), str):
            return self._of_helper(name, host)
        auths = _mapping(content, "auths")
        # A key without a scheme beats what an older docker wrote with one.
        entries = {_normal(key): auths[key] for key in sorted(auths, key=lambda one: "://" not in one)}
        for key in _keys(host, path):
            if isinstance(entry := entries.get(key), dict) and (found := _of_entry(entry, file, key)):
                return found
        store = content.get("credsStore")
        return self._of_helper(store, host) if isinstance(store, str) and store else None

    def _of_helper(self, name: str, host: str) -> Credential | None:
        found = self.helper(name, _DOCKER_HUB_SERVER if host in _DOCKER_HUB else host)
        if found is None:
            return None
        user, secret = found
        return Credential(identity=secret) if user == _IDENTITY else Credential(user, secret)


def read(authfile: Path | None, environment: Mapping[str, str], helper: Helper) -> Credentials:
    """`--authfile` or REGISTRY_AUTH_FILE, each alone; else the files of podman, then docker's.

    Raises InstallerError (TARGET, "authfile-missing") for a file that was named and is not there.
    """
    given = authfile or (Path(named) if (named := environment.get("REGISTRY_AUTH_FILE")) else None)
    if given is None:
        return Credentials(tuple(_usual(environment)), helper)
    if not given.exists():
        fix = f"podman login --authfile {given} REGISTRY writes one"
        raise fail(ExitCode.TARGET, "authfile-missing", f"there is no file {given} of credentials", fix=fix)
    return Credentials((given,), helper)


def _usual(environment: Mapping[str, str]) -> Iterator[Path]:
    yield Path(environment.get("XDG_RUNTIME_DIR") or f"/run/containers/{os.getuid()}") / "containers" / "auth.json"
    home = environment.get("HOME")
    configured = environment.get("XDG_CONFIG_HOME") or (str(Path(home) / ".config") if home else None)
    if configured:
        yield Path(configured) / "containers" / "auth.json"
    docker = environment.get("DOCKER_CONFIG") or (str(Path(home) / ".docker") if home else None)
    if docker:
        yield Path(docker) / "config.json"


def _content(file: Path) -> Mapping[str, Any] | None:
    try:
        status = file.stat()
        if not stat.S_ISREG(status.st_mode):
            return None
        if status.st_size > FILE_LIMIT:
            raise _broken(file, f"it has more than {FILE_LIMIT:,} bytes")
        content = json.loads(file.read_bytes() or b"{}")
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError:
        raise fail(ExitCode.DENIED, "authfile-denied", f"{file} may not be read", fix=f"chmod u+r {file}") from None
    except (ValueError, RecursionError):
        raise _broken(file, "it is no JSON") from None
    if not isinstance(content, dict):
        raise _broken(file, "it is no object of JSON")
    return content


def _of_entry(entry: Mapping[str, Any], file: Path, key: str) -> Credential | None:
    """None of an empty entry: docker leaves one behind where a helper keeps the credential."""
    if isinstance(identity := entry.get("identitytoken"), str) and identity:
        return Credential(identity=identity)
    user, password = entry.get("username"), entry.get("password")
    if isinstance(user, str) and isinstance(password, str) and user:
        return Credential(user, password)
    if not isinstance(encoded := entry.get("auth"), str) or not encoded:
        return None
    try:
        user, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        raise _broken(file, f"auth of {key} is no base64") from None
    if not colon or not user:
        raise _broken(file, f"auth of {key} holds no user and password")
    # Docker ends some passwords with a NUL (containers/image, docker/config, decodeDockerAuth).
    return Credential(user, password.rstrip("\0"))


def _keys(host: str, path: str) -> Iterator[str]:
    """The repository, the folders above it, the host."""
    key = f"{_normal(host)}/{path}"
    while key:
        yield key
        key = key.rpartition("/")[0]


def _normal(key: str) -> str:
    """Docker used to write `https://HOST/v1/`: of a key with a scheme only the host counts."""
    text, schemes = re.subn(r"^https?://", "", key)
    host, _, path = text.rstrip("/").partition("/")
    host = "docker.io" if host in _DOCKER_HUB else host
    return host if schemes or not path else f"{host}/{path}"


def _mapping(content: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = content.get(name)
    return found if isinstance(found, dict) else {}


def _broken(file: Path, why: str) -> InstallerError:
    fix = f"podman login --authfile {file} REGISTRY writes one anew"
    return fail(ExitCode.INVALID, "authfile-broken", f"{file} is no file of credentials: {why}", fix=fix)
