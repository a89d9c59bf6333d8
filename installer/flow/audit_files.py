"""The files of an audit: baselines and exceptions, read and written. Judges nothing."""

import json
import os.path
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from yaml.nodes import Node

from installer.audit.finding import Finding
from installer.audit.object import mappings, text
from installer.audit.rules import rule
from installer.audit.spot import Spot, of_file
from installer.audit.suppression import Accepted, address
from installer.audit.text import place_in
from installer.directory.write import FileChange, write
from installer.flow.observing import read_text
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.place import Place
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.text import File, Text
from installer.yamltext.values import Schema, construct

_FIELDS = ("rule", "object", "reason", "owner", "expires")
_NAME = "rhdh-orchestrator audit baseline"


def known(path: str) -> frozenset[str]:
    """The fingerprints of a baseline, or of a whole answer of `audit -o json`.

    Raises InstallerError: TARGET where there is no such file, DENIED, INVALID where it is neither.
    """
    return frozenset(text(one["fingerprint"]) for one in findings_of(path, "a baseline"))


def findings_of(path: str, what: str) -> list[dict[str, Any]]:
    """The findings of a JSON file as `audit` writes them, each with `fingerprint` and `rule`. Raises InstallerError."""
    try:
        document = json.loads(read_text(path))
    except (ValueError, RecursionError):
        raise _broken(path, f"{path} is no JSON", what) from None
    result = document.get("result", document) if isinstance(document, dict) else None
    found = result.get("findings") if isinstance(result, dict) else None
    if not isinstance(found, list):
        raise _broken(path, f"{path} holds no findings", what)
    listed = mappings(found)
    if len(listed) != len(found) or not all(text(one.get("fingerprint")) and text(one.get("rule")) for one in listed):
        raise _broken(path, f"{path} holds findings without fingerprint or rule", what)
    return listed


def write_baseline(path: str, findings: Iterable[Finding]) -> None:
    """Writes what is known from now on, in the order of fingerprints. Raises InstallerError (CONFLICT, DENIED)."""
    rows = [
        {"fingerprint": one.fingerprint, "rule": one.rule, "object": address(one.spot.ref)}
        for one in sorted(findings, key=lambda one: one.fingerprint)
    ]
    content = json.dumps({"kind": _NAME, "findings": rows}, indent=2) + "\n"
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100 - split as typed, links kept
    before = Path(path).read_bytes() if Path(path).is_file() else None
    write(folder, [FileChange(name, before, content.encode())])


def exceptions(path: str) -> tuple[Accepted, ...]:
    """The entries of an exceptions file. Raises InstallerError: TARGET, DENIED, INVALID with the place."""
    characters = read_text(path)
    whole = Text.of(File(path, characters.encode("utf-8", "surrogatepass"), characters))
    try:
        nodes = compose(characters)
    except Unreadable as reason:
        raise _refused(Place(path, reason.line, reason.column), reason.message) from None
    root = nodes[0] if nodes else None
    document = construct(root, Schema.KUBERNETES)
    listed = document.get("exceptions") if isinstance(document, dict) else None
    if root is None or not isinstance(listed, list):
        raise _refused(Place(path, 1), "it has no list `exceptions`")
    return tuple(_accepted(whole, root, number, entry) for number, entry in enumerate(listed))


def _accepted(whole: Text, root: Node, number: int, entry: Any) -> Accepted:
    place = place_in(whole, root, ("exceptions", number))
    if not isinstance(entry, dict):
        raise _refused(place, "an exception is a mapping")
    said = {field: text(entry.get(field)).strip() for field in _FIELDS}
    missing = [field for field, value in said.items() if not value]
    unknown = [str(field) for field in entry if field not in _FIELDS]
    if missing or unknown:
        raise _refused(place, f"it lacks {', '.join(missing)}" if missing else f"it knows no {', '.join(unknown)}")
    if rule(said["rule"]) is None:
        raise _refused(place, f"there is no rule {said['rule']}")
    spot: Spot = of_file(place, f"exceptions[{number}]")
    return Accepted(said["rule"], said["object"], said["reason"], said["owner"], _day(said["expires"], place), spot)


def _day(value: str, place: Place) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise _refused(place, f"expires is no day YYYY-MM-DD: {value}") from None


def _refused(place: Place, why: str) -> InstallerError:
    return fail(
        ExitCode.INVALID,
        "exceptions-broken",
        f"{place.file} is no file of exceptions: {why}",
        where=place,
        fix="write exceptions: [{rule: SLUG, object: Kind/namespace/name, reason: …, owner: …, expires: YYYY-MM-DD}]",
    )


def _broken(path: str, message: str, what: str) -> InstallerError:
    return fail(
        ExitCode.INVALID, "findings-broken", f"{message}: it is not {what}", where=Place(path, 1), fix="write it again"
    )
