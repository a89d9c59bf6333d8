"""Measures `plugins` against registries of our own, peers side by side in one run; exit code 1 where a bound is missed.

Each part is a function from a scratch folder to its rows; `PARTS` names them, and words choose among them.
"""

import gzip
import json
import math
import random
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

from measuring import Row, alone, registry, resident, run, side_by_side
from outdated import outdated

from installer.registries.tarball import CHUNK, Hashing
from tests.registries.fake import Registry
from tests.registries.packages import Packages, sri
from tests.registries.tarballs import VERSION, entry, manifest, tar

MEGABYTE = 1_000_000
PACKAGE, HASHED = 30 * MEGABYTE, 256 * MEGABYTE
TOGETHER = 8
RELEASE = "1.8"


def main(chosen: list[str]) -> int:
    met = True
    with tempfile.TemporaryDirectory() as scratch:
        for name in chosen or PARTS:
            for row in PARTS[name](Path(scratch)):
                print(row, flush=True)
                met = met and row.met
    return 0 if met else 1


# -- verify


def verify(scratch: Path) -> Iterator[Row]:
    """A package of 30 MB, as a registry would send it."""
    content = package()
    path = scratch / "package.tgz"
    path.write_bytes(content)
    yield Row(f"hashing, bytes per second / openssl dgst -sha512, {HASHED // MEGABYTE} MB", rate(scratch), least=0.7)
    with registry(lambda running: publish(running, content)) as shop:
        one = verifying(scratch, shop.url, content, 1)
        ours, unzipped, digested = side_by_side(
            lambda: run(sys.executable, "-m", "installer", *one, env=alone(scratch)),
            lambda: run("gzip", "-t", str(path)),
            lambda: run("openssl", "dgst", "-sha512", str(path)),
        )
        name = f"plugins verify / (gzip -t + openssl dgst), {len(content) / MEGABYTE:.0f} MB"
        yield Row(name, ours / (unzipped + digested), most=3)
        held = resident(verifying(scratch, shop.url, content, TOGETHER), alone(scratch))
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


PARTS: dict[str, Callable[[Path], Iterator[Row]]] = {"verify": verify, "outdated": outdated}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
