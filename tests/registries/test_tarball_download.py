"""Downloads from registries that do not behave: an error of the right kind, in bounded time, and no credential lost."""

import hashlib
import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from installer.cli.boundary import run
from installer.model.errors import ExitCode, InstallerError
from installer.registries import npmrc, tarball
from installer.registries.limits import Limits
from installer.registries.tarball import Downloads
from installer.registries.tarball_archive import Rules
from installer.registries.tarball_checks import Subject
from installer.registries.tarball_verdict import Verifier
from tests.registries import fake
from tests.registries.hostile import GOOD, LIMIT, REFUSED
from tests.registries.packages import Packages, sri
from tests.registries.tarballs import MEGABYTE, entry, first, header, many, package, pax, sparse_map, zeros

SHORT = Limits(seconds=5.0, silence=0.6, attempts=2)
ROOT = Path(__file__).parents[2]
TOKEN = "npm_very-secret"  # noqa: S105


@pytest.fixture
def fetch(folder, registry):
    """A download of `p.tgz` as npm in a folder would do it."""

    def ask(limits=SHORT, url=None):
        config = npmrc.read(folder, {"HOME": str(folder.parent / "home")}, registry.url)
        downloads = Downloads(config, limits)
        try:
            return downloads.tarball(url or f"{registry.url}p.tgz", ["sha512", "sha1"], Rules(LIMIT))
        finally:
            downloads.close()

    return ask


def test_the_bytes_that_came(fetch, registry):
    registry.behave = fake.body(GOOD)
    found = fetch()
    assert (found.size, found.sri("sha512"), found.refused) == (len(GOOD), sri(GOOD), None)
    assert found.hashes["sha1"] == hashlib.sha1(GOOD).digest()  # noqa: S324
    assert registry.asked[0][1]["accept-encoding"] == "identity"


def test_an_encoding_that_was_not_asked_for(fetch, registry):
    """Hashed is what npm hashes: the bytes as they are."""
    registry.behave = fake.body(GOOD, Content_Encoding="gzip")
    assert fetch().sri("sha512") == sri(GOOD)


def test_hashed_to_the_end_though_it_cannot_be_unpacked(fetch, registry):
    content = b"no tarball" * 200_000
    registry.behave = fake.body(content)
    found = fetch()
    assert (found.sri("sha512"), found.refused) == (sri(content), "not a gzip file")


def trickle(handler, _):
    """So slowly that no socket's timeout is ever over, and never to an end."""
    handler.send_response(200)
    handler.send_header("Content-Length", "100000000")
    handler.end_headers()
    for _n in range(100):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def longer(handler, _):
    handler.answer(200, GOOD, length=len(GOOD) + 1000)


@pytest.mark.parametrize(
    ("behave", "code"),
    [
        (fake.status(401), ExitCode.DENIED),
        (fake.status(403), ExitCode.DENIED),
        (fake.status(404), ExitCode.TARGET),
        (fake.status(410), ExitCode.TARGET),
        (fake.status(204), ExitCode.INVALID),
        (fake.status(500), ExitCode.UNREACHABLE),
        (fake.status(429, Retry_After="3600"), ExitCode.UNREACHABLE),
        (fake.reset, ExitCode.UNREACHABLE),
        (fake.silent, ExitCode.UNREACHABLE),
        (trickle, ExitCode.UNREACHABLE),
        (longer, ExitCode.UNREACHABLE),
        (fake.cut, ExitCode.UNREACHABLE),
        (fake.status(302, Location="/p.tgz"), ExitCode.UNREACHABLE),
        (fake.status(302, Location="file:///etc/passwd"), ExitCode.INVALID),
    ],
)
def test_what_a_registry_does_wrong(fetch, registry, behave, code):
    registry.behave = behave
    started = time.monotonic()
    with pytest.raises(InstallerError) as error:
        fetch()
    assert error.value.exit == code
    assert time.monotonic() - started < 15


