"""One object of a snapshot: its data, and where each part of it stands. Judges nothing.

Every way to look into an object is tolerant: what is missing or of another type is an empty mapping, an empty list, an
empty string. Rules therefore never crash on an object that somebody wrote wrongly.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from yaml.nodes import ScalarNode

from installer.audit.secret import Secret, reduce
from installer.audit.spot import Spot
from installer.audit.text import Twice, Written, child, place_in, twice
from installer.instance.instance import Document, Path
from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.place import Place
from installer.yamltext.text import File, Text
from installer.yamltext.values import Schema, construct


@dataclass(frozen=True)
class Object:
    """An object that was read: from a text (`document`), or as the API gave it (`given`).

    The namespace of `ref` is the one the object ends up in, empty where the source does not tell.
    """

    ref: Ref
    document: Document | None = None
    given: Mapping[str, Any] | None = None

    @cached_property
    def _reduced(self) -> tuple[dict[str, Any], Secret | None]:
        body = self.given if self.given is not None else self._constructed()
        if self.ref.kind == "Secret":
            return reduce(body)
        return dict(body), None

    def _constructed(self) -> dict[str, Any]:
        body = construct(self.document.node, Schema.KUBERNETES) if self.document is not None else {}
        return body if isinstance(body, dict) else {}

    @property
    def data(self) -> dict[str, Any]:
        """The whole object as plain data; of a Secret without its values."""
        return self._reduced[0]

    @property
    def secret(self) -> Secret | None:
        """What may be known of a Secret's values; None for other kinds."""
        return self._reduced[1]

    @property
    def kind(self) -> str:
        return self.ref.kind

    @property
    def name(self) -> str:
        return self.ref.name

    @property
    def namespace(self) -> str:
        return self.ref.namespace

    @property
    def is_observed(self) -> bool:
        """Whether it is as a cluster has it, with what controllers wrote; a manifest in Git is not."""
        return self.given is not None or "status" in self.data or bool(self.text("metadata", "uid"))

    # -- looking in

    def get(self, *path: str | int) -> Any:
        """What stands at a path; None where there is nothing."""
        return dig(self.data, *path)

    def text(self, *path: str | int) -> str:
        """The scalar at a path as text; empty where there is none."""
        return text(self.get(*path))

    def mapping(self, *path: str | int) -> dict[str, Any]:
        return mapping(self.get(*path))

    def items(self, *path: str | int) -> list[Any]:
        return items(self.get(*path))

    def moment(self, *path: str | int) -> datetime | None:
        return moment(self.get(*path))

    @cached_property
    def labels(self) -> dict[str, str]:
        return {key: text(value) for key, value in self.mapping("metadata", "labels").items()}

    @cached_property
    def annotations(self) -> dict[str, str]:
        return {key: text(value) for key, value in self.mapping("metadata", "annotations").items()}

    @property
    def created(self) -> datetime | None:
        return self.moment("metadata", "creationTimestamp")

    @property
    def owners(self) -> list[dict[str, Any]]:
        return [one for one in self.items("metadata", "ownerReferences") if isinstance(one, dict)]

    def condition(self, kind: str) -> dict[str, Any]:
        """One of the conditions of `status`; empty where there is none of that type."""
        found = [one for one in self.items("status", "conditions") if isinstance(one, dict) and one.get("type") == kind]
        return found[0] if found else {}

    # -- texts in it, and places

    @property
    def keys(self) -> list[str]:
        """The keys of `data` of a ConfigMap."""
        return list(self.mapping("data"))

    def written(self, key: str) -> Written | None:
        """The value of a key of `data` as a text that somebody wrote; None where there is none."""
        if key not in self._written:
            self._written[key] = self._read(key)
        return self._written[key]

    @cached_property
    def _written(self) -> dict[str, Written | None]:
        """What was asked for already: a text is found in its file only when somebody wants to read it."""
        return {}

    def _read(self, key: str) -> Written | None:
        if self.ref.kind == "Secret":
            return None
        if self.document is not None:
            data = child(self.document.node, "data")
            value = child(data, key) if data is not None else None
            return Written(self.document.text.embedded(value)) if isinstance(value, ScalarNode) else None
        text = self.get("data", key)
        base = "/".join(part for part in (self.kind, self.namespace, self.name) if part)
        if not isinstance(text, str):
            return None
        return Written(Text.of(File(f"{base}/{key}", text.encode("utf-8", "surrogatepass"), text)))

    def twice(self) -> list[Twice]:
        """Every key that stands twice in one mapping of the object itself; none where the source has no text of it."""
        return twice(self.document.text, self.document.node) if self.document is not None else []

    def place(self, *path: str | int) -> Place | None:
        """Where a path stands: the key, or the element of a list; of what is missing, the nearest thing above it.

        None where the source has no lines (an object of a cluster, whose texts alone have some).
        """
        if self.document is None:
            return None
        return place_in(self.document.text, self.document.node, path)

    def at(self, *path: str | int) -> Spot:
        """A path of this object as what a finding points to."""
        return Spot(self.ref, self.place(*path), dotted(*path))


# -- plain data, tolerantly


def dotted(*path: str | int) -> str:
    """A path in words: `spec.env[0].name`; a key that holds a dot or a slash stands in brackets."""
    words = ""
    for step in path:
        if isinstance(step, int) or any(mark in step for mark in "./[]"):
            words += f"[{step}]"
        else:
            words += f".{step}" if words else step
    return words


_MAPPING = (dict, Mapping)  # the first is told apart in no time, the second by what is registered


def dig(value: Any, *path: str | int) -> Any:
    """What stands at a path of plain data; None where there is nothing."""
    for step in path:
        if isinstance(value, list) and isinstance(step, int) and -len(value) <= step < len(value):
            value = value[step]
        elif isinstance(value, _MAPPING):
            value = value.get(step)
        else:
            return None
    return value


def mapping(value: Any) -> dict[str, Any]:
    """The value where it is a mapping, its keys as text; else an empty one."""
    return {str(key): child for key, child in value.items()} if isinstance(value, _MAPPING) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def mappings(value: Any) -> list[dict[str, Any]]:
    """The elements of a list that are mappings."""
    return [mapping(one) for one in items(value) if isinstance(one, _MAPPING)]


def strings(value: Any) -> list[str]:
    """The elements of a list that are texts; a text alone is a list of one."""
    listed = [value] if isinstance(value, str) else items(value)
    return [one for one in listed if isinstance(one, str)]


def text(value: Any) -> str:
    """A scalar as text, booleans as YAML writes them; empty for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def number(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    return int(value) if isinstance(value, str) and value.isdecimal() and len(value) < _DIGITS else None


_DIGITS = 18


def moment(value: Any) -> datetime | None:
    """A timestamp of Kubernetes (RFC 3339); None for anything else."""
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def texts_in(value: Any, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every text in plain data, with its path."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, _MAPPING):
        for key, child in value.items():
            yield from texts_in(child, (*path, str(key)))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from texts_in(child, (*path, index))


def every(value: Any, *path: str | int) -> Iterator[tuple[int, dict[str, Any]]]:
    """The mappings of a list at a path, each with its number."""
    for index, one in enumerate(items(dig(value, *path))):
        if isinstance(one, _MAPPING):
            yield index, mapping(one)
