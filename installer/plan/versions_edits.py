"""Edits of the entries of a main dynamic-plugins file, as data, and how they reach the text. Decides none of them.

Each changes the tokens it names: comments, quotes, order, anchors and every other line stay as they are.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from installer.instance.instance import Layer
from installer.plan.draft import Draft, Touched
from installer.plan.entries import escaped
from installer.plan.entry import schema_of
from installer.plugins.behaviour import Behaviour
from installer.yamltext.patch import Branch, Drop, Set


@dataclass(frozen=True, slots=True)
class Repackage:
    """Another version, tag or digest: the whole `package` as RHDH shall read it. `integrity` None: the entry has none.

    `number` counts the items of `plugins` from 0, in every one of these.
    """

    number: int
    package: str
    integrity: str | None
    summary: str


@dataclass(frozen=True, slots=True)
class Rehash:
    """The right hash for the version that stands there; a line of its own where there is none yet."""

    number: int
    integrity: str
    summary: str


@dataclass(frozen=True, slots=True)
class Switch:
    """On or off. `key` is how the release spells it: `disabled`, or `enabled` from RHDH 2.0 on."""

    number: int
    key: str
    value: bool
    summary: str


@dataclass(frozen=True, slots=True)
class Remove:
    """The entry goes, with what stands in it."""

    number: int
    summary: str


@dataclass(frozen=True, slots=True)
class Add:
    """A new entry behind the last one, as plain data in the order of its keys."""

    entry: Mapping[str, Any]
    summary: str


EntryEdit = Repackage | Rehash | Switch | Remove | Add


def edit_entries(draft: Draft, layer: Layer, behaviour: Behaviour, edits: Iterable[EntryEdit]) -> None:
    """Carries the edits into the draft, all in one patch. Raises InstallerError (INVALID) where that cannot be done."""
    patch, summaries = Branch(), []
    for edit in edits:
        _into(patch, edit, layer)
        summaries.append(edit.summary)
    touched = Touched(layer.ref, layer.owner, "; ".join(summaries))
    draft.patch(layer.region, patch, schema_of(behaviour), touched)


def _into(patch: Branch, edit: EntryEdit, layer: Layer) -> None:
    match edit:
        case Repackage(number, package, integrity):
            patch.put(("plugins", number, "package"), Set(_written(package, layer)))
            patch.put(("plugins", number, "integrity"), Drop() if integrity is None else Set(integrity))
        case Rehash(number, integrity):
            patch.put(("plugins", number, "integrity"), Set(integrity))
        case Switch(number, key, value):
            other = "enabled" if key == "disabled" else "disabled"
            patch.put(("plugins", number, key), Set(value))
            patch.put(("plugins", number, other), Drop())
        case Remove(number):
            patch.put(("plugins", number), Drop())
        case Add(entry):
            patch.append(("plugins",), [{**entry, "package": _written(str(entry["package"]), layer)}])


def _written(package: str, layer: Layer) -> str:
    """Helm renders its values: what RHDH shall read as {{…}} has to be written as a template of itself."""
    return escaped(package) if layer.templated else package
