"""Tarballs that RHDH's installer takes, and those it ends at, with the words it ends with. Tries none of them."""

import gzip
import tarfile

from tests.registries.tarballs import (
    MEGABYTE,
    chained,
    entry,
    first,
    header,
    link,
    manifest,
    package,
    pax,
    sparse_chain,
    sparse_map,
    tar,
    zeros,
)

# MAX_ENTRY_SIZE for these.
LIMIT = 1000
GOOD = package(entry("package/dist/index.js", b"x" * 1000), entry("package/dist", type=tarfile.DIRTYPE))
HARD = tarfile.LNKTYPE

ACCEPTED = {
    "npm's own": GOOD,
    "zeros behind it": GOOD + bytes(600),
    "two gzip members": gzip.compress(first()) + gzip.compress(tar(entry("package/b", b"1"))),
    "another archive behind its end": GOOD + package(entry("package/../x", b"y")),
    "no end of the tar": gzip.compress(first()),
    "links inside": package(link("package/a", "package/b"), link("package/c", "package/d/../b", HARD)),
    "a dot in a path": package(entry("package/./a/../b", b"1")),
    "GNU's long names": gzip.compress(
        tar(entry("package/package.json", manifest()), entry(f"package/{'a/' * 80}x"), form=tarfile.GNU_FORMAT)
    ),
    "the largest entry": package(entry("package/x", b"x" * 1000)),
}

REFUSED = {
    "no gzip": (b"hello" * 100, "not a gzip file"),
    "nothing": (b"", "not a gzip file"),
    "a zip": (b"PK\x03\x04" + bytes(100), "not a gzip file"),
    "a tar without gzip": (tar(entry("package/package.json", manifest())), "not a gzip file"),
    "gzip of nothing": (gzip.compress(b""), "empty file"),
    "truncated": (GOOD[:-40], "unexpected end of file"),
    "no trailer": (GOOD[:-8], "unexpected end of file"),
    "another checksum": (GOOD[:-8] + bytes(8), "incorrect data check"),
    "garbage behind it": (GOOD + b"garbage", "incorrect header check"),
    "a tar that ends in a file": (
        gzip.compress(tar(entry("package/package.json", manifest()), entry("package/x", b"x" * 900))[:2000]),
        "unexpected end of data",
    ),
    "up and out": (package(entry("package/../../evil", b"e")), "'../../evil' would be extracted to '/evil'"),
    "beside it": (package(entry("package/../evil", b"e")), "would be extracted to '/evil'"),
    "the folder itself": (package(entry("package/.", b"e")), "Is a directory"),
    "absolute": (package(entry("/etc/passwd", b"e")), "does not start with 'package/' as it should: /etc/passwd"),
    "another folder": (package(entry("cobalt/x", b"e")), "does not start with 'package/' as it should: cobalt/x"),
    "a symlink out": (package(link("package/l", "../..")), "link outside of the archive: package/l -> ../.."),
    "a symlink out by its prefix": (package(link("package/l", "package/../..")), "package/l -> package/../.."),
    "a symlink to a root": (package(link("package/l", "package//etc")), "package/l -> package//etc"),
    "a hard link out": (package(link("package/l", "/etc/passwd", HARD)), "package/l -> /etc/passwd"),
    "a symlink out of another folder": (package(link("package/l", "other/x")), "package/l -> other/x"),
    "through a symlink that moved": (
        package(
            link("package/x", "package/a/b/c"),
            link("package/l", "package/x/../../z"),
            link("package/x", "package/a"),
            entry("package/l/evil", b"e"),
        ),
        "'l/evil' would be extracted to",
    ),
    "symlinks in a ring": (
        package(link("package/a", "package/b"), link("package/b", "package/a"), entry("package/a/x")),
        "outside",
    ),
    "a pipe": (package(entry("package/f", type=tarfile.FIFOTYPE)), "non regular file: package/f - FIFO"),
    "a device": (package(entry("package/f", type=tarfile.CHRTYPE)), "package/f - character device"),
    "a disk": (package(entry("package/f", type=tarfile.BLKTYPE)), "package/f - block device"),
    "too large": (package(entry("package/x", b"x" * 1001)), "Zip bomb detected in package/x"),
    "one huge entry": (zeros(8 * MEGABYTE, first() + header("package/big", 8 * MEGABYTE)), "Zip bomb detected"),
    "a size below nothing": (gzip.compress(first() + header("package/x", -512) + bytes(1024)), "backwards"),
    "headers of headers": (chained(5000), "header"),
    "a long header": (pax(8 * MEGABYTE), "a header of more than"),
    "a long map of holes": (sparse_map(8 * MEGABYTE), "a header of more than"),
    "an old map of holes": (sparse_chain(4000), "a header of more than"),
    "a long name": (package(entry(f"package/{'a/' * 3000}x")), "File name too long"),
    "a long part": (package(entry(f"package/{'a' * 256}")), "File name too long"),
    "many links": (package(*(link(f"package/{n}", "package/x") for n in range(1001))), "more than 1,000 links"),
}
