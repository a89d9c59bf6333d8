"""Which tag or digest the image of a plugin should move to, by what its registry lists. Asks none itself.

A tag that is a version moves as versions do; the Orchestrator's images with the release of RHDH. Of a digest nothing
tells what is newer, but for the Orchestrator's images, whose digests of each release are known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from installer.flow.plugins_asking import Asked
from installer.flow.plugins_list import Judged
from installer.flow.plugins_standing import Prospect, Standing, left, of_orchestrator, unknown, unsatisfied
from installer.knowledge.releases import Release
from installer.model.dataclass import dataclass
from installer.model.errors import InstallerError
from installer.plugins.identity import OCI, name_of
from installer.registries import oci_reference
from installer.registries.choosing import Choice, Policy
from installer.registries.oci_reference import OciReference
from installer.registries.oci_wanted import tag_of, wanted_tag
from installer.registries.wanted import aim_of

_UNHASHED = Judged("unchecked", "the digest of an image is its hash")


@dataclass(frozen=True)
class Images:
    """The images of a configuration, with what was asked of their registries. `common`: tags that a set shares."""

    asked: Asked
    policy: Policy
    aim: str
    release: Release | None
    common: Mapping[str, frozenset[str]]

    def prospect(self, one: Standing) -> Prospect:
        """Raises nothing: what stands in the way is the prospect's problem."""
        reference = reference_of(one.package)
        if isinstance(reference, InstallerError):
            return unknown(one, name_of(one.package), reference)
        aim, digest = aim_of(self.aim), reference.digest
        if aim is None and (digest is not None or oci_reference.is_digest(self.aim)):
            return self._asked_digest(one, reference)
        if digest is not None:
            return self._digest(one, reference, digest)
        found = self.asked.tags[one.package]
        if isinstance(found, InstallerError):
            return unknown(one, _name(reference), found)
        current = reference.tag or ""
        if aim is None:
            return self._asked_tag(one, reference, current, found)
        line = self._line(one, current)
        tags = self.common.get(one.package, found) if line or aim != "compatible" else found
        choice = wanted_tag(reference.repository, current, tags, aim, self.policy, line)
        latest = wanted_tag(reference.repository, current, found, "latest", self.policy)
        return _prospect(one, reference, choice, latest)

    def _line(self, one: Standing, current: str) -> str | None:
        """The Orchestrator's images are tagged with RHDH's version; other tags say nothing of a release."""
        tag = tag_of(current)
        if tag is None or tag.built not in ("", "v") or self.release is None or not of_orchestrator(one.package):
            return None
        return f"~{self.release.minor}"

    def _digest(self, one: Standing, reference: OciReference, current: str) -> Prospect:
        release = self.release
        known = release.digests.get(reference.repository) if release else None
        of_minor = release.minor_digests.get(reference.repository, frozenset()) if release else frozenset()
        if release is None or known is None or (self.aim == "patch" and current not in of_minor):
            return _prospect(one, reference, Choice(None, None, "a digest does not tell what is newer"))
        return _prospect(one, reference, Choice(known, None, f"the digest that RHDH {release.version} has of it"))

    def _asked_digest(self, one: Standing, reference: OciReference) -> Prospect:
        found = self.asked.images[str(_at(reference, self.aim))]
        if isinstance(found, InstallerError):
            return unknown(one, _name(reference), found)
        said = "that was asked for" if oci_reference.is_digest(self.aim) else f"of the tag {self.aim}"
        return _prospect(one, reference, Choice(found.digest, None, f"the digest {said}"))

    def _asked_tag(self, one: Standing, reference: OciReference, current: str, tags: Iterable[str]) -> Prospect:
        """As it was typed, or behind what stands before the version today (`bs_1.45.3__`)."""
        tag = tag_of(current)
        spellings = [self.aim, f"{tag.built}{self.aim}"] if tag else [self.aim]
        found = next((text for text in spellings if text in tags), None)
        if found is not None:
            return _prospect(one, reference, Choice(found, None, "the tag that was asked for"))
        choice = Choice(None, None, f"{reference.repository} has no tag {self.aim}")
        return replace(_prospect(one, reference, choice), problem=unsatisfied(one, choice))


def common_tags(standings: Sequence[Standing], asked: Asked) -> dict[str, frozenset[str]]:
    """Of the Orchestrator's images: the tags that all of their repositories have, by package."""
    found = {
        one.package: frozenset(tags)
        for one in standings
        if left(one) is None and one.package.startswith(OCI) and of_orchestrator(one.package)
        for tags in [asked.tags.get(one.package)]
        if tags is not None and not isinstance(tags, InstallerError)
    }
    return dict.fromkeys(found, frozenset.intersection(*found.values())) if found else {}


def tagged(images: Iterable[str], aim: str) -> list[str]:
    """The images of whose repositories the tags decide."""
    if oci_reference.is_digest(aim):
        return []
    found = [(one, reference_of(one)) for one in images]
    return [one for one, reference in found if isinstance(reference, OciReference) and reference.digest is None]


def asked_for(images: Iterable[str], aim: str) -> list[str]:
    """The references to resolve where a version was named, and it or what stands there is a digest."""
    if aim_of(aim) is not None:
        return []
    references = [one for one in map(reference_of, images) if isinstance(one, OciReference)]
    digest = oci_reference.is_digest(aim)
    return [str(_at(one, aim)) for one in references if digest or one.digest is not None]


def reference_of(package: str) -> OciReference | InstallerError:
    try:
        return oci_reference.parse(package)
    except InstallerError as error:
        return error


def _at(reference: OciReference, version: str) -> OciReference:
    if oci_reference.is_digest(version):
        return reference.pinned(version)
    return replace(reference, tag=version, digest=None)


def _name(reference: OciReference) -> str:
    return f"{OCI}{reference.repository}"


def _prospect(one: Standing, reference: OciReference, choice: Choice, latest: Choice | None = None) -> Prospect:
    current = reference.digest or reference.tag
    return Prospect(one, "oci", _name(reference), current, choice, _UNHASHED, latest)
