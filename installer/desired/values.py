"""Values of Helm as plain data: laid over one another, and looked up. Renders nothing."""

from collections.abc import Mapping
from typing import Any

Values = Mapping[str, Any]


def overlaid(under: Values, over: Values) -> dict[str, Any]:
    """As Helm lays given values over a chart's own: mappings are joined, null removes, all else replaces.

    https://helm.sh/docs/chart_template_guide/values_files/#deleting-a-default-key
    """
    both = {key: value for key, value in under.items() if key not in over}
    for key, value in over.items():
        old = under.get(key)
        if isinstance(value, Mapping):
            both[key] = overlaid(old if isinstance(old, Mapping) else {}, value)
        elif value is not None:
            both[key] = value
    return both


def joined(under: Values, over: Values) -> dict[str, Any]:
    """Values to be given: as `overlaid`, and a null is kept, which is there to remove a default of the chart."""
    both = {key: value for key, value in under.items() if key not in over}
    for key, value in over.items():
        old = under.get(key)
        both[key] = joined(old, value) if isinstance(value, Mapping) and isinstance(old, Mapping) else value
    return both


def at(values: Values, *path: str) -> Any:
    """The value at a path of keys; None where there is none."""
    found: Any = values
    for key in path:
        if not isinstance(found, Mapping) or key not in found:
            return None
        found = found[key]
    return found


def without_stage(values: Values) -> dict[str, Any]:
    """What a release is given, whatever stage it has come to."""
    return {key: value for key, value in values.items() if key != "stage"}
