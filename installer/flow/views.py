"""Predictions as the plain data of a report, secrets masked."""

from typing import Any

from installer.appconfig.simulate import Effective
from installer.plan.prediction import Failure, Prediction
from installer.yamltext.redaction import mask_message, mask_value


def preview_view(prediction: Prediction) -> dict[str, Any]:
    """`result.preview` of an installation, on a directory and on a cluster."""
    return {
        "failure": failure_view(prediction.failure),
        "plugins": plugin_views(prediction),
        "appConfig": config_view(prediction),
        "unresolved": list(prediction.unresolved),
        "unknownIncludes": list(prediction.plugins.unknown),
    }


def failure_view(failure: Failure | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    return {
        "message": mask_message(failure.message),
        "package": mask_message(failure.package) if failure.package else None,
    }


def plugin_views(prediction: Prediction) -> list[dict[str, Any]]:
    """Every plugin after all layers, in RHDH's order; last those whose image RHDH leaves out as a whole."""
    return [
        {
            "package": mask_message(plugin.package),
            "name": mask_message(plugin.name),
            "enabled": plugin.enabled,
            "integrity": plugin.integrity,
            "origin": _origin(prediction, plugin.origin),
        }
        for plugin in (*prediction.plugins.plugins, *prediction.plugins.dropped)
    ]


def _origin(prediction: Prediction, origin: Any) -> str:
    place = prediction.place(origin)
    return f"{place.file}:{place.line}"


def config_view(prediction: Prediction) -> dict[str, Any] | None:
    """The effective app-config; None where RHDH would not get that far."""
    config: Effective | None = prediction.config
    if prediction.failure or config is None or config.value is None:
        return None
    masked: dict[str, Any] = mask_value(config.value)
    return masked
