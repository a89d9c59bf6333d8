"""When RHDH takes two package strings for one plugin, and what a package is called without its version.

Does not look at anything but the string.
"""

import re
from functools import cache

from installer.knowledge.aliases import npm_version
from installer.model.dataclass import dataclass
from installer.model.image import image
from installer.plugins.behaviour import Behaviour

OCI = "oci://"
LOCAL = "./"
INHERIT = "{{inherit}}"

_NPM = r"(@[^/]+/)?([^@]+)(?:@[^\n]+)?"
_GIT = (
    r"git\+https?://[^#]+(?:#[^\n]+)?",
    r"git\+ssh://[^#]+(?:#[^\n]+)?",
    r"git://[^#]+(?:#[^\n]+)?",
    r"https://github\.com/[^/]+/[^/#]+(?:#[^\n]+)?",
    r"git@github\.com:[^/]+/[^/#]+(?:#[^\n]+)?",
    r"github:[^/@]+/[^/#]+(?:#[^\n]+)?",
)
_SHORTHAND = r"[^/@]+/[^/#]+(?:#[^\n]+)?"

# What each language counts as a blank, and where `$` matches: Python's also before a newline that ends the text.
_BLANK = {"python": r"\s", "javascript": r"\t-\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"}
_END = {"python": r"$", "javascript": r"\Z"}
_DIGIT = {"python": r"\d", "javascript": r"[0-9]"}


@dataclass(frozen=True, slots=True)
class OciPackage:
    """`oci://host/path:tag!plugin` taken apart; `plugin` is None where the string has none.

    Exactly one of `tag` and `digest` is given.
    """

    registry: str
    tag: str | None
    digest: str | None
    plugin: str | None

    @property
    def version(self) -> str:
        return self.tag or self.digest or ""

    @property
    def inherits(self) -> bool:
        return self.tag == INHERIT


def parse_oci(package: str, behaviour: Behaviour) -> OciPackage | None:
    """The parts of an OCI package; None where RHDH finds it "not in the expected format"."""
    match = _oci_pattern(behaviour.oci_pattern, behaviour.language).match(package)
    return None if match is None else OciPackage(*match.groups())


@cache
def _oci_pattern(kind: str, language: str) -> re.Pattern[str]:
    blank = _BLANK[language]
    host = rf"[^{blank}/:@]+(?::{_DIGIT[language]}+)?(?:/[^{blank}:@]+)+" if kind == "port" else rf"[^{blank}:@]+"
    tag = rf":([^{blank}!@:]+)"
    digest = rf"@((?:sha256|sha512|blake3):[^{blank}!@:]+)"
    return re.compile(rf"({OCI}{host})(?:{tag}|{digest})(?:!([^{blank}]+))?{_END[language]}")


def merge_key(package: str, behaviour: Behaviour) -> str:
    """What RHDH of that family knows a plugin by: equal keys are one plugin.

    An OCI package without a plugin path has the key of the image with an empty path: its real one is only known to
    the registry.
    """
    if behaviour.identity == "verbatim":
        return package
    if package.startswith(OCI):
        parts = parse_oci(package, behaviour)
        return package if parts is None else oci_key(parts.registry, parts.plugin or "")
    return _npm_key(package, behaviour.language)


def oci_key(registry: str, plugin: str) -> str:
    return f"{registry}:!{plugin}"


def _npm_key(package: str, language: str) -> str:
    if package.startswith(LOCAL) or package.endswith(".tgz"):
        return package
    end = _END[language]
    if alias := re.match(rf"([^@]+)@npm:{_NPM}{end}", package):
        return f"{alias[1]}@npm:{alias[2] or ''}{alias[3]}"
    if _is_git(package, language):
        return package.partition("#")[0]
    standard = re.match(_NPM + end, package)
    return package if standard is None else f"{standard[1] or ''}{standard[2]}"


def _is_git(package: str, language: str) -> bool:
    end = _END[language]
    if any(re.match(pattern + end, package) for pattern in _GIT):
        return True
    # JavaScript leaves URLs and scoped packages out before it thinks of `user/repository`; Python does not.
    if language == "javascript" and ("://" in package or package.startswith("@")):
        return False
    return re.match(_SHORTHAND + end, package) is not None


def name_of(package: str) -> str:
    """The package without version: npm name, last segment of a local path, plugin path or last segment of an image."""
    if package.startswith(OCI):
        return _oci_name(package)
    if package.startswith((LOCAL, "../", "/")):
        return package.rstrip("/").rpartition("/")[2] or package
    if "://" in package and _path(package).endswith((".tgz", ".tar.gz")):
        return _archive_name(_path(package))
    if "://" in package or package.startswith(("github:", "git@")):
        return package.partition("#")[0].rstrip("/").rpartition("/")[2].removesuffix(".git")
    return _npm_name(package)


def version_of(package: str) -> str | None:
    """The version, range, tag or digest in a package, of tag and digest the digest; of an archive at a URL its file's.

    None of directories and files in RHDH's image, of repositories of Git, and of what inherits.
    """
    if package.startswith(OCI):
        version = image(package).version
        return None if version in ("", INHERIT) else version
    return None if package.startswith((LOCAL, "../", "/")) else npm_version(package)


def without_version(package: str) -> str:
    """What a package is called: equal where two differ in the version alone."""
    if package.startswith(OCI):
        found = image(package)
        return f"{OCI}{found.name}{f'!{found.path}' if found.path else ''}"
    version = version_of(package)
    return package if version is None else package.removesuffix(f"@{version}")


def _npm_name(package: str) -> str:
    target = package.partition("@npm:")[2] or package
    at = target.find("@", 1)
    return target if at < 0 else target[:at]


def _oci_name(package: str) -> str:
    image, _, plugin = package.removeprefix(OCI).partition("!")
    return plugin or re.split(r"[:@]", image.rpartition("/")[2])[0]


def _path(url: str) -> str:
    return re.split(r"[?#]", url, maxsplit=1)[0]


def _archive_name(path: str) -> str:
    if scoped := re.search(r"/(@[^/]+/[^/]+)/-/", path):
        return scoped[1]
    file = path.rpartition("/")[2]
    return re.sub(r"(?:-v?\d+\.\d+\.\d+[^/]*)?\.(?:tgz|tar\.gz)$", "", file)
