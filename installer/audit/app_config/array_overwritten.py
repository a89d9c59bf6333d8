"""Array overwritten by later layer."""

import json
from collections.abc import Iterator
from typing import Any

from installer.audit.about_app_config import at
from installer.audit.finding import Found
from installer.audit.object import items, text
from installer.audit.remedy import SetConfig
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot

# Lists to which several people add, each in a file of his own.
SHARED = (
    "catalog.rules",
    "catalog.locations",
    "backend.auth.externalAccess",
    "permission.rbac.pluginsWithPermission",
    "permission.rbac.admin.users",
)


def check(snapshot: Snapshot) -> Iterator[Found]:
    for path in SHARED:
        holding = [(file, at(file.data, path)) for file in snapshot.app_configs]
        holding = [(file, value) for file, value in holding if isinstance(value, list)]
        if len(holding) > 1:
            last, kept = holding[-1]
            earlier = [member for _, value in holding[:-1] for member in value]
            lost = _without(earlier, kept)
            if lost:
                observed = f"{path} of {last.name} lacks {len(lost)} of earlier files: {', '.join(map(_words, lost))}"
                whole = SetConfig(tuple(path.split(".")), [*kept, *lost])
                yield Found(last.at(*path.split(".")), observed, "all members in the last file", whole, path)


def _without(earlier: list[Any], kept: list[Any]) -> list[Any]:
    """Those of earlier files, each once, that the last one does not have."""
    had = {_text(one) for one in kept}
    lost = {_text(one): one for one in earlier}
    return [one for key, one in lost.items() if key not in had]


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _words(value: Any) -> str:
    """A member in a word: what names it."""
    if isinstance(value, dict):
        return text(value.get("target") or value.get("name") or value.get("type")) or ", ".join(
            map(text, items(value.get("allow")))
        )
    return text(value)


RULE = Rule(
    module=__name__,
    title="Array overwritten by later layer",
    severity="high",
    wrong="A list stands in several files of app-config, and the last of them lacks members of earlier ones.",
    why="Backstage replaces lists as a whole: locations, rules or rights of the earlier file are gone, silently.",
    fix="Write all members into the file that is read last.",
    sources=("https://backstage.io/docs/conf/writing/#configuration-files",),
    check=check,
)
