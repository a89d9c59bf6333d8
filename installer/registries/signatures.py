"""Signatures of npm registries: whether one of a package is good. Downloads no package, trusts no key of its own.

npm's rules (pacote, lib/registry.js): ECDSA over P-256 and SHA-256 of "NAME@VERSION:INTEGRITY", the key found by its
`keyid` among those at `/-/npm/v1/keys`, good for what was published before it expires. `cryptography` is an extra.
"""

import base64
import binascii
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from typing import Any, Literal

from installer.model.dataclass import dataclass

KEYS = "-/npm/v1/keys"
_TYPE, _SCHEME = "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256"

State = Literal["verified", "bad", "none offered", "not checked"]
NOT_INSTALLED = "signatures need the extra `signatures`: pip install 'rhdh-orchestrator[signatures]'"


@dataclass(frozen=True, slots=True)
class Signature:
    """As `dist.signatures` has it: the key's name, and DER in base64."""

    keyid: str
    text: str


@dataclass(frozen=True, slots=True)
class Key:
    """As a registry offers it: SPKI (DER) in base64; `expires` None for a key that is in use."""

    keyid: str
    text: str
    expires: datetime | None = None


@dataclass(frozen=True, slots=True)
class Signed:
    """What was signed, and when it was published, where the registry tells."""

    name: str
    version: str
    integrity: str
    published: datetime | None = None

    @property
    def message(self) -> bytes:
        return f"{self.name}@{self.version}:{self.integrity}".encode()


@dataclass(frozen=True, slots=True)
class Judgement:
    """`reason` is None of what was verified."""

    state: State
    reason: str | None = None


def available() -> bool:
    """Whether signatures can be checked at all."""
    return find_spec("cryptography") is not None


def judge(signed: Signed, signatures: Iterable[Signature], keys: Mapping[str, Key] | None) -> Judgement:
    """All signatures have to be good. `keys` None: the registry offers none.

    As npm has it, a signature of an unknown key is bad, and one of an expired key good for what was published before.
    """
    every = tuple(signatures)
    if not every:
        return Judgement("none offered", "the registry signed nothing of this version")
    if keys is None:
        return Judgement("not checked", "the registry offers no keys to check signatures with")
    if not available():
        return Judgement("not checked", NOT_INSTALLED)
    found = [_judged(signed, one, keys.get(one.keyid)) for one in every]
    return next((one for state in ("bad", "not checked") for one in found if one.state == state), found[0])


def signatures_of(dist: object) -> tuple[Signature, ...]:
    """Those of a version's `dist`; what has not their form is one that nobody can verify."""
    listed = dist.get("signatures") if isinstance(dist, dict) else None
    if not isinstance(listed, list):
        return ()
    return tuple(
        Signature(_text(one.get("keyid")), _text(one.get("sig"))) if isinstance(one, dict) else Signature("", "")
        for one in listed
    )


def keys_of(answer: object) -> dict[str, Key] | None:
    """The keys of an answer to KEYS, by name; what has another type is left out. None where it offers none."""
    listed = answer.get("keys") if isinstance(answer, dict) else None
    if not isinstance(listed, list):
        return None
    found = [key for key in map(_key, listed) if key is not None]
    return {key.keyid: key for key in found} or None


def _key(said: Any) -> Key | None:
    if not isinstance(said, dict) or (said.get("keytype"), said.get("scheme", _SCHEME)) != (_TYPE, _SCHEME):
        return None
    keyid, text, expires = said.get("keyid"), said.get("key"), said.get("expires")
    if not isinstance(keyid, str) or not isinstance(text, str):
        return None
    # A date that cannot be read has been: nothing is taken for good because of it.
    return Key(keyid, text, None if expires is None else _moment(expires) or datetime.min.replace(tzinfo=UTC))


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found.replace(tzinfo=found.tzinfo or UTC) if found else None


def _judged(signed: Signed, signature: Signature, key: Key | None) -> Judgement:
    if key is None:
        return Judgement("bad", f"the registry does not offer the key {signature.keyid[:80]!r} of its signature")
    if key.expires is not None and signed.published is None:
        return Judgement("not checked", f"its key expired on {key.expires:%Y-%m-%d}; when it was published is not said")
    if key.expires is not None and signed.published is not None and signed.published >= key.expires:
        return Judgement("bad", f"the key of its signature expired on {key.expires:%Y-%m-%d}, before it was published")
    if not _verifies(signed.message, signature.text, key.text):
        return Judgement("bad", "its signature is not one of its name, version and integrity")
    return Judgement("verified")


def _verifies(message: bytes, signature: str, key: str) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric import ec  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_der_public_key  # noqa: PLC0415

    try:
        public = load_der_public_key(base64.b64decode(key, validate=True))
        if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
            return False
        public.verify(base64.b64decode(signature, validate=True), message, ec.ECDSA(SHA256()))
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, binascii.Error):
        return False
    return True


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
