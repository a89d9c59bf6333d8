"""Entries of a main dynamic-plugins file switched on or off, added and taken out, in the text. Decides none of it."""

from collections.abc import Iterable
from typing import Literal

from yaml.nodes import SequenceNode

from installer.instance.instance import Layer
from installer.model.dataclass import dataclass
from installer.plan.draft import Draft, Touched, node_at
from installer.plan.entry import Entry, schema_of
from installer.plan.versions_edits import Remove, edit_entries
from installer.plugins.behaviour import Behaviour
from installer.yamltext.excising import excised
from installer.yamltext.patch import Branch, Drop, Set, applied
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.values import Schema, construct, same

Key = Literal["disabled", "enabled"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry on or off, as the release spells it."""

    entry: Entry
    key: Key
    on: bool
    summary: str


def turn(draft: Draft, layer: Layer, behaviour: Behaviour, turns: Iterable[Turn]) -> None:
    """Changes one token of each entry, or adds a line. Raises InstallerError (INVALID) where that cannot be done."""
    patch, summaries = Branch(), []
    for one in turns:
        _into(patch, one)
        summaries.append(one.summary)
    draft.patch(layer.region, patch, schema_of(behaviour), Touched(layer.ref, layer.owner, "; ".join(summaries)))


def _into(patch: Branch, one: Turn) -> None:
    """RHDH 2 takes `enabled` before `disabled`, whatever the defaults say; earlier releases know `disabled` alone."""
    path, data = ("plugins", one.entry.number), one.entry.data
    if one.key == "disabled":
        patch.put((*path, "disabled"), Set(not one.on))
    elif "enabled" not in data and "disabled" in data:
        patch.put((*path, "disabled"), Set(one.on))
        patch.at(path).renames["disabled"] = "enabled"
    else:
        patch.put((*path, "enabled"), Set(one.on))
        if "disabled" in data:
            patch.put((*path, "disabled"), Drop())


def take_out(draft: Draft, layer: Layer, behaviour: Behaviour, entries: Iterable[Entry], summary: str) -> None:
    """The entries with their own comments. Where they share lines with others, comments stay (`Remove`).

    Raises InstallerError (INVALID) where that cannot be done.
    """
    chosen = {one.number for one in entries}
    after = _without(draft, layer, schema_of(behaviour), chosen)
    if after is None:
        edit_entries(draft, layer, behaviour, [Remove(number, summary) for number in sorted(chosen)])
    else:
        draft.rewrite(layer.region.text, after, Touched(layer.ref, layer.owner, summary))


def _without(draft: Draft, layer: Layer, schema: Schema, chosen: set[int]) -> str | None:
    """The text without the entries, once it is proven to say everything else as before."""
    region = layer.region
    node = node_at(draft.root(region), ("plugins",))
    before = draft.characters(region.text)
    after = excised(before, node, chosen) if isinstance(node, SequenceNode) else None
    if after is None:
        return None
    patch = Branch()
    patch.at((*region.path, "plugins")).members.update(dict.fromkeys(chosen, Drop()))
    try:
        old = [construct(one, schema) for one in compose(before)]
        new = [construct(one, schema) for one in compose(after)]
    except Unreadable:
        return None
    expected = [*old[: region.index], applied(old[region.index], patch), *old[region.index + 1 :]]
    return after if same(new, expected) else None
