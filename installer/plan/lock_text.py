"""The text of `rhdh-plugins.lock.yaml`: from a lock to characters and back. Reads no file; trusts no text.

One order, one spelling: the same lock is the same text, so that Git shows what changed and nothing else.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args
from urllib.parse import urlsplit

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from installer.integrity import rhdh_accepts
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.late_pattern import late_pattern
from installer.model.lock import SCHEMA_VERSION, UNSIGNED, Lock, Locked, Source, lock_of
from installer.model.place import Place
from installer.plan.rendering import dump
from installer.yamltext.reading import Unreadable, compose
from installer.yamltext.values import Schema, construct, key_text

HEAD = "# Written by rhdh-orchestrator plugins lock; edit dynamic-plugins.yaml and run it again.\n"
_KEYS = ("package", "name", "source", "version", "resolved", "integrity", "digest", "signature", "reason")
_NEEDED = ("package", "name", "source")
_DIGEST = late_pattern(r"sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128}")


def written(lock: Lock) -> str:
    """The text of a lock, complete with its final newline."""
    return HEAD + dump({"schemaVersion": SCHEMA_VERSION, "plugins": [_data(one) for one in lock.plugins]})


def _data(locked: Locked) -> dict[str, Any]:
    pairs = ((key, getattr(locked, key)) for key in _KEYS)
    return {key: value for key, value in pairs if value is not None}


def read(characters: str, file: str) -> Lock:
    """The lock that a text holds; each plugin knows its place in `file`.

    Raises InstallerError (INVALID, "lock-broken") with file, line and column of the first fault.
    """
    try:
        documents = compose(characters)
    except Unreadable as error:
        raise broken(error.message, Place(file, error.line, error.column)) from error
    if len(documents) != 1:
        raise broken(f"it holds {len(documents)} YAML documents, not one", Place(file, 1))
    members = _members(documents[0], "the lock", ("schemaVersion", "plugins"), file)
    version = members.get("schemaVersion")
    if version is None or construct(version, Schema.CORE) != SCHEMA_VERSION:
        raise broken(f"its schemaVersion is not {SCHEMA_VERSION}", _place(version or documents[0], file))
    return _lock(members.get("plugins"), documents[0], file)


def _lock(listed: Node | None, root: Node | None, file: str) -> Lock:
    if not isinstance(listed, SequenceNode):
        raise broken("its plugins are no list", _place(listed or root, file))
    found: dict[str, Locked] = {}
    for node in listed.value:
        one = _locked(node, file)
        if one.package in found:
            raise broken(f"{one.package} is locked twice", _place(node, file))
        found[one.package] = one
    return lock_of(list(found.values()))


def _locked(node: Node, file: str) -> Locked:
    members = _members(node, "a plugin", _KEYS, file)
    values = {key: _text(key, value, file) for key, value in members.items()}
    for key in _NEEDED:
        if key not in values:
            raise broken(f"a plugin has no {key}", _place(node, file))
    for key, fault in _faults(values):
        raise broken(fault, _place(members[key], file))
    return replace(Locked("", "", "npm", **_rest(values)), where=_place(node, file), **_identity(values))


def _identity(values: Mapping[str, str]) -> dict[str, Any]:
    return {key: values[key] for key in _NEEDED}


def _rest(values: Mapping[str, str]) -> dict[str, Any]:
    return {"signature": UNSIGNED} | {key: value for key, value in values.items() if key not in _NEEDED}


def _faults(values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with single values, each with its key."""
    if values["source"] not in get_args(Source):
        yield "source", f"the source {values['source']!r} is none of {', '.join(get_args(Source))}"
    if "integrity" in values and not rhdh_accepts(values["integrity"]):
        yield "integrity", "the integrity is no single sha256, sha384 or sha512 hash"
    if "digest" in values and not _DIGEST.fullmatch(values["digest"]):
        yield "digest", "the digest is none: sha256: and 64, or sha512: and 128 hexadecimal digits"
    if "resolved" in values and _has_user(values["resolved"]):
        yield "resolved", "the address holds a user or password, which no lock of ours does"


def _has_user(url: str) -> bool:
    if url.startswith("oci://"):
        return False  # the @ stands before a digest
    try:
        return "@" in urlsplit(url).netloc
    except ValueError:
        return False


def _members(node: Node | None, what: str, known: tuple[str, ...], file: str) -> dict[str, Node]:
    """The pairs of a mapping by their keys; each once, each known."""
    if not isinstance(node, MappingNode):
        raise broken(f"{what} is no mapping", _place(node, file))
    found: dict[str, Node] = {}
    for key, value in node.value:
        name = key_text(key)
        if name in found or name not in known:
            fault = "has a key twice" if name in found else "has a key that is none of ours"
            raise broken(f"{what} {fault}: {name[:80]}", _place(key, file))
        found[name] = value
    return found


def _text(key: str, node: Node, file: str) -> str:
    value = construct(node, Schema.CORE) if isinstance(node, ScalarNode) else None
    if not isinstance(value, str) or not value:
        raise broken(f"the {key} of a plugin is no text", _place(node, file))
    return value


def _place(node: Node | None, file: str) -> Place:
    return Place(file, 1) if node is None else Place(file, node.start_mark.line + 1, node.start_mark.column + 1)


def broken(why: str, where: Place) -> InstallerError:
    message = f"{where.file} is no lock of plugins: {why}"
    return fail(
        ExitCode.INVALID, "lock-broken", message, where=where, fix="rhdh-orchestrator plugins lock writes it anew"
    )
