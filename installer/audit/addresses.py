"""Which Service of the cluster a URL means. Asks no name server."""

from urllib.parse import urlsplit

from installer.model.dataclass import dataclass

_PORTS = {"http": 80, "https": 443, "postgresql": 5432}
_LOOPBACK = ("localhost", "127.0.0.1", "::1", "0.0.0.0")  # noqa: S104 - what people write, not what we bind
_LONGEST = 5  # name.namespace.svc.cluster.local


@dataclass(frozen=True)
class Address:
    """Where a URL leads: `name` and `namespace` of a Service (namespace empty: that of who calls)."""

    host: str
    port: int | None
    name: str
    namespace: str

    @property
    def is_loopback(self) -> bool:
        return self.host in _LOOPBACK


def address(url: str) -> Address | None:
    """A URL (also `jdbc:…`) or HOST:PORT taken apart; None where it is none."""
    text = url.strip().removeprefix("jdbc:")
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    return Address(host, port or _PORTS.get(parts.scheme), *_service(host)) if host else None


def _service(host: str) -> tuple[str, str]:
    """Name and namespace where a host may be a Service; both empty for what the world's name servers know."""
    labels = host.split(".")
    if ":" in host or host.replace(".", "").isdigit():
        return "", ""
    if len(labels) == 1:
        return labels[0], ""
    if len(labels) == 2 or (labels[2] == "svc" and len(labels) <= _LONGEST):  # noqa: PLR2004 - name and namespace
        return labels[0], labels[1]
    return "", ""
