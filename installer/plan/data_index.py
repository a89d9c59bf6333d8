"""Plans the one URL of the data index, and the removal of dev mode beside it.

RHDH's installer refuses two plugins that give it different values, so backend and scaffolder module say the same, or
neither says it and app-config does.
"""

import re
from collections.abc import Mapping
from typing import Any

from installer.instance.instance import Instance, Layer
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail
from installer.model.late_pattern import late_pattern
from installer.model.place import Place
from installer.plan.draft import Draft, Touched
from installer.plan.entry import Entry, entries_of, is_on
from installer.plan.entry import schema_of as entries_schema
from installer.plan.goal import Goal
from installer.plan.settings import SettingsPlanner, at
from installer.plugins.behaviour import Behaviour
from installer.yamltext.patch import Branch, Drop, Set

URL = ("orchestrator", "dataIndexService", "url")
DEV_MODE = ("orchestrator", "sonataFlowService")
CARRIERS = ("orchestrator-backend", "scaffolder-orchestrator")
_SERVICE = late_pattern(
    r"https?://sonataflow-platform-data-index-service(?:\.([a-z0-9-]+))?(?:\.svc(?:\.cluster\.local)?)?(?::80)?/?\Z"
)
_LOCAL = late_pattern(r"https?://(?:localhost|127\.0\.0\.1|\[::1\]|host\.docker\.internal)(?::\d+)?(?:/|\Z)")
# What the upstream document's dev mode says; whatever stands beside it is a person's own.
_SAMPLE: dict[str, Any] = {
    "baseUrl": {"http://localhost"},
    "port": {8899},
    "autoStart": {True},
    "workflowsSource": {
        "gitRepositoryUrl": {
            "https://github.com/parodos-dev/backstage-orchestrator-workflows",
            "https://github.com/rhdhorchestrator/backstage-orchestrator-workflows",
        },
        "localPath": {"/tmp/orchestrator/repository"},  # noqa: S108 - a value of the sample, no path of ours
    },
}


@dataclass(frozen=True)
class Said:
    """One place that says the URL: a layer of app-config, or the pluginConfig of an entry."""

    value: str
    place: Place
    entry: Entry | None = None
    layer: int | None = None


