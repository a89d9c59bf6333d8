"""Says which plugins could be newer: `plugins outdated`. Asks registries once for each package and writes nothing."""

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from installer.flow.plugins_list import judged
from installer.flow.plugins_prospects import prospects, survey
from installer.flow.plugins_source import Progress, Source, plugins_of
from installer.flow.plugins_standing import Prospect, Standing, in_force, left, stays
from installer.flow.saying import discreet
from installer.model.errors import ExitCode, Problem
from installer.model.registry_request import RegistryRequest
from installer.model.report import Report
from installer.model.request import ConfigRequest
from installer.yamltext.redaction import mask_message

if TYPE_CHECKING:
    from installer.cluster.options import ConnectionOptions
    from installer.flow.plugins_lock import Comparison

_NAMED = 3
_NOBODY_ASKED = "no registry was asked"


@discreet
def outdated(
    request: ConfigRequest,
    connection: "ConnectionOptions | None",
    registries: RegistryRequest,
    *,
    exit_code: bool,
    comparison: "Comparison | None",
    progress: Progress,
) -> Report:
    """Every plugin in force with what it should be and what there is. What a registry does wrong is an error beside it.

    :param exit_code: PENDING where something should be another version, or has a hash that cannot be right
    :param comparison: hold the configuration against its lock as well (FINDINGS); `frozen` asks no registry
    Raises InstallerError: TARGET, INVALID, DECIDE, DENIED, UNREACHABLE.
    """
    with plugins_of(request, connection, progress, plugins_alone=True) as source:
        standings = in_force(source)
        if comparison is not None:
            found, locked = _held(standings, source, registries, comparison, progress)
            return _report(source, found, locked, exit_code=exit_code)
        _say(standings, progress)
        return _report(source, prospects(standings, source, registries, "compatible"), (), exit_code=exit_code)


def _held(
    standings: list[Standing], source: Source, registries: RegistryRequest, comparison: "Comparison", progress: Progress
) -> tuple[tuple[Prospect, ...], tuple[Problem, ...]]:
    """What becomes of each, and what does not agree with the lock; registries are asked once for both."""
    from installer.flow.plugins_lock import differences, held  # noqa: PLC0415 - without a lock it is there sooner
    from installer.flow.plugins_pinning import pinned, questions  # noqa: PLC0415

    lock = held(source)
    if comparison == "frozen":
        return _unasked(standings), differences(lock, None)
    _say(standings, progress)
    asked = survey(standings, source, registries, "compatible", questions(lock.plugins))
    found = prospects(standings, source, registries, "compatible", asked)
    return found, differences(lock, pinned(lock.plugins, asked, registries))


def view(prospect: Prospect) -> dict[str, Any]:
    """One of `result.plugins`: the value of `integrity` is that of the version that is wanted."""
    standing, choice, state = prospect.standing, prospect.choice, prospect.judged
    latest = prospect.latest
    return {
        "package": mask_message(standing.package),
        "name": mask_message(prospect.name),
        "source": prospect.kind,
        "current": prospect.current,
        "wanted": choice.version,
        "latest": latest.version if latest else None,
        "integrity": {"value": choice.integrity, "state": state.state, "expected": state.expected},
        "reason": mask_message(choice.reason),
        "latestReason": mask_message(latest.reason) if latest else None,
        "passedOver": [{"version": one.version, "reason": mask_message(one.reason)} for one in choice.passed_over],
        "enabled": standing.enabled,
        "origin": f"{standing.where.file}:{standing.where.line}",
    }


def _views(found: tuple[Prospect, ...]) -> list[dict[str, Any]]:
    return list(map(view, found))


def said(prospect: Prospect) -> str:
    """The same for people, in one line whatever a registry's words hold."""
    choice, latest = prospect.choice, prospect.latest
    head = prospect.current or "no version"
    if prospect.moves:
        head += f" -> {choice.version}"
    elif prospect.is_wrong:
        head += f" (integrity {prospect.judged.state})"
    if latest and latest.version not in (None, choice.version):
        head += f" (latest {latest.version})"
    passed = ", ".join(f"{one.version} ({one.reason})" for one in choice.passed_over[:_NAMED])
    more = len(choice.passed_over) - _NAMED
    over = f"; passed over: {passed}{f' and {more} more' if more > 0 else ''}" if passed else ""
    where = f"{prospect.standing.where.file}:{prospect.standing.where.line}"
    line = f"{prospect.name}  {head}: {choice.reason}{over}  ({where})"
    return mask_message(" ".join(line.split())) + "\n"


def _say(standings: list[Standing], progress: Progress) -> None:
    progress(f"asking registries for {sum(left(one) is None for one in standings)} plugin(s)")


def _unasked(standings: list[Standing]) -> tuple[Prospect, ...]:
    """What is known without a registry: the versions, and the hashes that are known to be right or wrong."""
    return tuple(
        replace(stays(one, left(one) or _NOBODY_ASKED), judged=judged(one.package, one.integrity)) for one in standings
    )


def _report(source: Source, found: tuple[Prospect, ...], locked: tuple[Problem, ...], *, exit_code: bool) -> Report:
    pending = any(one.moves or one.is_wrong for one in found)
    unknown = source.prediction.plugins.unknown
    problems = (*locked, *(one.problem for one in found if one.problem is not None))
    result = {**source.view, "plugins": partial(_views, found), "unknownIncludes": list(unknown)}
    notes = "".join(f"note: {name} is not at hand; --defaults FILE names it\n" for name in unknown)
    gate = ExitCode.PENDING if pending and exit_code else ExitCode.OK
    text = "".join(map(said, found)) + notes
    return Report(result, text, (), source.warnings, tuple(dict.fromkeys(problems)), gate)
