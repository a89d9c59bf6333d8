"""Plans the entries of dynamic-plugins.yaml: merge, not paste. Does not touch app-config."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from yaml.nodes import MappingNode

from installer.instance.instance import Layer
from installer.knowledge.aliases import npm_name, npm_version, role
from installer.knowledge.hashes import known, verdict
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail
from installer.model.place import Place
from installer.plan.draft import Draft, Touched, node_at
from installer.plan.entry import Entry, Included, entries_of, is_on, schema_of
from installer.plan.fitness import Fitness
from installer.plan.goal import Goal, GoalPlugin
from installer.plugins.behaviour import Behaviour
from installer.plugins.identity import merge_key
from installer.yamltext.patch import Branch, Drop, Set
from installer.yamltext.values import key_text


@dataclass
class EntryPlanner:
    """Plans one main file. `included` is what stands below it."""

    draft: Draft
    goal: Goal
    behaviour: Behaviour
    layer: Layer
    included: Included

    def __post_init__(self) -> None:
        self.fitness = Fitness(self.draft, self.goal, self.behaviour, self.layer, self.included)

    def plan(self) -> None:
        region, schema = self.layer.region, schema_of(self.behaviour)
        entries = entries_of(self.draft.value(region, schema))
        patch = Branch()
        done: list[str] = []
        added: list[dict[str, Any]] = []
        for wanted in self.goal.plugins:
            present = [entry for entry in entries if entry.role == wanted.role]
            if present:
                done += self._update(wanted, present, patch)
            else:
                new = self._new(wanted)
                added.append(self._rendered(new))
                done.append(f"adds {new['package']}")
        done += self._correct_hashes(entries, patch)
        if added:
            patch.append(("plugins",), added)
        touched = Touched(self.layer.ref, self.layer.owner, "; ".join(done))
        self.draft.patch(region, patch, schema, touched)

    # -- new entries

    def _new(self, wanted: GoalPlugin) -> dict[str, Any]:
        package, config = self.fitness.package(wanted), wanted.plugin_config
        if config is None and not self._brought(wanted, package):
            config = wanted.pinned_config
        if self._default_config(wanted):
            config = None
        entry: dict[str, Any] = {"package": package, **self._switch()}
        if wanted.integrity:
            entry["integrity"] = wanted.integrity
        if config:
            entry["pluginConfig"] = config
        return entry

    def _switch(self) -> dict[str, bool]:
        return {"enabled": True} if self.goal.release.switch == "enabled" else {"disabled": False}

    def _brought(self, wanted: GoalPlugin, package: str) -> bool:
        """Whether an include brings the plugin, with its configuration; one that is not at hand is trusted to."""
        return self.included.unknown or self._is_included(package, wanted.role)

    def _default_config(self, wanted: GoalPlugin) -> bool:
        """Whether an included entry that ours overrides brings the same configuration already."""
        key = merge_key(wanted.package, self.behaviour)
        return any(
            merge_key(str(one["package"]), self.behaviour) == key and one.get("pluginConfig") == wanted.plugin_config
            for one in self.included.entries.get(wanted.role, ())
        )

    def _rendered(self, entry: dict[str, Any]) -> dict[str, Any]:
        """Helm renders its values: what RHDH shall read as {{…}} has to be written as a template of itself."""
        return dict(entry, package=escaped(entry["package"])) if self.layer.templated else entry

    # -- entries that are there

    def _update(self, wanted: GoalPlugin, present: list[Entry], patch: Branch) -> list[str]:
        on = [entry for entry in present if is_on(entry.data, self.behaviour)]
        if not on and not self.goal.enable_disabled:
            entry = present[-1]
            self.draft.warn(
                "plugin-disabled-by-you",
                f"{entry.package} stays off: your own text switches it off",
                where=self._place(entry),
                fix="rhdh-orchestrator install --enable-disabled switches it on",
            )
            return []
        keeper = self._keeper(wanted, on or present)
        done = self._improve(wanted, keeper, patch)
        for entry in present:
            if entry is not keeper:
                done += self._retire(wanted, keeper, entry, patch)
        return done

    def _keeper(self, wanted: GoalPlugin, candidates: list[Entry]) -> Entry:
        fitting = [entry for entry in candidates if self.fitness.fits(wanted, entry)]
        return (fitting or candidates)[-1]

    def _improve(self, wanted: GoalPlugin, entry: Entry, patch: Branch) -> list[str]:
        done: list[str] = []
        path = ("plugins", entry.number)
        if not self.fitness.fits(wanted, entry):
            package = self.fitness.package(wanted)
            patch.put((*path, "package"), Set(escaped(package) if self.layer.templated else package))
            done.append(f"{entry.package} becomes {package}")
            self._set_integrity(wanted.integrity, entry, path, patch)
            self._set_config(wanted, entry, path, patch)
        elif wanted.integrity and entry.data.get("integrity") != self.fitness.integrity(wanted, entry):
            self._set_integrity(self.fitness.integrity(wanted, entry), entry, path, patch)
            corrected = entry.data.get("integrity")
            done.append(
                f"corrects the integrity of {entry.package}" if corrected else f"gives {entry.package} its integrity"
            )
            self._report_hash(entry)
        if self.fitness.fits(wanted, entry) and "pluginConfig" not in entry.data and not self._inherits_config(entry):
            done += self._add_config(wanted, entry, path, patch)
        if self._needs_switch(entry):
            done.append(f"switches {entry.package} on")
            self._set_switch(entry, path, patch)
        return done

    def _set_integrity(self, integrity: str | None, entry: Entry, path: tuple[str | int, ...], patch: Branch) -> None:
        if integrity:
            patch.put((*path, "integrity"), Set(integrity))
        elif "integrity" in entry.data:
            patch.put((*path, "integrity"), Drop())

    def _add_config(self, wanted: GoalPlugin, entry: Entry, path: tuple[str | int, ...], patch: Branch) -> list[str]:
        """A frontend without configuration shows nothing."""
        config = wanted.plugin_config or wanted.pinned_config
        if not config:
            return []
        patch.put((*path, "pluginConfig"), Set(config))
        return [f"gives {entry.package} its pluginConfig"]

    def _set_config(self, wanted: GoalPlugin, entry: Entry, path: tuple[str | int, ...], patch: Branch) -> None:
        """The person's pluginConfig stays; an old frontend key takes the plugin's name of today."""
        config = entry.data.get("pluginConfig")
        if not isinstance(config, Mapping) or not config:
            if wanted.plugin_config and not self._default_config(wanted):
                patch.put((*path, "pluginConfig"), Set(wanted.plugin_config))
            return
        names = list(
            ((wanted.plugin_config or wanted.pinned_config or {}).get("dynamicPlugins") or {}).get("frontend") or {}
        )
        frontend = (config.get("dynamicPlugins") or {}).get("frontend") if names else None
        if not isinstance(frontend, Mapping) or names[0] in frontend:
            return
        old = [key for key in role(wanted.role).frontend_keys if key in frontend]
        if old:
            patch.at((*path, "pluginConfig", "dynamicPlugins", "frontend")).renames[old[0]] = names[0]
            self._drop_module(frontend[old[0]], (*path, "pluginConfig", "dynamicPlugins", "frontend", old[0]), patch)

    def _drop_module(self, config: Any, path: tuple[str | int, ...], patch: Branch) -> None:
        """`module: OrchestratorPlugin` was the name up to RHDH 1.5; later releases load the plugin without."""
        if self.goal.release.number < (1, 6) or not isinstance(config, Mapping):
            return
        for key, value in config.items():
            for number, item in enumerate(value if isinstance(value, list) else []):
                if isinstance(item, Mapping) and item.get("module") == "OrchestratorPlugin":
                    patch.put((*path, key, number, "module"), Drop())

    def _needs_switch(self, entry: Entry) -> bool:
        """An entry that says nothing takes what an include says, which is off for the Orchestrator's plugins."""
        if not is_on(entry.data, self.behaviour):
            return True
        if self.goal.release.switch == "enabled":
            return entry.data.get("enabled") is not True and self._has_base(entry)
        return entry.data.get("disabled") is None and "disabled" not in entry.data and self._has_base(entry)

    def _has_base(self, entry: Entry) -> bool:
        """Whether an include says something about the plugin: seen, or taken from what the release's default holds."""
        known_group = bool(entry.role) and role(entry.role or "").group in self.goal.release.default_groups
        return self._is_included(entry.package, entry.role) or (self.included.unknown and known_group)

    def _inherits_config(self, entry: Entry) -> bool:
        """The same, and sure: up to RHDH 1.8 an npm package of another version is another plugin."""
        versioned = self.behaviour.identity == "verbatim" and npm_version(entry.package) is not None
        return self._is_included(entry.package, entry.role) or (self._has_base(entry) and not versioned)

    def _is_included(self, package: str, role_name: str | None) -> bool:
        key = merge_key(package, self.behaviour)
        included = self.included.entries.get(role_name or "", ())
        return any(self._same(merge_key(str(one["package"]), self.behaviour), key) for one in included)

    def _same(self, included: str, key: str) -> bool:
        """An image without a plugin path may be any plugin of the image."""
        return included == key or (key.endswith(":!") and included.startswith(key))

    def _set_switch(self, entry: Entry, path: tuple[str | int, ...], patch: Branch) -> None:
        name = self.goal.release.switch
        other = "disabled" if name == "enabled" else "enabled"
        value = name == "enabled"
        if name == "enabled" and name not in entry.data and other in entry.data:
            patch.put((*path, other), Set(value))
            patch.at(path).renames[other] = name
        else:
            patch.put((*path, name), Set(value))

    def _retire(self, wanted: GoalPlugin, keeper: Entry, entry: Entry, patch: Branch) -> list[str]:
        """No plugin is on twice: another entry of it goes off, or goes where RHDH would read the two as one."""
        path = ("plugins", entry.number)
        kept = keeper.package if self.fitness.fits(wanted, keeper) else self.fitness.package(wanted)
        if merge_key(entry.package, self.behaviour) == merge_key(kept, self.behaviour):
            self._fold(keeper, entry, patch)
            patch.put(path, Drop())
            return [f"removes a second entry of {entry.package}"]
        if not is_on(entry.data, self.behaviour):
            return []
        if self.goal.release.switch == "enabled":
            patch.put((*path, "enabled"), Set(value=False))
        else:
            patch.put((*path, "disabled"), Set(value=True))
        return [f"switches {entry.package} off: the same plugin is on once already"]

    def _fold(self, keeper: Entry, entry: Entry, patch: Branch) -> None:
        """The removed entry's configuration joins the kept one's. Raises InstallerError (DECIDE) if they disagree."""
        config, other = keeper.data.get("pluginConfig"), entry.data.get("pluginConfig")
        if not other or config == other:
            return
        if config:
            first, second = (self._place(one) for one in sorted((keeper, entry), key=lambda one: one.number))
            raise fail(
                ExitCode.DECIDE,
                "entries-disagree",
                f"two entries of {entry.package} have different pluginConfig: at {first} and at {second}",
                where=second,
                fix="keep one of the two entries",
            )
        patch.put(("plugins", keeper.number, "pluginConfig"), Set(other))

    # -- hashes

    def _correct_hashes(self, entries: Iterable[Entry], patch: Branch) -> list[str]:
        """A hash that is known to be wrong is corrected in every entry that keeps its package."""
        done: list[str] = []
        for entry in entries:
            integrity = entry.data.get("integrity")
            name, version = npm_name(entry.package), npm_version(entry.package)
            planned = node_patch(patch, ("plugins", entry.number))
            if not (name and version and isinstance(integrity, str)) or isinstance(planned, Drop):
                continue
            if isinstance(planned, Branch) and {"package", "integrity"} & set(planned.members):
                continue
            if self.goal.release.pins.get(name, {}).get(version) == integrity:
                continue  # the release's own: what else is known need not be read
            found = verdict(name, version, integrity)
            right = known(name, version)
            if found and found.judgement == "wrong" and right:
                patch.put(("plugins", entry.number, "integrity"), Set(right))
                self._report_hash(entry)
                done.append(f"corrects the integrity of {entry.package}")
        return done

    def _report_hash(self, entry: Entry) -> None:
        name, version = npm_name(entry.package), npm_version(entry.package)
        integrity = entry.data.get("integrity")
        if not (name and version and isinstance(integrity, str)):
            return
        found = verdict(name, version, integrity)
        remark = f" ({found.remark})" if found and found.remark else ""
        self.draft.warn(
            "integrity-corrected",
            f"the integrity of {entry.package} was wrong{remark} and is corrected",
            where=self._place(entry, "integrity"),
        )

    def _place(self, entry: Entry, key: str = "") -> Place:
        node = node_at(self.draft.root(self.layer.region), ("plugins", entry.number))
        if isinstance(node, MappingNode) and key:
            node = next((name for name, _ in node.value if key_text(name) == key), node)
        return self.draft.place(self.layer.region, node)


def node_patch(patch: Branch, path: tuple[str | int, ...]) -> Any:
    """What a patch does at a path; None for nothing."""
    current: Any = patch
    for key in path:
        if not isinstance(current, Branch):
            return current
        current = current.members.get(key)
    return current


def escaped(text: str) -> str:
    """A text that Helm's template engine renders as itself."""
    return re.sub(r"\{\{[^{}]*\}\}", lambda match: '{{ "' + match[0] + '" }}', text)
