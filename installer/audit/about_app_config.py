"""What several rules about app-config share: origins of URLs, lists, locations of the catalog. Judges nothing."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from installer.audit.effective import Setting
from installer.audit.object import dig, items, mappings, strings, text
from installer.audit.snapshot import Snapshot
from installer.audit.variables import is_known
from installer.model.dataclass import dataclass
from installer.yamltext.redaction.keys import is_secret_under, literal_spans

LOCATIONS = "catalog.locations"
EXTERNAL_ACCESS = "backend.auth.externalAccess"
DATA_INDEX = "orchestrator.dataIndexService.url"
Keys = tuple[str, ...]


def origin(url: str) -> str:
    """`scheme://host[:port]` of a URL, in small letters; empty where it is none."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:
        return ""
    default = {"http": 80, "https": 443}.get(parts.scheme)
    if not (parts.scheme and parts.hostname):
        return ""
    return f"{parts.scheme}://{parts.hostname}" + (f":{port}" if port not in (None, default) else "")


def host(url: str) -> str:
    """The host of a URL; empty where it is none."""
    return origin(url).partition("://")[2].partition(":")[0]


def known(setting: Setting | None) -> str:
    """A setting's text where it is known: empty where nothing sets it, or only its variables know it."""
    return text(setting.value) if setting is not None and is_known(setting.value) else ""


def is_templated(words: str) -> bool:
    """Whether a template of Helm, or a placeholder for people, stands in a text."""
    return "{{" in words or "}}" in words


def is_rendered_later(snapshot: Snapshot, words: str) -> bool:
    """Whether a template will be gone before RHDH reads the text: the chart renders app-config in values."""
    return is_templated(words) and snapshot.flavour == "helm"


def is_unrendered(snapshot: Snapshot, words: str) -> bool:
    """Whether RHDH reads a template as it stands, since nobody renders it."""
    return is_templated(words) and snapshot.flavour != "helm"


@dataclass(frozen=True)
class Location:
    """One entry of `catalog.locations`: its kind, its target, and the kinds of entities it may bring itself."""

    number: int
    type: str
    target: str
    allowed: frozenset[str]
    setting: Setting


def locations(snapshot: Snapshot) -> Iterator[Location]:
    """What the effective configuration names; the last file's list alone counts."""
    setting = snapshot.setting(LOCATIONS)
    if setting is None:
        return
    for number, one in enumerate(items(setting.value)):
        if isinstance(one, Mapping):
            yield Location(number, text(one.get("type")), text(one.get("target")), allowed(one.get("rules")), setting)


def allowed(rules: Any) -> frozenset[str]:
    """The kinds that rules of the catalog let in."""
    return frozenset(kind for rule in mappings(rules) for kind in strings(rule.get("allow")))


def external_access(snapshot: Snapshot) -> list[Mapping[str, Any]]:
    """The entries of backend.auth.externalAccess."""
    setting = snapshot.setting(EXTERNAL_ACCESS)
    return [] if setting is None else list(mappings(setting.value))


def leaves(value: Any, path: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    """What Backstage replaces as a whole: every scalar and every list of a configuration, with its path."""
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from leaves(child, (*path, str(key)))
    else:
        yield path, value


def is_literal(value: Any) -> bool:
    """Whether somebody wrote a secret out, in whole or in part, instead of a variable."""
    return isinstance(value, str) and bool(literal_spans(value))


def is_written_out(name: str, value: str) -> bool:
    """Whether a text is a secret by its name, and somebody wrote it out."""
    return is_secret_under(name, value) and is_literal(value)


def at(data: Any, path: str) -> Any:
    """What stands at a dotted path of plain data."""
    return dig(data, *path.split("."))
