"""The wheel is the whole program: with its data, with its licence, from any directory."""

import json
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(program, tmp_path_factory):
    target = tmp_path_factory.mktemp("wheel")
    pip = f'"$PYTHON" -m pip --disable-pip-version-check --quiet wheel --no-deps --wheel-dir "{target}" "{ROOT}"'
    done = program.shell(pip, cwd=target, timeout=300)
    assert done.returncode == 0, done.stderr
    (file,) = target.glob("rhdh_orchestrator-*.whl")
    return file


@pytest.fixture(scope="module")
def site(wheel, tmp_path_factory):
    """The wheel where pip would unpack it; a wheel without scripts needs no more."""
    target = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(target)
    return target


def run(program, site, *words, **settings):
    script = "import sys; from installer.__main__ import main; sys.argv[0] = 'rhdh-orchestrator'; main()"
    return program.probe(script, *words, env={"PYTHONPATH": str(site)}, **settings)


def test_what_is_in_it(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    minors = {path.name for path in (ROOT / "configmaps").iterdir() if (path / "release.yaml").exists()}
    for minor in minors:
        assert f"installer/_data/configmaps/{minor}/release.yaml" in names
    assert any(name.startswith("installer/_data/charts/") for name in names)
    assert any(name.endswith("/licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "scripts/"))]
    assert not [name for name in names if name.endswith(".pyc")]


def test_it_plans_from_its_own_data(program, site, manifests):
    done = run(program, site, "install", "--directory", ".", "--dry-run", "-o", "json", cwd=manifests)
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["changes"]


def test_it_is_the_wheel_that_runs(program, site, tmp_path):
    done = program.probe("import installer; print(installer.__file__)", env={"PYTHONPATH": str(site)}, cwd=tmp_path)
    assert done.stdout.startswith(str(site))
    assert str(ROOT) not in done.stdout
    assert sys.prefix not in done.stdout
