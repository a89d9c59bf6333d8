"""Image references, taken apart. Asks no registry."""

import re

from installer.model.dataclass import dataclass

_DOCKER = "docker.io"


@dataclass(frozen=True)
class Image:
    """`registry.redhat.io/rhdh/hub:1.8@sha256:…`; tag and digest are empty where there is none."""

    host: str
    repository: str
    tag: str
    digest: str

    @property
    def is_pinned(self) -> bool:
        return bool(self.digest)

    @property
    def is_floating(self) -> bool:
        """Whether what it stands for may be another image tomorrow, by its very name."""
        return not self.digest and self.tag in ("", "latest")


def image(reference: str) -> Image:
    """Any reference of a container's image, also with `oci://` and `!path` around it."""
    name = reference.removeprefix("oci://").removeprefix("docker://").partition("!")[0]
    name, _, digest = name.partition("@")
    path, colon, tag = name.rpartition(":")
    if not colon or "/" in tag:
        path, tag = name, ""
    host, slash, rest = path.partition("/")
    if slash and ("." in host or ":" in host or host == "localhost"):
        return Image(host, rest, tag, digest)
    return Image(_DOCKER, path, tag, digest)


def minor_of_tag(tag: str) -> tuple[int, int] | None:
    """The minor in a tag such as `1.36.0-8`, `v1.36`, `osl_1_36`; None where there is none."""
    found = re.search(r"(?<!\d)(\d+)[._](\d+)(?!\d)", tag)
    return (int(found[1]), int(found[2])) if found else None
