import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.integrity import Digest, digests, rhdh_accepts, strongest


def sri(algorithm: str, content: bytes) -> str:
    return f"{algorithm}-{base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


STRONG = sri("sha512", b"x")
MIDDLE = sri("sha384", b"x")
WEAK = sri("sha256", b"x")


@pytest.mark.parametrize(
    ("text", "best"),
    [
        (STRONG, STRONG),
        (f"{WEAK} {STRONG} {MIDDLE}", STRONG),
        (f"{WEAK} {MIDDLE}", MIDDLE),
        (f"{WEAK}?option", WEAK),
        (f"sha1-AAAA {WEAK}", WEAK),
        (f"sha512-AAAA {WEAK}", WEAK),
        ("sha1-AAAA", None),
        ("", None),
        ("nonsense", None),
        (STRONG.replace("sha512", "SHA512"), None),
    ],
)
def test_strongest(text: str, best: str | None) -> None:
    assert strongest(text) == best


@pytest.mark.parametrize(
    "text", ["sha512-AAAA", STRONG + "=", STRONG[:-2], WEAK.replace("sha256", "sha384"), "sha256-é", "-", "sha512-"]
)
def test_unsound(text: str) -> None:
    assert not any(digest.sound for digest in digests(text))
    assert not rhdh_accepts(text)


def test_what_is_not_canonical_is_unsound() -> None:
    zero = base64.b64encode(bytes(32)).decode()
    assert Digest("sha256", zero).sound
    assert not Digest("sha256", zero.replace("AA=", "AB=")).sound


@pytest.mark.parametrize("value", [None, 5, f"{WEAK} {STRONG}", f"{WEAK}?x", f" {WEAK}"])
def test_what_no_release_accepts(value: object) -> None:
    assert not rhdh_accepts(value)


@given(st.binary(max_size=100), st.sampled_from(["sha256", "sha384", "sha512"]))
def test_every_real_hash_is_accepted(content: bytes, algorithm: str) -> None:
    text = sri(algorithm, content)
    assert rhdh_accepts(text)
    assert strongest(text) == text


@given(st.text(max_size=200))
def test_never_fails(text: str) -> None:
    best = strongest(text)
    assert best is None or rhdh_accepts(best)
