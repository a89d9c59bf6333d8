"""Whether an entry is on or off, family by family. Does not change entries."""

from collections.abc import Callable, Mapping
from typing import Any

from installer.plugins.behaviour import Behaviour
from installer.plugins.javascript_values import text_of


def is_off(entry: Mapping[Any, Any], behaviour: Behaviour, warn: Callable[[str], None] | None = None) -> bool:
    """Whether RHDH leaves the plugin out; `warn` gets the words RHDH 2.x logs about doubtful values."""
    match behaviour.disabled:
        case "true-only":
            return entry.get("disabled") is True
        case "truthy":
            return bool(entry.get("disabled", False))
        case "boolean":
            return _by_booleans(entry, behaviour, warn or (lambda _: None))


def _by_booleans(entry: Mapping[Any, Any], behaviour: Behaviour, warn: Callable[[str], None]) -> bool:
    package, enabled, disabled = entry.get("package"), entry.get("enabled"), entry.get("disabled")
    for field in ("enabled", "disabled"):
        if field in entry and not isinstance(entry[field], bool):
            warn(
                f"WARNING: Plugin {package} has non-boolean '{field}: {text_of(entry[field])}'. "
                "Expected true or false; ignoring the field."
            )
    if behaviour.enabled_field and isinstance(enabled, bool):
        if isinstance(disabled, bool):
            warn(
                f"WARNING: Plugin {package} specifies both 'enabled' and 'disabled'. "
                "The 'enabled' field takes precedence; please use only 'enabled'."
            )
        return not enabled
    return disabled is True
