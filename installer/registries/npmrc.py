"""What npm is configured with, as npm itself reads it: registries, credentials, proxies, CAs. Asks no registry.

Credentials leave this module only as the value of one header, for a URL that they belong to.
"""

import base64
import binascii
import os
import re
import stat
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail
from installer.registries.npmrc_text import expand, parse
from installer.registries.urls import bare, host_of

if TYPE_CHECKING:  # what connects is loaded where somebody is asked
    from installer.registries.connections import Certificate

FILE_LIMIT = 1024 * 1024
DEFAULT = "https://registry.npmjs.org/"
_PREFIX = "npm_config_"
_FILES = frozenset({"cafile", "certfile", "keyfile", "prefix", "userconfig", "globalconfig", "cache"})


@dataclass(frozen=True)
class NpmConfig:
    """npm's settings by their names, the strongest source's value of each.

    `registry` is `--registry`, stronger than `registry` of any file and weaker than a scope's own, as in npm.
    """

    values: Mapping[str, str] = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    registry: str | None = field(default=None, repr=False)

    def registry_of(self, name: str) -> str:
        """The registry of a package by its name, ending in a slash; a user's name and password may stand in it.

        Raises InstallerError (INVALID) where what is configured is no URL.
        """
        scope = name.partition("/")[0] if name.startswith("@") else None
        mapped = self.values.get(f"{scope}:registry") if scope else None
        url = mapped or self.registry or self.values.get("registry") or DEFAULT
        if host_of(url) is None:
            raise _no_url(scope if mapped else None)
        return url if url.endswith("/") else f"{url}/"

    def authorization(self, url: str) -> str | None:
        """The header's value for a URL: of the longest key above it (npm-registry-fetch, lib/auth.js)."""
        key = self._key(url)
        return (self._credential(key) if key else None) or _of_user(url)

    def certificate(self, url: str) -> "Certificate | None":
        """The files of our certificate and its key for a URL, from the key that its credential has."""
        key = self._key(url)
        certificate, secret = self.values.get(f"{key}:certfile"), self.values.get(f"{key}:keyfile")
        return (certificate, secret) if key and certificate and secret else None

    def proxy(self, url: str) -> str | None:
        """The proxy for a URL (@npmcli/agent, lib/proxy.js); None where there is none to take."""
        known = {name.lower(): value for name, value in self.environment.items()}
        names = ("https_proxy",) if url.startswith("https:") else ("https_proxy", "http_proxy", "proxy")
        configured = _given(self.values.get("https-proxy")) or _given(self.values.get("proxy"))
        chosen = configured or next((known[name] for name in names if known.get(name)), None)
        excepted = self.values.get("noproxy") or known.get("no_proxy", "")
        if chosen is None or _excepted(host_of(url) or "", excepted):
            return None
        return chosen

    @property
    def strict_tls(self) -> bool:
        return self.values.get("strict-ssl") not in ("false", "null", "0")

    @property
    def ca_file(self) -> str | None:
        """A file of CAs that stands in the place of the well-known ones; one that is not there does not."""
        file = self.values.get("cafile")
        return file if file and Path(file).exists() else None

    @property
    def ca_text(self) -> str | None:
        """CAs in PEM that stand in the place of the well-known ones."""
        return None if self.ca_file else _given(self.values.get("ca"))

    @property
    def more_cas(self) -> tuple[str, ...]:
        """Files of CAs that are trusted beside the well-known ones."""
        given = self.environment.get("NODE_EXTRA_CA_CERTS")
        return (given,) if given else ()

    def _key(self, url: str) -> str | None:
        """The longest one above a URL that says who we are there, in whichever way."""
        if not any(name.startswith("//") for name in self.values):
            return None
        parts = urlsplit(bare(url))
        key = f"//{parts.netloc}{parts.path}"
        while len(key) > len("//"):
            if self._credential(key) or (self.values.get(f"{key}:certfile") and self.values.get(f"{key}:keyfile")):
                return key
            key = re.sub(r"([^/]+|/)$", "", key)
        return None

    def _credential(self, key: str) -> str | None:
        if token := self.values.get(f"{key}:_authToken"):
            return f"Bearer {token}"
        if basic := self.values.get(f"{key}:_auth"):
            return f"Basic {basic}"
        user, password = self.values.get(f"{key}:username"), self.values.get(f"{key}:_password")
        return _basic(user, _decoded(password)) if user and password else None


