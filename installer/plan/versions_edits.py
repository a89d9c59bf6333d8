"""Edits of the entries of a main dynamic-plugins file, as data, and how they reach the text. Decides none of them.

Each changes the tokens it names: comments, quotes, order, anchors and every other line stay as they are.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from installer.instance.instance import Layer
from installer.model.dataclass import dataclass
from installer.plan.draft import Draft, Touched
from installer.plan.entries import escaped
from installer.plan.entry import schema_of
from installer.plugins.behaviour import Behaviour
from installer.yamltext.patch import Branch, Drop, Path, Set
from installer.yamltext.splices import spliced
from installer.yamltext.tokens import exchanged, sorted_by_place
from installer.yamltext.values import Schema


@dataclass(frozen=True, slots=True)
class Repackage:
    """Another version, tag or digest: the whole `package` as RHDH shall read it; its hash is a `Rehash` beside this.

    `number` counts the items of `plugins` from 0, in every one of these.
    """

    number: int
    package: str
    summary: str


@dataclass(frozen=True, slots=True)
class Rehash:
    """The hash of the version that stands there, or will; a line of its own where there is none yet."""

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
    """Carries the edits into the draft. Raises InstallerError (INVALID) where that cannot be done."""
    wanted = list(edits)
    touched = Touched(layer.ref, layer.owner, "; ".join(one.summary for one in wanted if one.summary))
    schema = schema_of(behaviour)
    done = _exchange(draft, layer, schema, wanted, touched)
    patch = Branch()
    for edit in wanted:
        if edit not in done:
            _into(patch, edit, layer)
    draft.patch(layer.region, patch, schema, touched)


def _exchange(
    draft: Draft, layer: Layer, schema: Schema, wanted: Iterable[EntryEdit], touched: Touched
) -> list[EntryEdit]:
    """Those that are a scalar with another text, done without touching what stands around it."""
    region = layer.region
    texts = {found[0]: (found[1], edit) for edit in wanted if (found := _exchangeable(edit, layer)) is not None}
    paths = {path: text for path, (text, _) in texts.items()}
    before = draft.characters(region.text)
    splices = exchanged(before, paths, schema, region.index) if paths else {}
    if splices:
        draft.rewrite(region.text, spliced(before, sorted_by_place(splices)), touched)
    return [texts[path][1] for path in splices]


def _exchangeable(edit: EntryEdit, layer: Layer) -> tuple[Path, str] | None:
    match edit:
        case Repackage(number, package):
            return (*layer.region.path, "plugins", number, "package"), _written(package, layer)
        case Rehash(number, integrity):
            return (*layer.region.path, "plugins", number, "integrity"), integrity
        case _:
            return None


def _into(patch: Branch, edit: EntryEdit, layer: Layer) -> None:
    match edit:
        case Repackage(number, package):
            patch.put(("plugins", number, "package"), Set(_written(package, layer)))
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
