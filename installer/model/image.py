"""A reference to an image, taken apart. Judges none and asks no registry."""

from installer.model.dataclass import dataclass

_DOCKER = "docker.io"
_SCHEMES = ("oci://", "docker://")


@dataclass(frozen=True, slots=True)
class Image:
    """`registry.redhat.io/rhdh/hub:1.8@sha256:…!plugin`; tag, digest and path are empty where there is none.

    `name` is host and repository as they are written, which need not name the host.
    """

    name: str
    tag: str
    digest: str
    path: str

    @property
    def host(self) -> str:
        """As containers' programs take it: what has no dot, no port and is not localhost is Docker's."""
        first, slash, _ = self.name.partition("/")
        return first if slash and ("." in first or ":" in first or first == "localhost") else _DOCKER

    @property
    def repository(self) -> str:
        return self.name.removeprefix(f"{self.host}/")

    @property
    def version(self) -> str:
        """The digest, which decides where there is also a tag; else the tag."""
        return self.digest or self.tag

    @property
    def is_pinned(self) -> bool:
        return bool(self.digest)

    @property
    def is_floating(self) -> bool:
        """Whether what it stands for may be another image tomorrow, by its very name."""
        return self.version in ("", "latest")


def image(reference: str) -> Image:
    """Any reference of a container's image, also with `oci://` and `!path` around it."""
    for scheme in _SCHEMES:
        reference = reference.removeprefix(scheme)
    whole, _, path = reference.partition("!")
    named, _, digest = whole.partition("@")
    name, colon, tag = named.rpartition(":")
    return Image(name, tag, digest, path) if colon and "/" not in tag else Image(named, "", digest, path)
