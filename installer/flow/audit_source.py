"""Reads what an audit judges, from a directory of manifests. Judges nothing."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache, partial

from yaml.nodes import MappingNode, ScalarNode, SequenceNode

from installer.audit.kinds import CONFIG_MAP, SECRET, Kind
from installer.audit.object import Object, moment
from installer.audit.source import Source
from installer.directory.read import read
from installer.flow.observing import orchestrator_of, read_text
from installer.instance.find import find
from installer.instance.manifests import Manifests
from installer.instance.objects import Objects
from installer.knowledge.releases import release
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.late_pattern import late_pattern
from installer.plan.goal import GoalPlugin
from installer.plan.prediction import World
from installer.yamltext.reading import Unreadable, compose


def of_directory(directory: str, selection: str | None, rhdh_version: str | None, defaults: str | None) -> Source:
    """Raises InstallerError: TARGET (no directory, no such RHDH or release), DENIED, INVALID."""
    if rhdh_version:
        release(rhdh_version)
    return of_manifests(read(directory), selection, rhdh_version, read_text(defaults) if defaults else None)


def of_manifests(
    manifests: Manifests, selection: str | None, rhdh_version: str | None, defaults: str | None = None
) -> Source:
    """Texts as a source. Where RHDH cannot be told, the rest is judged all the same, and `problem` says why.

    Asking the source for RHDH raises InstallerError (TARGET) for one that was named and is not there.
    """
    found = objects_of(manifests)
    seek = partial(world_of, manifests, selection, rhdh_version, defaults)
    return Source("directory", now_of(manifests), found, kinds_of(manifests, found), manifests, seek=seek)


def world_of(
    manifests: Manifests, selection: str | None, rhdh_version: str | None, defaults: str | None = None
) -> tuple[World | None, Problem | None]:
    """RHDH with its release, or why not. Raises InstallerError (TARGET) where `selection` names none that is there."""
    try:
        instance = find(manifests, selection)
        version = rhdh_version or instance.version
        if version is None:
            return None, _versionless(instance.name)
        chosen = release(version)
    except InstallerError as error:
        if error.problems[0].code == "instance-unknown":
            raise
        return None, error.problems[0]
    return World(instance, chosen, defaults, _orchestrator(chosen.version)), None


@cache
def _orchestrator(version: str) -> tuple[GoalPlugin, ...]:
    return orchestrator_of(release(version))


def _versionless(name: str) -> Problem:
    return Problem(
        "unknown-version",
        f"the manifests of {name} do not tell the release of RHDH (image tag, chart version, operator channel)",
        None,
        "add --rhdh-version X.Y",
        ExitCode.TARGET,
    )


def objects_of(manifests: Manifests) -> tuple[Object, ...]:
    """Every object of the manifests, in the namespace that its kustomization gives it; no patches."""
    texts = Objects(manifests)
    return tuple(
        Object(replace(document.ref, namespace=texts.namespace(document)), document)
        for document in manifests.documents
        if document.ref is not None and not texts.is_patch(document)
    )


def kinds_of(manifests: Manifests, found: tuple[Object, ...]) -> frozenset[Kind]:
    """The kinds that were read: of which there is an object, an empty List, or a generator of a kustomization."""
    kinds = {Kind(one.ref.api_version.rpartition("/")[0], one.ref.kind) for one in found}
    generated = {one.kind for one in Objects(manifests).kustomizations.generators}
    kinds |= {CONFIG_MAP} if "ConfigMap" in generated else set()
    kinds |= {SECRET} if "Secret" in generated else set()
    return frozenset(kinds | set(_empty_lists(manifests)))


def _empty_lists(manifests: Manifests) -> Iterator[Kind]:
    """`kind: SecretList` with no items: it was asked for, and there is none."""
    for path, file in manifests.files.items():
        if "List" not in file.characters or "items" not in file.characters:
            continue
        holding = {(document.index, document.path[:1]) for document in manifests.by_path.get(path, ())}
        try:
            nodes = compose(file.characters)
        except Unreadable:
            continue
        for index, node in enumerate(nodes):
            fields = _fields(node)
            if (index, ("items",)) not in holding and isinstance(fields.get("items"), SequenceNode):
                kind, group = _scalar(fields.get("kind")), _scalar(fields.get("apiVersion")).rpartition("/")[0]
                if kind.endswith("List") and kind != "List":
                    yield Kind(group, kind.removesuffix("List"))


def _fields(node: object) -> Mapping[str, object]:
    if not isinstance(node, MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, ScalarNode)}


def _scalar(node: object) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""


# What a cluster writes of what has happened; ends of certificates and tokens lie in the future.
_STAMP = late_pattern(
    r"\b(?:creationTimestamp|deletionTimestamp|last\w*Time|startTime|startedAt|finishedAt|time)\"?:\s*[\"']?"
    r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)"
)


def now_of(manifests: Manifests) -> datetime:
    """The clock, or the newest timestamp of a dump that a clock ahead of ours made."""
    dumped = (file.characters for file in manifests.files.values() if "creationTimestamp" in file.characters)
    newest = max((stamp for characters in dumped for stamp in _STAMP.findall(characters)), default="")
    return max(datetime.now(UTC), moment(newest) or datetime.min.replace(tzinfo=UTC))
