"""The file that `plan` writes and `apply` reads: a run and what it was planned on. Shows none of its contents.

It holds the configuration before and after, so it is private (0600) and not readable at a glance.
"""

import base64
import gzip
import json
import os
import zlib
from pathlib import Path
from typing import Any, get_args

from installer import __version__
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.model.recorded import VERSION, from_data, to_data
from installer.model.run import Run, Step, Target, name_of

_KIND = "rhdh-orchestrator plan"
# Two contents of a ConfigMap for each object: far below this.
_LIMIT = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Planned:
    """`server` is the API server's address; `base` the revision of our Helm release that was found, None of none."""

    run: Run
    server: str
    base: int | None


def write(path: str, planned: Planned) -> None:
    """Raises InstallerError (CONFLICT) where it cannot be written; a file that is there is replaced at once."""
    document = {
        "kind": _KIND,
        "version": VERSION,
        "tool": __version__,
        "server": planned.server,
        "base": planned.base,
        "steps": [name_of(step) for step in planned.run.steps],
        "run": base64.b64encode(gzip.compress(json.dumps(to_data(planned.run)).encode())).decode(),
    }
    temporary = f"{path}.{os.getpid()}"
    try:
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(document, file, indent=2)
            file.write("\n")
        Path(temporary).replace(path)
    except OSError as error:
        Path(temporary).unlink(missing_ok=True)
        message = f"{path} cannot be written: {error.strerror}"
        raise fail(ExitCode.CONFLICT, "plan-not-written", message, fix="give another path to --out") from None


def read(path: str) -> Planned:
    """Raises InstallerError: TARGET where there is no such file, DENIED, INVALID where it is no plan."""
    try:
        if Path(path).stat().st_size > _LIMIT:
            raise _no_plan(path)
        document = json.loads(Path(path).read_bytes())
    except (FileNotFoundError, IsADirectoryError):
        raise fail(
            ExitCode.TARGET,
            "file-missing",
            f"{path} does not exist or is no file",
            fix="rhdh-orchestrator plan --out FILE",
        ) from None
    except PermissionError:
        raise fail(ExitCode.DENIED, "file-denied", f"{path} may not be read", fix=f"chmod u+r {path}") from None
    except (OSError, ValueError, RecursionError):
        raise _no_plan(path) from None
    return _planned(document, path)


def _planned(document: Any, path: str) -> Planned:
    if not isinstance(document, dict) or document.get("kind") != _KIND or document.get("version") != VERSION:
        raise _no_plan(path)
    try:
        run = from_data(json.loads(gzip.decompress(base64.b64decode(document["run"], validate=True))))
        planned = Planned(run, str(document["server"]), document["base"])
    except (KeyError, TypeError, ValueError, OSError, EOFError, RecursionError, zlib.error):
        raise _no_plan(path) from None
    if not _is_run(planned.run) or not isinstance(planned.base, int | None):
        raise _no_plan(path)
    return planned


def _is_run(found: object) -> bool:
    """The form of a run, as far as it decides what is done: what stands in its objects is compared with the cluster."""
    target, steps = getattr(found, "target", None), getattr(found, "steps", None)
    is_whole = isinstance(found, Run) and isinstance(target, Target) and isinstance(steps, tuple)
    return is_whole and all(isinstance(one, get_args(Step)) for one in steps or ())


def _no_plan(path: str) -> InstallerError:
    return fail(
        ExitCode.INVALID,
        "plan-unreadable",
        f"{path} is no plan of this version of rhdh-orchestrator",
        fix="make one anew: rhdh-orchestrator plan --out FILE",
    )


def refuse_other_instance(planned: Target, instance: str | None, namespace: str | None) -> None:
    """Raises InstallerError (TARGET) where --instance or -n names another RHDH than the plan is for."""
    is_meant = instance in (None, planned.name, planned.address) and namespace in (None, planned.namespace)
    if not is_meant:
        message = f"the plan is for {planned.address}, not for {instance or f'an RHDH in namespace {namespace}'}"
        fix = f"leave --instance and -n out, or plan for that one: rhdh-orchestrator plan --out FILE{_chosen(instance)}"
        raise fail(ExitCode.TARGET, "other-instance", message, fix=fix)


def _chosen(instance: str | None) -> str:
    return f" --instance {instance}" if instance else ""


def how_to_apply(file: str | None) -> str:
    """The line after a plan that was written to a file; "" where none was."""
    return f"{file} holds the plan: rhdh-orchestrator apply {file}\n" if file else ""
