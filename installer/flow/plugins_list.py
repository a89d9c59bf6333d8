"""Lists the plugins of a configuration, with what is known of their hashes: `plugins list`. Asks no registry."""

from typing import TYPE_CHECKING, Any

from installer.flow.plugins_source import Progress, plugins_of
from installer.flow.saying import discreet
from installer.integrity import rhdh_accepts
from installer.knowledge.aliases import npm_name, npm_version
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, Problem
from installer.model.report import Report
from installer.model.request import ConfigRequest
from installer.plan.prediction import Failure, Prediction
from installer.plugins.identity import version_of
from installer.plugins.outcome import EffectivePlugin
from installer.registries.specs import not_in_a_registry, source_of
from installer.yamltext.redaction import mask_message

if TYPE_CHECKING:
    from installer.cluster.options import ConnectionOptions

_UNCHECKED = "nothing is known of this hash"


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known offline of the hash beside a plugin; `expected` is the right one where that is known."""

    state: str
    reason: str | None
    expected: str | None = None


@discreet
def list_(
    request: ConfigRequest, connection: "ConnectionOptions | None" = None, progress: Progress = lambda _: None
) -> Report:
    """The plugins that are in force, in RHDH's order. Where RHDH would not start, a warning says so.

    :param connection: of the cluster to look at, where the request names neither file nor directory
    Raises InstallerError: TARGET, INVALID, DECIDE, DENIED, UNREACHABLE.
    """
    with plugins_of(request, connection, progress) as source:
        prediction = source.prediction
        rows = [view(prediction, one) for one in (*prediction.plugins.plugins, *prediction.plugins.dropped)]
        found = (*source.warnings, *([would_fail(prediction.failure)] if prediction.failure else []))
        result = {**source.view, "plugins": rows, "unknownIncludes": list(prediction.plugins.unknown)}
        unseen = "".join(
            f"note: {name} is not at hand: its plugins are not listed; --defaults FILE names it\n"
            for name in prediction.plugins.unknown
        )
        return Report(result, f"{''.join(map(_text, rows))}{unseen}", warnings=found)


def judged(package: str, integrity: str | None) -> Judged:
    """What is known of a hash beside a package, without asking anybody."""
    from installer.knowledge import hashes  # noqa: PLC0415 - who asks registries need not remember

    elsewhere = not_in_a_registry(package)
    name, version = npm_name(package), npm_version(package)
    if elsewhere is not None and source_of(package) != "tgz":
        return Judged("unchecked", elsewhere)
    expected = hashes.known(name, version) if name and version else None
    if not integrity:
        return Judged("missing", "it has no integrity", expected)
    if not rhdh_accepts(integrity):
        return Judged("malformed", "RHDH takes one hash, sha256, sha384 or sha512, and nothing around it", expected)
    known = hashes.verdict(name, version, integrity) if name and version else None
    match known:
        case hashes.Verdict("good", _):
            return Judged("ok", None, expected)
        case hashes.Verdict("wrong", remark):
            other = (hashes.owner(integrity) or "").startswith(f"{name}@")
            return Judged("belongs to another version" if other else "mismatch", remark or None, expected)
        case hashes.Verdict(remark=remark):
            return Judged("unchecked", remark or _UNCHECKED, expected)
        case None:
            return Judged("unchecked", _UNCHECKED, expected)


def view(prediction: Prediction, plugin: EffectivePlugin) -> dict[str, Any]:
    """One of `result.plugins`, as far as it is known without asking anybody."""
    source = source_of(plugin.package)
    found = judged(plugin.package, plugin.integrity)
    place = prediction.place(plugin.origin)
    return {
        "package": mask_message(plugin.package),
        "name": mask_message((npm_name(plugin.package) if source in ("npm", "tgz") else None) or plugin.name),
        "source": source,
        "current": version_of(plugin.package),
        "wanted": None,
        "latest": None,
        "integrity": {
            "value": plugin.integrity if rhdh_accepts(plugin.integrity) else None,
            "state": found.state,
            "expected": found.expected,
        },
        "reason": found.reason,
        "enabled": plugin.enabled,
        "origin": f"{place.file}:{place.line}",
    }


def would_fail(failure: Failure) -> Problem:
    """A warning: the plugins are told all the same."""
    message = f"RHDH would not start: {failure.message}"
    fix = "rhdh-orchestrator config effective says more"
    return Problem("rhdh-would-fail", message, failure.where, fix, ExitCode.OK)


def _text(row: dict[str, Any]) -> str:
    state = row["integrity"]["state"]
    why = f": {row['reason']}" if row["reason"] else ""
    on = "on " if row["enabled"] else "off"
    return f"{on} {row['source']:<5} {row['package']}  integrity {state}{why}  ({row['origin']})\n"
