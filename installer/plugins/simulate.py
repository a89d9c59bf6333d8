"""RHDH's plugin installer, every release, without doing anything: what would be installed, and what would go wrong.

Pure: texts come from the caller, downloads are taken to succeed. Does not read files, the environment or a registry.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

from installer.plugins.behaviour import Behaviour
from installer.plugins.checks import Fault, check
from installer.plugins.documents import Refused, crash
from installer.plugins.identity import OCI
from installer.plugins.layers import Reader, layers, read_main
from installer.plugins.merging import merge
from installer.plugins.outcome import (
    ABSENT,
    UNKNOWN,
    EffectivePlugin,
    Failure,
    Include,
    Missing,
    Origin,
    Outcome,
)
from installer.plugins.pluginconfig import Conflict, join, start
from installer.plugins.run import Held, Layer, Run, Stop
from installer.plugins.switches import is_off

__all__ = (
    "ABSENT",
    "UNKNOWN",
    "EffectivePlugin",
    "Failure",
    "Include",
    "Origin",
    "Outcome",
    "simulate",
)

NO_ENVIRONMENT: Mapping[str, str] = {}


def simulate(
    main: str | Literal[Missing.ABSENT],
    include: Reader,
    behaviour: Behaviour,
    environment: Mapping[str, str] = NO_ENVIRONMENT,
) -> Outcome:
    """A first run of the installer on an empty volume.

    main         the text of dynamic-plugins.yaml, or ABSENT
    include      asked for the text of each include by the name that `includes` spells: text, ABSENT or UNKNOWN. Where
                 `environment` names a CATALOG_INDEX_IMAGE and the family knows it, dynamic-plugins.default.yaml
                 comes from that image: ABSENT then means UNKNOWN
    environment  of the init container; MAX_ENTRY_SIZE, SKIP_INTEGRITY_CHECK and CATALOG_INDEX_IMAGE are looked at

    Never raises for a text, however broken.
    """
    run = Run(behaviour, environment)
    try:
        return _simulate(run, main, include)
    except (Stop, Refused) as stop:
        return _failed(run, (stop.failure,))


def _simulate(run: Run, main: str | Literal[Missing.ABSENT], include: Reader) -> Outcome:
    _check_entry_size_at_start(run)
    document = None if main is ABSENT else read_main(run, main)
    if document is None:
        return Outcome((), {}, None, tuple(run.warnings), ())
    for layer in _layers(run, layers(run, document, include)):
        for entry in layer.entries:
            merge(run, layer, entry)
    if run.behaviour.change_hash:
        _check_change_hash(run)
    return _install(run)


def _layers(run: Run, lazy: Any) -> Any:
    """Layers to join: as they are read, or all at once where images are looked at first."""
    if run.behaviour.oci_disabled_pass:
        from installer.plugins.premerge import without_disabled_images  # noqa: PLC0415 - RHDH 1.9.4 and later

        read: list[Layer] = list(lazy)
        return without_disabled_images(run, read)
    return lazy


def _failed(run: Run, failures: tuple[Failure, ...]) -> Outcome:
    return Outcome(
        run.plugins(),
        None,
        failures[0],
        tuple(run.warnings),
        tuple(run.unknown),
        failures,
        tuple(run.dropped),
    )


def _check_entry_size_at_start(run: Run) -> None:
    catalog = run.behaviour.catalog_index != "none" and run.environment.get("CATALOG_INDEX_IMAGE")
    match run.behaviour.entry_size_checked:
        case "start":
            _check_entry_size(run)
        case "first-plugin":
            # Unpacking the catalog index is the first to need the number.
            if catalog:
                _check_entry_size(run)
        case "never":
            pass


def _check_entry_size(run: Run) -> None:
    try:
        int(run.environment.get("MAX_ENTRY_SIZE", run.behaviour.entry_size))
    except ValueError as error:
        raise Stop(crash(error)) from error


def _check_change_hash(run: Run) -> None:
    """Every entry but its pluginConfig is written as JSON, which not all of YAML has a form in."""
    for held in run.held():
        hashed = {key: value for key, value in held.values.items() if key != "pluginConfig"}
        if run.behaviour.identity == "versionless":
            hashed["last_modified_level"] = held.level
        try:
            json.dumps(hashed, sort_keys=True)
        except (TypeError, ValueError) as error:
            raise Stop(crash(error), held.package, held.origins[-1]) from error


def _install(run: Run) -> Outcome:
    config, failures = start(), []
    for held in _in_install_order(run):
        failure = _install_one(run, held, config)
        if failure is None:
            continue
        if run.behaviour.failures == "first":
            return _failed(run, (failure,))
        failures.append(failure)
    if failures:
        return _failed(run, tuple(failures))
    return Outcome(run.plugins(), config, None, tuple(run.warnings), tuple(run.unknown), (), tuple(run.dropped))


def _in_install_order(run: Run) -> list[Held]:
    enabled = [held for held in run.held() if not is_off(held.values, run.behaviour, run.warnings.append)]
    if run.behaviour.install_order == "insertion":
        return enabled
    return sorted(enabled, key=lambda held: not held.package.startswith(OCI))


def _install_one(run: Run, held: Held, config: dict[Any, Any]) -> Failure | None:
    if run.behaviour.entry_size_checked == "first-plugin":
        _check_entry_size(run)
    try:
        check(run, held)
        join(held.values.get("pluginConfig"), config, run.behaviour)
    except (Fault, Conflict) as fault:
        return _failure(run, held, str(fault))
    except (TypeError, AttributeError) as error:
        # The installer's own exception on a pluginConfig of a shape it did not expect.
        return _failure(run, held, crash(error))
    return None


def _failure(run: Run, held: Held, message: str) -> Failure:
    package = held.package if isinstance(held.package, str) else None
    shown = f"{package}: {message}" if run.behaviour.failures == "collected" else message
    return Failure(shown, package, held.origins[-1])
