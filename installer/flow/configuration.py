"""Shows what RHDH will run with: `config effective` and `config show`. Plans nothing, writes nothing."""

import os.path
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from installer.appconfig.simulate import Effective, Environment, Layer, lookup
from installer.appconfig.simulate import simulate as simulate_config
from installer.flow.observing import described, observe, read_text
from installer.flow.saying import discreet
from installer.flow.views import config_view, failure_view, plugin_views
from installer.knowledge.releases import Release, minors, release
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.place import Place
from installer.model.report import Report
from installer.model.request import ConfigRequest
from installer.plan.draft import Draft
from installer.plan.entry import DEFAULT_FILE
from installer.plan.prediction import GENERATED, MAIN, Failure, Prediction, placed, predict, switches, with_generated
from installer.plan.rendering import Rendering, dump
from installer.plugins.behaviour import behaviour
from installer.plugins.outcome import ABSENT, UNKNOWN, Include, Origin, Outcome
from installer.plugins.outcome import Failure as Missing
from installer.plugins.simulate import simulate as simulate_plugins
from installer.yamltext.redaction import mask_message, mask_value


@discreet
def effective(request: ConfigRequest) -> Report:
    """The plugins and app-config of a directory or of files. A predicted failure is an error (FINDINGS)."""
    return _report(*predicted(request))


def predicted(request: ConfigRequest) -> tuple[Prediction, dict[str, Any], tuple[Problem, ...]]:
    """What the directory or the files of a request come to, what `result` says of them, warnings.

    Raises InstallerError: TARGET, INVALID, DECIDE, DENIED.
    """
    if request.directory is not None:
        return _predicted(request)
    return _of_files(request), {"release": _release(request).version}, ()


def _predicted(request: ConfigRequest) -> tuple[Prediction, dict[str, Any], tuple[Problem, ...]]:
    observed = observe(request.directory or ".", request.instance, request.rhdh_version, request.defaults)
    instance, world = observed.instance, observed.world
    prediction = predict(world, Draft(), instance.plugins, instance.app_config)
    extra = {
        "instance": described(instance, request.rhdh_version),
        "release": world.release.version,
    }
    return prediction, extra, (*observed.manifests.warnings, *instance.warnings)


def _report(prediction: Prediction, extra: dict[str, Any], warnings: tuple[Problem, ...] = ()) -> Report:
    result = {
        **extra,
        "plugins": plugin_views(prediction),
        "appConfig": config_view(prediction),
        "failure": failure_view(prediction.failure),
        "unresolved": list(prediction.unresolved),
        "unknownIncludes": list(prediction.plugins.unknown),
        "notes": _notes(prediction),
    }
    errors = (_problem(prediction.failure),) if prediction.failure else ()
    return Report(result, _text(result), (), warnings, errors)


def _notes(prediction: Prediction) -> list[str]:
    unknown = [f"{name} is not at hand: its plugins are not shown" for name in prediction.plugins.unknown]
    return [*unknown, *(f"RHDH would log: {mask_message(line)}" for line in prediction.plugins.warnings)]


def _problem(failure: Failure) -> Problem:
    return Problem(
        "rhdh-would-fail",
        f"RHDH would not start: {mask_message(failure.message)}",
        failure.where,
        "correct the configuration named above",
        ExitCode.FINDINGS,
    )


def _text(result: dict[str, Any]) -> str:
    lines = [
        f"{'on ' if plugin['enabled'] else 'off'} {plugin['package']}  ({plugin['origin']})"
        for plugin in result["plugins"]
    ]
    lines += [f"note: {note}" for note in result["notes"]]
    if result["unresolved"]:
        lines.append(f"values not known here: {', '.join(result['unresolved'])}")
    if result["appConfig"] is not None:
        lines += ["---", dump(result["appConfig"]).rstrip("\n")]
    return "".join(f"{line}\n" for line in lines)


# -- files named one by one


def _release(request: ConfigRequest) -> Release:
    """Without --rhdh-version the newest release; dynamic-plugins files differ too much between them for that."""
    if request.rhdh_version:
        return release(request.rhdh_version)
    if request.file:
        raise fail(
            ExitCode.TARGET,
            "unknown-version",
            "the release of RHDH decides how dynamic-plugins.yaml is read",
            fix="add --rhdh-version X.Y",
        )
    return release(minors()[-1])


