"""Which process this is, for a Lease, and whether one that held it is gone. Asks no cluster and ends no process."""

import os
import platform
import time
from pathlib import Path

from installer.model.dataclass import dataclass

_PROC = Path("/proc")
_BOOT = _PROC / "sys/kernel/random/boot_id"
# Where there is no /proc, a process is told from a later one of its number by when this module was loaded.
_LOADED = f"{time.time():.0f}"
_DEAD = ("Z", "X")  # a zombie only waits for its parent


@dataclass(frozen=True, slots=True)
class Holder:
    """A process: boot of its machine, number, start time in the machine's own unit, and the space of its number.

    Containers of one machine share its boot id and number their processes each from 1: `space` tells them apart.
    """

    boot: str
    number: int
    born: str
    space: str

    @property
    def identity(self) -> str:
        """What stands as a Lease's holderIdentity."""
        return f"{self.boot}/{self.number}/{self.born}"


def this_process() -> Holder:
    number = os.getpid()
    state = _state(number)
    return Holder(_boot(), number, state[1] if state else _LOADED, _space())


def holder_of(identity: str, space: str) -> Holder | None:
    """The process of a holderIdentity; None where it is none of ours. Without a `space` it counts as in this one."""
    boot, _, rest = identity.rpartition("/")[0].rpartition("/")
    born = identity.rpartition("/")[2]
    return Holder(boot, int(rest), born, space or _space()) if boot and rest.isdigit() and born else None


def is_gone(holder: Holder) -> bool:
    """Whether that process has ended, for certain: false of every other machine, boot and container."""
    if (holder.boot, holder.space) != (_boot(), _space()):
        return False
    if not _PROC.joinpath("self/stat").exists():
        return not _is_there(holder.number)
    state = _state(holder.number)
    return state is None or state[0] in _DEAD or state[1] != holder.born


def _boot() -> str:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return platform.node().replace("/", "-") or "unknown"


def _space() -> str:
    try:
        return str((_PROC / "self/ns/pid").readlink())
    except OSError:
        return ""


def _state(number: int) -> tuple[str, str] | None:
    """State and start time of a process: proc_pid_stat(5), fields 3 and 22; the name before them may hold anything."""
    try:
        fields = (_PROC / str(number) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], fields[19]


def _is_there(number: int) -> bool:
    if os.name != "posix":  # elsewhere signal 0 is a real one
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
