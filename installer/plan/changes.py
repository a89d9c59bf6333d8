"""From a draft to the changes of the report and the bytes of the files. Does not write them."""

import difflib
from collections.abc import Iterable, Mapping

from installer.model.change import Change
from installer.model.dataclass import dataclass
from installer.plan.draft import Draft, Touched
from installer.yamltext.redaction import mask_characters
from installer.yamltext.text import File

BOM = "\ufeff"

Opcode = tuple[str, int, int, int, int]
Updated = Mapping[str, tuple[File, str]]


@dataclass(frozen=True)
class FileEdit:
    """A file of the plan: its bytes before (None: new) and after."""

    path: str
    before: bytes | None
    after: bytes


def edits(draft: Draft, updated: Updated) -> tuple[FileEdit, ...]:
    """Every file that changes, in the order of paths; `updated` is what `draft.files()` proved."""
    found = [
        FileEdit(path, file.data, ((BOM if file.bom else "") + after).encode())
        for path, (file, after) in updated.items()
    ]
    found += [FileEdit(path, None, after.encode()) for path, after in draft.new_files().items()]
    return tuple(sorted(found, key=lambda edit: edit.path))


def changes(draft: Draft, updated: Updated) -> tuple[Change, ...]:
    """One change per object; the diff is that of its file, secrets masked."""
    found: list[Change] = []
    for path, (file, after) in updated.items():
        diff = unified(path, file.characters, after)
        found += [
            Change("update", touched.ref, path, touched.owner, touched.summary, diff)
            for touched in by_object(draft.touched.get(path, []))
        ]
    for path, after in draft.new_files().items():
        new = draft.created[path]
        found.append(Change("create", new.ref, path, new.owner, new.summary, unified(path, None, after)))
    return tuple(sorted(found, key=lambda change: (change.path or "", str(change.ref))))


def by_object(touched: Iterable[Touched]) -> list[Touched]:
    """What several steps did to one object, in one line."""
    found: dict[object, list[Touched]] = {}
    for one in touched:
        found.setdefault(one.ref, []).append(one)
    return [
        Touched(many[0].ref, many[0].owner, _told(one.summary for one in many if one.summary))
        for many in found.values()
    ]


def _told(summaries: Iterable[str]) -> str:
    """Phrases with one verb in a row share it: `adds a, b; removes c`."""
    phrases = dict.fromkeys(phrase for summary in summaries for phrase in summary.split("; "))
    parts: list[list[str]] = []
    for phrase in phrases:
        verb, _, rest = phrase.partition(" ")
        if parts and verb in ("adds", "lists") and parts[-1][0] == verb:
            parts[-1].append(rest)
        else:
            parts.append([verb, rest])
    return "; ".join(f"{verb} {', '.join(things)}" for verb, *things in parts)


def unified(path: str, before: str | None, after: str) -> str:
    """A unified diff with secrets masked; a new file is compared with nothing.

    A line whose secret alone has changed is in it, masked on both sides.
    """
    old, new = _lines(before or ""), _lines(after)
    shown_old, shown_new = _lines(mask_characters(before or "")), _lines(mask_characters(after))
    if (len(old), len(new)) != (len(shown_old), len(shown_new)):
        old, new = shown_old, shown_new
    parts = [f"--- {'/dev/null' if before is None else f'a/{path}'}\n", f"+++ b/{path}\n"]
    for group in difflib.SequenceMatcher(None, old, new).get_grouped_opcodes():
        parts += _hunk(group, shown_old, shown_new)
    return "".join(parts) if len(parts) > 2 else ""  # noqa: PLR2004 - the two lines of the head


def _hunk(group: list[Opcode], old: list[str], new: list[str]) -> list[str]:
    first, last = group[0], group[-1]
    lines = [f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"]
    for tag, old_start, old_end, new_start, new_end in group:
        if tag == "equal":
            lines += [f" {line}" for line in old[old_start:old_end]]
        else:
            lines += [f"-{line}" for line in old[old_start:old_end]]
            lines += [f"+{line}" for line in new[new_start:new_end]]
    return [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines]


def _range(start: int, end: int) -> str:
    """Lines as a unified diff counts them: from 1, and from the line before where there is none."""
    length = end - start
    return f"{start + 1}" if length == 1 else f"{start + bool(length)},{length}"


def _lines(text: str) -> list[str]:
    """The lines of a text with their ends; only a newline ends one, so that a return stays visible in its line."""
    *whole, rest = text.split("\n")
    return [f"{line}\n" for line in whole] + ([rest] if rest else [])
