"""oc through openshift-client, on a stand-in for oc: its words, its silence, its end."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from installer.model.errors import ExitCode, InstallerError
from installer.programs.connection import Connection
from installer.programs.oc import client_version, find_oc, whoami
from tests.programs.conftest import Script

ENVIRONMENT = {"PATH": os.defpath}
# As `oc version --client -o json` writes them: 4.18 for OpenShift, and a build without a release.
VERSIONS = {
    "4.18.3": {"clientVersion": {"gitVersion": "4.18.0-202502"}, "releaseClientVersion": "4.18.3"},
    "1.31.1": {"clientVersion": {"gitVersion": "v1.31.1"}},
}


def _oc(script: Script, out: str = "", err: str = "", code: int = 0) -> Path:
    body = f"""
        import json, os, sys
        open(__file__ + ".seen", "w").write(json.dumps([sys.argv[1:], os.environ.get("KUBECONFIG")]))
        sys.stdout.write({out!r})
        sys.stderr.write({err!r})
        sys.exit({code})
    """
    return script(body, "oc")


def _seen(oc: Path) -> Any:
    return json.loads(Path(f"{oc}.seen").read_text(encoding="utf-8"))


def test_whoami(script: Script) -> None:
    oc = _oc(script, "kube:admin\n")
    connection = Connection(kubeconfig="/k/config", context="Prod/Admin", token="canary")  # noqa: S106 - planted
    assert whoami(oc, connection=connection, environment=ENVIRONMENT, timeout=30) == "kube:admin"
    assert _seen(oc) == [["whoami", "--context=Prod/Admin"], "/k/config"]


@pytest.mark.parametrize("words", ["error: You must be logged in to the server (Unauthorized)", "error: Unauthorized"])
def test_not_logged_in(script: Script, words: str) -> None:
    oc = _oc(script, err=words, code=1)
    assert whoami(oc, connection=Connection(), environment=ENVIRONMENT, timeout=30) is None


def test_no_server(script: Script) -> None:
    oc = _oc(script, err="error: dial tcp 127.0.0.1:6443: connect: connection refused", code=1)
    with pytest.raises(InstallerError) as caught:
        whoami(oc, connection=Connection(), environment=ENVIRONMENT, timeout=30)
    (problem,) = caught.value.problems
    assert (problem.exit, problem.code) == (ExitCode.UNREACHABLE, "api-unreachable")
    assert problem.message == "oc whoami: dial tcp 127.0.0.1:6443: connect: connection refused"


@pytest.mark.parametrize("version", VERSIONS)
def test_client_version(script: Script, version: str) -> None:
    oc = _oc(script, json.dumps(VERSIONS[version]))
    assert client_version(oc, environment=ENVIRONMENT, timeout=30) == version
    assert _seen(oc)[0] == ["version", "--client", "-o", "json"], "no server is asked"


@pytest.mark.parametrize(("out", "code"), [("hello", 0), ("{}", 0), ("[]", 0), ("", 1)])
def test_no_oc(script: Script, out: str, code: int) -> None:
    with pytest.raises(InstallerError) as caught:
        client_version(_oc(script, out, "what?", code), environment=ENVIRONMENT, timeout=30)
    assert caught.value.problems[0].code == "oc-unsupported"


def test_an_oc_that_hangs_is_ended_with_its_parent(script: Script, tmp_path: Path) -> None:
    oc = script("import os, sys, time; open(__file__ + '.id', 'w').write(str(os.getpid())); time.sleep(60)", "oc")
    with pytest.raises(InstallerError) as caught:
        whoami(oc, connection=Connection(), environment=ENVIRONMENT, timeout=3)
    assert caught.value.problems[0].code == "program-timeout"
    process = int((tmp_path / "oc.id").read_text(encoding="utf-8"))
    stat = Path(f"/proc/{process}/stat")
    assert not stat.exists() or ") Z " in stat.read_text(encoding="utf-8")


def test_finding(script: Script, tmp_path: Path) -> None:
    assert find_oc(None, {"PATH": str(tmp_path)}) is None
    oc = _oc(script)
    assert find_oc(None, {"PATH": str(tmp_path)}) == oc
    assert find_oc(str(oc), {}) == oc
    with pytest.raises(InstallerError) as caught:
        find_oc("oc9", {"PATH": str(tmp_path)})
    assert caught.value.problems[0].code == "oc-missing"
