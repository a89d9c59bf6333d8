"""What npm makes of its settings, asked of npm itself, is what we make of them."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from installer.registries.npmrc import read
from tests.tables import table

HERE = Path(__file__).parent
CASES = table(HERE / "npm_settings.yaml")
PLACES = {"project": "work/.npmrc", "user": "home/.npmrc", "global": "prefix/etc/npmrc"}


def filled(text, root):
    return text.replace("{root}", str(root)).replace("{work}", f"{root}/work").replace("{home}", f"{root}/home")


def laid_out(case, root):
    """The files of a case in a folder; its environment."""
    files = {**{PLACES[key]: case[key] for key in PLACES if key in case}, **case.get("files", {})}
    for folder in ("work", "home", "prefix"):
        (root / folder).mkdir(parents=True)
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(filled(text, root).encode())
    given = {key: filled(value, root) for key, value in case.get("env", {}).items()}
    return {"HOME": f"{root}/home", "PATH": os.environ["PATH"], "PREFIX": f"{root}/prefix", **given}


@pytest.fixture(scope="module")
def places(tmp_path_factory):
    """By the name of a case: its folder and environment."""
    root = tmp_path_factory.mktemp("settings")
    return {case["id"]: (root / str(number), laid_out(case, root / str(number))) for number, case in enumerate(CASES)}


@pytest.fixture(scope="module")
def npm(places):
    """By the name of a case: what npm says, all in one process."""
    program = shutil.which("npm")
    if program is None or shutil.which("node") is None:
        pytest.skip("npm is missing: nothing was compared with it")
    root = Path(program).resolve().parent.parent
    if not (root / "node_modules" / "@npmcli" / "config").is_dir():
        pytest.skip(f"npm's own modules are not in {root}: nothing was compared with it")
    asked = [
        {
            "cwd": f"{places[case['id']][0]}/work",
            "env": places[case["id"]][1],
            "argv": ["--registry", case["registry"]] if "registry" in case else [],
            "names": names(case),
        }
        for case in CASES
    ]
    words = ["node", str(HERE / "npm_settings.js"), str(root)]
    done = subprocess.run(words, input=json.dumps(asked), capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return dict(zip((case["id"] for case in CASES), json.loads(done.stdout), strict=True))


def names(case):
    return case.get("names", ["x", "@s/x"])


def ours(case, places, monkeypatch):
    root, environment = places[case["id"]]
    monkeypatch.chdir(root / "work")
    config = read(root / "work", environment, case.get("registry"))

    def said(name):
        registry = config.registry_of(name)
        url = f"{registry}{name.replace('/', '%2f')}"
        certificate = config.certificate(url)
        ca = Path(config.ca_file).read_text() if config.ca_file else config.ca_text
        return {
            "registry": registry,
            "authorization": config.authorization(url),
            "certificate": [Path(one).read_text() for one in certificate] if certificate else None,
            "ca": ca,
            "strict": config.strict_tls,
            "proxy": config.proxy(url),
        }

    return {name: said(name) for name in names(case)}


def same(said):
    """Whatever stands between the lines of a certificate, and how letters of a host are written."""
    for one in said.values():
        one["ca"] = "".join(one["ca"].split()) if one["ca"] else None
        one["registry"] = one["registry"].lower()
    return said


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["id"])
def test_as_npm(case, places, npm, monkeypatch):
    assert same(ours(case, places, monkeypatch)) == same(npm[case["id"]])


@pytest.mark.parametrize("case", [case for case in CASES if "want" in case], ids=lambda case: case["id"])
def test_as_it_is_written_down(case, places, monkeypatch):
    found = ours(case, places, monkeypatch)
    for name, wanted in case["want"].items():
        assert {key: found[name][key] for key in wanted} == wanted


def test_there_are_enough():
    assert len({case["id"] for case in CASES}) == len(CASES) >= 60
