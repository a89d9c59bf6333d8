"""What a plugin's `package` or a SPEC is called and where it comes from, by its spelling. Asks nobody."""

from functools import lru_cache
from typing import Literal

from installer.knowledge.aliases import npm_name
from installer.model.dataclass import dataclass
from installer.model.late_pattern import late_pattern

# The name of a package of npm, with its scope.
NAME = late_pattern(r"(?:@[A-Za-z0-9~-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*")
Source = Literal["npm", "tgz", "oci", "local", "git"]
ARCHIVES = (".tgz", ".tar.gz")
GIT = ("git+", "git:", "git@", "github:", "https://github.com/")
_IMAGES = ("oci://", "ref://")
_LOCAL = ("./", "../", "/")


@dataclass(frozen=True, slots=True)
class Spec:
    """A package of npm and what is wanted of it: a version, a range, a tag, "" for the name alone."""

    name: str
    wanted: str


def source_of(package: str) -> Source:
    if package.startswith(_IMAGES):
        return "oci"
    if package.startswith(_LOCAL):
        return "local"
    if package.startswith(GIT):
        return "git"
    return "tgz" if "://" in package or package.endswith(ARCHIVES) else "npm"


@lru_cache(maxsize=1 << 12)
def not_in_a_registry(package: str) -> str | None:
    """Why no npm registry can be asked for a `package`; None where one can."""
    if package.startswith("oci://"):
        return "image registries are not asked"
    if package.startswith("ref://"):
        return "the catalog index says which image it is"
    if package.startswith(("./", "../", "/")):
        return "it is part of RHDH's image or a volume"
    if package.startswith(GIT):
        return "it comes from Git"
    if "://" in package or package.endswith(ARCHIVES):
        return "it is a tarball's address, and only the tarball itself tells its hash"
    name = npm_name(package)
    return None if name is not None and NAME.fullmatch(name) else "it is no package of npm"


def spec_of(package: str) -> Spec | None:
    """`NAME`, `NAME@WANTED` and `ALIAS@npm:NAME@WANTED` (the alias is left out); None of what is no package of npm."""
    if source_of(package) != "npm":
        return None
    name, _, wanted = _split(package)
    if wanted.startswith("npm:"):
        name, _, wanted = _split(wanted.removeprefix("npm:"))
    return Spec(name, wanted.strip()) if NAME.fullmatch(name) else None


def _split(text: str) -> tuple[str, str, str]:
    """At the first @ that does not begin a scope."""
    scoped = text[:1] == "@"
    name, at, wanted = text[scoped:].partition("@")
    return f"{'@' if scoped else ''}{name}", at, wanted
