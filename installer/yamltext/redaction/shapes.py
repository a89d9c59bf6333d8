"""What is a secret by its looks, wherever it stands: tokens, private keys, passwords in URLs. Knows no names."""

import re

from installer.model.late_pattern import late_pattern
from installer.yamltext.redaction.keys import Span, literal_spans

_TOKEN = late_pattern(
    r"(?<![A-Za-z0-9_\-])(?:"
    r"gh[pousr]_[A-Za-z0-9]{16,}|github_pat_[A-Za-z0-9_]{16,}|gl(?:pat|rt|dt|ptt|oas|cbt|ft|soat)-[A-Za-z0-9_\-]{16,}"
    r"|eyJ[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]{5,}\.[A-Za-z0-9_\-]*"
    r"|xox[a-z]-[A-Za-z0-9\-]{8,}|xapp-[A-Za-z0-9\-]{16,}|(?:AKIA|ASIA)[A-Z0-9]{16}\b"
    r"|npm_[A-Za-z0-9]{30,}|sk-(?:proj-|ant-)?[A-Za-z0-9]{20,}|AIza[A-Za-z0-9_\-]{30,}|sha256~[A-Za-z0-9_\-]{32,}"
    r"|hv[sb]\.[A-Za-z0-9_\-]{20,}|dckr_pat_[A-Za-z0-9_\-]{16,}|sq[pau]_[0-9a-f]{32,}"
    r"|SG\.[A-Za-z0-9_\-]{16,}\.[A-Za-z0-9_\-]{16,})"
)
_SLACK = late_pattern(r"hooks\.slack\.com/(?:services|workflows|triggers)/([^\s\"'<>\\]+)")
_BEARER = late_pattern(r"\b(?:Bearer|Basic)[ \t]+([A-Za-z0-9._~+/\-]{12,}=*)")
_USERINFO = late_pattern(
    r"://(?P<user>[^\s/:@\"'<>]{0,300}+)"
    r"(?:(?::(?P<password>[^\s/\"'<>]{0,400}))?@|:(?![0-9]+/)(?P<odd>[^\s@\"'<>]{1,400}+)@)"
)
_PRIVATE = late_pattern(r"-----BEGIN[A-Z0-9 ]{0,40} PRIVATE KEY(?: BLOCK)?-----|-----BEGIN PRIVATE KEY-----")
_PRIVATE_END = late_pattern(r"-----(?:END|BEGIN)[A-Z0-9 ]{0,40}-----")
_KEY_LINES = late_pattern(
    r"(?:[ \t#>|\"']|\\n)*[A-Za-z0-9+/=]+[^\n]*(?:\n[ \t#]*[A-Za-z0-9+/=]{16,}[ \t\r]*(?=\n|\Z))*"
)


def shaped_spans(text: str) -> list[Span]:
    """The secrets that their looks give away, in order of kind."""
    spans = [match.span() for match in _TOKEN.finditer(text)]
    spans += [match.span(1) for pattern in (_SLACK, _BEARER) for match in pattern.finditer(text)]
    spans += [span for match in _USERINFO.finditer(text) for span in _of_url(text, match)]
    return spans + _private_keys(text)


def _of_url(text: str, match: re.Match[str]) -> list[Span]:
    """The password before the host; of `https://TOKEN@host` the one word there is, but not of `ssh://git@host`."""
    group = next((name for name in ("password", "odd") if match[name] is not None), "user")
    if group == "user" and not text.endswith(("http", "https"), max(0, match.start() - 5), match.start()):
        return []
    start = match.start(group)
    return [(start + a, start + b) for a, b in literal_spans(match[group])]


def _private_keys(text: str) -> list[Span]:
    """Between BEGIN and END; where the END is missing, the lines that look like more of it."""
    spans: list[Span] = []
    position = 0
    while begin := _PRIVATE.search(text, position):
        position = begin.end()
        end = _PRIVATE_END.search(text, position)
        if end and end[0].startswith("-----END"):
            spans.append((position, end.start()))
            position = end.end()
        elif lines := _KEY_LINES.match(text, position + (text[position : position + 1] == "\n")):
            spans.append(lines.span())
            position = lines.end()
    return spans


_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_PIECE = late_pattern(rf"\S(?:[^{_BREAKS}]*\S)?")
MASK = "***"


def masked(text: str, spans: list[Span]) -> str:
    """The text with `***` for every line of every span; blanks around a line and all line ends stay."""
    parts: list[str] = []
    position = 0
    for start, end in _merged(spans):
        parts += [text[position:start], _PIECE.sub(_mask, text[start:end])]
        position = end
    return "".join([*parts, text[position:]])


def _mask(piece: re.Match[str]) -> str:
    # A backslash at a line's end folds a double-quoted scalar; without it the text would read differently.
    return MASK + ("\\" if piece[0].endswith("\\") and piece.end() < len(piece.string) else "")


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:
            merged.append((start, end))
    return merged