def test_headers_without_end(registry, folder):
    """No timeout of a socket is ever over, and no body begins; the others are answered."""
    shop = Packages(registry)
    shop.routes |= {"slow.tgz": fake.drip_headers, "p.tgz": GOOD}
    config = npmrc.read(folder, {"HOME": str(folder.parent / "home")}, registry.url)
    verifier = Verifier(config, Rules(LIMIT), Limits(connect=0.2, silence=0.5))
    subjects = {name: Subject(f"{registry.url}{name}", None, None, sri(GOOD)) for name in ("slow.tgz", "p.tgz")}
    found = verifier.all(lambda name: verifier.addressed(subjects[name]), subjects)
    verifier.close()
    assert found["slow.tgz"].exit == ExitCode.UNREACHABLE
    assert not found["p.tgz"].problems


def test_endless(fetch, registry, monkeypatch):
    monkeypatch.setattr(tarball, "LARGEST", 16 * MEGABYTE)
    registry.behave = fake.endless
    with pytest.raises(InstallerError) as error:
        fetch()
    assert (error.value.exit, error.value.problems[0].code) == (ExitCode.INVALID, "tarball-too-large")


def test_a_slow_one_takes_longer_than_any_silence(fetch, registry):
    """Nothing is given up while enough comes."""
    content = package(entry("package/x", b"x" * 900))

    def behave(handler, _):
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(content) + 12 * 1024))
        handler.end_headers()
        for part in [content, *[bytes(1024)] * 12]:  # zeros may follow
            handler.wfile.write(part)
            handler.wfile.flush()
            time.sleep(0.1)

    registry.behave = behave
    assert fetch().refused is None


def test_cut_off_and_asked_again(fetch, registry):
    registry.behave = fake.turns(longer, fake.body(GOOD))
    assert fetch().sri("sha512") == sri(GOOD)


def test_shorter_than_it_is(fetch, registry):
    """More bytes than announced do not belong to it."""
    registry.behave = lambda handler, _: handler.answer(200, GOOD, length=len(GOOD) - 10)
    found = fetch()
    assert found.size == len(GOOD) - 10
    assert "unexpected end of file" in found.refused


def test_a_credential_stays_with_its_host(fetch, registry, other, folder):
    (folder / ".npmrc").write_text(f"//{registry.host}/:_authToken={TOKEN}\n")
    other.behave = fake.body(GOOD)
    registry.behave = fake.status(302, Location=f"{other.url}elsewhere.tgz")
    assert fetch().sri("sha512") == sri(GOOD)
    assert registry.credentials == [f"Bearer {TOKEN}"]
    assert other.credentials == [None]


def test_at_the_same_time(folder, registry):
    """Each thread gets its own package."""
    contents = {f"{n}.tgz": package(entry("package/x", bytes([n]) * n * 10)) for n in range(16)}
    registry.behave = lambda handler, path: handler.answer(200, contents[path])
    downloads = Downloads(npmrc.read(folder, {}, registry.url))
    found = {}

    def ask(path):
        found[path] = downloads.tarball(f"{registry.url}{path}", ["sha512"], Rules(LIMIT)).sri("sha512")

    threads = [threading.Thread(target=ask, args=(path,)) for path in contents]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    downloads.close()
    assert found == {path: sri(content) for path, content in contents.items()}


# -- the whole command


@pytest.fixture
def verify(folder, registry, monkeypatch, capsys):
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))

    def ask(packages, *words):
        plugins = [{"package": name, "disabled": False, "integrity": hashed} for name, hashed in packages.items()]
        (folder / "plugins.yaml").write_text(json.dumps({"plugins": plugins}))
        told = ["plugins", "verify", "--file", "plugins.yaml", "--rhdh-version", "1.6", "--registry", registry.url]
        capsys.readouterr()
        code = run([*told, *words, "-o", "json"])
        return code, json.loads(capsys.readouterr().out)

    return ask


