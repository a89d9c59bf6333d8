"""The quick look for words that announce a secret says what the expression says that it stands for."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from installer.yamltext.redaction.probe import PROBE, may_hold_secret

# Pieces of the words, what may stand around them, and what looks like one of them beyond ASCII.
PIECES = (
    "pass", "pwd", "secret", "token", "cred", "auth", "bearer", "cookie", "key", "keys", "_", "-", " ", "9", '"', "'",
    "pat", "pats", "psk", "pw", "jwt", "://", "/", "@", "begin", "gh", "p_", "s_", "github_pat", "glpat", "eyJ", "xox",
    "xapp", "AKIA", "ASIA", "npm_", "sk-", "AIza", "hooks", ".", "slack", "sha256~", "hv", "s.", "b.", "dckr_", "SG.",
    "sq", "u_", "gl", "abc", "abcde", "\n", "x", "\u017f", "\u212a", "\u0131", "\u0345",
)  # fmt: skip


@settings(max_examples=settings.default.max_examples * 20)
@given(st.lists(st.sampled_from(PIECES), max_size=8), st.sampled_from((str, str.upper, str.title)))
def test_it_says_what_the_expression_says(pieces: list[str], spelled: object) -> None:
    assert callable(spelled)
    text = spelled("".join(pieces))
    assert may_hold_secret(text) == (PROBE.search(text) is not None)


@pytest.mark.parametrize("text", ["the highest compatible version", "a monkeyish path", "@acme/plugin", "keyboard"])
def test_most_texts_hold_none(text: str) -> None:
    assert not may_hold_secret(text)
