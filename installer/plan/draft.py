"""The texts of a plan while it is made: what each will say, which files are new, what was noticed on the way.

Everything happens on data; files are written elsewhere. One `Draft` serves one plan.
"""

from dataclasses import field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from yaml.nodes import MappingNode, Node, SequenceNode

from installer.instance.instance import Path, Region
from installer.model.change import Owner, Ref
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, Problem, fail
from installer.model.place import Place
from installer.yamltext.reading import Unreadable, composed
from installer.yamltext.splices import Splice, spliced
from installer.yamltext.text import File, Text
from installer.yamltext.values import Schema, construct, is_merge, key_text

if TYPE_CHECKING:
    from difflib import SequenceMatcher

    from installer.yamltext.patch import Branch, Refused

Key = tuple[str, tuple[int, ...]]


@dataclass(frozen=True)
class NewFile:
    """A file that the plan creates."""

    path: str
    characters: str
    ref: Ref | None
    owner: Owner
    summary: str


@dataclass(frozen=True)
class Touched:
    """Whose object an edit changes, and what it does, in words."""

    ref: Ref | None
    owner: Owner
    summary: str


@dataclass
class Draft:
    """Current characters per text, new files, and what people should know.

    `inner` holds, by the path of a new ConfigMap's file, the text that becomes its value, and the key it stands under.
    """

    texts: dict[Key, tuple[Text, str]] = field(default_factory=dict)
    touched: dict[str, list[Touched]] = field(default_factory=dict)
    created: dict[str, NewFile] = field(default_factory=dict)
    inner: dict[str, tuple[Text, str]] = field(default_factory=dict)
    warnings: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def characters(self, text: Text) -> str:
        return self.texts.get(_key(text), (text, text.characters))[1]

    def root(self, region: Region) -> Node | None:
        """The node of a region as it is planned; None where it does not exist (yet)."""
        documents = parsed(self.characters(region.text), region.text)
        node = documents[region.index] if region.index < len(documents) else None
        return node_at(node, region.path)

    def value(self, region: Region, schema: Schema) -> Any:
        return construct(self.root(region), schema)

    def place(self, region: Region, node: Node | None) -> Place:
        """Where a node of the planned text stands in the files as they are."""
        return self.place_at(region.text, int(node.start_mark.index) if node is not None else 0)

    def place_at(self, text: Text, index: int) -> Place:
        """Where a character of the planned text stands in the files as they are; of an added line: where it goes."""
        shift = 0
        for splice in _differences(text.characters, self.characters(text)):
            start = splice.start + shift
            if index < start:
                break
            if index < start + len(splice.text):
                return text.place(splice.start)
            shift += len(splice.text) - (splice.end - splice.start)
        return text.place(index - shift)

    def key_place(self, region: Region, path: Path) -> Place:
        """Where the key of a value stands, or the element of a list: `path` begins at the region."""
        root = self.root(region)
        parent, node = node_at(root, path[:-1]), node_at(root, path)
        if isinstance(parent, MappingNode):
            node = next((name for name, _ in parent.value if key_text(name) == path[-1]), node)
        return self.place(region, node)

    def patch(self, region: Region, patch: "Branch", schema: Schema, touched: Touched) -> None:
        """Carries a patch into a region; an empty patch is nothing. Raises InstallerError where it cannot be done."""
        if not patch:
            return
        from installer.yamltext.editing import edited  # noqa: PLC0415 - most runs find nothing to edit
        from installer.yamltext.patch import Branch, Refused  # noqa: PLC0415

        whole = Branch()
        if region.path:
            whole.at(region.path[:-1]).members[region.path[-1]] = patch
        else:
            whole = patch
        before = self.characters(region.text)
        try:
            splices = edited(before, whole, schema, region.index)
        except Refused as error:
            raise _refused(error, self.place_at(region.text, min(error.index, len(before)))) from error
        except Unreadable as error:
            raise unreadable(error, region.text) from error
        self.rewrite(region.text, spliced(before, splices), touched)

    def rewrite(self, text: Text, after: str, touched: Touched) -> None:
        """A text as a whole; nothing happens where it says the same already."""
        if after == self.characters(text):
            return
        self.texts[_key(text)] = (text, after)
        self.touched.setdefault(text.file.path, []).append(touched)

    def create(self, new: NewFile) -> None:
        self.created[new.path] = new

    def warn(self, code: str, message: str, *, where: Place | None = None, fix: str | None = None) -> None:
        self.warnings.append(Problem(code, message, where, fix))

    def note(self, text: str) -> None:
        if text not in self.notes:
            self.notes.append(text)

    def files(self) -> dict[str, tuple[File, str]]:
        """Every file that changes: as it was read, and its characters afterwards. Raises InstallerError (INVALID)."""
        found: dict[str, tuple[File, str]] = {}
        for path in sorted({text.file.path for text, _ in self.texts.values()} - set(self.created)):
            texts = [(text, after) for text, after in self.texts.values() if text.file.path == path]
            splices = [one for text, after in texts for one in text.to_file(differences(text.characters, after))]
            file = texts[0][0].file
            if splices:
                after = spliced(file.characters, splices)
                whole = next((planned for text, planned in texts if not text.embeddings), file.characters)
                embedded = {text.characters: planned for text, planned in texts if text.embeddings}
                if embedded:  # a file that is no YAML, such as .npmrc, is its own text
                    from installer.plan.proof import prove  # noqa: PLC0415 - who only looks at a draft proves nothing

                    prove(path, whole, after, embedded)
                found[path] = (file, after)
        return found

    def new_files(self) -> dict[str, str]:
        """The characters of every new file; the text of a new ConfigMap stands in it as a block scalar."""
        files: dict[str, str] = {}
        for path, new in sorted(self.created.items()):
            files[path] = new.characters
            if path in self.inner:
                text, key = self.inner[path]
                lines = self.characters(text).rstrip("\n").split("\n")
                body = "\n".join(f"    {line}" if line else "" for line in lines)
                files[path] += f"  {key}: |\n{body}\n"
        return files