def test_every_hostile_package_at_once(verify, registry, folder):
    shop = Packages(registry)
    names = {f"@acme/p{number}": words for number, words in enumerate(REFUSED)}
    packages = {f"{name}@1.0.0": shop.publish(REFUSED[words][0], name, "1.0.0") for name, words in names.items()}
    code, document = verify(packages)
    assert code == ExitCode.FINDINGS
    assert sorted(path.name for path in folder.rglob("*")) == ["plugins.yaml"]
    for row in document["result"]["plugins"]:
        entries = row["checks"][2]
        about = names[row["name"]]
        assert (entries["check"], row["integrity"]["state"]) == ("entries", "ok"), about
        if about not in ("too large", "one huge entry"):  # they are small enough for a release
            assert entries["state"] == "failed", about
            assert REFUSED[about][1] in entries["reason"]


def test_bytes_that_do_not_match_beat_what_is_in_them(verify, registry):
    """RHDH hashes first; 13 is the worse of the two."""
    shop = Packages(registry)
    shop.publish(REFUSED["a symlink out"][0])
    code, document = verify({"@acme/plugin@1.2.3": sri(b"else")})
    assert code == ExitCode.INTEGRITY
    assert {one["code"] for one in document["errors"]} == {"integrity-mismatch", "tarball-refused"}


def test_a_tarball_elsewhere_gets_no_credential(verify, registry, other, folder):
    (folder / ".npmrc").write_text(f"//{registry.host}/:_authToken={TOKEN}\n")
    shop = Packages(registry)
    content = package()
    other.behave = fake.body(content)
    code, document = verify({"@acme/plugin@1.2.3": shop.publish(content, tarball=f"{other.url}p.tgz")})
    assert code == ExitCode.OK, document["errors"]
    assert other.credentials == [None]
    assert set(registry.credentials) == {f"Bearer {TOKEN}"}
    assert TOKEN not in json.dumps(document)


@pytest.mark.parametrize(
    ("behave", "code"),
    [(fake.status(401), 9), (fake.status(404), 3), (fake.status(503), 10), (fake.reset, 10), (fake.status(418), 6)],
)
def test_metadata_and_no_tarball(verify, registry, behave, code):
    shop = Packages(registry)
    hashed = shop.publish(GOOD)
    shop.routes[shop.tarball()] = behave
    found, document = verify({"@acme/plugin@1.2.3": hashed})
    (row,) = document["result"]["plugins"]
    assert (found, row["integrity"]["state"]) == (code, "unchecked")
    assert row["reason"]


CHILD = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
from installer.cli.boundary import run
run(sys.argv[2:])
print(next(line.split()[1] for line in pathlib.Path("/proc/self/status").open() if line.startswith("VmHWM")))
"""


def test_in_300_mb_whatever_comes(registry, folder):
    shop = Packages(registry)
    big = MEGABYTE * 128
    contents = [
        pax(big),
        sparse_map(64 * MEGABYTE),
        many(20_000),
        zeros(big, first() + header("package/x", big)),
        zeros(big, first() + header("package/package.json", big)),
        zeros(big, first() + bytes(1024)),
        package(*(entry(f"package/{n}.js", bytes([n]) * 4 * MEGABYTE) for n in range(16))),
        b"\x00" * (32 * MEGABYTE),
        *[package(said=b'{"a": [' + b"{}," * 170_000 + b"{}]}")] * 8,
    ]
    plugins = [
        {"package": f"@acme/p{n}@1.0.0", "disabled": False, "integrity": shop.publish(one, f"@acme/p{n}", "1.0.0")}
        for n, one in enumerate(contents)
    ]
    for n in range(8, 16):
        shop.routes[f"@acme/p{n}/1.0.0"] = b"[" + b"[]," * MEGABYTE * 6 + b"[]]"
    (folder / "plugins.yaml").write_text(json.dumps({"plugins": plugins}))
    words = ["plugins", "verify", "--file", "plugins.yaml", "--rhdh-version", "1.8", "--registry", registry.url]
    environment = {"HOME": str(folder), "PATH": "", "XDG_CACHE_HOME": str(folder.parent / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", CHILD, str(ROOT), *words, "-q"],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env=environment,
    )
    assert "Zip bomb detected" in done.stdout
    assert int(done.stdout.split()[-1]) < 300 * 1000
