"""Observes one instance of a directory: its manifests, which RHDH, which release, which default file."""

import os
import stat
from pathlib import Path

from installer.desired.build import plugins as release_plugins
from installer.instance.instance import Instance
from installer.instance.manifests import Manifests
from installer.knowledge.releases import Release, release
from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, fail
from installer.plan.goal import GoalPlugin
from installer.plan.prediction import World
from installer.yamltext.reading import Unreadable
from installer.yamltext.text import File


@dataclass(frozen=True)
class Observed:
    manifests: Manifests
    world: World

    @property
    def instance(self) -> Instance:
        return self.world.instance


def observe(directory: str, selection: str | None, rhdh_version: str | None, defaults: str | None) -> Observed:
    """Raises InstallerError: TARGET, INVALID, DECIDE, DENIED."""
    from installer.directory.read import read  # noqa: PLC0415 - a command on a cluster reads no directory
    from installer.instance.find import find  # noqa: PLC0415

    asked = release(rhdh_version) if rhdh_version else None
    default_text = read_text(defaults) if defaults else None
    manifests = read(directory)
    instance = find(manifests, selection)
    chosen = asked or _detected(instance)
    return Observed(manifests, World(instance, chosen, default_text, orchestrator_of(chosen)))


def orchestrator_of(chosen: Release) -> tuple[GoalPlugin, ...]:
    """The Orchestrator's own plugins of a release."""
    return tuple(one for one in release_plugins(chosen) if one.group == "orchestrator")


def _detected(instance: Instance) -> Release:
    if instance.version is None:
        raise fail(
            ExitCode.TARGET,
            "unknown-version",
            f"the manifests of {instance.name} do not tell the release of RHDH (image tag, chart version, operator "
            "channel)",
            fix="add --rhdh-version X.Y",
        )
    return release(instance.version)


def read_text(path: str) -> str:
    """The characters of a file named on the command line. Raises InstallerError."""
    return read_file(path).characters


def read_file(path: str) -> File:
    """A file named on the command line, under the path that was typed. Raises InstallerError."""
    from installer.directory.characters import decode  # noqa: PLC0415

    try:
        _check(Path(path).stat(), path)
        data = Path(path).read_bytes()
        characters, bom = decode(data)
        return File(path, data, characters, bom)
    except (FileNotFoundError, NotADirectoryError):
        raise fail(ExitCode.TARGET, "file-missing", f"{path} does not exist", fix="give the path of a file") from None
    except PermissionError:
        raise fail(ExitCode.DENIED, "file-denied", f"{path} may not be read", fix=f"chmod u+r {path}") from None
    except Unreadable as error:
        raise fail(ExitCode.INVALID, error.code, f"{path}: {error.message}", fix="give a text file in UTF-8") from error


def _check(status: os.stat_result, path: str) -> None:
    """A FIFO would be waited for, a device read without end."""
    from installer.directory.characters import FILE_LIMIT, too_large  # noqa: PLC0415

    if not stat.S_ISREG(status.st_mode):
        kind = "a directory" if stat.S_ISDIR(status.st_mode) else "no regular file"
        raise fail(ExitCode.TARGET, "not-a-file", f"{path} is {kind}", fix="give the path of a file")
    if status.st_size > FILE_LIMIT:
        raise too_large()


def described(instance: Instance, rhdh_version: str | None) -> dict[str, str | None]:
    """`result.instance` of every command that looks at one."""
    return {
        "flavour": instance.flavour,
        "managedBy": instance.managed_by,
        "name": instance.name,
        "namespace": instance.namespace or None,
        "version": rhdh_version.removeprefix("v") if rhdh_version else instance.version,
        "versionSource": "--rhdh-version" if rhdh_version else instance.version_source,
    }
