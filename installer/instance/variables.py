"""The environment of a container, as far as manifests tell it. Never holds a value that comes from a Secret."""

from collections.abc import Iterable
from dataclasses import field

from installer.instance.instance import Variables
from installer.instance.objects import Objects, Source, refuse_values
from installer.instance.view import View
from installer.model.dataclass import dataclass
from installer.yamltext.text import Text


@dataclass
class Environment:
    """Variables as they are collected: what comes later wins, known or not."""

    objects: Objects
    namespace: str
    values: dict[str, str] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)
    open: bool = False

    def know(self, name: str, value: str) -> None:
        self.values[name] = value
        self.unknown.discard(name)

    def provide(self, *names: str) -> None:
        """Names that exist in the container with a value that is not in the manifests."""
        for name in names:
            self.values.pop(name, None)
            self.unknown.add(name)

    def add_env(self, env: View | None) -> None:
        """The `env` list of a container: a value is known unless it comes from elsewhere or names a variable."""
        for one in env.items() if env is not None else []:
            name = one.scalar("name")
            value = one.get("value")
            if not name:
                continue
            if one.get("valueFrom") is not None or (value is not None and _is_computed(value.scalar())):
                self._add_value_from(name, one.get("valueFrom"))
            else:
                self.know(name, value.scalar() if value is not None else "")

    def _add_value_from(self, name: str, origin: View | None) -> None:
        self.provide(name)
        reference = origin.get("configMapKeyRef") if origin is not None else None
        if reference is None:
            return
        source = self.objects.find("ConfigMap", reference.scalar("name"), self.namespace)
        entry = source.entries.get(reference.scalar("key")) if source is not None else None
        if source is not None and source.document is not None and entry is not None:
            self.know(name, entry.scalar())

    def add_env_from(self, env_from: View | None) -> None:
        """The `envFrom` list of a container. Raises InstallerError where a ConfigMap is missing."""
        for one in env_from.items() if env_from is not None else []:
            for kind, key in (("ConfigMap", "configMapRef"), ("Secret", "secretRef")):
                reference = one.get(key)
                if reference is not None and reference.scalar("name"):
                    optional = bool(reference.truth("optional"))
                    self.add_all(kind, reference.scalar("name"), reference, one.scalar("prefix"), optional=optional)

    def add_all(self, kind: str, name: str, wanted: View, prefix: str = "", *, optional: bool = False) -> None:
        """Every key of a ConfigMap or Secret. A Secret that is not in the manifests leaves the environment open."""
        source = self.objects.find(kind, name, self.namespace)
        if source is None and kind == "ConfigMap" and not optional:
            raise self.objects.missing(kind, name, self.namespace, wanted)
        if source is None:
            self.open = True
            return
        if kind == "ConfigMap":
            refuse_values(source)
        for key, value in literals(self.objects, source):
            self.provide(prefix + key) if kind == "Secret" else self.know(prefix + key, value)

    def add_key(self, kind: str, name: str, key: str, wanted: View) -> None:
        """One key of a ConfigMap or Secret, under its own name."""
        source = self.objects.find(kind, name, self.namespace)
        if source is None and kind == "ConfigMap":
            raise self.objects.missing(kind, name, self.namespace, wanted)
        known = dict(literals(self.objects, source)) if source is not None and kind == "ConfigMap" else {}
        if key in known:
            self.know(key, known[key])
        else:
            self.provide(key)

    def variables(self) -> Variables:
        return Variables(dict(sorted(self.values.items())), frozenset(self.unknown), self.open)


def literals(objects: Objects, source: Source) -> list[tuple[str, str]]:
    """The keys of a ConfigMap or Secret and their values as they stand (base64 is not decoded)."""
    pairs = []
    for key, one in source.entries.items():
        text = one.scalar()
        generated = source.document is None
        pairs.append((key, text.partition("=")[2] if generated else text))
    for key, path in source.files.items():
        file = objects.manifests.files.get(path)
        pairs.append((key, file.characters if file is not None else ""))
    for path in source.envs:
        file = objects.manifests.files.get(path)
        pairs.extend(_env_lines(Text.of(file).characters) if file is not None else [])
    return pairs


def _env_lines(characters: str) -> Iterable[tuple[str, str]]:
    for line in characters.splitlines():
        name, equals, value = line.strip().partition("=")
        if equals and not name.startswith("#"):
            yield name, value


def _is_computed(value: str) -> bool:
    return "$(" in value or "{{" in value
