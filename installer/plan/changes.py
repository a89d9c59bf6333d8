"""From a draft to the changes of the report and the bytes of the files. Does not write them."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass

from installer.model.change import Change
from installer.plan.draft import Draft, Touched
from installer.yamltext.redaction import mask_characters

BOM = "\ufeff"


@dataclass(frozen=True)
class FileEdit:
    """A file of the plan: its bytes before (None: new) and after."""

    path: str
    before: bytes | None
    after: bytes


def edits(draft: Draft) -> tuple[FileEdit, ...]:
    """Every file that changes, in the order of paths."""
    found = [
        FileEdit(path, file.data, ((BOM if file.bom else "") + after).encode())
        for path, (file, after) in draft.files().items()
    ]
    found += [FileEdit(path, None, after.encode()) for path, after in draft.new_files().items()]
    return tuple(sorted(found, key=lambda edit: edit.path))


def changes(draft: Draft) -> tuple[Change, ...]:
    """One change per object; the diff is that of its file, secrets masked."""
    found: list[Change] = []
    for path, (file, after) in draft.files().items():
        diff = unified(path, file.characters, after)
        found += [
            Change("update", touched.ref, path, touched.owner, touched.summary, diff)
            for touched in _by_object(draft.touched.get(path, []))
        ]
    for path, after in draft.new_files().items():
        new = draft.created[path]
        found.append(Change("create", new.ref, path, new.owner, new.summary, unified(path, None, after)))
    return tuple(sorted(found, key=lambda change: (change.path or "", str(change.ref))))


def _by_object(touched: Iterable[Touched]) -> list[Touched]:
    """What several steps did to one object, in one line."""
    found: dict[object, list[Touched]] = {}
    for one in touched:
        found.setdefault(one.ref, []).append(one)
    return [
        Touched(many[0].ref, many[0].owner, "; ".join(dict.fromkeys(one.summary for one in many if one.summary)))
        for many in found.values()
    ]


def unified(path: str, before: str | None, after: str) -> str:
    """A unified diff with secrets masked; a new file is compared with nothing."""
    old = mask_characters(before) if before is not None else ""
    lines = difflib.unified_diff(
        _lines(old),
        _lines(mask_characters(after)),
        "/dev/null" if before is None else f"a/{path}",
        f"b/{path}",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines)


def _lines(text: str) -> list[str]:
    return (
        text.splitlines(keepends=True)
        if "\r" not in text
        else [f"{line}\n" for line in text.split("\n")][:-1]
        + ([text.rsplit("\n", 1)[-1]] if text.rsplit("\n", 1)[-1] else [])
    )
