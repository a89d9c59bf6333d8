"""The words without which no text holds a secret: one look that spares most texts every other. Finds no secret."""

import re

from installer.model.late_pattern import late_pattern

# Without one of these no text holds a secret. Kept as plain as possible: it runs over every text.
PROBE = late_pattern(
    r"pass|pwd|secret|token|cred|auth|bearer|cookie|keys?\b|key[0-9\"']|_key|-key|\bpats?\b|_pat\b|psk\b|jwt|\bpw\b|_pw\b"
    r"|://[^/\s]*@|BEGIN|gh[pousr]_|github_pat|glpat|eyJ|xox|xapp|AKIA|ASIA|npm_|sk-|AIza|hooks\.slack|sha256~|hv[sb]\."
    r"|dckr_|SG\.|sq[pau]_|gl[a-z]{2,4}-|Pat\b",
    re.IGNORECASE,
)
