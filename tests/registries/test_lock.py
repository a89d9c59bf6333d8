"""`plugins lock`: what is held fast, what is refused, and that --locked and --frozen write nothing."""

import base64
import json
import shutil
import time
from functools import cache, partial
from pathlib import Path

import jsonschema
import pytest
import yaml
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.flow import plugins_asking, plugins_sealing
from installer.model.errors import ExitCode
from installer.model.lock import LOCK_FILE
from installer.registries import signatures
from installer.registries.limits import Limits
from tests.registries import fake
from tests.registries.images import Images, image, served
from tests.registries.packages import Packages, sri
from tests.registries.tarballs import entry, manifest, package

VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())


@cache  # gzip writes the time into its head
def packed(name, version):
    return package(said=manifest(name, version))


HASH = sri(packed("@acme/p", "1.0.0"))
OTHER = "sha512-" + "B" * 85 + "A=="
SHORT = sri(packed("@acme/q", "1.0.0"), "sha256")


@pytest.fixture
def images():
    with served(Images()) as running:
        yield running


@pytest.fixture
def shop(registry):
    return Packages(registry)


@pytest.fixture
def published(registry, shop):
    """@acme/p in three versions, and @acme/q at an address; all can be downloaded."""
    versions = ("1.0.0", "1.1.0", "1.2.0-rc.1")
    documents = {}
    for version in versions:
        url = registry.url.replace("http://", "http://somebody:s3cret@") + shop.tarball("@acme/p", version)
        hashed = f"{sri(packed('@acme/p', version), 'sha256')} {sri(packed('@acme/p', version))}"
        shop.publish(packed("@acme/p", version), "@acme/p", version, integrity=hashed, tarball=url)
        documents |= json.loads(shop.routes["@acme/p"])["versions"]
    shop.routes["@acme/p"] = json.dumps({"name": "@acme/p", "versions": documents, "dist-tags": {}}).encode()
    for name in ("@acme/q", "@acme/off"):
        shop.publish(packed(name, "1.0.0"), name, "1.0.0")
    shop.publish(packed("@acme/old", "1.0.0"), "@acme/old", "1.0.0", integrity=None)
    return registry


@pytest.fixture
def file(folder, images, published):
    """A configuration of every source: npm, an image, a tarball, Git, a directory, and something that is off."""
    images.push("acme/i", "1.0", image("cobalt"))
    path = folder / "dynamic-plugins.yaml"
    path.write_text(f"""\
plugins:
  - package: "@acme/p@1.0.0"
    integrity: {HASH}
  - package: "oci://{images.host}/acme/i:1.0!cobalt"
  - package: {published.url}@acme/q/-/q-1.0.0.tgz
    integrity: {SHORT}
  - package: ./dynamic-plugins/dist/mine
  - package: github:acme/plugin#main
    integrity: {SHORT}
  - package: "@acme/off@1.0.0"
    integrity: {SHORT}
    disabled: true
""")
    return path


