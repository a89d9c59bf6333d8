"""Plans app-config: what the goal wants and nothing in force says yet, in the layer where it belongs.

Reads the effective configuration that was simulated; does not simulate by itself.
"""

from collections.abc import Mapping
from typing import Any

from installer.instance.instance import Instance, Layer
from installer.model.dataclass import dataclass
from installer.model.place import Place
from installer.plan.draft import Draft, Touched
from installer.plan.goal import Goal
from installer.plan.urls import allows_templates, is_placeholder, origin_of, template_of
from installer.yamltext.patch import Branch, Set
from installer.yamltext.values import Schema

Path = tuple[str, ...]
DATABASE_VARIABLES = ("POSTGRES_HOST", "POSTGRES_PORT", "POSTGRES_USER", "POSTGRESQL_ADMIN_PASSWORD")


def schema_of(layer: Layer) -> Schema:
    """Helm values are read by Helm, a text of its own by Backstage."""
    return Schema.KUBERNETES if layer.templated else Schema.CORE


def at(value: Any, path: Path) -> Any:
    """What stands at a path of plain data; None where there is nothing."""
    for key in path:
        if not isinstance(value, Mapping):
            return None
        value = value.get(key)
    return value


@dataclass
class SettingsPlanner:
    """Plans the additions to app-config. `effective` is the whole configuration in force before the plan."""

    draft: Draft
    goal: Goal
    instance: Instance
    layers: tuple[Layer, ...]
    effective: Mapping[str, Any]

    def __post_init__(self) -> None:
        self.patches: dict[int, Branch] = {}
        self.done: dict[int, list[str]] = {}
        self.values = [self.draft.value(layer.region, schema_of(layer)) for layer in self.layers]

    def plan(self) -> None:
        wanted = self.goal.app_config
        if "csp" in self.goal.parts:
            for name, sources in (at(wanted, ("backend", "csp")) or {}).items():
                self.unite(("backend", "csp", name), sources)
        if "cors" in self.goal.parts:
            self._cors()
        if "notifications" in self.goal.parts:
            self._database()
        if "templates" in self.goal.parts:
            self._templates()
        self._permission()
        self._rest(wanted)
        self.carry_out()

    def carry_out(self) -> None:
        for number, patch in self.patches.items():
            layer = self.layers[number]
            summary = "; ".join(dict.fromkeys(self.done[number]))
            self.draft.patch(layer.region, patch, schema_of(layer), Touched(layer.ref, layer.owner, summary))

    # -- the parts

    def _rest(self, wanted: Mapping[str, Any]) -> None:
        """What no rule of its own is written for: put where it is missing, so that a new release needs no Python."""
        special = {
            ("backend", "csp"),
            ("backend", "cors"),
            ("backend", "database"),
            ("catalog", "locations"),
            ("orchestrator", "dataIndexService"),
            ("permission", "rbac"),
        }
        for path, value in leaves(wanted):
            if path[:2] in special:
                continue
            present = at(self.effective, path)
            if isinstance(value, list):
                self.unite(path, value)
            elif present is None:
                self.set(path, value)

    def _cors(self) -> None:
        url = origin_of(self.goal.rhdh_url) if self.goal.rhdh_url else self._base_url()
        if url is None:
            self._warn_url()
            return
        present = at(self.effective, ("backend", "cors", "origin"))
        if isinstance(present, list):
            self.unite(("backend", "cors", "origin"), [url])
        elif not isinstance(present, str) or is_placeholder(present):
            self.set(("backend", "cors", "origin"), url)
        elif present.rstrip("/") not in (url, "*") and "${" not in present + url:
            self.draft.warn(
                "cors-origin-differs",
                f"backend.cors.origin is {present} and RHDH's URL is {url}; the origin is left as it is",
                where=self._place(("backend", "cors", "origin")),
                fix=f"set backend.cors.origin to {url} if browsers cannot reach the backend",
            )

    def _warn_url(self) -> None:
        """Not where the chart's own defaults say the URL: it knows the host."""
        known = self.instance.base_url
        if at(self.effective, ("backend", "cors", "origin")) is not None or (known and self.instance.flavour == "helm"):
            return
        self.draft.warn(
            "rhdh-url-unknown",
            "the URL of RHDH is not known (app.baseUrl is not set), so backend.cors.origin is left alone",
            fix=f"add --rhdh-url {known or 'https://…'} to the command",
        )

    def _base_url(self) -> str | None:
        base = at(self.effective, ("app", "baseUrl"))
        if not isinstance(base, str) or not base or is_placeholder(base):
            return None
        return origin_of(base)

    def _database(self) -> None:
        database = at(self.goal.app_config, ("backend", "database"))
        if database is None or at(self.effective, ("backend", "database")):
            return
        if self.instance.flavour == "helm" and self.instance.local_database:
            return  # the chart's own values configure it
        if self.instance.local_database or self._provides(DATABASE_VARIABLES):
            self.set(("backend", "database"), database)
            return
        self.draft.warn(
            "database-not-configured",
            "no database is configured for notifications and the manifests do not provide "
            f"{', '.join(DATABASE_VARIABLES)}; notifications do not survive a restart",
            fix="configure backend.database in app-config",
        )

    def _provides(self, names: tuple[str, ...]) -> bool:
        environment = self.instance.environment
        return all(name in environment.values or name in environment.unknown for name in names)

    def _templates(self) -> None:
        locations = at(self.goal.app_config, ("catalog", "locations")) or []
        present = at(self.effective, ("catalog", "locations"))
        known = {
            template_of(str(one.get("target", "")))
            for one in (present if isinstance(present, list) else [])
            if isinstance(one, Mapping)
        }
        new = [one for one in locations if template_of(str(one["target"])) not in known]
        if new:
            self.unite(("catalog", "locations"), new)
        if not allows_templates(at(self.effective, ("catalog", "rules"))):
            self._allow_templates({template_of(str(one["target"])) for one in locations})

    def _allow_templates(self, targets: set[str]) -> None:
        """A location that is there already, without a rule, would be read in vain."""
        last = self._last_with(("catalog", "locations"))
        if last is None or not self.layers[last].writable:
            return
        listed = at(self.values[last], ("catalog", "locations"))
        for number, one in enumerate(listed if isinstance(listed, list) else []):
            ours = isinstance(one, Mapping) and template_of(str(one.get("target", ""))) in targets
            if ours and not allows_templates(one.get("rules")):
                self._patch(last).append(("catalog", "locations", number, "rules"), [{"allow": ["Template"]}])
                self.done.setdefault(last, []).append("allows Template in catalog.locations")

    def _permission(self) -> None:
        permission = at(self.effective, ("permission",))
        if not isinstance(permission, Mapping):
            return
        in_use = permission.get("enabled") in (True, "true") or (
            permission.get("rbac") is not None and permission.get("enabled") not in (False, "false")
        )
        names = at(self.goal.app_config, ("permission", "rbac", "pluginsWithPermission"))
        if in_use and names:
            self.unite(("permission", "rbac", "pluginsWithPermission"), names)

    # -- where a value goes

    def set(self, path: Path, value: Any) -> None:
        if self._is_closed(path[:-1]):
            return
        number = self._home(path)
        if number is None:
            return
        self._patch(number).put(path, Set(value))
        self._say(number, path)

    def unite(self, path: Path, items: list[Any]) -> None:
        """A list gains what it lacks; it is the union of what is in force, written where the list is in force."""
        present = at(self.effective, path)
        if self._is_closed(path[:-1]) or (present is not None and not isinstance(present, list)):
            if present is not None:
                self._warn_closed(path, "list")
            return
        in_force = present or []
        new = [item for item in items if item not in in_force]
        if not new:
            return
        last = self._last_with(path)
        if last is not None and self.layers[last].writable and isinstance(at(self.values[last], path), list):
            self._patch(last).append(path, new)
            self._say(last, path)
            return
        number = self._home(path)
        if number is not None:
            self._patch(number).put(path, Set([*in_force, *new]))
            self._say(number, path)

    def _place(self, path: Path) -> Place | None:
        """Where the value in force is said."""
        last = self._last_with(path)
        return self.draft.key_place(self.layers[last].region, path) if last is not None else None

    def _is_closed(self, parent: Path) -> bool:
        """Whether a person's value, such as `csp: false`, leaves no room for a setting below it; says so."""
        for size in range(1, len(parent) + 1):
            value = at(self.effective, parent[:size])
            if value is not None and not isinstance(value, Mapping):
                self._warn_closed(parent[:size], "mapping")
                return True
        return False

    def _warn_closed(self, closed: Path, expected: str) -> None:
        name = ".".join(closed)
        self.draft.warn(
            "setting-left",
            f"{name} is no {expected}: it stays as it is, and what the Orchestrator needs there is left out",
            where=self._place(closed),
            fix=f"remove {name} and run the command again",
        )

    def _last_with(self, path: Path) -> int | None:
        """The last layer that says something at a path: it is the one in force."""
        found = [number for number, value in enumerate(self.values) if at(value, path) is not None]
        return found[-1] if found else None

    def _home(self, path: Path) -> int | None:
        """The writable layer that says most of a path already; the last of equals. Never below the one in force."""
        floor = self._last_with(path)
        best: tuple[int, int] | None = None
        for number, layer in enumerate(self.layers):
            if not layer.writable or (floor is not None and number < floor):
                continue
            depth = max(
                (
                    size
                    for size in range(len(path), -1, -1)
                    if isinstance(at(self.values[number], path[:size]), Mapping)
                ),
                default=0,
            )
            if best is None or (depth, number) >= best:
                best = (depth, number)
        return best[1] if best else None

    def _patch(self, number: int) -> Branch:
        return self.patches.setdefault(number, Branch())

    def _say(self, number: int, path: Path) -> None:
        self.done.setdefault(number, []).append(f"adds {'.'.join(path)}")


def leaves(value: Mapping[str, Any], path: Path = ()) -> list[tuple[Path, Any]]:
    found: list[tuple[Path, Any]] = []
    for key, child in value.items():
        if isinstance(child, Mapping) and child:
            found += leaves(child, (*path, key))
        else:
            found.append(((*path, key), child))
    return found
