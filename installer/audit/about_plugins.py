"""What several rules about dynamic-plugins.yaml share: packages, entries, the set. Judges nothing."""

from collections.abc import Iterable, Iterator
from typing import Any

from installer.audit.effective import Layered, Plugin
from installer.audit.finding import Found
from installer.audit.kinds import SECRET
from installer.audit.object import Object, text, texts_in
from installer.audit.remedy import SetVariable
from installer.audit.secret import Npmrc
from installer.audit.snapshot import Snapshot
from installer.audit.spot import Spot
from installer.audit.variables import names_in
from installer.knowledge.aliases import role_of

OCI = "oci://"
LOCAL = ("./", "ref://")
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


def set_of(snapshot: Snapshot) -> dict[str, Plugin]:
    """The Orchestrator's plugins of this release that are on, by role."""
    roles = {role_of(one.package) for one in snapshot.orchestrator}
    return {one.role: one for one in snapshot.plugins if one.enabled and one.role and one.role in roles}


def unset_names(snapshot: Snapshot, plugin: Plugin) -> list[str]:
    """The variables that a plugin's own configuration uses and RHDH's container does not have."""
    variables = snapshot.variables
    if variables.open:
        return []
    used = dict.fromkeys(name for _, words in texts_in(plugin.config) for name in names_in(words))
    return [name for name in used if name not in {*variables.values, *variables.unknown}]


def unset(plugin: Plugin, names: Iterable[str]) -> Iterator[Found]:
    """Of each variable that a plugin's configuration needs: that RHDH's container does not have it."""
    spot = plugin.spots.get("pluginConfig", plugin.spot)
    for name in names:
        remedy = SetVariable(name, secret=("<Secret>", name))
        yield Found(spot, f"{name} is not set", f"{name} in RHDH's environment", remedy, name)


def npmrc(snapshot: Snapshot) -> Object | None:
    """The Secret with the .npmrc of RHDH's installer; None where there is none. Raises Skip."""
    name = snapshot.instance.npmrc_name
    return snapshot.named(SECRET, name, snapshot.namespace) if name else None


def npmrc_files(snapshot: Snapshot) -> Iterator[tuple[Spot, str, Npmrc]]:
    """Where each .npmrc of that Secret stands, its key, and what may be known of it. Raises Skip."""
    found = npmrc(snapshot)
    if found is not None and found.secret is not None:
        for key, facts in found.secret.npmrc.items():
            yield of_key(found, key), key, facts


def of_key(secret: Object, *key: str) -> Spot:
    """Where a key of a Secret stands, or its data as a whole: under stringData in a manifest of a person."""
    data, plain = secret.at("data", *key), secret.at("stringData", *key)
    return plain if plain.place != secret.place() else data
