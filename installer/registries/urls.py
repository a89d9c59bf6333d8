"""URLs of registries: what is shown of them, where they lead. Opens none."""

from functools import lru_cache
from urllib.parse import urlsplit, urlunsplit

_PORTS = {"http": 80, "https": 443}


@lru_cache(maxsize=1 << 8)
def host_of(url: str) -> str | None:
    """The host in lower case; None of what is no http or https URL."""
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises where it is none
    except ValueError:
        return None
    return parts.hostname if parts.scheme in _PORTS and not set(url) & set(" \t\r\n\\") else None


def origin(url: str) -> tuple[str, str, int]:
    """What a browser calls the origin: scheme, host, port. Raises ValueError of what is no http or https URL."""
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme]


@lru_cache(maxsize=1 << 8)
def without_user(url: str) -> str:
    """The URL without the name and password in it."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def bare(url: str) -> str:
    """Scheme, host (lower case, without the port that goes without saying) and path."""
    scheme, host, port = origin(url)
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{shown}{'' if port == _PORTS[scheme] else f':{port}'}{urlsplit(url).path or '/'}"