def _key(text: Text) -> Key:
    return text.file.path, tuple(embedding.outer_index(0) for embedding in text.embeddings)


def parsed(characters: str, text: Text) -> tuple[Node | None, ...]:
    """The documents of a text. Raises InstallerError (INVALID) with the place in the file."""
    try:
        return composed(characters)
    except Unreadable as error:
        raise unreadable(error, text) from error


def unreadable(error: Unreadable, text: Text) -> InstallerError:
    place = text.place_of_line(error.line, error.column)
    return fail(
        ExitCode.INVALID,
        error.code,
        f"{place.file} cannot be read as YAML: {error.message}",
        where=place,
        fix=f"correct {place.file} at line {place.line}",
    )


def _refused(error: "Refused", place: Place) -> InstallerError:
    return fail(
        ExitCode.INVALID,
        "cannot-edit",
        f"{place.file} cannot be edited so that everything else stays as it is: {error.message}",
        where=place,
        fix="write this part in block style and run the command again",
    )


def node_at(node: Node | None, path: Path) -> Node | None:
    """What stands at a path; merge keys are followed."""
    for key in path:
        node = _member(node, key)
        if node is None:
            return None
    return node


def _member(node: Node | None, key: str | int) -> Node | None:
    if isinstance(node, SequenceNode) and isinstance(key, int):
        return node.value[key] if key < len(node.value) else None
    if not isinstance(node, MappingNode):
        return None
    own = [value for name, value in node.value if key_text(name) == key]
    if own:
        last: Node = own[-1]
        return last
    for name, value in node.value:
        if is_merge(name, Schema.KUBERNETES):
            for base in value.value if isinstance(value, SequenceNode) else [value]:
                found = _member(base, key)
                if found is not None:
                    return found
    return None


def differences(before: str, after: str) -> list[Splice]:
    """The lines that differ, as splices of `before`."""
    return list(_differences(before, after))


@lru_cache(maxsize=8)
def _differences(before: str, after: str) -> tuple[Splice, ...]:
    if before == after:
        return ()
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    starts = [0]
    for line in old:
        starts.append(starts[-1] + len(line))
    from difflib import SequenceMatcher  # noqa: PLC0415 - who only looks at a draft compares nothing

    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return tuple(
        _narrowed(starts[first], old[first:last], new[begin:end])
        for tag, first, last, begin, end in _opcodes(matcher, old, new)
        if tag != "equal"
    )


def _narrowed(start: int, old: list[str], new: list[str]) -> Splice:
    """Of one line for one line only what differs: a text in flow style may be a single line, folded in its file."""
    if len(old) != 1 or len(new) != 1:
        return Splice(start, start + sum(map(len, old)), "".join(new))
    (before,), (after,) = old, new
    head = _alike(before, after)
    tail = _alike(before[head:][::-1], after[head:][::-1])
    return Splice(start + head, start + len(before) - tail, after[head : len(after) - tail])


def _alike(first: str, second: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((index for index, (one, other) in pairs if one != other), min(len(first), len(second)))


def _opcodes(matcher: "SequenceMatcher[str]", old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    """Equal heads and tails are cut off first: an edit of a long text is short."""
    head = 0
    while head < min(len(old), len(new)) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    middle_old, middle_new = old[head : len(old) - tail], new[head : len(new) - tail]
    matcher.set_seqs(middle_old, middle_new)
    return [(tag, a + head, b + head, c + head, d + head) for tag, a, b, c, d in matcher.get_opcodes()]
