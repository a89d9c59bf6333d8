"""What several rules about SonataFlowPlatforms share: their services, and the databases behind them. Judges nothing."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from installer.audit.addresses import address
from installer.audit.kinds import PLATFORM, WORKFLOW
from installer.audit.object import Object, every, text, texts_in
from installer.audit.snapshot import Snapshot
from installer.instance.instance import Path
from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern

# What a platform may run, with the names that the operator gives its Deployments and Services.
SERVICES = {"dataIndex": "data-index-service", "jobService": "jobs-service"}
PERSISTENCE = ("spec", "persistence")
USUAL_NAME = "sonataflow-platform"
DATABASE = "sonataflow"  # where serviceRef.databaseName says nothing
PASSWORD_KEY = "POSTGRESQL_PASSWORD"  # noqa: S105 - the name of a key
_CREATES = late_pattern(r"create\s+database\s+(?:if\s+not\s+exists\s+)?[\"'\\]*([A-Za-z_][\w-]*)", re.IGNORECASE)


# -- services


@dataclass(frozen=True)
class PlatformService:
    """A service that a platform runs, by its key in `spec.services`."""

    platform: Object
    key: str

    @property
    def name(self) -> str:
        """Of its Deployment and its Service."""
        return f"{self.platform.name}-{SERVICES[self.key]}"

    @property
    def path(self) -> tuple[str, ...]:
        return ("spec", "services", self.key)

    @property
    def database(self) -> "Database | None":
        """Its own, or else the platform's; None where it keeps all in memory."""
        return database(self.platform, (*self.path, "persistence")) or database(self.platform, PERSISTENCE)


def services(platform: Object) -> Iterator[PlatformService]:
    """Those that it names and does not switch off; a platform without any uses those of a cluster platform."""
    for key in SERVICES:
        one = platform.get("spec", "services", key)
        if isinstance(one, dict) and one.get("enabled") is not False:
            yield PlatformService(platform, key)


def brokers(platform: Object) -> set[tuple[str, str]]:
    """Namespace and name of the brokers that a platform's events go through, its own and those of its services."""
    places: list[tuple[str, ...]] = [("spec", "eventing", "broker", "ref")]
    places += [(*service.path, end, "ref") for service in services(platform) for end in ("source", "sink")]
    named = [platform.mapping(*place) for place in places]
    return {
        (text(one.get("namespace")) or platform.namespace, text(one.get("name")))
        for one in named
        if text(one.get("name"))
    }


# -- databases


@dataclass(frozen=True)
class Database:
    """What a platform or a workflow says of its PostgreSQL, at `path`.

    `service` and `namespace` are empty where the database is none of the cluster's Services. `name` is empty where it
    cannot be told.
    """

    owner: Object
    path: tuple[str, ...]
    secret: str
    password_key: str
    reference: tuple[str, ...]
    service: str
    namespace: str
    name: str

    @property
    def name_path(self) -> tuple[str, ...]:
        is_url = self.reference[-1] == "jdbcUrl"
        return self.reference if is_url else (*self.reference, "databaseName")


def database(owner: Object, persistence: tuple[str, ...]) -> Database | None:
    """What stands under `persistence`; None where nothing does."""
    path = (*persistence, "postgresql")
    said = owner.mapping(*path)
    if not said:
        return None
    secret = text(owner.get(*path, "secretRef", "name"))
    key = text(owner.get(*path, "secretRef", "passwordKey")) or PASSWORD_KEY
    if said.get("serviceRef"):
        reference = (*path, "serviceRef")
        service, namespace = owner.text(*reference, "name"), owner.text(*reference, "namespace") or owner.namespace
        name = owner.text(*reference, "databaseName") or DATABASE
    else:
        reference = (*path, "jdbcUrl")
        service, namespace, name = _of_url(owner, owner.text(*reference))
    return Database(owner, path, secret, key, reference, service, namespace, name)


def databases(snapshot: Snapshot) -> Iterator[Database]:
    """Those of platforms, of their services, and of workflows where these were read."""
    for one in snapshot.of(PLATFORM):
        places = [PERSISTENCE, *((*service.path, "persistence") for service in services(one))]
        yield from filter(None, (database(one, place) for place in places))
    for one in snapshot.of(WORKFLOW) if snapshot.is_read(WORKFLOW) else ():
        yield from filter(None, [database(one, PERSISTENCE)])


def _of_url(owner: Object, url: str) -> tuple[str, str, str]:
    """Service, namespace and database of a `jdbc:` URL; several hosts, and this one, are no Service."""
    if "{{" in url or "${" in url:
        return "", "", ""
    found = address(url)
    is_service = found is not None and found.name and "," not in found.host and not found.is_loopback
    service, namespace = (found.name, found.namespace or owner.namespace) if found and is_service else ("", "")
    return service, namespace, _path(url).strip("/")


def _path(url: str) -> str:
    try:
        return urlsplit(url.strip().removeprefix("jdbc:")).path
    except ValueError:
        return ""


# -- the Job that creates the database


def creates_database(job: str) -> bool:
    """Whether a Job of that name is the one of RHDH's chart or of RHDH's operator."""
    return "create-sonataflow-database" in job or "create-sf-db" in job


def created_by(job: Object) -> set[str]:
    """The names of the databases that its commands create."""
    containers = every(job.get("spec", "template", "spec"), "containers")
    return {name for _, one in containers for name in _CREATES.findall(" ".join(_commands(one)))}


def _commands(container: dict[str, Any]) -> Iterator[str]:
    for key in ("command", "args"):
        yield from (words for _, words in texts_in(container.get(key)))


def nested(path: Path, value: Any) -> dict[str, Any]:
    """A patch that sets what stands at a path of keys."""
    for step in reversed(path):
        value = {step: value}
    return dict(value)
