"""A registry that means harm, and `plugins resolve`: the exit code, the end in time and memory, nothing written."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from installer.cli.boundary import run
from installer.flow import plugins_asking
from installer.model.errors import ExitCode
from installer.registries.limits import Limits
from installer.registries.npm_packument import VALUES, VERSIONS
from tests.registries import fake
from tests.registries.fake import Registry, served

SHA512 = "sha512-" + "A" * 86 + "=="
NAMES = [f"@acme/p{number}" for number in range(40)]
QUICK = Limits(seconds=6.0, connect=1.0, silence=1.0, body=2 * 1024 * 1024)
KEEP = {"Cache_Control": "max-age=300"}


@pytest.fixture
def resolve(folder, monkeypatch, capsys):
    """words -> (exit code, document)."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    monkeypatch.setattr(plugins_asking, "_LIMITS", QUICK)
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry"):
        monkeypatch.delenv(name, raising=False)

    def ask(*words):
        capsys.readouterr()
        code = run(["plugins", "resolve", *words, "-o", "json"])
        return code, json.loads(capsys.readouterr().out)

    return ask


def listing(versions, name="@acme/p0", **more):
    return json.dumps({"name": name, "dist-tags": {}, "versions": versions, **more}).encode()


def many(count):
    return listing({f"1.0.{number}": {} for number in range(count)})


@pytest.mark.parametrize(
    ("behave", "exit_code", "most"),
    [
        pytest.param(fake.status(404), ExitCode.TARGET, 2, id="404"),
        pytest.param(fake.status(401), ExitCode.DENIED, 1, id="401"),
        pytest.param(fake.status(403), ExitCode.DENIED, 1, id="403"),
        pytest.param(fake.silent, ExitCode.UNREACHABLE, 1, id="silence"),
        pytest.param(fake.status(500), ExitCode.UNREACHABLE, 3, id="500"),
        pytest.param(fake.status(503, Retry_After="99999"), ExitCode.UNREACHABLE, 1, id="503"),
        pytest.param(fake.status(429), ExitCode.UNREACHABLE, 3, id="429"),
        pytest.param(fake.status(429, Retry_After="30"), ExitCode.UNREACHABLE, 1, id="429 for long"),
        pytest.param(fake.drip, ExitCode.UNREACHABLE, 1, id="drip"),
        pytest.param(fake.drip_headers, ExitCode.UNREACHABLE, 1, id="drip of headers"),
        pytest.param(fake.cut, ExitCode.UNREACHABLE, 3, id="cut"),
        pytest.param(fake.endless, ExitCode.INVALID, 1, id="endless"),
        pytest.param(fake.bomb(200), ExitCode.INVALID, 1, id="bomb"),
        pytest.param(fake.body(b"<html>", **KEEP), ExitCode.INVALID, 1, id="no JSON"),
        pytest.param(fake.body(b"", **KEEP), ExitCode.INVALID, 1, id="nothing"),
        pytest.param(fake.body(listing({})[:-1], **KEEP), ExitCode.INVALID, 1, id="half"),
        pytest.param(fake.body(listing({}, "@acme/p1"), **KEEP), ExitCode.INVALID, 1, id="another"),
        pytest.param(fake.body(listing({}, "__proto__"), **KEEP), ExitCode.INVALID, 1, id="prototype"),
        pytest.param(
            fake.body(b'{"__proto__": {"name": "@acme/p0", "versions": {}}}'), ExitCode.INVALID, 1, id="above"
        ),
        pytest.param(
            fake.body(b'{"name": "@acme/p0", "versions": {}, "versions": {}}', **KEEP), ExitCode.INVALID, 1, id="twice"
        ),
        pytest.param(
            fake.body(b'{"name":"@acme/p0","versions":{"1.0.0":{"dist":{"shasum":"a","shasum":"b"}}}}', **KEEP),
            ExitCode.INVALID,
            1,
            id="twice within",
        ),
        pytest.param(fake.body(b"[" * 1_000_000, **KEEP), ExitCode.INVALID, 1, id="deep"),
        pytest.param(fake.body(b'{"a":' * 200_000, **KEEP), ExitCode.INVALID, 1, id="deep objects"),
        pytest.param(fake.body(many(VERSIONS + 1), **KEEP), ExitCode.INVALID, 1, id="versions"),
        pytest.param(fake.body(b"[" + b"1," * VALUES + b"1]", **KEEP), ExitCode.INVALID, 1, id="values"),
    ],
)
def test_one_package(behave, exit_code, most, resolve, registry, cache):
    registry.behave = behave
    began = time.monotonic()
    code, document = resolve("@acme/p0", "--registry", registry.url)
    assert code == exit_code, document["errors"]
    assert document["result"]["plugins"][0]["wanted"] is None
    assert time.monotonic() - began < 20
    assert len(registry.asked) == most
    assert not cache.exists()


def test_what_is_no_version_does_not_exist(resolve, registry):
    odd = [
        "__proto__",
        "constructor",
        "toString",
        "latest",
        "1",
        "1.0",
        "01.0.0",
        "1.0.0.0",
        "v1.0.0",
        "",
        " 2.0.0",
        "٣.0.0",
    ]
    dist = {"dist": {"integrity": SHA512}}
    versions = {**dict.fromkeys(odd, dist), "1.0.0": dist, "9" * 400 + ".0.0": dist}
    tags = {"__proto__": "9.9.9", "constructor": "1.0.0", "latest": "toString", "hasOwnProperty": "__proto__"}
    registry.behave = fake.body(listing(versions, **{"dist-tags": tags}))
    specs = ["@acme/p0", "@acme/p0@*", "@acme/p0@constructor", "@acme/p0@__proto__", "@acme/p0@hasOwnProperty"]
    code, document = resolve(*specs, "--registry", registry.url)
    assert code == ExitCode.TARGET
    assert [one["wanted"] for one in document["result"]["plugins"]] == ["1.0.0", "1.0.0", "1.0.0", None, None]


