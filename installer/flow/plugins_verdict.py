"""What is to be said of a plugin whose package was looked at: the state of its hash, for programs and for people."""

from collections.abc import Iterator
from typing import Any

from installer.flow.plugins_list import Judged, judged, view
from installer.flow.plugins_source import Source
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem
from installer.plugins.outcome import EffectivePlugin
from installer.registries.tarball_checks import Check, Verified
from installer.yamltext.redaction import mask_message

_UNREAD = "its integrity stands in a file that is not at hand"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One plugin; `wanted` is the version or digest that its registry has, `latest` what the name alone would mean."""

    plugin: EffectivePlugin
    verified: Verified
    standing: Judged
    wanted: str | None = None
    latest: str | None = None
    problem: Problem | None = None

    @property
    def problems(self) -> Iterator[Problem]:
        """What stands in the way of it, each once."""
        yield from dict.fromkeys([*self.verified.problems, *([self.problem] if self.problem else [])])

    @property
    def ok(self) -> bool:
        return self.standing.state == "ok" and not any(self.problems)


def verdict(
    source: Source, plugin: EffectivePlugin, verified: Verified, wanted: str | None = None, latest: str | None = None
) -> Verdict:
    """The hash of the configuration after what was found; a hash without bytes to hold it against is unchecked."""
    standing = _standing(source, plugin, verified)
    return Verdict(plugin, verified, standing, wanted, latest, _problem(source, plugin, verified, standing))


def row(source: Source, found: Verdict) -> dict[str, Any]:
    """One of `result.plugins`."""
    listed, standing = view(source.prediction, found.plugin), found.standing
    return {
        **listed,
        "wanted": found.wanted,
        "latest": found.latest,
        "integrity": {**listed["integrity"], "state": standing.state, "expected": standing.expected},
        "reason": mask_message(standing.reason) if standing.reason else None,
        "signature": found.verified.signature,
        "checks": [
            {"check": one.name, "state": one.state, "reason": mask_message(one.reason) if one.reason else None}
            for one in found.verified.checks
        ],
    }


def text(line: dict[str, Any]) -> str:
    """A row for people: the verdict, and below it the checks, those with one reason in one line."""
    why = f": {line['reason']}" if line["reason"] else ""
    lines = [f"{line['integrity']['state']}  {line['source']} {line['package']}{why}  ({line['origin']})"]
    groups: dict[tuple[str, str], list[str]] = {}
    for one in line["checks"]:
        groups.setdefault((one["state"], one["reason"] or ""), []).append(one["check"])
    for (state, reason), names in groups.items():
        if state != "not checked" or reason != line["reason"]:
            said = f": {reason}" if reason and reason != line["reason"] else ""
            lines.append(f"    {', '.join(names)} {state}{said}")
    return "".join(f"{one}\n" for one in lines)


def _standing(source: Source, plugin: EffectivePlugin, verified: Verified) -> Judged:
    known = judged(plugin.package, plugin.integrity)
    tarball, held = verified.tarball, _check(verified, "tarball")
    failed = next((one for one in verified.checks if one.state == "failed"), None)
    why = failed.reason if failed else None
    if known.state == "missing" and source.prediction.plugins.unknown and tarball is None:
        return Judged("unchecked", _UNREAD)
    if known.state in ("missing", "malformed"):
        return Judged(known.state, known.reason, tarball.sri("sha512") if tarball else known.expected)
    if tarball is None:
        return _without_bytes(verified, known)
    if held is None or held.state != "ok":
        state = known.state if known.state == "belongs to another version" else "mismatch"
        return Judged(state, known.reason or why if state != "mismatch" else why, _actual(plugin, verified))
    return Judged("ok", why, plugin.integrity)


def _without_bytes(verified: Verified, known: Judged) -> Judged:
    """What is known to be wrong is wrong also where nothing came; what is known to be right was not checked."""
    first = next((one for one in verified.checks if one.problem is not None), verified.checks[0])
    metadata = _check(verified, "metadata")
    if known.state in ("mismatch", "belongs to another version"):
        return known
    if metadata is not None and metadata.state == "failed" and metadata.problem is not None:
        state = "mismatch" if metadata.problem.exit is ExitCode.INTEGRITY else "unchecked"
        return Judged(state, metadata.reason, known.expected)
    return Judged("unchecked", first.reason, known.expected)


def _actual(plugin: EffectivePlugin, verified: Verified) -> str | None:
    algorithm = str(plugin.integrity).partition("-")[0]
    return verified.tarball.sri(algorithm) if verified.tarball else None


def _check(verified: Verified, name: str) -> Check | None:
    return next((one for one in verified.checks if one.name == name), None)


def _problem(source: Source, plugin: EffectivePlugin, verified: Verified, standing: Judged) -> Problem | None:
    """What no check says: that there is no hash RHDH takes, or one that is known to be wrong without asking."""
    where = source.prediction.place(plugin.origin)
    beside = f'put integrity: "{standing.expected}" beside it' if standing.expected else "name its hash beside it"
    skips = source.world.instance.init_environment.values.get("SKIP_INTEGRITY_CHECK", "").lower() == "true"
    said = any(one.exit is ExitCode.INTEGRITY for one in verified.problems)
    match standing.state:
        case "missing" | "malformed" if plugin.enabled and not skips:
            code, message = f"integrity-{standing.state}", f"{plugin.package}: {standing.reason}: RHDH would not start"
            return Problem(code, message, where, beside, ExitCode.FINDINGS)
        case "mismatch" | "belongs to another version" if not said:
            message = f"{plugin.package}: {standing.reason or 'its hash is known to be wrong'}: RHDH would not start"
            return Problem("integrity-mismatch", message, where, beside, ExitCode.INTEGRITY)
        case _:
            return None
