"""What several rules about workflows share: their properties, their platform, their images. Judges nothing."""

from collections.abc import Iterator

from installer.audit.addresses import address
from installer.audit.kinds import CLUSTER_PLATFORM, CONFIG_MAP, PLATFORM
from installer.audit.object import Object
from installer.audit.snapshot import Snapshot
from installer.audit.spot import Spot
from installer.model.dataclass import dataclass

DATA_INDEX = "orchestrator.dataIndexService.url"
PROFILE = "sonataflow.org/profile"
PROPERTIES = "application.properties"
IMAGE = ("spec", "podTemplate", "container", "image")
Service = tuple[str, str]  # name and namespace


# -- properties


@dataclass(frozen=True)
class Property:
    """One line of a workflow's application.properties."""

    key: str
    value: str
    spot: Spot


def properties(snapshot: Snapshot, workflow: Object, suffix: str) -> Iterator[Property]:
    """What the ConfigMap `<workflow><suffix>` says; nothing where ConfigMaps were not read.

    Lines that go on in the next are not joined.
    https://docs.oracle.com/en/java/javase/17/docs/api/java.base/java/util/Properties.html
    """
    found = None
    if snapshot.is_read(CONFIG_MAP):
        found = snapshot.named(CONFIG_MAP, f"{workflow.name}{suffix}", workflow.namespace)
    written = found.written(PROPERTIES) if found is not None else None
    if found is None or written is None:
        return
    for number, line in enumerate(written.characters.splitlines(), 1):
        key, equals, value = line.strip().partition("=")
        if equals and not key.startswith(("#", "!")):
            yield Property(key.strip(), value.strip(), Spot(found.ref, written.place_of_line(number), key.strip()))


# -- platforms and data indexes


def data_index(platform: Object) -> Service:
    """The Service of a platform's data index."""
    return f"{platform.name}-data-index-service", platform.namespace


def service_of(url: str, namespace: str) -> Service | None:
    """The Service that a URL means for who calls from a namespace; None where it is no Service of the cluster."""
    found = address(url)
    return (found.name, found.namespace or namespace) if found is not None and found.name else None


def rhdh_data_index(snapshot: Snapshot) -> Service | None:
    """The Service that RHDH asks for workflows; None where that is not known. Raises Skip where there is no RHDH."""
    setting = snapshot.setting(DATA_INDEX)
    if setting is None or not setting.is_known or not isinstance(setting.value, str):
        return None
    return service_of(setting.value, snapshot.namespace)


def platform_of(snapshot: Snapshot, workflow: Object) -> Object | None:
    """The platform that a workflow belongs to: that of its namespace, else that of the whole cluster."""
    own = next(iter(snapshot.within(PLATFORM, workflow.namespace)), None)
    if own is not None:
        return own
    for one in snapshot.of(CLUSTER_PLATFORM) if snapshot.is_read(CLUSTER_PLATFORM) else ():
        reference = one.mapping("spec", "platformRef")
        found = snapshot.named(PLATFORM, str(reference.get("name")), str(reference.get("namespace") or ""))
        if found is not None:
            return found
    return None