def read(
    folder: Path,
    environment: Mapping[str, str],
    registry: str | None = None,
    scopes: Mapping[str, str] | None = None,
    instance: str | None = None,
) -> NpmConfig:
    """The settings that npm would have in that folder: environment, the folder's `.npmrc`, the user's, everybody's.

    :param scopes: registries of scopes where no `.npmrc` has one, and neither `registry` nor the environment names one
    :param instance: the text of RHDH's `.npmrc`, which stands between the folder's and the user's. What it takes from
        variables or files of RHDH's pod is not known here, and left out.
    Raises InstallerError: DENIED for a file that may not be read, INVALID for what is no text.
    """
    told = _of_environment(environment)
    project = parse(_text(folder / ".npmrc"), environment)
    user = _path({**project, **told}.get("userconfig") or "~/.npmrc", environment, folder)
    own = parse(_text(user), environment) if user else {}
    everywhere = _everywhere({**own, **project, **told}, environment, folder)
    values = {**everywhere, **own, **_of_instance(instance or ""), **project, **told}
    if file := _path(values.get("cafile", ""), environment, folder):
        values["cafile"] = str(file)
    named = registry is not None or "registry" in told
    fallback = {} if named else {f"{scope}:registry": url for scope, url in (scopes or {}).items()}
    return NpmConfig(fallback | values, environment, registry)


def _of_instance(text: str) -> dict[str, str]:
    """What RHDH's own `.npmrc` says that holds here, too.

    A variable of this machine is not the pod's of the same name, and would be handed to whomever that file names.
    """
    every = parse(text, {})
    return {
        key: value
        for key, value in every.items()
        if "${" not in f"{key}{value}" and key.rpartition(":")[2] not in _FILES
    }


def _of_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """`npm_config_…` in any case; of a name `_` is `-`, unless it names a host's credential."""
    found: dict[str, str] = {}
    for name, value in environment.items():
        if name.lower().startswith(_PREFIX) and value:
            key = name[len(_PREFIX) :]
            key = key if key.startswith("//") else re.sub(r"(?!^)_", "-", key).lower()
            found[expand(key, environment)] = expand(value.strip(), environment)
    return found


def _everywhere(values: Mapping[str, str], environment: Mapping[str, str], folder: Path) -> dict[str, str]:
    """What is set for all users: PREFIX/etc/npmrc, where the prefix is that of node unless somebody says otherwise."""
    given = values.get("globalconfig")
    prefix = values.get("prefix") or environment.get("PREFIX") or _prefix_of_node(environment)
    file = _path(given or (f"{prefix}/etc/npmrc" if prefix else ""), environment, folder)
    return parse(_text(file), environment) if file else {}


def _prefix_of_node(environment: Mapping[str, str]) -> str | None:
    # As `shutil.which` looks, whose compressions take longer to load than the registry's answers to read.
    searched = environment.get("PATH")
    places = (Path(folder) / "node" for folder in searched.split(os.pathsep)) if searched else ()
    node = next((one for one in places if one.is_file() and os.access(one, os.X_OK)), None)
    if node is None:
        return None
    prefix = str(node.resolve().parent.parent)
    return f"{environment.get('DESTDIR', '')}{prefix}"


def _path(text: str, environment: Mapping[str, str], folder: Path) -> Path | None:
    """As npm takes a path: ~/ is HOME; None of nothing, and of ~/ where nobody lives."""
    if text.startswith("~/"):
        home = environment.get("HOME")
        return Path(home) / text[2:] if home else None
    return folder / text if text else None


def _given(text: str | None) -> str | None:
    return None if text in ("", "false", "null") else text


def _text(path: Path) -> str:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            return ""
        if status.st_size > FILE_LIMIT:
            raise fail(ExitCode.INVALID, "npmrc-too-large", f"{path} has more than {FILE_LIMIT:,} bytes")
        return path.read_text(encoding="utf-8").removeprefix("\ufeff")
    except (FileNotFoundError, NotADirectoryError):
        return ""
    except PermissionError:
        raise fail(ExitCode.DENIED, "npmrc-denied", f"{path} may not be read", fix=f"chmod u+r {path}") from None
    except UnicodeDecodeError:
        raise fail(ExitCode.INVALID, "npmrc-no-text", f"{path} is no text in UTF-8") from None


def _no_url(scope: str | None) -> Exception:
    what = f"the registry that .npmrc gives for {scope}" if scope else "the registry"
    fix = "give it as https://HOST/PATH/"
    return fail(ExitCode.INVALID, "no-registry-url", f"{what} is no http or https URL", fix=fix)


def _of_user(url: str) -> str | None:
    """Of a name and a password that stand in the URL itself."""
    if "@" not in url.partition("://")[2].partition("/")[0]:
        return None
    parts = urlsplit(url)
    if "@" not in parts.netloc:
        return None
    return _basic(unquote(parts.username or ""), unquote(parts.password or ""))


def _basic(user: str, password: str) -> str:
    return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode('ascii')}"


def _decoded(text: str) -> str:
    """`_password` is base64 of the password; Node reads what is none as far as it can, which nobody means."""
    try:
        return base64.b64decode(text).decode()
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _excepted(host: str, names: str) -> bool:
    """Whether a host is one of, or lies below one of, the names that are separated by commas."""
    labels = host.split(".")
    listed = [[label for label in name.strip().split(".") if label] for name in names.split(",")]
    return any(name and labels[-len(name) :] == name for name in listed)
