"""Tidies what was pasted, before anything is planned: a second `plugins:` or `app:` joins, `app.backend` moves.

Every other key that stands twice is refused, with both places.
"""

from collections.abc import Callable
from functools import partial

from yaml.nodes import MappingNode, Node

from installer.instance.instance import Layer, Region
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.plan.draft import Draft, Touched
from installer.plan.settings import at, schema_of
from installer.yamltext.editing import Refused
from installer.yamltext.patch import Branch, Drop, missing
from installer.yamltext.regroup import Disagreement, duplicates, joined_once, raised
from installer.yamltext.values import Schema, key_text


def join_plugins(draft: Draft, layer: Layer) -> None:
    """A second top-level `plugins:` (an upstream fragment, pasted) joins the first."""
    _join(draft, layer, ("plugins",), Schema.KUBERNETES)


def join_settings(draft: Draft, layer: Layer) -> None:
    """A second top-level `app:` joins the first, and `app.backend`, which Backstage ignores, becomes `backend`."""
    _join(draft, layer, ("app",), Schema.CORE)
    value = draft.value(layer.region, schema_of(layer))
    if at(value, ("app", "backend")) is None:
        return
    place = draft.place(layer.region, _key_node(draft, layer.region, ("app", "backend")))
    if layer.region.path:
        _raise_in_region(draft, layer)
    else:
        _carried(draft, layer, lambda text: raised(text, "app", "backend", Schema.CORE), "moves app.backend to backend")
    draft.warn(
        "misnested-backend",
        "app.backend has no effect; it is moved to backend",
        where=place,
    )


def _join(draft: Draft, layer: Layer, allowed: tuple[str, ...], schema: Schema) -> None:
    region = layer.region
    found = duplicates(draft.root(region))
    if not found:
        return
    root = draft.root(region)
    own = {id(key) for key, _ in root.value} if isinstance(root, MappingNode) else set()
    refused = [one for one in found if one[0] not in allowed or id(one[2]) not in own or region.path]
    if refused:
        raise InstallerError(*(_twice(draft, region, *one) for one in refused))
    for key in allowed:
        second = [one for one in found if one[0] == key]
        if second:
            _join_one(draft, layer, key, schema, len(second))


def _join_one(draft: Draft, layer: Layer, key: str, schema: Schema, times: int) -> None:
    """One after the other, so that every place is known in the text as it is by then."""
    for _ in range(times):
        later = next(one[2] for one in duplicates(draft.root(layer.region)) if one[0] == key)
        place = draft.place(layer.region, later)
        _carried(draft, layer, partial(joined_once, key=key, schema=schema), f"joins a second `{key}:`")
        draft.warn("second-key-joined", f"a second top-level `{key}:` is joined with the first", where=place)


def _twice(draft: Draft, region: Region, key: str, first: Node, second: Node) -> Problem:
    places = [draft.place(region, node) for node in (first, second)]
    return Problem(
        "duplicate-key",
        f"the key {key!r} stands twice in one mapping: at {places[0]} and at {places[1]}",
        places[1],
        "keep one of the two",
        ExitCode.INVALID,
    )


def _carried(draft: Draft, layer: Layer, change: Callable[[str], str], summary: str) -> None:
    region = layer.region
    before = draft.characters(region.text)
    try:
        after = change(before)
    except Disagreement as error:
        places = [draft.place_at(region.text, index) for index in sorted((error.first, error.second))]
        raise fail(
            ExitCode.DECIDE,
            "values-disagree",
            f"{error.path} has two values: at {places[0]} and at {places[1]}",
            where=places[1],
            fix="keep one of the two",
        ) from error
    except Refused as error:
        raise fail(
            ExitCode.INVALID,
            "cannot-join",
            f"{region.text.file.path}: {error.message}",
            where=draft.place_at(region.text, error.index),
            fix="join the two parts yourself and run the command again",
        ) from error
    draft.rewrite(region.text, after, Touched(layer.ref, layer.owner, summary))


def _raise_in_region(draft: Draft, layer: Layer) -> None:
    """Inside Helm values: the moved part is written anew under `backend`."""
    value = draft.value(layer.region, schema_of(layer))
    moved, present = value["app"]["backend"], value.get("backend") or {}
    _refuse_disagreement(moved, present, layer, draft)
    patch = Branch().put(("app", "backend"), Drop())
    additions = missing({"backend": moved}, value)
    patch.members.update({key: child for key, child in additions.members.items() if key != "app"})
    draft.patch(layer.region, patch, schema_of(layer), Touched(layer.ref, layer.owner, "moves app.backend to backend"))


def _refuse_disagreement(moved: dict[str, object], present: dict[str, object], layer: Layer, draft: Draft) -> None:
    for path in _conflicts(moved, present, ()):
        places = [
            draft.place(layer.region, _key_node(draft, layer.region, (*head, *path)))
            for head in (("app", "backend"), ("backend",))
        ]
        raise fail(
            ExitCode.DECIDE,
            "values-disagree",
            f"backend.{'.'.join(path)} has two values: at {places[0]} and at {places[1]}",
            where=places[0],
            fix="keep one of the two",
        )


def _conflicts(first: object, second: object, path: tuple[str, ...]) -> list[tuple[str, ...]]:
    if isinstance(first, dict) and isinstance(second, dict):
        return [one for key in first if key in second for one in _conflicts(first[key], second[key], (*path, key))]
    return [] if first == second else [path]


def _key_node(draft: Draft, region: Region, path: tuple[str, ...]) -> Node | None:
    node = draft.root(region)
    found = None
    for key in path:
        if not isinstance(node, MappingNode):
            break
        pair = next(((name, value) for name, value in node.value if key_text(name) == key), None)
        if pair is None:
            break
        found, node = pair
    return found
