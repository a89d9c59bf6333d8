"""Plans the entries of dynamic-plugins.yaml: merge, not paste. Does not touch app-config."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from yaml.nodes import MappingNode

from installer.instance.instance import Layer
from installer.knowledge.aliases import npm_name, npm_version, role, role_of
from installer.knowledge.denied import denied
from installer.knowledge.hashes import known, verdict
from installer.model.errors import ExitCode, fail
from installer.model.place import Place
from installer.plan.draft import Draft, Touched, node_at
from installer.plan.goal import Goal, GoalPlugin
from installer.plugins.behaviour import Behaviour
from installer.plugins.identity import merge_key
from installer.plugins.switches import is_off
from installer.yamltext.patch import Branch, Drop, Set
from installer.yamltext.values import Schema, key_text

DEFAULT_FILE = "dynamic-plugins.default.yaml"


@dataclass(frozen=True)
class Entry:
    """One entry of a person's main file: its number in `plugins`, its data, its role if it is of the Orchestrator's."""

    number: int
    data: Mapping[str, Any]
    role: str | None

    @property
    def package(self) -> str:
        return str(self.data["package"])


@dataclass(frozen=True)
class Included:
    """What the includes bring: entries by role where their text is at hand; `unknown`: more than is at hand."""

    entries: Mapping[str, tuple[Mapping[str, Any], ...]]
    unknown: bool
    default_file: bool


def schema_of(behaviour: Behaviour) -> Schema:
    return Schema.KUBERNETES if behaviour.language == "python" else Schema.CORE


def is_on(data: Mapping[str, Any], behaviour: Behaviour) -> bool:
    """Whether RHDH reads an entry, taken by itself, as switched on."""
    return not is_off(data, behaviour)


def entries_of(value: Any) -> list[Entry]:
    """The entries of a parsed main file; what is no entry is left out (RHDH's own check speaks of it)."""
    listed = value.get("plugins") if isinstance(value, Mapping) else None
    return [
        Entry(number, data, role_of(data["package"]))
        for number, data in enumerate(listed if isinstance(listed, list) else [])
        if isinstance(data, Mapping) and isinstance(data.get("package"), str)
    ]


@dataclass
class EntryPlanner:
    """Plans one main file. `included` is what stands below it."""

    draft: Draft
    goal: Goal
    behaviour: Behaviour
    layer: Layer
    included: Included

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
                added.append(self._rendered(self._new(wanted)))
                done.append(f"adds {wanted.package}")
        done += self._correct_hashes(entries, patch)
        if added:
            patch.append(("plugins",), added)
        touched = Touched(self.layer.ref, self.layer.owner, "; ".join(done))
        self.draft.patch(region, patch, schema, touched)

    # -- new entries

    def _new(self, wanted: GoalPlugin) -> dict[str, Any]:
        package, config = self._package(wanted), wanted.plugin_config
        if config is None and "{{" not in package and not self.included.default_file:
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

    def _default_config(self, wanted: GoalPlugin) -> bool:
        """Whether an included entry that ours overrides brings the same configuration already."""
        key = merge_key(wanted.package, self.behaviour)
        return any(
            merge_key(str(one["package"]), self.behaviour) == key and one.get("pluginConfig") == wanted.plugin_config
            for one in self.included.entries.get(wanted.role, ())
        )

    def _package(self, wanted: GoalPlugin) -> str:
        """The release's package; `{{inherit}}` only where something is inherited from. Raises InstallerError (DECIDE)."""
        if wanted.image is None:
            return wanted.package
        inherited = any(
            merge_key(str(one["package"]), self.behaviour).startswith(f"oci://{wanted.image}:")
            for one in self.included.entries.get(wanted.role, ())
        )
        if inherited or self.included.unknown:
            if not inherited:
                self.draft.note(
                    f"{DEFAULT_FILE} is not at hand (it comes with RHDH's catalog index); it is assumed to hold the "
                    f"Orchestrator's entries of RHDH {self.goal.release.minor}"
                )
            return wanted.package
        if wanted.digest:
            return f"oci://{wanted.image}@{wanted.digest}" + self._path(wanted)
        raise fail(
            ExitCode.DECIDE,
            "no-version-known",
            f"{DEFAULT_FILE} is not included, so {wanted.image} inherits no version, and no digest of it is known for "
            f"RHDH {self.goal.release.version}",
            where=self.draft.place(self.layer.region, self.draft.root(self.layer.region)),
            fix=f"add {DEFAULT_FILE} to `includes`, or an entry with the digest you want",
        )

    def _path(self, wanted: GoalPlugin) -> str:
        return "" if self.behaviour.oci == "pattern" else f"!{(wanted.image or '').rsplit('/', 1)[-1]}"

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
        fitting = [entry for entry in candidates if self._fits(wanted, entry)]
        return (fitting or candidates)[-1]

    def _improve(self, wanted: GoalPlugin, entry: Entry, patch: Branch) -> list[str]:
        done: list[str] = []
        path = ("plugins", entry.number)
        if not self._fits(wanted, entry):
            package = self._package(wanted)
            patch.put((*path, "package"), Set(escaped(package) if self.layer.templated else package))
            done.append(f"{entry.package} becomes {package}")
            self._set_integrity(wanted.integrity, entry, path, patch)
            self._set_config(wanted, entry, path, patch)
        elif wanted.integrity and entry.data.get("integrity") != self._integrity(wanted, entry):
            self._set_integrity(self._integrity(wanted, entry), entry, path, patch)
            done.append(f"corrects the integrity of {entry.package}")
            self._report_hash(entry)
        if self._needs_switch(entry):
            done.append(f"switches {entry.package} on")
            self._set_switch(entry, path, patch)
        return done

    def _fits(self, wanted: GoalPlugin, entry: Entry) -> bool:
        """Whether an entry may keep its package string: the release's own, or a good one of the release's line."""
        package = entry.package
        if package == wanted.package:
            return wanted.image is None or self._package(wanted) == wanted.package
        if package.startswith("oci://"):
            return self._is_of_minor(package, wanted)
        name, version = npm_name(package), npm_version(package)
        if name is None or version is None or name != npm_name(wanted.package):
            return False
        if denied(name, version):
            return False
        ours = npm_version(wanted.package)
        return version == ours or _is_newer_patch(version, ours)

    def _is_of_minor(self, package: str, wanted: GoalPlugin) -> bool:
        """An OCI entry that names a tag or digest of the release's minor is kept."""
        release = self.goal.release
        reference = package.removeprefix("oci://").split("!")[0]
        if reference.endswith(":{{inherit}}"):
            return self.included.unknown or role_of(package) in self.included.entries
        if "@" in reference:
            image, _, digest = reference.partition("@")
            if wanted.image is None:
                return True
            tail = image.rsplit("/", 1)[-1]
            return any(
                known.rsplit("/", 1)[-1] == tail and digest in digests
                for known, digests in release.minor_digests.items()
            )
        tag = reference.rsplit("/", 1)[-1].partition(":")[2]
        return tag.startswith(f"bs_{release.backstage}__") or bool(
            re.match(rf"{re.escape(release.minor)}(?![0-9])", tag)
        )

    def _integrity(self, wanted: GoalPlugin, entry: Entry) -> str | None:
        """The right hash of the package an entry keeps; what it says itself where nothing is known."""
        name, version = npm_name(entry.package), npm_version(entry.package)
        known = self.goal.release.pins.get(name or "", {}).get(version or "")
        if known is None and version == npm_version(wanted.package):
            known = wanted.integrity
        return known or entry.data.get("integrity")

    def _set_integrity(
        self, integrity: str | None, entry: Entry, path: tuple[str | int, ...], patch: Branch
    ) -> None:
        if integrity:
            patch.put((*path, "integrity"), Set(integrity))
        elif "integrity" in entry.data:
            patch.put((*path, "integrity"), Drop())

    def _set_config(
        self, wanted: GoalPlugin, entry: Entry, path: tuple[str | int, ...], patch: Branch
    ) -> None:
        """The person's pluginConfig stays; an old frontend key takes the plugin's name of today."""
        config = entry.data.get("pluginConfig")
        if not isinstance(config, Mapping) or not config:
            if wanted.plugin_config and not self._default_config(wanted):
                patch.put((*path, "pluginConfig"), Set(wanted.plugin_config))
            return
        names = list(((wanted.plugin_config or wanted.pinned_config or {}).get("dynamicPlugins") or {}).get("frontend") or {})
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
        return self.included.unknown or entry.role in self.included.entries

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
        kept = keeper.package if self._fits(wanted, keeper) else self._package(wanted)
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
        """The removed entry's configuration joins the kept one's. Raises InstallerError (DECIDE) where they disagree."""
        config, other = keeper.data.get("pluginConfig"), entry.data.get("pluginConfig")
        if not other or config == other:
            return
        if config:
            raise fail(
                ExitCode.DECIDE,
                "entries-disagree",
                f"two entries of {entry.package} have different pluginConfig: at {self._place(keeper)} and at "
                f"{self._place(entry)}",
                where=self._place(entry),
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


def _is_newer_patch(version: str, ours: str | None) -> bool:
    mine, theirs = _numbers(version), _numbers(ours or "")
    return bool(mine and theirs) and mine[:2] == theirs[:2] and mine[2] > theirs[2]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("."))) if re.fullmatch(r"\d+\.\d+\.\d+", version) else ()
