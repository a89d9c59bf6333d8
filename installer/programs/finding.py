"""Where a program is: the path somebody gave, or the PATH when somebody asked for it. Starts nothing."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from installer.model.errors import ExitCode, fail


def given_program(given: str, environment: Mapping[str, str], *, what: str) -> Path:
    """What somebody named: a path, or a bare name that is looked for on the PATH.

    Raises InstallerError (FINDINGS, "WHAT-missing") where there is no such program.
    """
    found = Path(given).expanduser().absolute() if os.sep in given else on_path(given, environment)
    if found is None or not (found.is_file() and os.access(found, os.X_OK)):
        where = "" if os.sep in given else " on the PATH"
        raise fail(ExitCode.FINDINGS, f"{what}-missing", f"there is no program {given}{where}")
    return found


def on_path(name: str, environment: Mapping[str, str]) -> Path | None:
    found = shutil.which(name, path=environment.get("PATH", ""))
    return None if found is None else Path(found).absolute()
