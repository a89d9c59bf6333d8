"""A Secret as rules may see it: name, type, keys, a digest per key, and facts without content. Shows no value."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import UTC, datetime
from typing import Any

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern

DEFAULT_PASSWORDS = ("postgres", "password", "admin", "sonataflow", "changeme", "backstage")
SHORT = 8  # Backstage asks for tokens of at least eight characters: backstage.io/docs/auth/service-to-service-auth
_KEYS_OF_NPMRC = (".npmrc",)
_KEYS_OF_AUTH = ("auth.json", ".dockerconfigjson", "config.json")
_JWT = late_pattern(r"[\w-]+\.([\w-]+)\.[\w-]*")


@dataclass(frozen=True)
class Npmrc:
    """What an .npmrc says: the registry of each scope (the default one under the empty scope), and two flags."""

    registries: Mapping[str, str]
    strict_tls: bool
    plain_http: tuple[str, ...]


@dataclass(frozen=True)
class Secret:
    """What is left of a Secret. Keys of `npmrc`, `hosts` and `expiries` are those of the Secret.

    `digests` are for comparing within one run, and are never shown. `defaults` names keys whose value is a password
    that everybody knows, `short` keys with less than eight characters, `empty` keys with none; `hosts` the registries
    of a file with credentials; `expiries` when a token ends. Nothing of this is said of `unknown` keys, whose values
    were taken out before we saw them (of the Secrets in a must-gather), and their digests are like no others.
    """

    type: str
    digests: Mapping[str, str] = field(repr=False)
    defaults: frozenset[str]
    short: frozenset[str]
    empty: frozenset[str]
    npmrc: Mapping[str, Npmrc]
    hosts: Mapping[str, tuple[str, ...]]
    expiries: Mapping[str, datetime]
    unknown: frozenset[str] = frozenset()

    @property
    def keys(self) -> tuple[str, ...]:
        return tuple(self.digests)

    def holds(self, key: str, value: str) -> bool:
        """Whether the value of a key is this one."""
        return self.digests.get(key) == _digest(value)


def reduce(body: Mapping[str, Any]) -> tuple[dict[str, Any], Secret]:
    """A Secret without its values, and what may be known of them. The only way by which Secrets reach a snapshot."""
    values, unknown = _values(body)
    public = {key: value for key, value in body.items() if key not in ("data", "stringData")}
    metadata = public.get("metadata")
    if isinstance(metadata, Mapping):
        public["metadata"] = _without_copies(metadata)
    return public, Secret(
        type=str(body.get("type") or "Opaque"),
        digests={**{key: _digest(value) for key, value in values.items()}, **_undigested(public, unknown)},
        defaults=frozenset(key for key, value in values.items() if value.strip().lower() in DEFAULT_PASSWORDS),
        short=frozenset(key for key, value in values.items() if len(value.strip()) < SHORT),
        empty=frozenset(key for key, value in values.items() if not value.strip()),
        npmrc=_each(values, lambda key, value: _npmrc(value) if key in _KEYS_OF_NPMRC else None),
        hosts=_each(values, lambda key, value: _hosts(value) if key in _KEYS_OF_AUTH else None),
        expiries=_each(values, lambda _, value: _expiry(value)),
        unknown=unknown,
    )


def _without_copies(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Kubectl keeps a copy of the whole object, values included, in an annotation."""
    annotations = metadata.get("annotations")
    kept = (
        {key: value for key, value in annotations.items() if not str(key).endswith("last-applied-configuration")}
        if isinstance(annotations, Mapping)
        else annotations
    )
    return {**metadata, "annotations": kept}


def _values(body: Mapping[str, Any]) -> tuple[dict[str, str], frozenset[str]]:
    """What the keys hold, and the keys of which nobody knows it."""
    data, plain = _mapping(body.get("data")), _mapping(body.get("stringData"))
    found = {key: _decoded(value) for key, value in data.items()}
    found |= {key: "" if value is None else str(value) for key, value in plain.items()}
    unknown = frozenset(key for key, value in found.items() if _is_obscured(plain.get(key, data.get(key)), value))
    return {key: value for key, value in found.items() if key not in unknown}, unknown


def _mapping(value: Any) -> dict[str, Any]:
    return {str(key): child for key, child in value.items()} if isinstance(value, Mapping) else {}


# "12 bytes long" of oc adm inspect; "[REDACTED]" of RHDH's must-gather, a list to YAML; "ENC[AES256_GCM,...]" of sops.
_OBSCURED = late_pattern(r"\d+ bytes long|\*+|<?\[?(?:redacted|omitted)\b.*|ENC\[.*", re.IGNORECASE | re.DOTALL)


def _is_obscured(written: Any, value: str) -> bool:
    return isinstance(written, list) or any(_OBSCURED.fullmatch(one.strip()) for one in (str(written), value))


def _undigested(public: Mapping[str, Any], unknown: frozenset[str]) -> dict[str, str]:
    """Digests for keys without a value, which must not be equal to those of other Secrets."""
    metadata = _mapping(public.get("metadata"))
    address = f"{metadata.get('namespace')}/{metadata.get('name')}"
    return {key: _digest(f"\0unknown {address}/{key}") for key in sorted(unknown)}


def _decoded(value: Any) -> str:
    try:
        return base64.b64decode(str(value or ""), validate=False).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""


def _digest(value: str) -> str:
    return hashlib.blake2b(value.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _each(values: Mapping[str, str], read: Callable[[str, str], Any]) -> dict[str, Any]:
    found = {key: read(key, value) for key, value in values.items()}
    return {key: value for key, value in found.items() if value is not None}


def _npmrc(text: str) -> Npmrc:
    pairs = dict(_pair(line) for line in text.splitlines() if "=" in line and line.strip()[:1] not in ("#", ";"))
    registries = {
        key.removesuffix("registry").removesuffix(":"): value
        for key, value in pairs.items()
        if key == "registry" or key.endswith(":registry")
    }
    plain = tuple(sorted(value for value in registries.values() if value.startswith("http://")))
    return Npmrc(registries, pairs.get("strict-ssl", "true").lower() != "false", plain)


def _pair(line: str) -> tuple[str, str]:
    key, _, value = line.partition("=")
    return key.strip(), _without_login(value.strip().strip("\"'"))


def _without_login(url: str) -> str:
    return re.sub(r"(?<=//)[^/@]*@", "", url)


def _hosts(text: str) -> tuple[str, ...] | None:
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    auths = content.get("auths") if isinstance(content, dict) else None
    return tuple(sorted(map(str, auths))) if isinstance(auths, dict) else ()


def _expiry(text: str) -> datetime | None:
    """When a JSON web token ends; None for what is none, and for one that does not end."""
    token = _JWT.fullmatch(text.strip())
    if token is None:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(token[1] + "=" * (-len(token[1]) % 4)))
        return datetime.fromtimestamp(float(claims["exp"]), UTC)
    except (ValueError, KeyError, TypeError, OverflowError, OSError, RecursionError):
        return None
