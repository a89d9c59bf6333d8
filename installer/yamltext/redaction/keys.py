"""Which names announce a secret, and which values under them give nothing away. Does not look at texts or places."""

import re
from functools import lru_cache

from installer.model.late_pattern import late_pattern

Span = tuple[int, int]

_WORD = late_pattern(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_NOT_PLAIN = late_pattern(r"[^a-z0-9]")
_TAIL = late_pattern(r"[0-9]+\Z")

# A secret wherever they stand in a name: GITHUB_TOKEN, dbPassword, clientsecret, tokenValue2.
_ANYWHERE = late_pattern(
    r"passw|passphrase|secret|token|credential|bearer"
    r"|(?:api|private|access|encryption|signing|shared|master|account|subscription|license|session|storage|hmac|routing"
    r"|integration|deploy|ssh|webhook|symmetric|cipher|crypt)keys?(?:[0-9]|base64|value|data|pem|\Z)"
)
# A secret as the last word only: smtp_pass, but not passThrough.
_LAST = frozenset(
    "pass pwd pw pwds cred creds cookie cookies authorization pat pats psk jwt jwts apikey keypass storepass".split()  # noqa: SIM905
)
# What is said *about* a secret is none: tokenExpiry, secretName, passwordPolicy, credentials.json.
_ABOUT = tuple(
    """name names ref refs reference file files path paths dir directory url urls uri endpoint endpoints expiry expires
    expiration expired ttl lifetime duration timeout seconds minutes hours days interval type types kind id ids length
    policy enabled disabled required optional field fields header headers prefix suffix format method methods class
    namespace count limit limits size budget rotation algorithm alg provider providers strategy version env label labels
    annotation annotations description title placeholder issuer audience scope scopes store config configuration yaml
    yml json mount review reviewer tokenizer tokenize generator allowed mode source status state location keyref
    selector host port user username""".split()  # noqa: SIM905
)
_NAMES_OF_SECRETS = late_pattern(
    r"existing\w*|(?:\w*(?:pull|tls|ssl|cert|certificate|vars|envfrom|volume|mounted))secrets?"
    r"|\w*(?:password|passwd|token|username)keys?"
)
_SECRETS = ("password", "secret", "token", "credential", "cookie")
_ENDS = (*_SECRETS, *(f"{word}s" for word in _SECRETS))
_HOLDERS = ("tokens", "passwords", "secrets", "credentials", "apikeys", "accesskeys", "privatekeys", "cookies", "creds")
_BESIDE = frozenset(
    """name names key keys type kind id host url uri username user email optional mountpath path namespace provider
    clientid region domain subject items defaultmode secretname enabled description""".split()  # noqa: SIM905
)

_REFERENCE = r"\$\{[A-Za-z_][\w.\-]*\}|\$\([A-Za-z_]\w*\)|\{\{[^{}]*\}\}"
_DEFAULTED = late_pattern(r"\$\{[A-Za-z_]\w*:?[-=?+]")
_ONLY_REFERENCES = late_pattern(rf"(?:(?:bearer|basic|token)\s+)?(?:{_REFERENCE}|\s)+", re.IGNORECASE)
_TEMPLATE_DEFAULT = late_pattern(r"\bdefault\s+(?:\(\s*)?(?:\\*\"([^\"]*?)\\*\"|'([^']*)'|`([^`]*)`)")
_SAYS_NOTHING = frozenset({"", "~", "null", "true", "false", "yes", "no", "on", "off", "{}", "[]", "undefined"})
_BASIC = late_pattern(r"[A-Za-z0-9+/]{12,}={0,2}")
_NUMBER = late_pattern(r"[0-9]{1,9}")


@lru_cache(maxsize=4096)
def is_secret_key(key: str) -> bool:
    """Whether a value under this name (a key, a variable, a flag, a dotted path) is to be hidden."""
    if key == "_auth":
        return True
    if key.count(" ") > 2:  # noqa: PLR2004 - a sentence with a colon: only the word before the colon is a name
        key = key.rsplit(" ", 1)[1]
    flat = _TAIL.sub("", _NOT_PLAIN.sub("", key.lower()))
    words = [word.lower() for word in _WORD.findall(key) if not word.isdigit()]
    if not words or not (words[-1] in _LAST or _ANYWHERE.search(flat)):
        return False
    if flat.endswith("secretid"):  # what Vault's AppRole calls its password
        return True
    return not (words[-1] in _ABOUT or _is_about(flat) or _NAMES_OF_SECRETS.fullmatch(flat))


def _is_about(flat: str) -> bool:
    """Whether a name ends in a secret and what is said about it: `tokenexpiry`."""
    return flat.endswith(_ABOUT) and any(
        flat.endswith(word) and flat.removesuffix(word).endswith(_ENDS) for word in _ABOUT
    )


def holds_secrets(key: str) -> bool:
    """Whether the members of a mapping under this name are secrets under names of their own (`tokens: {alice: …}`)."""
    return _NOT_PLAIN.sub("", key.lower()).endswith(_HOLDERS) and is_secret_key(key)


def stands_beside(key: str) -> bool:
    """Whether a member of such a mapping only says which secret is meant (`name`, `username`, …)."""
    return _NOT_PLAIN.sub("", key.lower()) in _BESIDE


def is_secret_under(key: str, value: str) -> bool:
    """Like `is_secret_key`, for names that are a secret with some values only."""
    if key == "auth":  # of a registry, in .dockerconfigjson
        return _BASIC.fullmatch(value.strip()) is not None
    if key.lower().startswith(("max", "min", "num")) and _NUMBER.fullmatch(value.strip()):  # maxTokens: 4096
        return False
    return is_secret_key(key)


def literal_spans(value: str) -> list[Span]:
    """The parts of a secret's value that somebody wrote out; none where it only refers (`${VAR}`, `{{ … }}`).

    Of a reference with a default (`${VAR:-x}`, `{{ .x | default "y" }}`) the default alone.
    """
    start = len(value) - len(value.lstrip())
    text = value.strip()
    if text.lower() in _SAYS_NOTHING:
        return []
    if _ONLY_REFERENCES.fullmatch(text):
        return _template_defaults(value)
    opened = _DEFAULTED.match(text)
    if opened and text.endswith("}") and "}" not in _without_references(text[opened.end() : -1]):
        inside = text[opened.end() : -1]
        return [(start + opened.end() + a, start + opened.end() + b) for a, b in literal_spans(inside)]
    return [(start, start + len(text))]


def _without_references(text: str) -> str:
    return re.sub(_REFERENCE, "", text)


def _template_defaults(value: str) -> list[Span]:
    spans = [match.span(number) for match in _TEMPLATE_DEFAULT.finditer(value) for number in (1, 2, 3) if match[number]]
    return [(start, end) for start, end in spans if value[start:end].lower() not in _SAYS_NOTHING]