@pytest.mark.parametrize("name", ["__proto__", "constructor", "hasownproperty"])
def test_names_that_every_object_has(name, resolve, registry):
    registry.publish(name, "1.0.0", integrity=SHA512)
    code, document = resolve(name, f"@acme/{name}", "--registry", registry.url)
    assert (code, [one["wanted"] for one in document["result"]["plugins"]]) == (ExitCode.TARGET, ["1.0.0", None])


def test_led_to_another_host_without_the_credential(resolve, registry, other, folder):
    other.publish("@acme/p0", "1.0.0", integrity=SHA512)
    (folder / ".npmrc").write_text(f"//{registry.host}/:_authToken=s3cret\n//{other.host}/:_authToken=n0t-this\n")
    registry.behave = lambda handler, _: handler.answer(302, Location=f"{other.url}@acme%2fp0", **KEEP)
    assert resolve("@acme/p0", "--registry", registry.url)[0] == ExitCode.OK
    assert (registry.credentials, other.credentials) == (["Bearer s3cret"], [None])


# -- forty packages


@pytest.mark.parametrize(
    ("behave", "most"),
    [(fake.status(500), 24), (fake.status(429), 24), (fake.status(429, Retry_After="60"), 8), (fake.silent, 8)],
)
def test_a_registry_that_is_down_is_not_asked_for_each(behave, most, resolve, registry, cache):
    registry.behave = behave
    began = time.monotonic()
    code, document = resolve(*NAMES, "--registry", registry.url)
    assert code == ExitCode.UNREACHABLE
    assert len(document["errors"]) <= 2
    assert len(registry.asked) <= most
    assert time.monotonic() - began < 20
    assert not cache.exists()


def test_one_package_in_trouble_is_not_the_registry_s(resolve, registry):
    for name in NAMES:
        registry.publish(name, "1.0.0", integrity=SHA512)
    known = fake.known(registry)
    registry.behave = lambda handler, name: handler.answer(500) if name in NAMES[20:22] else known(handler, name)
    code, document = resolve(*NAMES, "--registry", registry.url)
    assert code == ExitCode.UNREACHABLE
    assert [one["wanted"] for one in document["result"]["plugins"]].count("1.0.0") == 38


def test_the_other_registry_is_asked_all_the_same(resolve, registry, other, folder):
    registry.behave = fake.status(500)
    other.publish("@other/p", "1.0.0", integrity=SHA512)
    (folder / ".npmrc").write_text(f"@other:registry={other.url}\n")
    code, document = resolve(*NAMES[:8], "@other/p", "--registry", registry.url)
    assert (code, document["result"]["plugins"][-1]["wanted"]) == (ExitCode.UNREACHABLE, "1.0.0")


# -- memory

CHILD = """
import sys
from pathlib import Path
from installer.registries import npmrc
from installer.registries.npm import packuments
from installer.registries.limits import Limits
config = npmrc.read(Path("/"), {}, sys.argv[1])
found = packuments([f"@acme/p{n}" for n in range(8)], config, limits=Limits(seconds=100.0, silence=60.0))
said = [type(one).__name__ for one in found.values()]
# Not ru_maxrss: that of a child begins with what its parent had.
most = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
print(*sorted(set(said)), int(most.split()[1]) // 1024)
"""


def peak(behave):
    """What became of eight packages, and the most memory of a process that asks for them, in MiB."""
    with served(Registry(behave=behave)) as registry:
        words = [sys.executable, "-c", CHILD, registry.url]
        done = subprocess.run(
            words, capture_output=True, text=True, timeout=150, cwd=Path(__file__).parents[2], check=True
        )
        assert len(registry.asked) == 8
    *kinds, size = done.stdout.split()
    return kinds, int(size)


def long(name):
    """10 MB as registries have them, with a character that makes each of them take four bytes."""
    dependencies = {f"@scope/dependency-{number}": f"^{number}.0.1" for number in range(40)}
    one = {"dependencies": dependencies, "dist": {"integrity": SHA512, "tarball": f"https://r.example/{name}/-/x.tgz"}}
    count = 10_000_000 // len(json.dumps(one))
    versions = {f"1.{number // 100}.{number % 100}": one for number in range(count)}
    return json.dumps({"name": name, "readme": "\U0001f600", "versions": versions}, ensure_ascii=False).encode()


def test_memory_of_eight_long_packuments():
    # One text for all, so that this process stays small.
    text = long("@acme/pX")
    kinds, size = peak(lambda handler, name: handler.answer(200, text.replace(b"@acme/pX", name.encode())))
    assert kinds == ["Packument"]
    assert size <= 160


@pytest.mark.parametrize(
    "behave",
    [
        fake.bomb(500),
        fake.body(b'{"versions":{},"x":[' + b"[]," * 8_000_000 + b"[]]}"),
        fake.body(b'{"versions":{},"x":[' + b"{}," * (VALUES // 2 - 10) + b"{}]}"),
    ],
    ids=["bomb", "lists", "objects"],
)
def test_memory_of_harm(behave):
    kinds, size = peak(behave)
    assert kinds == ["InstallerError"]
    assert size <= 100