@dataclass
class DataIndexPlanner:
    draft: Draft
    goal: Goal
    instance: Instance
    behaviour: Behaviour
    plugins: Layer
    settings: SettingsPlanner

    def plan(self) -> None:
        self._drop_dev_mode()
        entries = [
            entry
            for entry in entries_of(self.draft.value(self.plugins.region, entries_schema(self.behaviour)))
            if entry.role in CARRIERS and is_on(entry.data, self.behaviour)
        ]
        in_entries = self._in_entries(entries)
        in_settings = self._in_settings()
        self._agree(in_entries)
        if in_settings is not None:
            if self._rewritten(in_settings):
                self._rewrite_setting(in_settings)
            self._align(entries, in_entries[0].value if in_entries else None)
        elif in_entries:
            said = in_entries[0]
            rewritten = self._rewritten(said)
            if rewritten:
                self._report_rewritten(said)
            self._align(entries, self.goal.data_index_url if rewritten else said.value)
        else:
            self.settings.set(URL, self.goal.data_index_url)
        self._unknown_namespace()

    def _unknown_namespace(self) -> None:
        if not self.goal.namespace:
            self.draft.warn(
                "infrastructure-namespace-unknown",
                "the manifests do not name RHDH's namespace; the data index is addressed without one, which means "
                "RHDH's own namespace",
                fix="add --infrastructure-namespace NAMESPACE if the SonataFlow platform is elsewhere",
            )

    # -- what is said

    def _in_entries(self, entries: list[Entry]) -> list[Said]:
        return [
            Said(str(url), self._place(self.plugins, ("plugins", entry.number, "pluginConfig", *URL)), entry)
            for entry in entries
            if (url := at(entry.data.get("pluginConfig"), URL)) is not None
        ]

    def _in_settings(self) -> Said | None:
        """The app-config layer in force that says it, the last one."""
        found = [number for number, value in enumerate(self.settings.values) if at(value, URL) is not None]
        if not found:
            return None
        number = found[-1]
        layer = self.settings.layers[number]
        return Said(str(at(self.settings.values[number], URL)), self._place(layer, URL), layer=number)

    def _agree(self, said: list[Said]) -> None:
        values = {one.value for one in said}
        if len(values) > 1 and not self.goal.namespace_chosen:
            first, second = said[0], next(one for one in said if one.value != said[0].value)
            raise fail(
                ExitCode.DECIDE,
                "data-index-disagrees",
                f"two plugins name different data index URLs: {first.value} at {first.place} and {second.value} at "
                f"{second.place}; RHDH's installer refuses that",
                where=second.place,
                fix="make them equal, or add --infrastructure-namespace NAMESPACE",
            )

    def _rewritten(self, said: Said) -> bool:
        """Whether a URL in force gives way to ours; one that names another service is a person's decision."""
        wanted = self.goal.data_index_url
        if "${" in said.value or said.value == wanted or self._same_service(said.value):
            return False
        if self.goal.namespace_chosen or _LOCAL.match(said.value) or not _has_host(said.value):
            return True
        service = _SERVICE.match(said.value)
        if service and service[1] is None:
            return True
        self.draft.warn(
            "data-index-elsewhere",
            f"the data index URL stays {said.value}; this installation would have used {wanted}",
            where=said.place,
            fix=f"add --infrastructure-namespace {self.goal.namespace or 'NAMESPACE'} to have it written",
        )
        return False

    def _same_service(self, url: str) -> bool:
        """A name without a namespace is the service of RHDH's own."""
        service = _SERVICE.match(url)
        if service is None:
            return False
        own = self.instance.namespace
        return (service[1] or own) == (self.goal.namespace or own)

    # -- what is written

    def _rewrite_setting(self, said: Said) -> None:
        number = said.layer if said.layer is not None else 0
        layer = self.settings.layers[number]
        if layer.writable:
            self.settings.patches.setdefault(number, Branch()).put(URL, Set(self.goal.data_index_url))
            self.settings.done.setdefault(number, []).append(f"sets {'.'.join(URL)}")
        else:
            self.settings.set(URL, self.goal.data_index_url)
        self._report_rewritten(said)

    def _report_rewritten(self, said: Said) -> None:
        self.draft.warn(
            "data-index-rewritten",
            f"the data index URL {said.value} becomes {self.goal.data_index_url}",
            where=said.place,
        )

    def _align(self, entries: list[Entry], url: str | None) -> None:
        """One plugin that says it makes the other say it too: its default is another value."""
        if url is None:
            return
        patch = Branch()
        for entry in entries:
            if at(entry.data.get("pluginConfig"), URL) != url:
                patch.put(("plugins", entry.number, "pluginConfig", *URL), Set(url))
        touched = Touched(
            self.plugins.ref, self.plugins.owner, "writes one data index URL into every plugin that names it"
        )
        self.draft.patch(self.plugins.region, patch, entries_schema(self.behaviour), touched)

    # -- dev mode

    def _drop_dev_mode(self) -> None:
        for number, value in enumerate(self.settings.values):
            found = at(value, DEV_MODE)
            layer = self.settings.layers[number]
            if found is not None and layer.writable:
                self._check_sample(found, self._place(layer, DEV_MODE))
                self.settings.patches.setdefault(number, Branch()).put(DEV_MODE, Drop())
                self.settings.done.setdefault(number, []).append("removes orchestrator.sonataFlowService")
                self._report_dev_mode(self._place(layer, DEV_MODE))
        entries = entries_of(self.draft.value(self.plugins.region, entries_schema(self.behaviour)))
        patch = Branch()
        for entry in entries:
            found = at(entry.data.get("pluginConfig"), DEV_MODE)
            if entry.role in CARRIERS and found is not None:
                path = ("plugins", entry.number, "pluginConfig", *DEV_MODE)
                self._check_sample(found, self._place(self.plugins, path))
                self._report_dev_mode(self._place(self.plugins, path))
                patch.put(path, Drop())
        touched = Touched(self.plugins.ref, self.plugins.owner, "removes dev mode (sonataFlowService)")
        self.draft.patch(self.plugins.region, patch, entries_schema(self.behaviour), touched)

    def _report_dev_mode(self, place: Place) -> None:
        self.draft.warn(
            "dev-mode-removed",
            "orchestrator.sonataFlowService (dev mode) is removed: with a SonataFlow platform it must be absent",
            where=place,
        )

    def _check_sample(self, value: Any, place: Place) -> None:
        extra = beyond_sample(value, _SAMPLE)
        if extra:
            raise fail(
                ExitCode.DECIDE,
                "dev-mode-customised",
                f"orchestrator.sonataFlowService (dev mode) must go, and it says more than the upstream sample: "
                f"{', '.join(extra)} at {place}",
                where=place,
                fix="remove orchestrator.sonataFlowService yourself and run the command again",
            )

    def _place(self, layer: Layer, path: tuple[str | int, ...]) -> Place:
        return self.draft.key_place(layer.region, path)


def beyond_sample(value: Any, sample: Any, path: str = "") -> list[str]:
    """The paths of what is not the sample's."""
    if isinstance(sample, dict):
        if not isinstance(value, Mapping):
            return [] if value is None else [path or "its value"]
        return [
            extra
            for key, child in value.items()
            for extra in (
                beyond_sample(child, sample[key], f"{path}.{key}".lstrip("."))
                if key in sample
                else [f"{path}.{key}".lstrip(".")]
            )
        ]
    return [] if value in sample else [path]


def _has_host(url: str) -> bool:
    return re.match(r"https?://[^\s{}]+", url) is not None
