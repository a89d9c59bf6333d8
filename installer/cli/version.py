"""`version`: which program this is, and on which Python. Asks nobody."""

import platform
from typing import TYPE_CHECKING

from installer import __version__
from installer.cli.options import PROGRAM, command

if TYPE_CHECKING:  # dataclasses cost `--help` more than all the rest of ours
    from installer.model.report import Report


@command("version", short_help="The version of this program and its Python.", reads_yaml=False)
def version() -> "Report":
    """Show the version of this program, of its Python, and the platform."""
    from installer.model.report import Report

    python, system = platform.python_version(), platform.platform()
    return Report(
        result={"version": __version__, "python": python, "platform": system},
        text=f"{PROGRAM} {__version__} (Python {python}, {system})\n",
    )
