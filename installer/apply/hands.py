"""What every step is given to work with. Does nothing itself."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from installer.cluster.cluster import Cluster
from installer.model.dataclass import dataclass
from installer.model.run import State, Target

if TYPE_CHECKING:  # most commands call no helm
    from installer.programs.helm import Helm


class Progress(Protocol):
    """Says what happens. A step never prints."""

    def __call__(self, line: str) -> None:
        """Something happened: one line, without a secret."""

    def wait(self, what: str, last: str = "") -> None:
        """Something is waited for: called again whenever `last`, the newest word about it, changes."""

    def step(self, name: str, state: State) -> None:
        """A step begins (`pending`) or has ended (`done`, `skipped`, `failed`); `name` is that of `name_of`."""


@dataclass(frozen=True)
class Hands:
    """The cluster with its deadline (`cluster.deadline` bounds every wait), helm, progress, and the Lease.

    `helm` finds the binary at its first call and raises InstallerError (FINDINGS) where there is none.
    `held` raises InstallerError (CONFLICT) once the Lease is no longer ours: called before every write.
    """

    cluster: Cluster
    target: Target
    helm: Callable[[], "Helm"]
    progress: Progress
    held: Callable[[], None]
