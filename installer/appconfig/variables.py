"""The layer that Backstage makes of the variables `APP_CONFIG_*`. Reads no files and no real environment."""

import json
from typing import Any, NoReturn

from installer.appconfig.merge import INHERITED, Source
from installer.appconfig.terms import ALL, Environment, Origin, Path, Refused, Switches
from installer.model.late_pattern import late_pattern
from installer.yamltext.javascript.core12 import number
from installer.yamltext.javascript.values import in_javascript_order

PREFIX = "APP_CONFIG_"

_KEY = late_pattern(r"[a-zA-Z][a-zA-Z0-9]*(?:[-_:][a-zA-Z0-9]+)*")
_KEY_WITHOUT_COLON = late_pattern(r"[a-zA-Z][a-zA-Z0-9]*(?:[-_][a-zA-Z0-9]+)*")


def parse_json(text: str) -> Any:
    """`JSON.parse`: numbers are doubles, of equal keys the last wins. Raises ValueError."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"Unexpected token {constant}")

    def double(digits: str) -> int | float:
        return number(float(digits))

    try:
        return json.loads(
            text,
            parse_int=double,
            parse_float=double,
            parse_constant=refuse,
            object_pairs_hook=lambda pairs: in_javascript_order(dict(pairs)),
        )
    except RecursionError as error:
        raise ValueError("nested too deep") from error


class _Variables:
    def __init__(self, switches: Switches) -> None:
        self.pattern = _KEY if switches.colon_in_keys else _KEY_WITHOUT_COLON
        self.data: dict[str, Any] = {}
        self.origins: dict[Path, Origin] = {}

    def add(self, name: str, value: Any) -> None:
        """Puts a parsed value where the name says. Raises Refused."""
        key = name.removeprefix(PREFIX)
        parts = key.split("_")
        parent = self.data
        for index, part in enumerate(parts):
            if not self.pattern.fullmatch(part):
                raise Refused(f"Invalid env config key '{key}'", f"env {name}", 1)
            if index < len(parts) - 1:
                parent = self._enter(parent, part, name, "_".join(parts[: index + 1]))
        if parts[-1] in parent or parts[-1] in INHERITED:
            raise Refused(f"Refusing to override existing config at key '{key}'", f"env {name}", 1)
        if value is None:
            message = f"Failed to parse JSON-serialized config value for key '{key}', Error: value may not be null"
            raise Refused(message, f"env {name}", 1)
        parent[parts[-1]] = value
        self._note(tuple(parts), value, Origin(f"env {name}", 1, 1))

    def _enter(self, parent: dict[str, Any], part: str, name: str, reached: str) -> dict[str, Any]:
        child = parent.get(part)
        if child is None and part not in INHERITED:
            child = parent[part] = {}
        if not isinstance(child, dict):
            key = name.removeprefix(PREFIX)
            message = f"Could not nest config for key '{key}' under existing value '{reached}'"
            raise Refused(message, f"env {name}", 1)
        return child

    def _note(self, path: Path, value: Any, origin: Origin) -> None:
        for length in range(1, len(path)):
            self.origins.setdefault(path[:length], origin)
        self._note_members(path, value, origin)

    def _note_members(self, path: Path, value: Any, origin: Origin) -> None:
        self.origins[path] = origin
        if isinstance(value, dict | list):
            for key, member in value.items() if isinstance(value, dict) else enumerate(value):
                self._note_members((*path, key), member, origin)


def read_variables(environment: Environment, switches: Switches) -> tuple[Source | None, tuple[str, ...]]:
    """The layer on top of all files, None where no variable makes one; and the names without a known value.

    A variable without a known value stands as `${NAME}`. Raises Refused.
    """
    variables = _Variables(switches)
    for name, text in environment.values.items():
        if name.startswith(PREFIX) and text:
            variables.add(name, _parse(text))
    unknown = () if environment.unknown is ALL else sorted(environment.unknown)
    unresolved: list[str] = []
    for name in unknown:
        if name.startswith(PREFIX) and name not in environment.values:
            unresolved.append(name)
            _add_unknown(variables, name)
    source = Source(variables.data, variables.origins) if variables.data else None
    return source, tuple(unresolved)


def _parse(text: str) -> Any:
    try:
        return parse_json(text)
    except ValueError:
        return text


def _add_unknown(variables: _Variables, name: str) -> None:
    try:
        variables.add(name, f"${{{name}}}")
    except Refused:
        # It may be empty, and then it is ignored: no failure can be foretold from a value that is not known.
        return
