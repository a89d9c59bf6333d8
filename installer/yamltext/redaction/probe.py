"""The words without which no text holds a secret: one look that spares most texts every other. Finds no secret."""

import re

from installer.model.late_pattern import late_pattern

# What announces a secret, in capitals or not. `may_hold_secret` says the same of ASCII in a fiftieth of the time: an
# expression that takes both cases is tried at every character.
PROBE = late_pattern(
    r"pass|pwd|secret|token|cred|auth|bearer|cookie|keys?\b|key[0-9\"']|_key|-key|\bpats?\b|_pat\b|psk\b|jwt|\bpw\b|_pw\b"
    r"|://[^/\s]*@|BEGIN|gh[pousr]_|github_pat|glpat|eyJ|xox|xapp|AKIA|ASIA|npm_|sk-|AIza|hooks\.slack|sha256~|hv[sb]\."
    r"|dckr_|SG\.|sq[pau]_|gl[a-z]{2,4}-|Pat\b",
    re.IGNORECASE,
)
_WORDS = (
    "pass", "pwd", "secret", "token", "cred", "auth", "bearer", "cookie", "_key", "-key", "jwt", "begin",
    "ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat", "glpat", "eyj", "xox", "xapp", "akia", "asia", "npm_", "sk-",
    "aiza", "hooks.slack", "sha256~", "hvs.", "hvb.", "dckr_", "sg.", "sqp_", "sqa_", "squ_",
)  # fmt: skip
# Those that count by what stands around them, behind the letters without which there is none.
_PLACED = (
    ("key", late_pattern(r"keys?\b|key[0-9\"']")),
    ("pat", late_pattern(r"\bpats\b|pat\b")),
    ("psk", late_pattern(r"psk\b")),
    ("pw", late_pattern(r"\bpw\b|_pw\b")),
    ("://", late_pattern(r"://[^/\s]*@")),
    ("gl", late_pattern(r"gl[a-z]{2,4}-")),
)


def may_hold_secret(text: str) -> bool:
    """Whether a text has one of the words; those that have none need no other look."""
    if not text.isascii():
        return PROBE.search(text) is not None
    lowered = text.lower()
    return any(word in lowered for word in _WORDS) or any(
        letters in lowered and placed.search(lowered) is not None for letters, placed in _PLACED
    )
