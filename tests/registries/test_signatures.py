"""Signatures of npm registries, with keys of our own."""

import base64
import sys
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from installer.registries.signatures import Judgement, Key, Signature, Signed, judge, keys_of, signatures_of

PRIVATE = ec.generate_private_key(ec.SECP256R1())
OTHER = ec.generate_private_key(ec.SECP256R1())
SIGNED = Signed("@acme/plugin", "1.2.3", "sha512-abc==", datetime(2025, 6, 1, tzinfo=UTC))


def text_of(private) -> str:
    return base64.b64encode(private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def sign(message: bytes, private=PRIVATE) -> str:
    return base64.b64encode(private.sign(message, ec.ECDSA(SHA256()))).decode()


def keys(expires: str | None = None, private=PRIVATE, **more: object):
    said = {"keyid": "k", "keytype": "ecdsa-sha2-nistp256", "scheme": "ecdsa-sha2-nistp256", "key": text_of(private)}
    return keys_of({"keys": [{**said, "expires": expires, **more}]})


GOOD = Signature("k", sign(SIGNED.message))


@pytest.mark.parametrize(
    ("signatures", "offered", "state"),
    [
        ([GOOD], keys(), "verified"),
        ([GOOD, GOOD], keys(), "verified"),
        ([GOOD], keys("2025-07-01T00:00:00.000Z"), "verified"),
        ([GOOD], keys("2025-05-01T00:00:00.000Z"), "bad"),
        ([GOOD], keys("sometime"), "bad"),
        ([], keys(), "none offered"),
        ([], None, "none offered"),
        ([GOOD], None, "not checked"),
        ([GOOD], keys(private=OTHER), "bad"),
        ([GOOD, Signature("k", sign(b"else"))], keys(), "bad"),
        ([Signature("unknown", GOOD.text)], keys(), "bad"),
        ([Signature("k", "no base64!")], keys(), "bad"),
        ([Signature("k", "")], keys(), "bad"),
        ([GOOD], {"k": Key("k", "no base64!")}, "bad"),
        ([GOOD], {"k": Key("k", base64.b64encode(b"no key").decode())}, "bad"),
        ([GOOD], {"k": Key("k", text_of(rsa.generate_private_key(65537, 2048)))}, "bad"),
        ([GOOD], {"k": Key("k", text_of(ec.generate_private_key(ec.SECP384R1())))}, "bad"),
    ],
)
def test_judged(signatures, offered, state):
    found = judge(SIGNED, signatures, offered)
    assert found.state == state
    assert (found.reason is None) == (state == "verified")


@pytest.mark.parametrize(
    "other",
    [
        Signed("@acme/other", "1.2.3", SIGNED.integrity),
        Signed("@acme/plugin", "1.2.4", SIGNED.integrity),
        Signed("@acme/plugin", "1.2.3", "sha512-abd=="),
    ],
)
def test_of_other_bytes(other):
    assert judge(other, [GOOD], keys()).state == "bad"


def test_an_expired_key_and_no_time():
    unknown = Signed(SIGNED.name, SIGNED.version, SIGNED.integrity)
    assert judge(unknown, [GOOD], keys("2025-07-01T00:00:00Z")).state == "not checked"


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    found = judge(SIGNED, [GOOD], keys())
    assert found.state == "not checked"
    assert "rhdh-orchestrator[signatures]" in found.reason


def test_what_registries_say():
    assert keys_of({"keys": []}) is None
    assert keys_of([]) is None
    assert keys_of({"keys": [7, {"keyid": 7}]}) is None
    assert keys(keytype="ed25519") is None
    assert signatures_of({"signatures": [{"keyid": "k", "sig": "x"}, 7]}) == (Signature("k", "x"), Signature("", ""))
    assert signatures_of(None) == signatures_of({"signatures": {}}) == ()
    assert judge(SIGNED, [Signature("", "")], keys()) == Judgement(
        "bad", "the registry does not offer the key '' of its signature"
    )
