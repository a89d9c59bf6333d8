"""Disconnected: image not mirrored."""

from collections.abc import Iterator

from installer.audit.finding import Found
from installer.audit.kinds import IMAGE_MIRROR, IMAGE_POLICY, IMAGE_TAG_MIRROR, POD, Kind
from installer.audit.object import Object, every, mappings, strings, text
from installer.audit.remedy import Run
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.model.image import Image, image

OWN = ("sonataflow.org/service", "sonataflow.org/workflow-app")
SOURCES = ("spec", "registrySources")


def check(snapshot: Snapshot) -> Iterator[Found]:
    policies = snapshot.of(IMAGE_POLICY)
    references = [(one, image(one)) for one in sorted(_references(snapshot))] if policies else []
    for policy in policies:
        allowed, blocked = (strings(policy.get(*SOURCES, f"{word}Registries")) for word in ("allowed", "blocked"))
        for reference, found in references:
            refused = bool(allowed) and not _is_in(found, allowed)
            if (refused or _is_in(found, blocked)) and not _is_mirrored(snapshot, found):
                list_name = "allowedRegistries" if refused else "blockedRegistries"
                told = f"{reference} is {'not in' if refused else 'in'} {list_name}, and not mirrored"
                remedy = Run((f"oc image mirror {reference} <registry>/{found.repository}",))
                key = f"{found.host}/{found.repository}"
                yield Found(policy.at(*SOURCES, list_name), told, "a mirror of it that nodes may read", remedy, key)


def _references(snapshot: Snapshot) -> set[str]:
    """The images of RHDH's namespace and of what the platform's operator runs."""
    home = snapshot.namespace if snapshot.has_instance else ""
    found = set()
    for one in snapshot.of(POD):
        if (home and one.namespace == home) or any(label in one.labels for label in OWN):
            found |= {text(each.get("image")) for kind in ("containers", "initContainers") for each in _each(one, kind)}
    return found - {""}


def _each(pod: Object, kind: str) -> Iterator[dict[str, object]]:
    return (one for _, one in every(pod.data, "spec", kind))


def _is_in(found: Image, places: list[str]) -> bool:
    """A place is a host, `*.example.com`, or a host with a path below which everything is meant."""
    whole = f"{found.host}/{found.repository}"
    return any(
        found.host.endswith(place[1:]) if place.startswith("*.") else f"{whole}/".startswith(f"{place.rstrip('/')}/")
        for place in places
    )


def _is_mirrored(snapshot: Snapshot, found: Image) -> bool:
    """Mirrors of digests are asked for images with a digest only, those of tags for images without."""
    kind, field = (IMAGE_MIRROR, "imageDigestMirrors") if found.is_pinned else (IMAGE_TAG_MIRROR, "imageTagMirrors")
    return _is_in(found, _sources(snapshot, kind, field))


def _sources(snapshot: Snapshot, kind: Kind, field: str) -> list[str]:
    listed = snapshot.of(kind) if snapshot.is_read(kind) else ()
    found = [text(each.get("source")) for one in listed for each in mappings(one.get("spec", field))]
    return [one for one in found if one]


RULE = Rule(
    module=__name__,
    title="Disconnected: image not mirrored",
    severity="high",
    reads=(IMAGE_POLICY, POD),
    also=(IMAGE_MIRROR, IMAGE_TAG_MIRROR),
    wrong="The cluster restricts the registries it pulls from, and an image of RHDH or the Orchestrator is outside.",
    why="The image runs only as long as a node has it: after the next restart the pod hangs in ImagePullBackOff.",
    fix="Mirror the image, and name its source in an ImageDigestMirrorSet (or ImageTagMirrorSet, where it has a tag).",
    sources=(
        "https://docs.redhat.com/en/documentation/openshift_container_platform/4.19/html/images/image-configuration",
    ),
    check=check,
)
