"""From a draft on objects of a cluster to what is written of each: contents before and after. Writes nothing."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from installer.instance.live import Live, path_of, ref_of
from installer.model.change import Change, Ref
from installer.model.run import Edit, content
from installer.plan.changes import Updated, by_object, unified
from installer.plan.draft import Draft
from installer.plan.merge_patch import apply_patch, merge_patch
from installer.yamltext.reading import compose
from installer.yamltext.values import Schema, construct

# New Secrets and ConfigMaps first, what refers to them last, so that no controller sees a reference to nothing.
_ORDER = ("Secret", "ConfigMap")


def live_edits(draft: Draft, updated: Updated, live: Live) -> tuple[Edit, ...]:
    """Every object that changes, in the order in which it is to be written; the values of a Helm release aside.

    :param updated: what `draft.files()` proved
    """
    found = [_created(draft, path) for path in draft.created]
    found += [_data_edit(live, ref, changed) for ref, changed in _changed_values(updated, live).items()]
    found += [_object_edit(live, path, after) for path, (_, after) in updated.items() if path in live.objects]
    return tuple(sorted(found, key=_order))


def values_after(updated: Updated, live: Live) -> dict[str, Any] | None:
    """The values of RHDH's Helm release as they shall be; None where they stay."""
    if live.values is None or live.values not in updated:
        return None
    return dict(_parsed(updated[live.values][1]) or {})


def live_changes(draft: Draft, updated: Updated, live: Live) -> tuple[Change, ...]:
    """One change per object, each with its own diff."""
    found: list[Change] = []
    for path, (file, after) in updated.items():
        part = live.parts.get(path)
        diff = unified(path, file.characters, after)
        found += [
            Change("update", part.ref if part else one.ref, None, one.owner, one.summary, diff)
            for one in by_object(draft.touched.get(path, []))
        ]
    for path, new in draft.created.items():
        name = path_of(new.ref) if new.ref else path
        diff = unified(name, None, draft.new_files()[path])
        found.append(Change("create", new.ref, None, new.owner, new.summary, diff))
    return tuple(sorted(found, key=lambda change: str(change.ref)))


def _order(edit: Edit) -> tuple[bool, int, str]:
    kind = edit.ref.kind
    return edit.before is not None, _ORDER.index(kind) if kind in _ORDER else len(_ORDER), str(edit.ref)


def _changed_values(updated: Updated, live: Live) -> dict[Ref, dict[str, str]]:
    """The ConfigMaps whose values change, and the new values by key."""
    found: dict[Ref, dict[str, str]] = {}
    for path, (_, after) in updated.items():
        if path in live.parts:
            value = live.parts[path]
            found.setdefault(value.ref, {})[value.key] = after
    return found


def _data_edit(live: Live, ref: Ref, changed: Mapping[str, str]) -> Edit:
    before = content(live.objects[path_of(ref)])
    return Edit(ref, before, {**before, "data": {**(before.get("data") or {}), **changed}})


def _object_edit(live: Live, path: str, after: str) -> Edit:
    """Only what the plan has changed of an object: what reading it as YAML does to the rest stays out."""
    one = live.objects[path]
    before = content(one)
    shown = _parsed(live.manifests.files[path].characters)
    return Edit(ref_of(one), before, apply_patch(before, merge_patch(content(shown), content(_parsed(after)))))


def _created(draft: Draft, path: str) -> Edit:
    new = draft.created[path]
    assert new.ref is not None  # noqa: S101 - what is created on a cluster has an address
    if path in draft.inner:
        text, key = draft.inner[path]
        return Edit(new.ref, None, {"data": {key: draft.characters(text)}})
    return Edit(new.ref, None, _encoded(content(_parsed(new.characters))))


def _encoded(secret: Mapping[str, Any]) -> dict[str, Any]:
    """A Secret as the API answers it: `stringData` is written only."""
    texts = secret.get("stringData") or {}
    data = {key: base64.b64encode(str(text).encode()).decode() for key, text in texts.items()}
    return {key: value for key, value in secret.items() if key != "stringData"} | (
        {"data": {**(secret.get("data") or {}), **data}} if texts else {}
    )


def _parsed(characters: str) -> Any:
    return construct(compose(characters)[0], Schema.KUBERNETES)


def renamed(edit: Edit, namespace: str) -> Edit:
    """An edit of an object whose namespace the plan left to the reader."""
    return edit if edit.ref.namespace else replace(edit, ref=replace(edit.ref, namespace=namespace))
