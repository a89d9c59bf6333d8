"""Which release a text names."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.knowledge.location import data_folder
from installer.knowledge.releases import minors, release
from installer.model.errors import ExitCode, InstallerError

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("1.8", "1.8.7"),
        ("v1.8", "1.8.7"),
        ("1.8.3", "1.8.3"),
        ("v1.8.3", "1.8.3"),
        ("1.8.0", "1.8.0"),
        ("1.10", "1.10.3"),
        ("1.10.0", "1.10.0"),
        ("1.1", "1.1.2"),
        ("1.9.99", "1.9.99"),
        ("2.1", "2.1.0"),
    ],
)
def test_a_release_with_and_without_patch(text, version):
    assert release(text).version == version


def test_a_release_exists_once():
    assert release("1.8") is release("v1.8.7")
    assert release("1.8") != release("1.8.6")


@pytest.mark.parametrize(
    ("text", "nearest"),
    [("1.0", "1.1"), ("1.11", "1.10"), ("1.60", "1.10"), ("2.7", "2.1"), ("3.0", "2.1"), ("0.9", "1.1")],
)
def test_an_unknown_release_names_the_nearest(text, nearest):
    with pytest.raises(InstallerError) as caught:
        release(text)
    [problem] = caught.value.problems
    assert (caught.value.exit, problem.code) == (ExitCode.TARGET, "unknown-release")
    assert problem.message == f"RHDH {text} is not known; the nearest known release is {nearest}"
    assert problem.fix == "rhdh-orchestrator releases"


@pytest.mark.parametrize(
    "text",
    ["", "1", "v", "1.8.", ".8", "1.8.x", "1.8.3-rc.1", "1.08", "01.8", "V1.8", " 1.8", "1.8\n", "latest", "1.८"],
)
def test_a_text_that_names_no_release(text):
    with pytest.raises(InstallerError) as caught:
        release(text)
    [problem] = caught.value.problems
    assert (caught.value.exit, problem.code) == (ExitCode.TARGET, "unknown-release")
    assert repr(text) in problem.message
    assert all(minor in problem.message for minor in minors())


@given(st.text() | st.from_regex(r"v?\d{1,9}(\.\d{1,9}){0,3}", fullmatch=True))
def test_any_text_is_a_release_or_unknown(text):
    try:
        outcome = release(text)
    except InstallerError as error:
        outcome = error
    if isinstance(outcome, InstallerError):
        assert [problem.code for problem in outcome.problems] == ["unknown-release"]
    else:
        assert text.removeprefix("v") in (outcome.minor, outcome.version)


@pytest.mark.parametrize(
    ("versions", "behaviour"),
    [
        (("1.1.0", "1.1.2", "1.2.0", "1.2.6"), "A"),
        (("1.3.0", "1.3.4", "1.4.0", "1.4.1"), "B"),
        (("1.3.5", "1.4.2", "1.4.3"), "B-lock"),
        (("1.5.0", "1.5.3", "1.6.0", "1.6.5"), "C"),
        (("1.7.0",), "C-include-warning"),
        (("1.7.1", "1.7.4", "1.8.0", "1.8.7"), "D"),
        (("1.9.0", "1.9.2"), "E1"),
        (("1.9.3",), "E2"),
        (("1.9.4", "1.9.8"), "E3"),
        (("1.10.0", "1.10.9"), "E4"),
        (("2.0.0", "2.1.0", "2.1.5"), "F"),
    ],
)
def test_the_plugin_installer_of_a_patch(versions, behaviour):
    assert [release(version).behaviour for version in versions] == [behaviour] * len(versions)


def test_digests_are_those_of_the_nearest_patch_at_or_below():
    image = "registry.access.redhat.com/rhdh/red-hat-developer-hub-backstage-plugin-orchestrator"
    of = [release(f"1.9.{patch}").digests[image] for patch in range(9)]
    assert of[0] == of[1] != of[2] == of[3] != of[4] == of[5] == of[6] != of[7] == of[8]
    assert release("1.9").minor_digests[image] == frozenset(of)
    assert release("2.0").digests == {}
    assert release("1.8").minor_digests == {}


@pytest.mark.parametrize("minor", minors())
def test_a_description_is_json_and_holds_the_texts(minor):
    described = json.loads(json.dumps(release(minor).describe()))
    folder = data_folder("configmaps") / minor
    assert described["version"] == release(minor).version
    assert described["dynamicPlugins"] == (folder / "dynamic-plugins.yaml").read_text()
    assert described["appConfig"] == (folder / "app-config.yaml").read_text()
    assert described["installer"] == release(minor).behaviour


def run(tree, code):
    """Python on a copy of the package, as a wheel would lay it out, and on nothing of this checkout."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    command = [sys.executable, "-S", "-P", "-c", f"import sys; sys.path[:0] = {[str(tree), *sys.path]!r}\n{code}"]
    done = subprocess.run(command, cwd=tree, env=environment, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


@pytest.fixture
def wheel(tmp_path):
    """The package with its data inside, and a release more."""
    ignore = shutil.ignore_patterns("__pycache__")
    for name in ("model", "knowledge"):
        shutil.copytree(ROOT / "installer" / name, tmp_path / "installer" / name, ignore=ignore)
    shutil.copy(ROOT / "installer" / "__init__.py", tmp_path / "installer")
    data = tmp_path / "installer" / "_data" / "configmaps"
    shutil.copytree(data_folder("configmaps"), data)
    shutil.copytree(data / "1.8", data / "1.60")
    text = (data / "1.60" / "release.yaml").read_text().replace('minor: "1.8"', 'minor: "1.60"')
    (data / "1.60" / "release.yaml").write_text(text)
    return tmp_path


def test_a_wheel_carries_its_data_and_a_new_release_is_a_new_folder(wheel):
    code = "from installer.knowledge.releases import minors, release; print(*minors(), release('1.60').version)"
    wanted = [*minors(), "1.60"]
    wanted.sort(key=lambda minor: [int(part) for part in minor.split(".")])
    assert run(wheel, code).split() == [*wanted, "1.60.7"]


def test_a_wheel_without_checkout_uses_no_other_folder(wheel):
    code = "from installer.knowledge.location import data_folder; print(data_folder('configmaps'))"
    assert Path(run(wheel, code)) == (wheel / "installer" / "_data" / "configmaps").resolve()


def test_the_room_itself_imports_no_parser():
    assert run(ROOT, "import installer.knowledge; print('yaml' in sys.modules)") == "False"


@pytest.mark.parametrize("name", ["configmaps", "charts"])
def test_the_checkout_has_the_data_folders_of_the_wheel(name):
    assert any(data_folder(name).iterdir())
