"""The cases of the rules: manifests in `<slug>/{pass,fail}*.yaml`, all of them parsed once.

A case is laid over a base, a healthy RHDH of `bases/`: an object of the same kind, name and namespace replaces the
base's. A first document `audit:` may say how the case is looked at; /docs/audit.md lists what it may hold.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache, cached_property, partial
from pathlib import Path
from typing import Any

from installer.audit.kinds import Kind
from installer.audit.object import moment
from installer.audit.snapshot import Contents
from installer.audit.source import Answers, Definition, Source
from installer.directory.read import _objects, read
from installer.flow.audit_source import of_manifests, world_of
from installer.instance.instance import Document
from installer.instance.manifests import Manifests
from installer.model.change import Ref
from installer.yamltext.reading import compose
from installer.yamltext.text import File, Text
from installer.yamltext.values import Schema, construct

HERE = Path(__file__).parent
HEADER = {
    *("base", "release", "instance", "profile", "only", "now", "withheld", "without", "files", "defaults"),
    *("npm", "images", "pages", "logs", "definitions", "rendered", "expect", "skips"),
}
MARK = re.compile(r"#\s*here\b")
BASES_ARE = "1.8"  # the release of a case that does not tell one (`release: null` leaves it untold)
NOW = datetime(2026, 6, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Case:
    """One file. `slug` is its folder, `name` its name without ending."""

    slug: str
    name: str
    path: str
    header: dict[str, Any]
    documents: tuple[Document, ...]

    @property
    def unknown(self) -> set[str]:
        """What the header says and may not."""
        return set(self.header) - HEADER

    @property
    def fails(self) -> bool:
        return self.name.startswith("fail")

    @cached_property
    def marked(self) -> list[int]:
        """The lines that a comment `# here` marks."""
        lines = (HERE / self.path).read_text(encoding="utf-8").split("\n")
        return [number for number, line in enumerate(lines, 1) if MARK.search(line)]

    @cached_property
    def manifests(self) -> Manifests:
        base = self.header.get("base", "operator")
        under = () if base is None else bases()[base]
        extra = tuple(
            document for path, text in self.header.get("files", {}).items() for document in written(path, text)
        )
        over = (*self.documents, *extra)
        gone = set(self.header.get("without", ()))
        replaced = {address(one.ref) for one in over if one.ref}
        replaced_files = {one.text.file.path for one in extra}
        kept = tuple(
            one
            for one in under
            if one.text.file.path.rpartition("/")[2] not in replaced_files
            and not (one.ref and (address(one.ref) in replaced or str(one.ref) in gone))
        )
        documents = (*kept, *over)
        return Manifests({one.text.file.path: one.text.file for one in documents}, documents)

    def seek(self, manifests: Manifests):
        """RHDH and its release, that of the bases where the case tells none."""
        find = partial(world_of, manifests, self.header.get("instance"), defaults=self.header.get("defaults"))
        world, problem = find(self.header.get("release"))
        if "release" in self.header or problem is None or problem.code != "unknown-version":
            return world, problem
        return find(BASES_ARE)

    @cached_property
    def contents(self) -> Contents:
        return Contents(self.source)

    @cached_property
    def source(self) -> Source:
        header = self.header
        found = of_manifests(self.manifests, header.get("instance"), header.get("release"), header.get("defaults"))
        found = replace(found, seek=partial(self.seek, self.manifests))
        answers = {key: header[key] for key in ("npm", "images", "pages") if key in header}
        return without_kinds(
            replace(
                found,
                now=moment(header.get("now")) or NOW,
                answers=Answers(**answers) if answers else None,
                logs=logs(header["logs"]) if "logs" in header else None,
                definitions=definitions(header["definitions"]) if "definitions" in header else None,
                rendered=rendered(header["rendered"]) if "rendered" in header else None,
            ),
            header.get("withheld", ()),
        )


def without_kinds(source: Source, kinds) -> Source:
    """The same, as if kinds (by name, or as `Kind`) had not been read."""
    gone = {kind for kind in source.read if kind in kinds or kind.kind in kinds}
    kept = tuple(one for one in source.objects if kind_of(one.ref) not in gone)
    return replace(source, objects=kept, read=source.read - gone)


def kind_of(ref: Ref) -> Kind:
    return Kind(ref.api_version.rpartition("/")[0], ref.kind)


def address(ref: Ref) -> tuple[str, str, str]:
    return ref.kind, ref.namespace, ref.name


def logs(given) -> dict[tuple[str, str, str], str]:
    return {tuple(key.split("/")): text for key, text in given.items()}


def definitions(given) -> tuple[Definition, ...]:
    return tuple(Definition(one["name"], one.get("serviceUrl"), one.get("version")) for one in given)


def rendered(given) -> dict[Ref, Any]:
    return {
        Ref(one["apiVersion"], one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]): one
        for one in given
    }


@cache
def parsed() -> Manifests:
    """Everything below this folder."""
    return read(str(HERE))


@cache
def bases() -> dict[str, tuple[Document, ...]]:
    """The bases by name: bases/operator.yaml, or every file of bases/helm/."""
    found: dict[str, list[Document]] = {}
    for path, documents in parsed().by_path.items():
        room, _, rest = path.partition("/")
        if room == "bases":
            found.setdefault(rest.partition("/")[0].removesuffix(".yaml"), []).extend(documents)
    return {name: tuple(documents) for name, documents in found.items()}


@cache
def cases() -> tuple[Case, ...]:
    """Every case, in the order of slugs and names."""
    return tuple(
        case(path, documents) for path, documents in parsed().by_path.items() if re.search(r"/(pass|fail)[^/]*$", path)
    )


def case(path: str, documents: tuple[Document, ...]) -> Case:
    slug, _, file = path.rpartition("/")
    first = construct(documents[0].node, Schema.KUBERNETES) if documents[0].ref is None else None
    if isinstance(first, dict) and set(first) == {"audit"}:
        header, documents = first["audit"], documents[1:]
    else:
        header = {}
    return Case(slug, file.removesuffix(".yaml"), path, header, documents)


def written(path: str, text: str) -> list[Document]:
    """A file that a header brings, as the reader of directories would read it."""
    whole = Text.of(File(path, text.encode(), text))
    return [
        one for index, node in enumerate(compose(text)) if node is not None for one in _objects(whole, index, node, ())
    ]


def slugs() -> dict[str, tuple[str, str]]:
    """The rules that there shall be: severity and group by slug."""
    severities = dict(zip("CHMLI", ("critical", "high", "medium", "low", "info"), strict=True))
    groups = dict(zip("ABCDE", ("instance", "plugins", "app_config", "operators", "workflows"), strict=True))
    rows = [line.split("\t") for line in (HERE / "slugs.txt").read_text(encoding="utf-8").splitlines()]
    return {slug: (severities[severity], groups[letter]) for slug, _, severity, letter in rows}
