"""Which tag of an image a plugin should move to, by how far it may move, and why. Asks no registry.

A tag counts as a version where it is one, with `v` before it or without, or behind the version of Backstage that its
image was built for (`bs_1.45.3__0.5.1`), which has to stay the same. Every other tag (`1.9`, `latest`) moves by itself.
"""

from collections.abc import Collection, Iterable, Iterator

from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.registries import ranges
from installer.registries.choosing import Choice, PassedOver, Policy
from installer.registries.versions import Version, descending, parse, precedence
from installer.registries.wanted import Aim, within

_TAG = late_pattern(r"(?P<built>(?:bs_[0-9.]+__)?v?)(?P<version>[0-9]+\.[0-9]+\.[0-9]+.*)")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that is a version: `built` is what stands before it, and has to stay."""

    text: str
    built: str
    version: Version


def tag_of(text: str) -> Tag | None:
    """None of a tag that is no version."""
    match = _TAG.fullmatch(text)
    version = parse(match["version"]) if match else None
    return Tag(text, match["built"], version) if match and version else None


def wanted_tag(
    repository: str, current: str, tags: Collection[str], aim: Aim, policy: Policy, line: str | None = None
) -> Choice:
    """The tag to move to; `current` where it moves by itself or nothing higher is let in.

    :param tags: of the repository; of images that move together, those that all have
    :param line: the range of the release (`~1.9`), where the image moves with it; it is what `compatible` means then
    """
    mine = tag_of(current)
    if mine is None:
        return Choice(current, None, f"{current} moves by itself: it is no version")
    asked = line if line is not None and aim == "compatible" else within(mine.version.without_build, aim)
    range_ = ranges.parse(asked, prereleases=True)
    passed: list[PassedOver] = []
    for one in _candidates(tags, mine.built, range_):
        if (line is None or aim != "compatible") and precedence(one.version) < precedence(mine.version):
            break
        if one.version.prerelease and not policy.prereleases and one.text != current:
            passed.append(PassedOver(one.text, "a prerelease"))
            continue
        if against := policy.denied(repository, one.text):
            passed.append(PassedOver(one.text, against))
            continue
        return Choice(one.text, None, f"the highest tag of {mine.built}{asked}", tuple(passed))
    return Choice(
        current, None, f"the tag that stands there: nothing higher is a tag of {mine.built}{asked}", tuple(passed)
    )


def _candidates(tags: Iterable[str], built: str, range_: ranges.Range | None) -> Iterator[Tag]:
    """Tags built for the same, in the range, the highest first."""
    if range_ is None:
        return
    known = (match["version"] for match in map(_TAG.fullmatch, tags) if match and match["built"] == built)
    for text, version in descending(known, range_.may_hold):
        if range_.holds(version):
            yield Tag(f"{built}{text}", built, version)
