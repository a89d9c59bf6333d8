"""One RHDH that a directory may be about, before it is read in full. Reads nothing itself."""

from collections.abc import Callable

from installer.instance.instance import Instance
from installer.model.dataclass import dataclass
from installer.model.place import Place


@dataclass(frozen=True)
class Candidate:
    """Name and namespace (empty where unknown) of an instance, where it stands, and how to read it in full."""

    name: str
    namespace: str
    place: Place
    build: Callable[[], Instance]

    @property
    def address(self) -> str:
        return f"{self.namespace}/{self.name}" if self.namespace else self.name

    def is_called(self, selection: str) -> bool:
        """Whether `NAMESPACE/NAME` or `NAME` means this one."""
        return selection in (self.address, self.name)
