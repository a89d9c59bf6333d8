"""Lists of a cluster, each read once for everybody who asks. Judges and writes nothing."""

from dataclasses import dataclass, field

from installer.cluster.cluster import Cluster, Objects
from installer.cluster.resources import Kind

_EVERYTHING = 0  # in one answer: a list is one request, and no two of its pages are of different moments


@dataclass
class Eyes:
    """Remembers what a command has listed; raises what `Cluster.list` raises, and asks again then."""

    cluster: Cluster
    seen: dict[tuple[Kind, str | None, str], Objects] = field(default_factory=dict)

    def list(self, kind: Kind, namespace: str | None = None, *, labels: str = "") -> Objects:
        asked = (kind, namespace, labels)
        if asked not in self.seen:
            self.seen[asked] = self.cluster.list(kind, namespace, labels=labels, page=_EVERYTHING)
        return self.seen[asked]
