"""Measures `plugins` against registries of our own, peers side by side in one run; exit code 1 where a bound is missed.

Each part is a function from a scratch folder to its rows; `PARTS` names them, and words choose among them.
"""

import gzip
import json
import math
import multiprocessing
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from installer.registries.tarball import CHUNK, Hashing
from tests.registries.fake import Registry, served
from tests.registries.packages import Packages, sri
from tests.registries.tarballs import VERSION, entry, manifest, tar

RUNS = 7
MEGABYTE = 1_000_000
PACKAGE, HASHED = 30 * MEGABYTE, 256 * MEGABYTE
TOGETHER = 8
RELEASE = "1.8"
PEAK = """
import pathlib, sys
from installer.cli.boundary import run
code = run(sys.argv[1:])
print(next(line.split()[1] for line in pathlib.Path("/proc/self/status").open() if line.startswith("VmHWM")))
sys.exit(code)
"""


@dataclass(frozen=True)
class Row:
    """A figure and what it may be: at most `most`, or at least `least`."""

    name: str
    value: float
    most: float | None = None
    least: float | None = None

    def __str__(self) -> str:
        bound = f"<= {self.most:g}" if self.most is not None else f">= {self.least:g}"
        return f"{'met   ' if self.met else 'MISSED'} {self.value:7.2f}  ({bound})  {self.name}"

    @property
    def met(self) -> bool:
        return (self.most is None or self.value <= self.most) and (self.least is None or self.value >= self.least)


def main(chosen: list[str]) -> int:
    met = True
    with tempfile.TemporaryDirectory() as scratch:
        for name in chosen or PARTS:
            for row in PARTS[name](Path(scratch)):
                print(row, flush=True)
                met = met and row.met
    return 0 if met else 1


# -- measuring


def side_by_side(*actions: Callable[[], object], runs: int = RUNS) -> list[float]:
    """Seconds of each, the median of runs that take turns, after one that does not count: what else runs, hits all."""
    taken: list[list[float]] = [[] for _ in actions]
    for number in range(runs + 1):
        for seconds, action in zip(taken, actions, strict=True):
            start = time.perf_counter()
            action()
            if number:
                seconds.append(time.perf_counter() - start)
    return [statistics.median(seconds) for seconds in taken]


def run(*command: str, env: dict[str, str] | None = None) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=env)


def resident(words: list[str], environment: dict[str, str]) -> float:
    """MiB at the most, of a command that has to succeed; `wait` would tell its parent's, where that is larger."""
    done = subprocess.run(
        [sys.executable, "-c", PEAK, *words], check=True, stdout=subprocess.PIPE, text=True, env=environment
    )
    return int(done.stdout.split()[-1]) / 1024


@contextmanager
def registry(fill: Callable[[Registry], Any]) -> Iterator[str]:
    """The URL of a registry in a process of its own, which shares no lock with what is measured."""
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    child = context.Process(target=_serve, args=(fill, there), daemon=True)
    child.start()
    try:
        yield here.recv()
    finally:
        child.terminate()
        child.join()


def _serve(fill: Callable[[Registry], Any], told: Any) -> None:
    with served(Registry()) as running:
        fill(running)
        told.send(running.url)
        while True:
            time.sleep(3600)


# -- verify


def verify(scratch: Path) -> Iterator[Row]:
    """A package of 30 MB, as a registry would send it."""
    content = package()
    path = scratch / "package.tgz"
    path.write_bytes(content)
    yield Row(f"hashing, bytes per second / openssl dgst -sha512, {HASHED // MEGABYTE} MB", rate(scratch), least=0.7)
    with registry(lambda running: publish(running, content)) as url:
        one = verifying(scratch, url, content, 1)
        ours, unzipped, digested = side_by_side(
            lambda: run(sys.executable, "-m", "installer", *one, env=alone(scratch)),
            lambda: run("gzip", "-t", str(path)),
            lambda: run("openssl", "dgst", "-sha512", str(path)),
        )
        name = f"plugins verify / (gzip -t + openssl dgst), {len(content) / MEGABYTE:.0f} MB"
        yield Row(name, ours / (unzipped + digested), most=3)
        held = resident(verifying(scratch, url, content, TOGETHER), alone(scratch))
        yield Row(f"resident memory of plugins verify, {TOGETHER} packages of that size, MiB", held, most=160)


def package() -> bytes:
    """Words that look like JavaScript, about as compressible, in files of 2 MB; without a package.json."""
    chance = random.Random(1)  # noqa: S311 - the same in every run
    known = ["".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 10))) for _ in range(20_000)]
    texts = [" ".join(chance.choices(known, k=300_000)).encode()[: 2 * MEGABYTE] for _ in range(4)]
    packed = sum(len(zlib.compress(text)) for text in texts) / len(texts)
    # Beyond deflate's window a text that comes again is as good as a new one.
    files = (entry(f"package/dist/{n}.js", texts[n % len(texts)]) for n in range(math.ceil(PACKAGE / packed)))
    return gzip.compress(tar(*files), mtime=0, compresslevel=6)


def named(name: str, content: bytes) -> bytes:
    """A package.json in front, as a gzip member of its own: both are one stream, and one archive."""
    return gzip.compress(tar(entry("package/package.json", manifest(name)))[:1024], mtime=0) + content


def publish(running: Registry, content: bytes) -> None:
    shop = Packages(running)
    for number in range(TOGETHER):
        shop.publish(named(f"@acme/p{number}", content), f"@acme/p{number}")


def verifying(scratch: Path, url: str, content: bytes, count: int) -> list[str]:
    """The program on a text of so many of the packages."""
    names = [f"@acme/p{number}" for number in range(count)]
    entries = [
        {"package": f"{name}@{VERSION}", "disabled": False, "integrity": sri(named(name, content))} for name in names
    ]
    path = scratch / f"plugins-{count}.yaml"
    path.write_text(json.dumps({"plugins": entries}))
    words = ["--file", str(path), "--rhdh-version", RELEASE, "--registry", url]
    return ["plugins", "verify", *words]


def rate(scratch: Path) -> float:
    """Both read the same file."""
    path = scratch / "bytes"
    path.write_bytes(random.Random(1).randbytes(MEGABYTE) * (HASHED // MEGABYTE))  # noqa: S311

    def ours() -> None:
        with path.open("rb", buffering=0) as file:
            Hashing(iter(lambda: file.read(CHUNK), b""), ["sha512"]).finish()

    mine, theirs = side_by_side(ours, lambda: run("openssl", "dgst", "-sha512", str(path)))
    path.unlink()
    return theirs / mine


def alone(scratch: Path) -> dict[str, str]:
    """Nobody's configuration, and no cache."""
    root = str(Path(__file__).resolve().parent.parent)
    return {
        "HOME": str(scratch),
        "PATH": os.environ["PATH"],
        "XDG_CACHE_HOME": str(scratch / "cache"),
        "PYTHONPATH": root,
    }


PARTS: dict[str, Callable[[Path], Iterator[Row]]] = {"verify": verify}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
