"""What a registry demands with 401: WWW-Authenticate taken apart. Knows no credential and asks nobody."""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern

LIMIT = 8 * 1024
_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110, 5.6.2
# RFC 9110, 11.6.1: a scheme, then parameters; several challenges may stand in one header, separated as parameters are.
_PARAMETER = late_pattern(rf'({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|({_TOKEN}))')
# Negotiate has a token68 in the place of parameters.
_SCHEME = late_pattern(rf"({_TOKEN})(?:[ \t]+[A-Za-z0-9._~+/-]+=*(?=\s*(?:,|$)))?(?:\s+|(?=,)|$)")
_GAP = late_pattern(r"[\s,]*")


@dataclass(frozen=True, slots=True)
class Challenge:
    """`scheme` and names of parameters are in lower case."""

    scheme: str
    parameters: Mapping[str, str]


def parse(header: str) -> tuple[Challenge, ...]:
    """All challenges of a header, in order; what cannot be read ends the list."""
    found: list[tuple[str, dict[str, str]]] = []
    text, at = header[:LIMIT], 0
    while (at := _after_gap(text, at)) < len(text):
        if found and (parameter := _PARAMETER.match(text, at)):
            quoted, plain = parameter[2], parameter[3]
            found[-1][1].setdefault(parameter[1].lower(), plain if quoted is None else _unescaped(quoted))
            at = parameter.end()
        elif scheme := _SCHEME.match(text, at):
            found.append((scheme[1].lower(), {}))
            at = scheme.end()
        else:
            break
    return tuple(Challenge(scheme, parameters) for scheme, parameters in found)


def chosen(header: str) -> Challenge | None:
    """The challenge that can be met: Bearer with a realm before Basic; None where there is none."""
    every = parse(header)
    bearer = (one for one in every if one.scheme == "bearer" and one.parameters.get("realm"))
    return next(bearer, next((one for one in every if one.scheme == "basic"), None))


def token_url(realm: str, service: str | None, scope: str) -> str:
    """The distribution's token specification: `service` and `scope` beside what the realm's query has already."""
    parts = urlsplit(realm)
    query = [*parse_qsl(parts.query, keep_blank_values=True), *([("service", service)] if service else [])]
    return urlunsplit(parts._replace(query=urlencode([*query, ("scope", scope)]), fragment=""))


def _after_gap(text: str, at: int) -> int:
    gap = _GAP.match(text, at)
    return at if gap is None else gap.end()


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
