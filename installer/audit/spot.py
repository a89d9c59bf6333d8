"""What a finding points to: an object or a file, a place in it, and a path in words. Looks nothing up."""

from installer.model.change import Ref
from installer.model.dataclass import dataclass
from installer.model.place import Place

FILE = "File"


@dataclass(frozen=True)
class Spot:
    """`path` leads to a field, or names the package, the variable or the key that is meant."""

    ref: Ref
    place: Place | None
    path: str


def of_file(place: Place, path: str = "") -> Spot:
    """A text that is no object of Kubernetes: Helm values, a file that a generator takes."""
    return Spot(Ref("", FILE, "", place.file), place, path)
