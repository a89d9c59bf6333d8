"""Which plugin a package string means, whatever its scope, form or registry. Prefers no name."""

import re
from functools import cache, lru_cache
from typing import Any, Literal
from urllib.parse import unquote

from installer.knowledge import reading
from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern

_NPM = late_pattern(r"(?P<name>(?:@[^/@\s]+/)?[^/@\s]+)(?:@(?P<version>[^\s]*))?")
_ALIAS = late_pattern(r"(?:@[^/@\s]+/)?[^/@\s]+@npm:(?P<spec>\S+)")
# <registry>/@scope/name/-/name-1.0.0.tgz; Artifactory and GitLab repeat the scope before the file.
_TARBALL = late_pattern(r"(?P<name>@[^/]+/[^/]+)/-/(?:@[^/]+/)?(?P<file>[^/]+)\.tgz")
_FILE = late_pattern(r"(?P<stem>.+?)-(?P<version>\d+\.\d+\.\d+[^/]*)")
_LOCAL = ("./", "../", "/", "dynamic-plugins/")
_GIT = ("git@github.com:", "github:")
_OCI = "oci://"
_REF = "ref://"


@dataclass(frozen=True, slots=True)
class Role:
    """One plugin under all of its names. `images` are last segments of an image's path."""

    name: str
    group: Literal["orchestrator", "notifications", "email"]
    side: Literal["frontend", "backend"]
    npm: tuple[str, ...]
    directories: tuple[str, ...]
    images: tuple[str, ...]
    frontend_keys: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Npm:
    name: str | None
    version: str | None
    stem: str | None = None


@cache
def roles() -> tuple[Role, ...]:
    """Every plugin that is known, in the order in which it is installed."""
    return tuple(_role(name, data) for name, data in reading.shared("aliases")["roles"].items())


def role(name: str) -> Role:
    """The role of that name. Raises KeyError."""
    return _by_name()[name]


def role_of(package: str) -> str | None:
    """The name of the plugin that a `package` of dynamic-plugins.yaml means, None for anybody else's.

    Understands npm specs (with and without version, behind an alias), tarballs at any URL or path, local
    directories, oci:// (the directory after `!` first, then the image's name) and ref://.
    """
    if package.startswith(_OCI):
        return _oci_role(package.removeprefix(_OCI))
    if package.startswith(_REF):
        return _images().get(package.removeprefix(_REF))
    npm = _npm(package)
    if npm is not None:
        return _packages().get(npm.name or "") or _stems().get(npm.stem or "")
    if package.startswith(_LOCAL):
        return _directories().get(package.rstrip("/").rpartition("/")[2])
    return None


def npm_name(package: str) -> str | None:
    """The npm package (scope and name) of a spec, an alias or a tarball's URL; None where there is none."""
    npm = _npm(package)
    return None if npm is None else npm.name


def npm_version(package: str) -> str | None:
    """What stands behind the name: a version, a range or a tag; of a tarball the version in its file name."""
    npm = _npm(package)
    return None if npm is None else npm.version


def role_of_frontend_key(key: str) -> str | None:
    """The plugin that a key under dynamicPlugins.frontend configures."""
    return _frontend_keys().get(key)


@lru_cache(maxsize=1 << 12)
def _npm(package: str) -> _Npm | None:
    """What npm would be asked for; None for what is not npm's: oci, directories, Git."""
    if package.startswith((_OCI, _REF, *_GIT)):
        return None
    path = unquote(re.split(r"[?#]", package, maxsplit=1)[0])
    if path.endswith(".tgz"):
        return _tarball(path)
    if package.startswith(_LOCAL) or "://" in package:
        return None
    alias = _ALIAS.fullmatch(package) if "@npm:" in package else None
    spec = _NPM.fullmatch(package if alias is None else alias["spec"])
    return None if spec is None else _Npm(spec["name"], spec["version"] or None)


def _tarball(path: str) -> _Npm:
    in_registry = _TARBALL.search(path)
    if in_registry is not None:
        name, file = in_registry["name"], in_registry["file"]
        prefix = name.rpartition("/")[2] + "-"
        return _Npm(name, file.removeprefix(prefix) if file.startswith(prefix) else None)
    file = path.rpartition("/")[2].removesuffix(".tgz")
    parts = _FILE.fullmatch(file)
    if parts is None:
        return _Npm(None, None, file)
    return _Npm(_flat().get(parts["stem"]), parts["version"], parts["stem"])


def _oci_role(reference: str) -> str | None:
    image, _, directory = reference.partition("!")
    last = image.rstrip("/").rpartition("/")[2]
    name = re.split(r"[:@]", last, maxsplit=1)[0]
    return _directories().get(directory.rstrip("/").rpartition("/")[2]) or _images().get(name)


def _role(name: str, data: Any) -> Role:
    return Role(
        name,
        data["group"],
        data["side"],
        tuple(data["npm"]),
        tuple(data["directories"]),
        tuple(data["images"]),
        tuple(data["frontendKeys"]),
    )


@cache
def _by_name() -> dict[str, Role]:
    return {role.name: role for role in roles()}


@cache
def _packages() -> dict[str, str]:
    return {name: role.name for role in roles() for name in role.npm}


@cache
def _directories() -> dict[str, str]:
    return {name: role.name for role in roles() for name in role.directories}


@cache
def _images() -> dict[str, str]:
    return {name: role.name for role in roles() for name in role.images}


@cache
def _frontend_keys() -> dict[str, str]:
    return {key: role.name for role in roles() for key in role.frontend_keys}


@cache
def _flat() -> dict[str, str]:
    """The file name that `npm pack` gives a scoped package to the package: "redhat-x" to "@redhat/x"."""
    return {name.removeprefix("@").replace("/", "-"): name for name in _packages()}


@cache
def _stems() -> dict[str, str]:
    """Tarballs that lie outside a registry are named after the package, with its scope or without."""
    bare = {name.rpartition("/")[2]: role for name, role in _packages().items()}
    return bare | {flat: _packages()[name] for flat, name in _flat().items()}
