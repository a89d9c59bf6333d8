"""Carries out substitution, `$env`, `$file` and `$include` in one file as Backstage's config loader does.

Reads other files only by the function it is given. Does not merge layers.
"""

import posixpath
from collections.abc import Callable
from dataclasses import field
from typing import Any

from installer.appconfig.merge import PROTOTYPE, Source
from installer.appconfig.substitution import BLANKS, Unknown, substitute, variable
from installer.appconfig.terms import Environment, Layer, Origin, Path, Refused, Switches
from installer.appconfig.variables import parse_json
from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern
from installer.yamltext.javascript import JavaScriptDocument, JavaScriptYamlError, load
from installer.yamltext.reading import EXPANDED_LIMIT, Unreadable

Read = Callable[[str], str | None]

PLACEHOLDERS = frozenset(("$file", "$env", "$include"))

_FRAGMENT = late_pattern(r"#(.*)")


class _Undefined:
    """JavaScript's undefined: the member is left out."""


UNDEFINED = _Undefined()


class _Fault(Exception):
    """What a placeholder complains of, before the path is put in front of it."""


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that was read: the directory it names files from, its file, its document for places."""

    directory: str
    file: str
    document: JavaScriptDocument | None
    chain: tuple[tuple[str, str], ...] = ()

    def origin(self, container: Any, member: str | int, otherwise: Origin) -> Origin:
        place = self.document.place_in(container, member) if self.document else None
        return Origin(self.file, *place) if place else otherwise


@dataclass(slots=True)
class Transformation:
    """One layer on its way through the loader; `unresolved` collects names whose values are not known."""

    environment: Environment
    read: Read
    switches: Switches
    unresolved: set[str] = field(default_factory=set)
    origins: dict[Path, Origin] = field(default_factory=dict)
    nodes: int = 0
    effort: int = 0

    def apply(self, layer: Layer) -> Source | None:
        """The data of a layer; None where the file says nothing. Raises Refused."""
        if layer.text is None:
            raise Refused(f'Config file "{layer.name}" does not exist', layer.name, effort=1)
        self.effort = 2 if layer.text else 100
        document = self._load(layer.name, layer.text)
        if document.value is None:
            return None
        text = _Text(posixpath.dirname(layer.name), layer.name, document)
        place = document.place(document.root.start) if document.root else (1, 1)
        try:
            data = self._transform(document.value, "", (), text, Origin(layer.name, *place))
        except Refused as error:
            raise self._failed(layer, error.message, error.file, error.line) from error
        if not isinstance(data, dict):
            raise self._failed(layer, "expected object at config root", layer.name, place[0])
        return Source(data, self.origins)

    def _failed(self, layer: Layer, message: str, file: str | None, line: int | None) -> Refused:
        return Refused(f'Failed to read config file at "{layer.name}", {message}', file, line, self.effort)

    def _load(self, name: str, text: str) -> JavaScriptDocument:
        try:
            return load(text)
        except JavaScriptYamlError as error:
            raise Refused(error.placed, name, error.line, self.effort) from error
        except Unreadable as error:
            raise Refused(error.message, name, error.line, self.effort) from error

    def _transform(self, value: Any, shown: str, path: Path, text: _Text, origin: Origin) -> Any:
        """`shown` is the path in messages, `path` the one in the result, which lacks elements that are undefined."""
        self.nodes += 1
        if self.nodes > EXPANDED_LIMIT:
            raise Refused(f"more than {EXPANDED_LIMIT:,} nodes once aliases are expanded", text.file)
        try:
            value, text, origin = self._replace(value, text, origin)
        except _Fault as error:
            raise Refused(f"error at {shown}, {error}", origin.file, origin.line) from error
        except Unknown as error:
            self.unresolved.update(error.names)
            self._note_as_written(path, value, origin)
            return value
        if value is not UNDEFINED:
            self.origins[path] = origin
        match value:
            case list():
                return self._transform_list(value, shown, path, text, origin)
            case dict():
                return self._transform_map(value, shown, path, text, origin)
            case _:
                return value

    def _note_as_written(self, path: Path, value: Any, origin: Origin) -> None:
        self.origins[path] = origin
        if isinstance(value, dict):
            for key in value:
                self.origins[(*path, key)] = origin

    def _transform_list(self, value: list[Any], shown: str, path: Path, text: _Text, origin: Origin) -> list[Any]:
        result: list[Any] = []
        for index, member in enumerate(value):
            place = text.origin(value, index, origin)
            out = self._transform(member, f"{shown}[{index}]", (*path, len(result)), text, place)
            if out is not UNDEFINED:
                result.append(out)
        return result

    def _transform_map(
        self, value: dict[str, Any], shown: str, path: Path, text: _Text, origin: Origin
    ) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key, member in value.items():
            place = text.origin(value, key, origin)
            out = self._transform(member, f"{shown}.{key}", (*path, key), text, place)
            if out is not UNDEFINED and key != PROTOTYPE:
                result[key] = out
        return result

    def _replace(self, value: Any, text: _Text, origin: Origin) -> tuple[Any, _Text, Origin]:
        """What stands for a text or a placeholder, and the text and place it then comes from."""
        if isinstance(value, str):
            return _defined(substitute(value, self.environment)), text, origin
        key = self._placeholder(value)
        if key is None:
            return value, text, origin
        origin = text.origin(value, key, origin)
        argument = self._argument(value, key)
        match key:
            case "$env":
                return _defined(variable(argument, self.environment)), text, origin
            case "$file":
                return self._read_file(argument, text), text, origin
            case "$include":
                return self._include(argument, text, origin)
            case _:
                raise _Fault(f"unknown include {key}")

    def _placeholder(self, value: Any) -> str | None:
        if not isinstance(value, dict):
            return None
        every = self.switches.dollar_keys_are_placeholders
        key = next((key for key in value if key in PLACEHOLDERS or (every and key.startswith("$"))), None)
        if key is not None and len(value) != 1:
            raise _Fault(f"include key {key} should not have adjacent keys")
        return key

    def _argument(self, value: dict[str, Any], key: str) -> str:
        written = value[key]
        if not isinstance(written, str):
            raise _Fault(f"{key} include value is not a string")
        argument = substitute(written, self.environment)
        if argument is None:
            raise _Fault(f"{key} substitution value was undefined")
        return argument

    def _read_file(self, argument: str, text: _Text) -> str:
        try:
            return self._read(resolve(text.directory, argument)).rstrip(BLANKS)
        except _Fault as error:
            raise _Fault(f"failed to read file {argument}, NotFoundError: {error}") from error

    def _read(self, path: str) -> str:
        self.effort += 1
        content = self.read(path)
        if content is None:
            raise _Fault(f'failed to include "{path}", file does not exist')
        return content

    def _include(self, argument: str, text: _Text, origin: Origin) -> tuple[Any, _Text, Origin]:
        name, fragment, *_ = [*_FRAGMENT.split(argument, maxsplit=1), ""]
        extension = extension_of(name)
        if extension not in (".json", ".yaml", ".yml"):
            raise _Fault(f"no configuration parser available for included file {name}")
        path = resolve(text.directory, name)
        content = self._read(path)
        link = (path, fragment)
        if link in text.chain:
            raise _Fault(f"{name} includes itself without end")
        value, document = _parse_included(content, extension, name)
        included = _Text(posixpath.dirname(path), path, document, (*text.chain, link))
        place = document.place(document.root.start) if document and document.root else (1, 1)
        value, origin = _walk(value, fragment, name, included, Origin(path, *place))
        if isinstance(value, str):
            value = _defined(substitute(value, self.environment))
        return value, included, origin


def _defined(value: str | None) -> str | _Undefined:
    return UNDEFINED if value is None else value


def _parse_included(content: str, extension: str, name: str) -> tuple[Any, JavaScriptDocument | None]:
    try:
        if extension != ".json":
            document = load(content)
            return document.value, document
        value = parse_json(content)
    except JavaScriptYamlError as error:
        raise _Fault(f"failed to parse included file {name}, {error.name}: {error.placed}") from error
    except Unreadable as error:
        raise _Fault(f"failed to parse included file {name}, {error.message}") from error
    except ValueError as error:
        raise _Fault(f"failed to parse included file {name}, SyntaxError: {error}") from error
    return _with_places(value, content)


def _with_places(value: Any, content: str) -> tuple[Any, JavaScriptDocument | None]:
    """JSON is nearly always YAML with the same meaning, and then the places are known."""
    try:
        document = load(content)
    except Unreadable:
        return value, None
    return (document.value, document) if document.value == value else (value, None)


def _walk(value: Any, fragment: str, name: str, text: _Text, origin: Origin) -> tuple[Any, Origin]:
    parts = fragment.split(".") if fragment else []
    for index, part in enumerate(parts):
        if not isinstance(value, dict):
            reached = ".".join(parts[:index])
            raise _Fault(f"value at '{reached}' in included file {name} is not an object")
        origin = text.origin(value, part, origin)
        value = value.get(part, UNDEFINED)
    return value, origin


def resolve(directory: str, path: str) -> str:
    """`path.resolve` of Node within the directory's own notation: a relative directory stays relative."""
    return posixpath.normpath(posixpath.join(directory, path))


def extension_of(path: str) -> str:
    """`path.extname` of Node: from the last dot of the last part, which must not be its first character."""
    base = posixpath.basename(path.rstrip("/"))
    dot = base.rfind(".")
    return "" if dot <= 0 or base == ".." else base[dot:]
