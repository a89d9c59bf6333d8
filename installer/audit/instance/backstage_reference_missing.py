"""CR references missing ConfigMap/Secret."""

from collections.abc import Iterator

from installer.audit.kinds import BACKSTAGE, CONFIG_MAP, SECRET, Kind
from installer.audit.object import Object, every, text
from installer.audit.rule import Rule
from installer.audit.shapes import Reference, references_hold
from installer.audit.snapshot import Snapshot

LISTS = {
    ("appConfig", "configMaps"): CONFIG_MAP,
    ("extraFiles", "configMaps"): CONFIG_MAP,
    ("extraFiles", "secrets"): SECRET,
    ("extraEnvs", "configMaps"): CONFIG_MAP,
    ("extraEnvs", "secrets"): SECRET,
}


def references(snapshot: Snapshot) -> Iterator[Reference]:
    for one in snapshot.of(BACKSTAGE):
        for path, kind in LISTS.items():
            yield from _listed(one, kind, ("spec", "application", *path))
        plugins = ("spec", "application", "dynamicPluginsConfigMapName")
        yield Reference(one.at(*plugins), CONFIG_MAP, one.text(*plugins), one.namespace, ("dynamic-plugins.yaml",))


def _listed(one: Object, kind: Kind, path: tuple[str, ...]) -> Iterator[Reference]:
    for index, entry in every(one.data, *path):
        key = text(entry.get("key"))
        name = text(entry.get("name"))
        yield Reference(one.at(*path, index), kind, name, one.namespace, (key,) if key else ())


RULE = Rule(
    module=__name__,
    title="CR references missing ConfigMap/Secret",
    severity="critical",
    reads=(BACKSTAGE, CONFIG_MAP),
    also=(SECRET,),
    wrong="The Backstage resource refers to a ConfigMap or Secret, or to a key of one, that is not there.",
    why="RHDH's operator stops with DeployFailed; the portal keeps running with its old configuration, or not at all.",
    fix="Create the object with the key, or correct the reference in the Backstage resource.",
    sources=("https://github.com/redhat-developer/rhdh-operator/blob/main/docs/configuration.md",),
    check=references_hold(references),
)
