"""Reads dynamic-plugins.yaml and its includes into layers, and refuses shapes as RHDH does. Does not join layers."""

import posixpath
from collections.abc import Callable, Iterator
from typing import Any

from installer.plugins.documents import Document, crash, read
from installer.plugins.javascript_values import is_falsy, received, type_of
from installer.plugins.outcome import ABSENT, UNKNOWN, Include, Origin
from installer.plugins.run import DEFAULTS, MAIN, TARGET, WORKING_DIRECTORY, Entry, Layer, Run, Stop

Reader = Callable[[str], Include]


def read_main(run: Run, text: str) -> Document | None:
    """dynamic-plugins.yaml; None where RHDH finds it empty. Raises Stop, Refused."""
    document = read(text, MAIN, MAIN, run.behaviour)
    if run.behaviour.language == "javascript":
        return None if is_falsy(document.value) else document
    if document.value is None or document.value == "":
        return None
    if not isinstance(document.value, dict):
        raise Stop(f"{MAIN} content must be a YAML object", origin=document.start)
    return document


def layers(run: Run, main: Document, include: Reader) -> Iterator[Layer]:
    """The includes in order, then the main file; each is read when it is asked for. Raises Stop, Refused."""
    if run.behaviour.language == "javascript":
        return _javascript_layers(run, main, include)
    return _python_layers(run, main, include)


def _python_layers(run: Run, main: Document, include: Reader) -> Iterator[Layer]:
    names = _list(main.value.get("includes", []), "includes", MAIN, main)
    replaced = _replaced(run, names)
    for index, name in enumerate(names):
        if not isinstance(name, str):
            raise Stop(
                f"content of the 'includes' field must be a list of strings in {MAIN}",
                origin=_place(main.includes, index, main),
            )
        label = _catalog_label() if index == replaced else name
        text = _text(run, name, include, _place(main.includes, index, main), from_index=index == replaced)
        if text is not None:
            yield _python_include(run, text, name, label)
    plugins = _list(main.value.get("plugins", []), "plugins", MAIN, main)
    yield Layer(MAIN, 1, _entries(plugins, main))


def _python_include(run: Run, text: str, name: str, label: str) -> Layer:
    document = read(text, name, label, run.behaviour)
    if not isinstance(document.value, dict):
        raise Stop(f"{label} content must be a YAML object", origin=document.start)
    if "plugins" not in document.value:
        raise Stop(crash(KeyError("plugins")), origin=document.start)
    return Layer(label, 0, _entries(_list(document.value["plugins"], "plugins", label, document), document))


def _list(value: Any, field: str, label: str, document: Document) -> list[Any]:
    if not isinstance(value, list):
        raise Stop(f"content of the '{field}' field must be a list in {label}", origin=document.start)
    return value


def _entries(values: Any, document: Document) -> tuple[Entry, ...]:
    return tuple(Entry(value, _place(document.plugins, index, document)) for index, value in enumerate(values))


def _place(places: tuple[Origin, ...], index: int, document: Document) -> Origin:
    return places[index] if index < len(places) else document.start


def _replaced(run: Run, names: list[Any]) -> int | None:
    """Which include the catalog index takes the place of."""
    if not run.environment.get("CATALOG_INDEX_IMAGE"):
        return None
    match run.behaviour.catalog_index:
        case "none":
            return None
        case "exact":
            return names.index(DEFAULTS) if DEFAULTS in names else None
        case "base-name":
            bases = [posixpath.basename(name) for name in names]
            return bases.index(DEFAULTS) if DEFAULTS in bases else None


def _catalog_label() -> str:
    return f"{TARGET}/.catalog-index-temp/{DEFAULTS}"


def _text(run: Run, name: str, include: Reader, place: Origin, *, from_index: bool) -> str | None:
    """The text of an include; None where RHDH goes on without it, or where it is not at hand."""
    text = include(name)
    if text is ABSENT and not from_index:
        _miss(run, name, place)
        return None
    if text is UNKNOWN or text is ABSENT:
        run.unknown.append(name)
        return None
    return text


def _miss(run: Run, name: str, origin: Origin) -> None:
    if run.behaviour.language == "javascript":
        run.warnings.append(f"WARNING: include file {_absolute(name)} not found, skipping")
    elif run.behaviour.missing_include == "error":
        raise Stop(f"File {name} does not exist", origin=origin)
    else:
        run.warnings.append(f"WARNING: File {name} does not exist, skipping including dynamic packages from {name}")


def _absolute(name: str) -> str:
    return posixpath.normpath(posixpath.join(WORKING_DIRECTORY, name))


def _javascript_layers(run: Run, main: Document, include: Reader) -> Iterator[Layer]:
    names = _javascript_includes(main)
    replaced = _replaced(run, names)
    for index, name in enumerate(names):
        text = _text(run, name, include, _place(main.includes, index, main), from_index=index == replaced)
        if text is not None:
            yield _javascript_include(run, text, name, _catalog_label() if index == replaced else _absolute(name))
    yield _javascript_main(main)


def _javascript_includes(main: Document) -> list[str]:
    # A list and a text have a method `includes`, which is then taken for the field.
    value = main.value
    names = value.get("includes") if isinstance(value, dict) else value if isinstance(value, list | str) else None
    if names is None:
        return []
    if not isinstance(names, list) or names is value:
        raise Stop("TypeError: e.map is not a function", origin=main.start)
    for name in names:
        if not isinstance(name, str):
            raise Stop(
                'TypeError [ERR_INVALID_ARG_TYPE]: The "path" argument must be of type string. ' + received(name),
                origin=main.start,
            )
    return names


def _javascript_include(run: Run, text: str, name: str, label: str) -> Layer:
    document = read(text, name, label, run.behaviour)
    if not is_falsy(document.value) and not isinstance(document.value, dict):
        raise Stop(f"{label} must contain a mapping", origin=document.start)
    plugins = document.value.get("plugins") if isinstance(document.value, dict) else None
    if plugins is not None and not isinstance(plugins, list):
        raise Stop(f"{label} must contain a 'plugins' list (got {type_of(plugins)})", origin=document.start)
    return Layer(label, 0, _entries(plugins or [], document))


def _javascript_main(main: Document) -> Layer:
    plugins = main.value.get("plugins") if isinstance(main.value, dict) else None
    label = _absolute(MAIN)
    # JavaScript goes through the characters of a text, and only notices what it cannot go through when it comes to it.
    if plugins is None or isinstance(plugins, list | str):
        return Layer(label, 1, _entries(plugins or (), main))
    return Layer(label, 1, (), Stop("TypeError: t is not iterable", origin=main.start))
