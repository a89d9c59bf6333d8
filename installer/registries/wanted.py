"""Which version a plugin should move to, by how far it may move, and why. Asks no registry and knows no clock.

compatible, minor  the highest within the major version that stands there
patch              the highest within its minor version
latest             the highest there is

Packages that move together move to the highest version that all of them have; how far, their release says. Nothing
moves back, unless what stands there is known to be bad or the registry does not have it.
"""

from collections.abc import Sequence
from typing import Literal

from installer.integrity import strongest
from installer.registries.choosing import Choice, Policy, aligned, choose
from installer.registries.npm import Packument
from installer.registries.versions import exact, newest, parse, precedence

Aim = Literal["compatible", "minor", "patch", "latest"]
AIMS: tuple[Aim, ...] = ("compatible", "minor", "patch", "latest")
_EVERYTHING = "*"


def aim_of(text: str) -> Aim | None:
    """None of what is a version."""
    return next((one for one in AIMS if one == text), None)


def wanted(packument: Packument, current: str | None, aim: Aim, policy: Policy) -> Choice:
    """What a package that stands alone should move to.

    :param current: what stands behind its name: a version, a range, a tag, None for nothing. A range keeps its own
        bounds, and a tag or nothing has none, unless `aim` is latest.
    """
    pinned = exact(current)
    if pinned is None:
        return choose(packument, "" if aim == "latest" else current or "", policy)
    asked = within(pinned, aim)
    choice = choose(packument, "" if asked == _EVERYTHING else asked, policy)
    return _not_back(packument, pinned, choice, policy)


def together(
    packuments: Sequence[Packument], currents: Sequence[str | None], aim: Aim, line: str | None, policy: Policy
) -> list[Choice]:
    """What packages that are released together should move to: one version for all.

    :param currents: what stands there of each, None of those that only move along
    :param line: the range of their release (`~1.7`), which is what `compatible` means; None where it is not known
    """
    asked = _asked_together([one for one in map(exact, currents) if one], aim, line)
    choices = aligned(packuments, asked, policy)
    if aim == "compatible" and line is not None:
        return choices  # what another release's line brought has to come back
    return [
        choice if (pinned := exact(current)) is None else _not_back(packument, pinned, choice, policy)
        for packument, current, choice in zip(packuments, currents, choices, strict=True)
    ]


def within(current: str, aim: Aim) -> str:
    """How far a version may move, as a range of npm."""
    version = parse(current)
    assert version is not None  # noqa: S101 - asked of exact versions only
    match aim:
        case "latest":
            return _EVERYTHING
        case "patch":
            return f"{version.major}.{version.minor}.x"
        case "compatible" | "minor":
            return f"{version.major}.x"


def _asked_together(pinned: Sequence[str], aim: Aim, line: str | None) -> str:
    if aim == "compatible" and line is not None:
        return line
    if not pinned:
        return _EVERYTHING
    # Where they have drifted apart, the highest of them says from where they go on.
    return within(newest(pinned, 1)[0], aim)


def _not_back(packument: Packument, current: str, choice: Choice, policy: Policy) -> Choice:
    mine, theirs = parse(current), parse(choice.version or "")
    if mine is None or (theirs is not None and precedence(theirs) >= precedence(mine)):
        return choice
    published = packument.versions.get(current)
    if published is None:
        said = f"{choice.reason}; {packument.registry} does not have {current}"
        return Choice(choice.version, choice.integrity, said, choice.passed_over)
    bad = policy.denied(packument.name, current)
    if bad is not None:
        return Choice(choice.version, choice.integrity, f"{choice.reason}; {current}: {bad}", choice.passed_over)
    higher = tuple(one for one in choice.passed_over if _above(one.version, current))
    said = "the version that stands there: nothing higher is let in"
    if published.deprecated:
        said = f"{said}, though it is deprecated"
    return Choice(current, strongest(published.integrity or ""), said, higher)


def _above(one: str, other: str) -> bool:
    first, second = parse(one), parse(other)
    return first is not None and second is not None and precedence(first) > precedence(second)
