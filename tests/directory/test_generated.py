"""A folder that we generate: written whole, written anew, and left alone where it is somebody else's."""

from pathlib import Path

import pytest

from installer.directory.generated import MARK, compare, put
from installer.model.errors import ExitCode, InstallerError

FILES = {"kustomization.yaml": "resources: [a]\n", "a/one.yaml": "kind: One\n", "a/two.yaml": "kind: Two\n"}


def content(folder: Path) -> dict[str, str]:
    return {one.relative_to(folder).as_posix(): one.read_text() for one in sorted(folder.rglob("*")) if one.is_file()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "not" / "there" / "yet"


def test_written_whole_and_nothing_the_second_time(folder: Path) -> None:
    put(compare(str(folder), FILES))
    assert content(folder) == {path: MARK + text for path, text in FILES.items()}
    assert not compare(str(folder), FILES).pending


def test_changed_and_stale_files(folder: Path) -> None:
    put(compare(str(folder), FILES))
    (folder / "a" / "README.md").write_text("theirs\n")
    now = {"kustomization.yaml": "resources: [a]\n", "a/one.yaml": "kind: Three\n"}
    found = compare(str(folder), now)
    assert [one.path for one in found.changes] == ["a/one.yaml"]
    assert [one.path for one in found.stale] == ["a/two.yaml"]
    put(found)
    assert content(folder) == {path: MARK + text for path, text in now.items()} | {"a/README.md": "theirs\n"}


@pytest.mark.parametrize(
    ("theirs", "named"),
    [({"README.md": "hello"}, "no file in it is ours"), ({"a/one.yaml": "kind: Theirs\n"}, "no file in it is ours")],
)
def test_a_folder_of_somebody_else(folder: Path, theirs: dict[str, str], named: str) -> None:
    for path, text in theirs.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    with pytest.raises(InstallerError, match=named) as caught:
        compare(str(folder), FILES)
    assert (caught.value.exit, caught.value.problems[0].code) == (ExitCode.CONFLICT, "folder-not-ours")
    assert content(folder) == theirs


def test_a_file_that_somebody_made_their_own(folder: Path) -> None:
    put(compare(str(folder), FILES))
    (folder / "a" / "one.yaml").write_text("kind: Mine\n")
    with pytest.raises(InstallerError, match=r"somebody else's: a/one\.yaml"):
        compare(str(folder), FILES)


def test_a_file_in_its_place(folder: Path) -> None:
    folder.parent.mkdir(parents=True)
    folder.write_text("")
    with pytest.raises(InstallerError, match="it is no folder"):
        compare(str(folder), FILES)


def test_git_and_an_empty_folder_are_no_obstacle(folder: Path) -> None:
    (folder / ".git").mkdir(parents=True)
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/main\n")
    put(compare(str(folder), FILES))
    assert (folder / "a" / "two.yaml").is_file()
