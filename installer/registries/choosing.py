"""Chooses a version of an npm package by the documented policy, and says why. Asks no registry and knows no clock."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import field
from datetime import datetime, timedelta

from installer.integrity import strongest
from installer.model.dataclass import dataclass
from installer.registries import ranges
from installer.registries.npm import Packument, Published
from installer.registries.versions import descending, exact, newest, parse

_REMARK = 200
_BARE = ranges.Range(((),), prereleases=True)


@dataclass(frozen=True, slots=True)
class Policy:
    """What is let in.

    denied       why a version of a package must not be taken, None where it may
    prereleases  also what is no release yet
    cooldown     only versions that are this old at `now`, which is needed then
    """

    denied: Callable[[str, str], str | None]
    prereleases: bool = False
    cooldown: timedelta | None = None
    now: datetime | None = None


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A version that would have been taken but for the reason."""

    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Choice:
    """The version (None: nothing satisfies what was asked), the one hash RHDH takes, and why.

    `passed_over` are the candidates above the chosen one, the highest first.
    """

    version: str | None
    integrity: str | None
    reason: str
    passed_over: tuple[PassedOver, ...] = field(default=())


def choose(packument: Packument, wanted: str, policy: Policy) -> Choice:
    """What a spec behind a package's name means: "" (the name alone), an exact version, a range, a tag.

    The name alone and a range are the highest version by semver precedence that is let in and not deprecated,
    whatever the tags say; an exact version and a tag are taken as asked, with a remark. What is no semver version
    does not exist.
    """
    if not wanted:
        return _highest(packument, _BARE, policy, "the highest version")
    if exact(wanted) is not None:
        return _exactly(packument, wanted, policy)
    range_ = ranges.parse(wanted, prereleases=policy.prereleases)
    if range_ is not None:
        return _highest(packument, range_, policy, f"the highest version that satisfies {wanted}")
    return _tagged(packument, wanted, policy)


def aligned(packuments: Sequence[Packument], wanted: str, policy: Policy) -> list[Choice]:
    """The same version of each, the highest in the range `wanted` that all have and none has to pass over."""
    range_ = ranges.parse(wanted, prereleases=policy.prereleases)
    if range_ is None:
        raise ValueError(wanted)
    judged = _with_prereleases(policy)
    common = next((text for text in _candidates(packuments[0], range_) if _all_let_in(packuments, text, judged)), None)
    said = f"the highest version of {wanted} that all of them have"
    return [_highest(one, range_, policy, said, {common}) for one in packuments]


def _all_let_in(packuments: Iterable[Packument], text: str, policy: Policy) -> bool:
    return all(text in one.versions and not _against(one, text, policy) for one in packuments)


def _candidates(packument: Packument, range_: ranges.Range) -> Iterator[str]:
    """The highest first, and each found no sooner than it is looked at."""
    found = descending(packument.versions, range_.may_hold)
    return (text for text, version in found if range_.holds(version))


def _highest(
    packument: Packument,
    range_: ranges.Range,
    policy: Policy,
    said: str,
    common: Collection[str | None] | None = None,
) -> Choice:
    # A range says itself which prereleases it means; the name alone means none.
    judged = policy if range_ is _BARE else _with_prereleases(policy)
    passed: list[PassedOver] = []
    for text in _candidates(packument, range_):
        against = _against(packument, text, judged)
        if not against and common is not None and text not in common:
            against = "not all of them have it, or may have it"
        if not against:
            return _chosen(packument, text, said, tuple(passed))
        passed.append(PassedOver(text, against))
    return Choice(None, None, _none(packument, said, passed), tuple(passed))


def _with_prereleases(policy: Policy) -> Policy:
    return Policy(policy.denied, True, policy.cooldown, policy.now)


def _against(packument: Packument, text: str, policy: Policy) -> str | None:
    """Why a version is passed over."""
    version = parse(text)
    if version is not None and version.prerelease and not policy.prereleases:
        return "a prerelease"
    if deprecated := packument.versions[text].deprecated:
        return f"deprecated: {_remark(deprecated)}"
    return policy.denied(packument.name, text) or _too_young(packument, text, policy)


def _too_young(packument: Packument, text: str, policy: Policy) -> str | None:
    if policy.cooldown is None or policy.now is None:
        return None
    published = packument.times.get(text)
    if published is None:
        return "the registry does not say when it was published"
    return f"published only on {published:%Y-%m-%d}" if policy.now - published < policy.cooldown else None


def _exactly(packument: Packument, wanted: str, policy: Policy) -> Choice:
    pinned = exact(wanted)
    same = [text for text in packument.versions if text.partition("+")[0] == pinned and parse(text) is not None]
    if not same:
        return Choice(None, None, _none(packument, f"a version {pinned}", []))
    return _chosen(packument, max(same), f"the version that was asked for{_remarks(packument, max(same), policy)}")


def _tagged(packument: Packument, tag: str, policy: Policy) -> Choice:
    text = packument.tags.get(tag)
    if text is None:
        tags = ", ".join(sorted(packument.tags)[:5]) or "none"
        return Choice(None, None, f"{packument.registry} has no tag {tag} of {packument.name}; its tags: {tags}")
    if text not in packument.versions or parse(text) is None:
        return Choice(None, None, f"the tag {tag} leads to {_remark(text)}, which is no version that can be had")
    return _chosen(packument, text, f"the tag {tag}{_remarks(packument, text, policy)}")


def _remarks(packument: Packument, text: str, policy: Policy) -> str:
    """What would have spoken against a version that is taken as asked."""
    against = _against(packument, text, _with_prereleases(policy))
    return f"; {against}" if against else ""


def _chosen(packument: Packument, text: str, said: str, passed: tuple[PassedOver, ...] = ()) -> Choice:
    published = packument.versions[text]
    integrity = strongest(published.integrity or "")
    return Choice(text, integrity, said if integrity else f"{said}; {_no_hash(published)}", passed)


def _no_hash(published: Published) -> str:
    """Why RHDH has no hash to compare with."""
    only_sha1 = (published.integrity or "").startswith("sha1-") or (not published.integrity and published.shasum)
    if only_sha1:
        return "the registry publishes only its sha1, which RHDH does not take"
    return f"the registry publishes no {'hash that RHDH takes' if published.integrity else 'hash of it'}"


def _none(packument: Packument, said: str, passed: Sequence[PassedOver]) -> str:
    said = said.removeprefix("the highest ")
    if passed:
        return f"every {said} was passed over; the highest is {passed[0].version} ({passed[0].reason})"
    there = ", ".join(newest(packument.versions, 3)) or "none"
    return f"{packument.registry} has no {said.removeprefix('a ')} of {packument.name}; its highest: {there}"


def _remark(text: str) -> str:
    """The words of a stranger in one line of some length."""
    line = " ".join(text.split())
    return line if len(line) <= _REMARK else f"{line[:_REMARK]}…"
