"""Which CAs and which certificates of ours this machine has for one image registry. Asks nobody and opens none.

containers-certs.d(5), as containers' programs read it (containers/image, docker.dockerCertDir and
tlsclientconfig.SetupCertificates).
"""

from collections.abc import Mapping
from pathlib import Path

from installer.model.dataclass import dataclass
from installer.model.errors import ExitCode, InstallerError, fail
from installer.registries.connections import Certificate

SYSTEM = (Path("/etc/containers/certs.d"), Path("/etc/docker/certs.d"))
_OTHERS = {".cert": ".key", ".key": ".cert"}


@dataclass(frozen=True, slots=True)
class Trusted:
    """`cas` are files of CAs that are trusted beside the well-known ones; `own` say who we are."""

    cas: tuple[str, ...] = ()
    own: tuple[Certificate, ...] = ()


def folders(environment: Mapping[str, str]) -> tuple[Path, ...]:
    """Where folders of registries are looked for, in this order."""
    home = environment.get("HOME")
    return (*((Path(home) / ".config/containers/certs.d",) if home else ()), *SYSTEM)


def trusted(host: str, places: tuple[Path, ...]) -> Trusted:
    """Every *.crt, and every pair of *.cert and *.key, in the first folder that there is for `host[:port]`.

    Raises InstallerError (TARGET) where one half of a pair is missing: podman does not go on then either.
    """
    files = next((found for place in places if (found := _files(place / host)) is not None), [])
    halves = [one for one in files if one.suffix in _OTHERS]
    lacking = next((one for one in halves if one.with_suffix(_OTHERS[one.suffix]) not in halves), None)
    if lacking is not None:
        raise _half(lacking, host)
    return Trusted(
        tuple(str(one) for one in files if one.suffix == ".crt"),
        tuple((str(one), str(one.with_suffix(".key"))) for one in halves if one.suffix == ".cert"),
    )


def _files(folder: Path) -> list[Path] | None:
    """None where there is no such folder; one that may not be entered is passed over, as podman does."""
    try:
        return sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return None


def _half(file: Path, host: str) -> InstallerError:
    other = file.with_suffix(_OTHERS[file.suffix])
    what = "certificate" if file.suffix == ".key" else "key"
    message = f"{file} has no {what} beside it, and {host} is not asked without its certificate"
    return fail(ExitCode.TARGET, f"client-{what}-missing", message, fix=f"put its {what} into {other}")