def _of_files(request: ConfigRequest) -> Prediction:
    chosen = _release(request)
    environment = dict(request.env)
    outcome = _plugins(request, chosen, environment)
    renderings = _renderings(request, outcome)
    if outcome.failure:
        failed = outcome.failure
        where = _named(renderings, failed.origin) if failed.origin else None
        return Prediction(outcome, None, Failure(failed.message, failed.package, where), (), renderings)
    if not request.app_config and not outcome.app_config:
        config = Effective({}, None, {}, ())
        return Prediction(outcome, config, None, (), renderings)
    layers = [Layer(GENERATED, dump(outcome.app_config))] if outcome.app_config else []
    layers += [Layer(path, _config_text(path)) for path in request.app_config]
    config = simulate_config(layers, Environment(environment, frozenset()), _read_beside(), switches(chosen))
    where = _config_place(config)
    failure = Failure(placed(config.failure.message, where), None, where) if config.failure else None
    return with_generated(Prediction(outcome, config, failure, config.unresolved, renderings))


def _renderings(request: ConfigRequest, outcome: Outcome) -> dict[str, Rendering]:
    """The files of --file by the names that RHDH knows them by."""
    names = {origin.file for plugin in outcome.plugins for origin in (plugin.origin, *plugin.overrides)}
    names |= {failure.origin.file for failure in outcome.failures if failure.origin}
    names |= {outcome.failure.origin.file} if outcome.failure and outcome.failure.origin else set()
    return {name: Rendering(name, "", partial(Place, _path(request, name))) for name in sorted(names)}


def _path(request: ConfigRequest, name: str) -> str:
    """The file that RHDH would read under a name."""
    if name == MAIN:
        return request.file or name
    if name == DEFAULT_FILE and request.defaults:
        return request.defaults
    return os.path.join(os.path.dirname(request.file or ""), name)  # noqa: PTH118, PTH120 - joined as RHDH joins names


def _named(renderings: Mapping[str, Rendering], origin: Origin) -> Place:
    return renderings[origin.file].locate(origin.line, origin.column)


def _config_place(config: Effective) -> Place | None:
    failure = config.failure
    return Place(failure.file, failure.line or 1, 1) if failure and failure.file and failure.file != GENERATED else None


def _plugins(request: ConfigRequest, chosen: Release, environment: dict[str, str]) -> Outcome:
    if request.file is None:
        return Outcome((), {}, None, (), ())
    text = _config_text(request.file)
    if text is None:  # RHDH would start without plugins, which is not what somebody means who names a file
        return Outcome((), None, Missing(f"{request.file} does not exist"), (), ())
    return simulate_plugins(text, _include(request), behaviour(chosen.behaviour), environment)


def _include(request: ConfigRequest) -> Callable[[str], Include]:
    def include(name: str) -> Include:
        if name == DEFAULT_FILE and request.defaults:
            return read_text(request.defaults)
        path = _path(request, name)
        if os.path.isfile(path):  # noqa: PTH113
            return read_text(path)
        return UNKNOWN if os.path.basename(name) == DEFAULT_FILE else ABSENT  # noqa: PTH119

    return include


def _config_text(path: str) -> str | None:
    """A file's characters; None where it is missing, which is RHDH's failure to report."""
    try:
        return read_text(path)
    except InstallerError as error:
        if error.problems[0].code == "file-missing":
            return None
        raise


def _read_beside() -> Callable[[str], str | None]:
    def read(path: str) -> str | None:
        return read_text(path) if os.path.isfile(path) else None  # noqa: PTH113

    return read


# -- one value


@discreet
def show(request: ConfigRequest, path: str) -> Report:
    """One value of the effective app-config, where it came from and what it hides. Raises InstallerError (TARGET)."""
    prediction, extra, warnings = predicted(request)
    if prediction.failure:
        result = {**extra, "path": path, "value": None, "origin": None, "overrides": []}
        return Report(result, "", (), warnings, (_problem(prediction.failure),))
    assert prediction.config is not None  # noqa: S101 - no failure, so there is one
    found = lookup(prediction.config, path)
    if found is None:
        raise fail(
            ExitCode.TARGET,
            "no-such-value",
            f"nothing in force sets {path}",
            fix="rhdh-orchestrator config effective shows everything that is set",
        )
    origins = list(dict.fromkeys(_place(prediction, origin) for origin in found.origins))
    hidden = list(dict.fromkeys(_place(prediction, origin) for origin in found.overrides))
    value = mask_value(found.value, path.rsplit(".", 1)[-1])
    result = {
        **extra,
        "path": path,
        "value": value,
        "origin": origins[0] if origins else None,
        "origins": origins,
        "overrides": hidden,
    }
    lines = [f"{path}:", dump(value).rstrip()] if isinstance(value, dict | list) and value else [f"{path}: {value}"]
    lines += [f"origin: {origin}" for origin in origins]
    lines += [f"overrides: {origin}" for origin in hidden]
    return Report(result, "\n".join(lines) + "\n", (), warnings)


def _place(prediction: Prediction, origin: Any) -> str:
    place = prediction.place(origin)
    return f"{place.file}:{place.line}"
