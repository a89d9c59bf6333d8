"""What oc alone can do: say who is logged in, and its version; gather an archive. Holds no token, changes nothing."""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from installer.model.errors import ExitCode, fail
from installer.programs.child import run
from installer.programs.connection import Connection
from installer.programs.finding import given_program, on_path
from installer.yamltext.redaction import mask_message

_CHILD = Path(__file__).with_name("oc_child.py")
_LOGGED_OUT = ("Unauthorized", "must be logged in", "provide credentials", "Missing or incomplete configuration")


def find_oc(given: str | None, environment: Mapping[str, str]) -> Path | None:
    """`given` (path, or name on the PATH), else the oc on the PATH; None where there is none, which is no error.

    Raises InstallerError (FINDINGS, "oc-missing") where the given one is not there.
    """
    return on_path("oc", environment) if given is None else given_program(given, environment, what="oc")


def whoami(oc: Path, *, connection: Connection, environment: Mapping[str, str], timeout: float) -> str | None:
    """The user that oc is logged in as; None where it is not. `timeout` in seconds.

    Raises InstallerError: UNREACHABLE "program-timeout" or "api-unreachable", with oc's words.
    """
    options = [f"--context={connection.context}"] if connection.context else []
    code, out, words = _ask(oc, "whoami", options, _environment(connection, environment), timeout)
    if code == 0:
        return out.strip()
    if any(sign in words for sign in _LOGGED_OUT):
        return None
    raise fail(ExitCode.UNREACHABLE, "api-unreachable", f"oc whoami: {words}")


def client_version(oc: Path, *, environment: Mapping[str, str], timeout: float) -> str:
    """As in 4.18.3; asks no server. `timeout` in seconds.

    Raises InstallerError: UNREACHABLE "program-timeout"; FINDINGS "oc-unsupported" where it is no oc.
    """
    code, out, words = _ask(oc, "version", [], environment, timeout)
    try:
        data = json.loads(out) if code == 0 else {}
        version = data.get("releaseClientVersion") or data["clientVersion"]["gitVersion"]
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"{oc} is no oc: {words or 'its version is no JSON of oc'}"
        raise fail(ExitCode.FINDINGS, "oc-unsupported", message) from None
    return str(version).removeprefix("v")


def inspect(
    oc: Path,
    namespaces: Sequence[str],
    folder: Path,
    *,
    connection: Connection,
    environment: Mapping[str, str],
    timeout: float,
) -> None:
    """Everything of some namespaces into a folder, for whoever gives support; oc leaves the data of Secrets out.

    https://docs.redhat.com/en/documentation/openshift_container_platform, "oc adm inspect". Raises InstallerError:
    UNREACHABLE "program-timeout", FINDINGS "inspect-failed" with oc's words.
    """
    options = [f"--dest-dir={folder}", *([f"--context={connection.context}"] if connection.context else [])]
    targets = [f"namespace/{one}" for one in namespaces]
    code, _, words = _ask(oc, "inspect", [*options, *targets], _environment(connection, environment), timeout)
    if code != 0:
        raise fail(ExitCode.FINDINGS, "inspect-failed", f"oc adm inspect: {words}")


def _ask(
    oc: Path, question: str, options: list[str], environment: Mapping[str, str], timeout: float
) -> tuple[int, str, str]:
    """Exit code, what oc wrote, and its last words."""
    # -P: the folder of the script, which has modules of other names, is no place to import from.
    command = [sys.executable, "-P", str(_CHILD), str(oc), question, *options]
    done = run(command, timeout=timeout, environment=environment)
    lines = [line for line in mask_message(done.stderr).splitlines() if line.strip()]
    return done.code, done.stdout, lines[-1].removeprefix("error: ") if lines else ""


def _environment(connection: Connection, environment: Mapping[str, str]) -> dict[str, str]:
    """A kubeconfig goes by its variable, as for every child."""
    given = {} if connection.kubeconfig is None else {"KUBECONFIG": connection.kubeconfig}
    return {**environment, **given}