@pytest.fixture
def program(folder, monkeypatch, capsys, published):
    """The program in a folder of its own: words -> (exit code, document)."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder.parent / "cache"))
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", published.url)

    def ask(*words, command="lock"):
        capsys.readouterr()
        code = run(["plugins", command, *words, "-o", "json"])
        document = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(document)
        return code, document

    return ask


def codes(document, kind="errors"):
    return [one["code"] for one in document[kind]]


def everything(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_what_is_locked(program, file, images, published):
    code, document = program("--file", str(file), "--yes")
    assert (code, document["result"]["written"]) == (ExitCode.OK, True), document["errors"]
    locked = yaml.safe_load((file.parent / LOCK_FILE).read_text())["plugins"]
    assert [one["package"] for one in locked] == sorted(one["package"] for one in locked)
    by_source = {one["source"]: one for one in locked}
    assert set(by_source) == {"npm", "tgz", "oci", "local", "git"}
    npm = by_source["npm"]
    assert (npm["name"], npm["version"], npm["integrity"]) == ("@acme/p", "1.0.0", HASH)
    assert npm["resolved"] == f"{published.url}@acme/p/-/p-1.0.0.tgz"
    digest = images.documents["acme/i:1.0"][1]
    oci = by_source["oci"]
    assert oci["digest"].startswith("sha256:")
    assert oci["resolved"] == f"oci://{images.host}/acme/i@{oci['digest']}!cobalt"
    assert digest
    assert by_source["tgz"]["integrity"] == SHORT
    assert "s3cret" not in (file.parent / LOCK_FILE).read_text()
    assert npm["signature"] == "none offered"
    assert all(one["signature"].startswith("not checked: ") for one in locked if one is not npm)
    rows = {one["source"]: one for one in document["result"]["plugins"]}
    assert (rows["npm"]["integrity"]["state"], rows["tgz"]["integrity"]["state"]) == ("ok", "ok")
    assert rows["oci"]["wanted"] == oci["digest"]


def test_again_changes_nothing(program, file):
    program("--file", str(file), "--yes")
    before = everything(file.parent)
    for words in (("--yes",), ("--dry-run", "--exit-code"), (), ("--locked",), ("--frozen",)):
        code, document = program("--file", str(file), *words)
        assert (code, document["changes"], document["result"]["written"]) == (ExitCode.OK, [], False), words
    assert everything(file.parent) == before
    reversed_text = file.read_text().splitlines()
    file.write_text("\n".join(["plugins:", *reversed_text[3:], *reversed_text[1:3], ""]))
    assert program("--file", str(file), "--dry-run", "--exit-code")[0] == ExitCode.OK


def test_frozen_asks_nobody(program, file, published, images):
    program("--file", str(file), "--yes")
    published.asked.clear()
    images.asked.clear()
    assert program("--file", str(file), "--frozen")[0] == ExitCode.OK
    assert (published.asked, images.asked) == ([], [])
    text = file.read_text().replace("@acme/p@1.0.0", "@acme/p@1.1.0").replace("disabled: true", "disabled: false")
    file.write_text(text.replace(f"    integrity: {SHORT}\n  - package: ./", f"    integrity: {HASH}\n  - package: ./"))
    before = everything(file.parent)
    code, document = program("--file", str(file), "--frozen")
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["lock-stale"] * 3)
    messages = [one["message"] for one in document["errors"]]
    assert "the configuration has @acme/p@1.1.0, the lock @acme/p@1.0.0" in messages
    assert "@acme/off@1.0.0 is not locked" in messages
    assert any("q-1.0.0.tgz has the integrity" in one for one in messages)
    assert document["errors"][0]["where"]["file"] == str(file)
    assert everything(file.parent) == before
    assert published.asked == []


def test_locked_resolves_again(program, file, published, images):
    program("--file", str(file), "--yes")
    images.push("acme/i", "1.0", image("cobalt", "flint"))
    before = everything(file.parent)
    code, document = program("--file", str(file), "--locked", "--refresh")
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["lock-stale"])
    assert "the digest is sha256:" in document["errors"][0]["message"]
    assert document["errors"][0]["where"]["file"] == str(file.parent / LOCK_FILE)
    published.behave = fake.status(500)
    code, document = program("--file", str(file), "--locked", "--no-cache")
    assert code == ExitCode.UNREACHABLE
    assert everything(file.parent) == before


@pytest.mark.parametrize("words", [("--frozen",), ("--locked",)])
@pytest.mark.parametrize(
    ("content", "exit_code", "code"),
    [
        (None, ExitCode.TARGET, "lock-missing"),
        ("", ExitCode.INVALID, "lock-broken"),
        ("schemaVersion: 1\nplugins: [", ExitCode.INVALID, "lock-broken"),
        ("\udcff", ExitCode.INVALID, "lock-broken"),
    ],
)
def test_absent_and_broken(program, file, words, content, exit_code, code, published):
    lock = file.parent / LOCK_FILE
    if content is not None:
        lock.write_bytes(content.encode("utf-8", "surrogateescape"))
    found, document = program("--file", str(file), *words)
    assert (found, codes(document)) == (exit_code, [code])
    assert published.asked == []
    if content:
        assert document["errors"][0]["where"]["file"] == str(lock)


def test_a_hash_that_the_registry_does_not_tell(program, file):
    """sha1 is no hash that RHDH takes; the one that is locked is that of the bytes, which have that sha1."""
    hashed = sri(packed("@acme/old", "1.0.0"), "sha384")
    file.write_text(f'plugins:\n  - {{package: "@acme/old@1.0.0", integrity: {hashed}}}\n')
    code, document = program("--file", str(file), "--yes")
    assert (code, document["warnings"]) == (ExitCode.OK, []), document["errors"]
    (locked,) = yaml.safe_load((file.parent / LOCK_FILE).read_text())["plugins"]
    assert locked["integrity"] == hashed
    assert document["result"]["plugins"][0]["integrity"]["state"] == "ok"
    assert program("--file", str(file), "--locked")[0] == ExitCode.OK
    # Offline nobody can say whether the bytes have it.
    code, document = program("--file", str(file), "--offline", "--dry-run")
    assert (code, codes(document, "warnings")) == (ExitCode.OK, ["not-compared"]), document["errors"]
    assert document["result"]["plugins"][0]["signature"] == "not checked: --offline asks nobody"


@pytest.mark.parametrize(
    ("content", "exit_code", "code"),
    [
        (b"else", ExitCode.INTEGRITY, "tarball-corrupt"),
        (None, ExitCode.TARGET, "tarball-missing"),
        (fake.status(403), ExitCode.DENIED, "registry-denied"),
        (fake.status(503), ExitCode.UNREACHABLE, "registry-unreachable"),
    ],
)
def test_what_cannot_be_downloaded_is_not_locked(program, file, shop, content, exit_code, code):
    shop.routes[shop.tarball("@acme/p", "1.0.0")] = content
    before = everything(file.parent)
    found, document = program("--file", str(file), "--yes")
    assert (found, codes(document)) == (exit_code, [code])
    assert everything(file.parent) == before


@pytest.mark.parametrize("behave", [fake.drip_headers, fake.silent])
def test_who_sends_no_package_is_not_waited_for(program, file, shop, behave, monkeypatch):
    """Neither where nothing comes, nor where headers come without end."""
    quick = partial(plugins_sealing.seal, limits=Limits(seconds=600.0, connect=1.0, silence=1.0, attempts=1))
    monkeypatch.setattr(plugins_sealing, "seal", quick)
    shop.routes[shop.tarball("@acme/p", "1.0.0")] = behave
    began = time.monotonic()
    code, document = program("--file", str(file), "--yes")
    assert (code, codes(document)) == (ExitCode.UNREACHABLE, ["registry-unreachable"])
    assert time.monotonic() - began < 60
    assert not file.with_name(LOCK_FILE).exists()


def test_what_rhdh_could_not_unpack_is_not_locked(program, file, shop):
    bad = package(entry("../../escape", b"x"), said=manifest("@acme/p", "1.0.0"))
    shop.publish(bad, "@acme/p", "1.0.0")
    file.write_text(f'plugins:\n  - {{package: "@acme/p@1.0.0", integrity: {sri(bad)}}}\n')
    code, document = program("--file", str(file), "--yes", "--no-cache")
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["tarball-refused"])
    assert not (file.parent / LOCK_FILE).exists()


@pytest.mark.parametrize(
    ("by", "code", "verdict"), [("registry", ExitCode.OK, "verified"), ("other", ExitCode.INTEGRITY, None)]
)
def test_signatures(program, file, shop, by, code, verdict):
    keys = {name: ec.generate_private_key(ec.SECP256R1()) for name in ("registry", "other")}
    public = keys["registry"].public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key = {"keyid": "k", "keytype": "ecdsa-sha2-nistp256", "scheme": "ecdsa-sha2-nistp256", "expires": None}
    shop.routes[signatures.KEYS] = json.dumps({"keys": [{**key, "key": base64.b64encode(public).decode()}]}).encode()
    signed = keys[by].sign(f"@acme/p@1.0.0:{HASH}".encode(), ec.ECDSA(SHA256()))
    said = [{"keyid": "k", "sig": base64.b64encode(signed).decode()}]
    shop.publish(packed("@acme/p", "1.0.0"), "@acme/p", "1.0.0", signatures=said)
    found, document = program("--file", str(file), "--yes")
    assert found == code, document["errors"]
    if verdict is None:
        assert codes(document) == ["signature-bad"]
        return
    rows = {one["source"]: one for one in document["result"]["plugins"]}
    assert rows["npm"]["signature"] == verdict
    assert program("--file", str(file), "--locked", "--refresh")[0] == ExitCode.OK


def test_a_range_means_what_resolve_says(program, file):
    file.write_text('plugins:\n  - {package: "@acme/p@^1.0.0", integrity: ' + sri(packed("@acme/p", "1.1.0")) + "}\n")
    code, document = program("--file", str(file), "--yes")
    assert code == ExitCode.OK
    (locked,) = yaml.safe_load((file.parent / LOCK_FILE).read_text())["plugins"]
    assert (locked["package"], locked["version"]) == ("@acme/p@^1.0.0", "1.1.0")
    assert [one["code"] for one in document["warnings"]] == ["not-compared"]
    assert "names no exact version" in document["warnings"][0]["message"]


@pytest.mark.parametrize(
    ("entry", "exit_code", "code"),
    [
        (f'{{package: "@acme/p@1.0.0", integrity: {OTHER}}}', ExitCode.INTEGRITY, "integrity-mismatch"),
        (f'{{package: "@acme/p@3.0.0", integrity: {HASH}}}', ExitCode.TARGET, "version-missing"),
        (f'{{package: "@acme/none@3.0.0", integrity: {HASH}}}', ExitCode.TARGET, "package-missing"),
        ('{package: "@acme/p@1.0.0"}', ExitCode.FINDINGS, "rhdh-would-fail"),
        ('{package: "oci://HOST/acme/i:2.0!cobalt"}', ExitCode.TARGET, "image-missing"),
        ('{package: "oci://HOST/acme/i:1.0!flint"}', ExitCode.TARGET, "plugin-missing"),
        ("{}", ExitCode.FINDINGS, "rhdh-would-fail"),
    ],
)
def test_what_cannot_be_locked_is_not_written(program, file, images, entry, exit_code, code):
    file.write_text(file.read_text() + f"  - {entry.replace('HOST', images.host)}\n")
    file.write_text(file.read_text().replace('  - package: "@acme/p@1.0.0"\n    integrity: ' + HASH + "\n", ""))
    if "oci" in entry:  # one entry of an image is enough for RHDH
        file.write_text(file.read_text().replace(f'  - package: "oci://{images.host}/acme/i:1.0!cobalt"\n', ""))
    before = everything(file.parent)
    found, document = program("--file", str(file), "--yes")
    assert (found, codes(document)) == (exit_code, [code]), document["errors"]
    assert everything(file.parent) == before


@pytest.mark.parametrize(
    ("behave", "exit_code"),
    [
        (fake.status(401), ExitCode.DENIED),
        (fake.status(500), ExitCode.UNREACHABLE),
        (fake.status(429, Retry_After="3600"), ExitCode.UNREACHABLE),
        (fake.body(b"<html>"), ExitCode.INVALID),
    ],
)
def test_what_a_registry_does_wrong(program, file, published, behave, exit_code):
    published.behave = behave
    file.write_text(f'plugins:\n  - {{package: "@acme/p@1.0.0", integrity: {HASH}}}\n')
    before = everything(file.parent)
    assert program("--file", str(file), "--yes")[0] == exit_code
    assert everything(file.parent) == before


def test_only_a_lock_is_written_over(program, file):
    before = everything(file.parent)
    code, document = program("--file", str(file), "--out", str(file), "--yes")
    assert (code, codes(document)) == (ExitCode.CONFLICT, ["not-a-lock"])
    assert everything(file.parent) == before
    program("--file", str(file), "--yes")
    lock = file.parent / LOCK_FILE
    whole = lock.read_bytes()
    lock.write_bytes(whole[: len(whole) // 2] + b"\n<<<<<<< HEAD\n")
    assert program("--file", str(file), "--yes")[0] == ExitCode.OK
    assert lock.read_bytes() == whole


def test_preview_and_confirmation(program, file):
    before = everything(file.parent)
    code, document = program("--file", str(file), "--dry-run", "--exit-code")
    assert (code, document["result"]["written"]) == (ExitCode.PENDING, False)
    (change,) = document["changes"]
    assert (change["action"], change["path"]) == ("create", str(file.parent / LOCK_FILE))
    assert "+schemaVersion: 1" in change["diff"]
    assert program("--file", str(file), "--dry-run")[0] == ExitCode.OK
    code, document = program("--file", str(file))
    assert (code, codes(document)) == (ExitCode.UNCONFIRMED, ["not-confirmed"])
    assert everything(file.parent) == before


def test_out_and_a_folder_that_is_not_there(program, file):
    out = file.parent / "locks" / "mine.yaml"
    code, document = program("--file", str(file), "--out", str(out), "--yes")
    assert code == ExitCode.CONFLICT, document["errors"]
    out.parent.mkdir()
    assert program("--file", str(file), "--out", str(out), "--yes")[0] == ExitCode.OK
    assert program("--file", str(file), "--out", str(out), "--frozen")[0] == ExitCode.OK
    assert list(out.parent.iterdir()) == [out]


SAMPLE = Path(__file__).parents[2] / "scripts" / "sample"


def test_a_directory_has_it_at_its_root(program, folder):
    shutil.copytree(SAMPLE, folder / "manifests")
    text = folder / "manifests" / "dynamic-plugins.yaml"
    entry = f'plugins:\n      - {{package: "@acme/p@1.0.0", integrity: {HASH}}}\n'
    text.write_text(text.read_text().replace("plugins:\n", entry))
    code, document = program("--directory", "manifests", "--yes")
    assert code == ExitCode.OK, document["errors"]
    locked = yaml.safe_load((folder / "manifests" / LOCK_FILE).read_text())["plugins"]
    assert "@acme/p@1.0.0" in [one["package"] for one in locked]
    # The lock is no manifest, and nobody takes it for one.
    before = everything(folder)
    code, document = program("--directory", "manifests", "--frozen")
    assert (code, [one["code"] for one in document["warnings"]]) == (ExitCode.OK, ["include-unknown"])
    assert everything(folder) == before


# -- outdated, which compares as well


def test_outdated_from_the_lock(program, file, published, images):
    program("--file", str(file), "--yes")
    published.asked.clear()
    images.asked.clear()
    words = ("--file", str(file), "--rhdh-version", "1.8", "--frozen")
    code, document = program(*words, command="outdated")
    assert code == ExitCode.OK, document["errors"]
    assert (published.asked, images.asked) == ([], [])
    assert len(document["result"]["plugins"]) == 6
    file.write_text(file.read_text().replace("@acme/p@1.0.0", "@acme/p@1.1.0"))
    code, document = program(*words, command="outdated")
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["lock-stale"])
    (file.parent / LOCK_FILE).write_text("[")
    assert program(*words, command="outdated")[0] == ExitCode.INVALID
    (file.parent / LOCK_FILE).unlink()
    assert program(*words, command="outdated")[0] == ExitCode.TARGET
    assert (published.asked, images.asked) == ([], [])


def test_outdated_against_the_lock(program, file, images):
    program("--file", str(file), "--yes")
    words = ("--file", str(file), "--rhdh-version", "1.8", "--locked", "--refresh")
    code, document = program(*words, command="outdated")
    assert (code, codes(document)) == (ExitCode.OK, []), document["errors"]
    images.push("acme/i", "1.0", image("cobalt", "flint"))
    code, document = program(*words, command="outdated")
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["lock-stale"])


def moved(file):
    text = file.read_text().replace("@acme/p@1.0.0", "@acme/p@1.1.0")
    file.write_text(text.replace(HASH, sri(packed("@acme/p", "1.1.0"))))


STATES = {
    "up to date": (lambda _: None, ExitCode.OK, []),
    "stale": (moved, ExitCode.FINDINGS, ["lock-stale"]),
    "broken": (lambda file: file.with_name(LOCK_FILE).write_text("["), ExitCode.INVALID, ["lock-broken"]),
    "absent": (lambda file: file.with_name(LOCK_FILE).unlink(), ExitCode.TARGET, ["lock-missing"]),
}


@pytest.mark.parametrize("words", [("--locked", "--no-cache"), ("--frozen",)], ids=["locked", "frozen"])
@pytest.mark.parametrize("state", STATES)
def test_outdated_asks_for_each_once_or_for_none(program, file, published, images, words, state):
    change, exit_code, said = STATES[state]
    program("--file", str(file), "--yes")
    change(file)
    published.asked.clear()
    images.asked.clear()
    before = everything(file.parent)
    found, document = program("--file", str(file), "--rhdh-version", "1.8", *words, command="outdated")
    assert (found, codes(document)) == (exit_code, said), document["errors"]
    assert everything(file.parent) == before
    asked = sorted(path.lower() for path, _ in published.asked), [one.path for one in images.questions()]
    if words == ("--frozen",) or state in ("broken", "absent"):
        assert asked == ([], [])
    else:
        # One that is off is not locked, and may be outdated all the same.
        assert asked[0] == ["/@acme%2foff", "/@acme%2fp", "/@acme%2fq"]
        assert len(asked[1]) == len(set(asked[1])) == 3, "what the tag means, what that is, which tags there are"


def test_outdated_with_the_lock_ends_as_without(program, file, published, monkeypatch):
    """A registry that says nothing is waited for once."""
    program("--file", str(file), "--yes")
    monkeypatch.setattr(plugins_asking, "_LIMITS", Limits(seconds=1.5, connect=1.0, silence=5.0))
    monkeypatch.setattr(plugins_asking, "_SECONDS", 2.5)
    published.asked.clear()
    published.behave = fake.drip
    words = ("--file", str(file), "--rhdh-version", "1.8", "--no-cache")
    assert program(*words, "--locked", command="outdated")[0] == ExitCode.UNREACHABLE
    assert len(published.asked) <= 3


# -- what {{inherit}} stands for


@pytest.fixture
def inheriting(folder, images):
    """(entries, defaults) -> the file; `defaults` stand beside it under the name that RHDH includes."""
    images.push("acme/i", "1.0", image("cobalt"))
    images.push("acme/i", "2.0", image("cobalt", "flint"))

    def write(*packages, defaults=None):
        entries = "".join(f'  - package: "oci://{images.host}/{one}"\n    disabled: false\n' for one in packages)
        path = folder / "dynamic-plugins.yaml"
        path.write_text(f"includes: [dynamic-plugins.default.yaml]\nplugins:\n{entries}")
        if defaults is not None:
            listed = "".join(f'  - package: "oci://{images.host}/{one}"\n    disabled: true\n' for one in defaults)
            (folder / "defaults.yaml").write_text(f"plugins:\n{listed or ' []'}")
        return path

    return write


@pytest.mark.parametrize(
    ("package", "defaults", "locked"),
    [
        ("acme/i:{{inherit}}", ["acme/i:1.0!cobalt"], "acme/i:1.0!cobalt"),
        ("acme/i:{{inherit}}!cobalt", ["acme/i:1.0!cobalt"], "acme/i:1.0!cobalt"),
        ("acme/i:{{inherit}}!flint", ["acme/i:2.0!cobalt", "acme/i:2.0!flint"], "acme/i:2.0!flint"),
        ("acme/i:2.0!cobalt", ["acme/i:1.0!cobalt"], "acme/i:2.0!cobalt"),
    ],
)
def test_inherited_from_the_defaults(program, inheriting, images, folder, package, defaults, locked):
    file = inheriting(package, defaults=defaults)
    words = ("--file", str(file), "--defaults", str(folder / "defaults.yaml"), "--rhdh-version", "1.9")
    code, document = program(*words, "--yes")
    assert (code, document["warnings"]) == (ExitCode.OK, []), document["errors"]
    (one,) = yaml.safe_load((folder / LOCK_FILE).read_text())["plugins"]
    assert one["package"] == f"oci://{images.host}/{locked}"
    assert one["digest"] in one["resolved"]
    images.asked.clear()
    assert program(*words, "--frozen")[0] == ExitCode.OK
    assert images.asked == []
    # Another default is another plugin: the lock is stale, and says with what.
    moved = [one.replace(":1.0", ":2.0").replace("i:2.0!flint", "i:1.0!flint") for one in defaults]
    inheriting(package, defaults=moved)
    code, document = program(*words, "--frozen")
    assert code == (ExitCode.OK if "inherit" not in package else ExitCode.FINDINGS), document["errors"]


@pytest.mark.parametrize(
    ("package", "defaults"),
    [
        ("acme/i:{{inherit}}", []),
        ("acme/i:{{inherit}}!cobalt", ["acme/i:1.0!flint"]),
        ("acme/i:{{inherit}}", ["acme/i:1.0!cobalt", "acme/i:1.0!flint"]),
    ],
)
def test_nothing_to_inherit_from(program, inheriting, folder, package, defaults):
    file = inheriting(package, defaults=defaults)
    words = ("--file", str(file), "--defaults", str(folder / "defaults.yaml"), "--rhdh-version", "1.9", "--yes")
    before = everything(folder)
    code, document = program(*words)
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["rhdh-would-fail"])
    assert everything(folder) == before


def test_the_defaults_are_not_at_hand(program, inheriting):
    """What an image inherits is then known of the release alone, and nobody knows it of this image."""
    file = inheriting("acme/i:{{inherit}}")
    code, document = program("--file", str(file), "--rhdh-version", "1.9", "--yes")
    assert (code, codes(document)) == (ExitCode.TARGET, ["nothing-to-inherit"])
    assert codes(document, "warnings") == ["include-unknown"]
