"""What several rules about dynamic-plugins.yaml share: packages, entries, the set. Judges nothing."""

from collections.abc import Iterator
from typing import Any

from installer.audit.effective import Layered, Plugin
from installer.audit.object import text
from installer.audit.snapshot import Snapshot
from installer.knowledge.aliases import role_of

OCI = "oci://"
LOCAL = ("./", "../", "/", "ref://")
INHERIT = "{{inherit}}"


def is_image(package: str) -> bool:
    return package.startswith(OCI)


def needs_integrity(package: str) -> bool:
    """Whether RHDH's installer asks for a hash beside it: of everything that npm packs."""
    return not package.startswith((*LOCAL, OCI))


def reference(package: str) -> str:
    """The image of an entry, as registries are asked for it: without `oci://` and `!path`."""
    return package.removeprefix(OCI).partition("!")[0]


def main_entries(snapshot: Snapshot) -> Iterator[tuple[Layered, int, str, dict[str, Any]]]:
    """(file, number, package, entry) of each entry of the main dynamic-plugins.yaml, on or off."""
    file = snapshot.plugins_file
    for number, entry in file.entries() if file is not None else ():
        if file is not None:
            yield file, number, text(entry.get("package")), entry


def is_off(entry: dict[str, Any]) -> bool:
    """Whether an entry by itself says that its plugin is off."""
    return entry.get("disabled") is True or entry.get("enabled") is False


def set_of(snapshot: Snapshot) -> dict[str, Plugin]:
    """The Orchestrator's plugins of this release that are on, by role."""
    roles = {role_of(one.package) for one in snapshot.orchestrator}
    return {one.role: one for one in snapshot.plugins if one.enabled and one.role and one.role in roles}
