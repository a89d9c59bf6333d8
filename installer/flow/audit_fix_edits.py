"""Which findings a program may put right by itself, and the edits that do it. Writes nothing.

Safe means: one right answer that hangs on no wish of a person, nothing is deleted that RHDH reads, no access is given.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from installer.audit.finding import Found
from installer.audit.object import strings
from installer.audit.remedy import SetConfig, SetPlugin, SetPlugins
from installer.desired.build import build
from installer.flow.plugins_changing import entries
from installer.flow.plugins_source import Source
from installer.instance.instance import Layer
from installer.model.dataclass import dataclass
from installer.model.request import InstallRequest
from installer.plan.draft import Draft, Touched
from installer.plan.entry import schema_of
from installer.plan.prediction import in_force
from installer.plan.settings import SettingsPlanner, at
from installer.plan.versions_edits import EntryEdit, Rehash, Repackage, Switch, edit_entries
from installer.yamltext.patch import Branch, Drop, Set

Safe = Callable[[Found], bool]


def _always(_: Found) -> bool:
    return True


def _hash_is_known(found: Found) -> bool:
    """Not where the remedy only says how to ask a registry."""
    integrity = found.remedy.fields.get("integrity") if isinstance(found.remedy, SetPlugin) else None
    return isinstance(integrity, str) and integrity.startswith("sha512-")


def _is_the_same_origin(found: Found) -> bool:
    """A slash too many. Which of two origins is meant, a person knows."""
    return isinstance(found.remedy, SetConfig) and found.observed.rstrip("/") == found.remedy.value


def _has_no_list(found: Found) -> bool:
    """In a list that is there, a person has put includes in an order, or wants none."""
    return found.observed == "no includes"


SAFE: Mapping[str, Safe] = {
    "integrity-missing": _hash_is_known,
    "integrity-malformed": _hash_is_known,
    "integrity-of-another-package": _hash_is_known,
    "integrity-on-oci-entry": _always,
    "local-path-without-dot-slash": _always,
    "enabled-field-ignored": _always,
    "disabled-false-not-enough": _always,
    "default-include-missing": _has_no_list,
    "csp-directives-missing": _always,
    "cors-origin-mismatch": _is_the_same_origin,
}


@dataclass(frozen=True)
class Fixes:
    """The remedies of findings as edits of texts."""

    source: Source
    founds: tuple[Found, ...]

    @property
    def doable(self) -> tuple[Found, ...]:
        return tuple(one for one in self.founds if self.why_not(one) is None)

    def why_not(self, found: Found) -> str | None:
        """Why no text of a person has room for a fix; None where it can be made."""
        if self.source.plugins is None or not self.source.plugins.writable:
            return "RHDH has no dynamic-plugins.yaml that a person keeps"
        match found.remedy:
            case SetPlugin(package):
                return None if self._numbers(package) else "the entry is in no file that a person keeps"
            case SetPlugins():
                return None
            case SetConfig(path, value):
                return self._why_not_set(path, value)
            case _:
                return "a person has to decide"

    def _why_not_set(self, path: tuple[str, ...], value: object) -> str | None:
        if not any(layer.writable for layer in self.source.layers):
            return "RHDH has no app-config that a person keeps"
        present = at(self._effective(Draft()), path)
        alike = isinstance(present, type(value)) or present is None
        return None if alike else f"{'.'.join(path)} holds another kind of value"

    def plan(self, draft: Draft, layer: Layer) -> None:
        """Puts every doable fix into the draft. Raises InstallerError (INVALID) for a text that cannot be edited."""
        doable = [one.remedy for one in self.doable]
        self._edit_entries(draft, layer, [one for one in doable if isinstance(one, SetPlugin)])
        for one in doable:
            if isinstance(one, SetPlugins):
                self._edit_file(draft, layer, one)
        self._edit_settings(draft, [one for one in doable if isinstance(one, SetConfig)])

    # -- dynamic-plugins.yaml

    def _numbers(self, package: str) -> list[int]:
        return [one.number for one in entries(self.source) if one.package == package]

    def _edit_entries(self, draft: Draft, layer: Layer, remedies: Iterable[SetPlugin]) -> None:
        edits: list[EntryEdit] = []
        dropped: list[tuple[int, str]] = []
        for one in remedies:
            for number in self._numbers(one.package):
                edits += _edits(number, one)
                dropped += [(number, key) for key in ("integrity",) if key in one.fields and one.fields[key] is None]
        if edits:
            edit_entries(draft, layer, self.source.world.behaviour, edits)
        patch = Branch()
        for number, key in dropped:
            patch.put(("plugins", number, key), Drop())
        touched = Touched(layer.ref, layer.owner, "takes the integrity of images out")
        draft.patch(layer.region, patch, schema_of(self.source.world.behaviour), touched)

    def _edit_file(self, draft: Draft, layer: Layer, remedy: SetPlugins) -> None:
        patch = Branch()
        for key, value in remedy.fields.items():
            patch.put((key,), Set(value))
        touched = Touched(layer.ref, layer.owner, f"adds {', '.join(remedy.fields)}")
        draft.patch(layer.region, patch, schema_of(self.source.world.behaviour), touched)

    # -- app-config

    def _effective(self, draft: Draft) -> Mapping[str, object]:
        return in_force(self.source.world, draft, self.source.plugins, self.source.layers)

    def _edit_settings(self, draft: Draft, remedies: Sequence[SetConfig]) -> None:
        if not remedies:
            return
        world = self.source.world
        goal = build(world.release, InstallRequest(""), world.instance)
        planner = SettingsPlanner(draft, goal, world.instance, self.source.layers, self._effective(draft))
        for one in remedies:
            if isinstance(one.value, list):
                planner.unite(one.path, strings(one.value))
            else:
                planner.set(one.path, one.value)
        planner.carry_out()


def _edits(number: int, remedy: SetPlugin) -> list[EntryEdit]:
    found: list[EntryEdit] = []
    for key, value in remedy.fields.items():
        match key, value:
            case "package", str():
                found.append(Repackage(number, value, f"calls {remedy.package} {value}"))
            case "integrity", str():
                found.append(Rehash(number, value, f"gives {remedy.package} its hash"))
            case (("disabled" | "enabled"), bool()):
                found.append(Switch(number, key, value, f"says {key}: {str(value).lower()} of {remedy.package}"))
            case _:  # what is to go is dropped, with its switch or beside these
                pass
    return found
