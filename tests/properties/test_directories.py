"""Whole directories around generated texts: no foreign byte changes, a second run plans nothing, never a crash."""

import json
import tempfile
import textwrap
from pathlib import Path

import yaml
from hypothesis import event, given, note, settings
from hypothesis import strategies as st

from installer.directory.read import read
from installer.flow import install
from installer.model.errors import ExitCode, InstallerError
from installer.model.report import Report
from installer.model.request import InstallRequest
from tests.properties.directories import FOREIGN, bare, operators
from tests.properties.texts import ORCHESTRATOR, ends, plugins_texts, settings_texts

# Two texts each, and two tests: more than 3,000 texts in CI and more than 10,000 with the thorough profile.
MANY = settings(max_examples=8 * settings.default.max_examples)
# What a generated directory may be refused with: RHDH would fail, two values, a text that cannot be edited safely.
REFUSALS = {ExitCode.FINDINGS, ExitCode.DECIDE, ExitCode.INVALID}


@st.composite
def portals(draw):
    release = draw(st.sampled_from(sorted(ORCHESTRATOR)))
    (plugins, foreign), config = draw(plugins_texts(release)), draw(settings_texts())
    files = operators(draw, release, plugins, config) if draw(st.booleans()) else bare(release, plugins, config)
    end = draw(ends)
    mark = draw(st.sampled_from((b"", b"", b"\xef\xbb\xbf")))
    data = {name: text.replace("\n", end).encode() for name, text in files.items()}
    marked = {name: mark + text if name.startswith("all") else text for name, text in data.items()}
    return release, marked, [spellings(lines, end) for lines in foreign]


def spellings(lines: str, end: str) -> tuple[bytes, ...]:
    """The lines as they may stand in a file: bare, in a block scalar, in a quoted scalar."""
    indented = textwrap.indent(lines, "    ", lambda _: True)
    whole = (lines, indented, json.dumps(lines)[1:-1])
    return tuple(one.replace("\n", end).encode() for one in whole)


def lay_out(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in (files | FOREIGN).items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def attempt(folder: str) -> Report | InstallerError:
    request = InstallRequest(directory=folder, yes=True)
    try:
        return install(request, confirm=lambda *_: True, progress=lambda _: None)
    except InstallerError as error:
        return error


def comment_lines(data: bytes) -> list[bytes]:
    return [line.strip() for line in data.splitlines() if line.strip().startswith(b"#")]


def is_subsequence(few: list[bytes], many: list[bytes]) -> bool:
    rest = iter(many)
    return all(one in rest for one in few)


def forms(entry: bytes) -> list[bytes]:
    """An entry as it was; a block scalar that ended the text with no line end has to say `|-` once more follows."""
    head, bar, tail = entry.rpartition(b": |")
    return [entry, head + b": |-" + tail] if bar else [entry]


@MANY
@given(portals())
def test_install(portal):
    release, files, foreign = portal
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lay_out(folder, files)
        before = contents(folder)
        note("\n".join(f"--- {file}\n{data!r}" for file, data in files.items()))
        said = attempt(name)
        after = contents(folder)
        if isinstance(said, InstallerError) or said.errors:
            problems = said.problems if isinstance(said, InstallerError) else said.errors
            assert {problem.exit for problem in problems} <= REFUSALS, problems
            assert after == before
            event(f"{release}: refused, {problems[0].code}")
            return
        event(f"{release}: {len(said.changes)} changes")
        hold(before, after, {change.path for change in said.changes})
        for segment in foreign:
            kept = [one for one in segment if any(one in data for data in before.values())]
            assert all(any(form in data for form in forms(one) for data in after.values()) for one in kept)
            event("with a foreign entry" if kept else "without a foreign entry")
        again = attempt(name)
        assert isinstance(again, Report)
        assert (again.errors, again.changes, contents(folder)) == ((), (), after)


def hold(before: dict[str, bytes], after: dict[str, bytes], named: set[str | None]) -> None:
    changed = {name for name in after if after[name] != before.get(name)}
    assert changed == named
    assert before.keys() <= after.keys()
    assert not changed & FOREIGN.keys()
    for name in changed & before.keys():
        hold_lines(before[name], after[name])


def hold_lines(before: bytes, after: bytes) -> None:
    assert before.startswith(b"\xef\xbb\xbf") is after.startswith(b"\xef\xbb\xbf")
    assert (b"\r\n" in before) is (b"\r\n" in after)
    if b"\r\n" in before:
        assert after.count(b"\n") == after.count(b"\r\n")
    assert not before or before.endswith(b"\n") is after.endswith(b"\n")
    assert is_subsequence(comment_lines(before), comment_lines(after))
    list(yaml.compose_all(after.decode("utf-8-sig"), Loader=yaml.CSafeLoader))


@MANY
@given(portals(), st.data())
def test_spoiled_texts_never_crash(portal, data):
    """A cut, a doubled line or a foreign character somewhere: a report or an InstallerError, nothing else."""
    _, files, _ = portal
    name = data.draw(st.sampled_from(sorted(files)))
    text = files[name]
    at = data.draw(st.integers(0, len(text)))
    what = data.draw(
        st.sampled_from((b"", b"\t", b"{", b"}", b"'", b'"', b": ", b"- ", b"\x00", b"\xff", b"&a ", b"*a", b"<<: "))
    )
    length = data.draw(st.sampled_from((0, 1, 5, 40)))
    files = files | {name: text[:at] + what + text[at + length :]}
    with tempfile.TemporaryDirectory() as folder:
        lay_out(Path(folder), files)
        before = contents(Path(folder))
        note(repr(files))
        said = attempt(folder)
        after = contents(Path(folder))
        if isinstance(said, InstallerError) or said.errors:
            problems = said.problems if isinstance(said, InstallerError) else said.errors
            assert ExitCode.BUG not in {problem.exit for problem in problems}
            assert after == before
        else:
            assert {one for one in after if after[one] != before.get(one)} == {change.path for change in said.changes}
            again = attempt(folder)
            assert isinstance(again, Report)
            assert (again.errors, again.changes, contents(Path(folder))) == ((), (), after)
        assert read(folder).files.keys() <= after.keys()
