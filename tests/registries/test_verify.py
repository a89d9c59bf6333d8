"""`plugins verify`: one verdict for each plugin, with the exit code of the worst, and nothing called right unseen."""

import base64
import json

import jsonschema
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.knowledge import reading
from installer.model.errors import ExitCode
from installer.registries import signatures
from tests.registries import fake
from tests.registries.images import Images, image, served
from tests.registries.packages import Packages, sri
from tests.registries.tarballs import MEGABYTE, NAME, VERSION, entry, manifest, package

VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
GOOD = package(entry("package/dist/index.js", b"x" * 5000))
OTHER = "sha512-" + "A" * 86 + "=="
CHECKS = ["metadata", "tarball", "entries", "package.json", "signature"]


@pytest.fixture
def shop(registry):
    return Packages(registry)


@pytest.fixture
def verify(folder, monkeypatch, capsys, shop):
    """The program on entries of a file: (package, integrity)… -> (exit code, document)."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry"):
        monkeypatch.delenv(name, raising=False)

    def ask(*entries, words=(), release="1.8"):
        plugins = [
            {"package": name, "disabled": False} | ({"integrity": hashed} if hashed else {}) for name, hashed in entries
        ]
        (folder / "plugins.yaml").write_text(json.dumps({"plugins": plugins}))
        before = sorted(folder.rglob("*"))
        capsys.readouterr()
        told = ["plugins", "verify", "--file", "plugins.yaml", "--registry", shop.registry.url, *words, "-o", "json"]
        code = run([*told, *(["--rhdh-version", release] if release else [])])
        document = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(document)
        assert sorted(folder.rglob("*")) == before
        return code, document

    return ask


def only(document):
    (row,) = document["result"]["plugins"]
    return row


def states(row):
    return {one["check"]: one["state"] for one in row["checks"]}


def codes(document):
    return [one["code"] for one in document["errors"]]


SPEC = f"{NAME}@{VERSION}"


def test_what_is_as_it_should_be(verify, shop):
    hashed = shop.publish(GOOD)
    code, document = verify((SPEC, hashed))
    row = only(document)
    assert code == ExitCode.OK, document["errors"]
    assert row["integrity"] == {"value": hashed, "state": "ok", "expected": hashed}
    assert (row["current"], row["wanted"], row["latest"], row["reason"]) == (VERSION, VERSION, VERSION, None)
    assert states(row) == dict.fromkeys(CHECKS[:4], "ok") | {"signature": "not checked"}
    assert row["signature"] == "none offered"


@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
def test_every_hash_that_rhdh_takes(verify, shop, algorithm):
    shop.publish(GOOD)
    code, document = verify((SPEC, sri(GOOD, algorithm)))
    assert (code, only(document)["integrity"]["state"]) == (ExitCode.OK, "ok")
    code, document = verify((SPEC, sri(b"else", algorithm)))
    assert (code, only(document)["integrity"]["state"]) == (ExitCode.INTEGRITY, "mismatch")
    assert only(document)["integrity"]["expected"] == sri(GOOD, algorithm)


def test_sha1_only_and_no_hash(verify, shop):
    """The sha512 that RHDH needs is that of the bytes, which have the sha1 that is published."""
    shop.publish(GOOD, integrity=None)
    code, document = verify((SPEC, None))
    row = only(document)
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["integrity-missing"])
    assert row["integrity"] == {"value": None, "state": "missing", "expected": sri(GOOD)}
    assert sri(GOOD) in document["errors"][0]["fix"]
    code, document = verify((SPEC, sri(GOOD)))
    assert code == ExitCode.OK
    assert only(document)["integrity"]["state"] == "ok"
    assert states(only(document))["metadata"] == "not checked"
    shop.publish(GOOD, integrity=None, shasum="0" * 40)
    assert verify((SPEC, sri(GOOD)))[0] == ExitCode.INTEGRITY


def test_the_hash_that_nobody_publishes(verify, shop, capsys):
    """`plugins resolve --hash` computes it, once the bytes have the sha1 that is published."""
    verify((SPEC, None))

    def resolve(*words):
        capsys.readouterr()
        code = run(["plugins", "resolve", SPEC, "@acme/b", "--registry", shop.registry.url, *words, "-o", "json"])
        return code, [one["integrity"]["value"] for one in json.loads(capsys.readouterr().out)["result"]["plugins"]]

    other = shop.publish(package(), "@acme/b")
    shop.publish(GOOD, integrity=None)
    assert resolve() == (ExitCode.OK, [None, other])
    shop.registry.asked.clear()
    assert resolve("--hash") == (ExitCode.OK, [sri(GOOD), other])
    assert len(shop.asked(lambda path: path.endswith(".tgz"))) == 1
    shop.publish(GOOD, integrity=None, shasum="0" * 40)
    assert resolve("--hash", "--no-cache") == (ExitCode.INTEGRITY, [None, other])
    shop.publish(b"no tarball", integrity=None)
    assert resolve("--hash", "--no-cache") == (ExitCode.FINDINGS, [None, other])


def test_malformed(verify, shop):
    hashed = shop.publish(GOOD)
    code, document = verify((SPEC, f"{sri(GOOD, 'sha256')} {hashed}"))
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["integrity-malformed"])
    assert only(document)["integrity"] == {"value": None, "state": "malformed", "expected": hashed}


def test_what_the_registry_sends_is_not_what_it_publishes(verify, shop):
    shop.publish(GOOD, integrity=OTHER)
    code, document = verify((SPEC, OTHER))
    assert (code, codes(document)) == (ExitCode.INTEGRITY, ["tarball-corrupt"])
    assert only(document)["integrity"]["state"] == "mismatch"
    # npm ends before RHDH gets to compare, also where the hash of the configuration is that of the bytes.
    code, document = verify((SPEC, sri(GOOD)))
    assert code == ExitCode.INTEGRITY
    assert "tarball-corrupt" in codes(document)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (manifest(name="@acme/other"), "the name '@acme/other', not '@acme/plugin'"),
        (manifest(version="1.2.4"), "the version '1.2.4', not '1.2.3'"),
        (manifest(role="backend-plugin"), "the role 'backend-plugin', the registry 'frontend-plugin'"),
        (manifest(role=None), "the role none"),
        (b"[]", "no object of JSON"),
        (b"{", "no object of JSON"),
        (b'{"name": "\xff"}', "no object of JSON"),
        (b"[" * 100_000, "no object of JSON"),
    ],
)
def test_package_json(verify, shop, said, words):
    code, document = verify((SPEC, shop.publish(package(said=said))))
    row = only(document)
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["package-json"])
    assert words in row["reason"]
    assert states(row)["package.json"] == "failed"


def test_two_package_json(verify, shop):
    code, document = verify((SPEC, shop.publish(package(entry("package/package.json", manifest())))))
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["package-json"])


def test_without_a_document_of_the_version(verify, shop):
    hashed = shop.publish(GOOD)
    del shop.routes[f"{NAME}/{VERSION}"]
    code, document = verify((SPEC, hashed))
    assert code == ExitCode.OK
    assert states(only(document))["package.json"] == "ok"
    assert only(document)["signature"] == "not checked"


@pytest.mark.parametrize(
    ("release", "size", "code"),
    [
        ("1.6", 21, ExitCode.FINDINGS),
        ("1.8", 21, ExitCode.OK),
        ("1.8", 31, ExitCode.FINDINGS),
        ("1.10", 31, ExitCode.OK),
        ("2.0", 41, ExitCode.FINDINGS),
    ],
)
def test_the_size_that_a_release_allows(verify, shop, release, size, code):
    hashed = shop.publish(package(entry("package/dist/big.js", bytes(size * 1_000_000))))
    found, document = verify((SPEC, hashed), release=release)
    assert found == code
    if code:
        assert codes(document) == ["tarball-refused"]
        assert "Zip bomb detected in package/dist/big.js" in document["errors"][0]["message"]
        assert only(document)["integrity"]["state"] == "ok"
        assert states(only(document))["package.json"] == "not checked"


@pytest.mark.parametrize(("release", "words"), [("1.7", "archive does"), ("1.6", "archive archive does")])
def test_the_words_of_a_release(verify, shop, release, words):
    code, document = verify((SPEC, shop.publish(package(entry("cobalt/x")))), release=release)
    assert code == ExitCode.FINDINGS
    said = f"NPM package {words} not start with 'package/' as it should: cobalt/x"
    assert document["errors"][0]["message"] == f"RHDH would not install {SPEC}: {said}"


def test_a_release_is_needed(verify, shop):
    code, document = verify((SPEC, shop.publish(GOOD)), release=None)
    assert (code, codes(document)) == (ExitCode.TARGET, ["unknown-version"])


@pytest.mark.usefixtures("verify")
def test_names_and_what_is_off(shop, folder, capsys):
    hashed = shop.publish(GOOD)
    entries = [{"package": SPEC, "disabled": True, "integrity": hashed}, {"package": "./mine", "disabled": False}]
    (folder / "off.yaml").write_text(json.dumps({"plugins": entries}))
    words = ["plugins", "verify", "--file", "off.yaml", "--rhdh-version", "1.8", "--registry", shop.registry.url]

    def ask(*names):
        capsys.readouterr()
        return run([*words, *names, "-o", "json"]), json.loads(capsys.readouterr().out)

    code, document = ask()
    assert (code, len(shop.registry.asked)) == (ExitCode.OK, 0)
    assert [one["integrity"]["state"] for one in document["result"]["plugins"]] == ["unchecked", "unchecked"]
    assert all(one["reason"] for one in document["result"]["plugins"])
    code, document = ask(NAME)
    assert (code, only(document)["integrity"]["state"]) == (ExitCode.OK, "ok")
    assert ask("nothing-such")[0] == ExitCode.TARGET


def test_what_has_no_tarball_says_why(verify, shop):
    entries = [("./mine", None), ("https://github.com/a/b", OTHER), (f"{NAME}@^1", OTHER), ("mine.tgz", OTHER)]
    shop.publish(GOOD)
    code, document = verify(*entries)
    assert code == ExitCode.OK, document["errors"]
    for row in document["result"]["plugins"]:
        assert row["integrity"]["state"] == "unchecked"
        assert row["reason"]
        assert set(states(row).values()) == {"not checked"}


def test_a_tarballs_address(verify, shop):
    hashed = shop.publish(GOOD)
    address = f"{shop.registry.url}{shop.tarball()}"
    code, document = verify((address, hashed))
    assert code == ExitCode.OK, document["errors"]
    assert states(only(document)) == {
        "metadata": "not checked",
        "tarball": "ok",
        "entries": "ok",
        "package.json": "ok",
        "signature": "not checked",
    }
    assert verify((address, sri(b"else")))[0] == ExitCode.INTEGRITY
    assert verify((f"{address}?gone".replace("-1.2.3", "-1.2.4"), hashed))[0] == ExitCode.TARGET


def test_several_and_the_worst(verify, shop):
    one = shop.publish(GOOD)
    shop.publish(GOOD, "@acme/twice", version="2.0.0")
    code, document = verify(
        (SPEC, one), ("@acme/twice@2.0.0", sri(GOOD)), ("@acme/none@1.0.0", OTHER), (f"{NAME}-x@1.0.0", None)
    )
    found = [row["integrity"]["state"] for row in document["result"]["plugins"]]
    assert found == ["ok", "ok", "unchecked", "missing"]
    assert code == ExitCode.TARGET  # before what RHDH refuses (package.json of @acme/twice, no hash)
    assert set(codes(document)) == {"package-json", "package-missing", "integrity-missing"}


KNOWN = [row for row in reading.shared("hashes")["hashes"] if row["verdict"] == "wrong"]


def test_what_is_known_to_be_wrong_needs_no_registry(verify, shop):
    """Each is told by name: the registry has nothing of it, and it is not called right."""
    assert len(KNOWN) >= 15
    entries = {f"{row['package']}@{row['version']}": row["integrity"] for row in KNOWN}
    code, document = verify(*entries.items(), words=["--offline"])
    assert code == ExitCode.INTEGRITY
    assert shop.registry.asked == []
    for row in document["result"]["plugins"]:
        assert row["integrity"]["state"] in ("mismatch", "belongs to another version")
        assert row["reason"]


def test_offline_nothing_can_be_verified(verify, shop):
    code, document = verify((SPEC, shop.publish(GOOD)), words=["--offline"])
    assert (code, only(document)["integrity"]["state"]) == (ExitCode.UNREACHABLE, "unchecked")
    assert shop.registry.asked == []


def test_images(verify):
    with served(Images()) as images:
        digest = images.push("acme/plugins", "1.0", image("cobalt", "flint"))
        place = f"oci://{images.host}/acme/plugins"
        code, document = verify((f"{place}:1.0!flint", None), (f"{place}@{digest}!cobalt", None), release="2.0")
        assert code == ExitCode.OK, document["errors"]
        for row in document["result"]["plugins"]:
            assert row["wanted"] == digest
            assert row["integrity"]["state"] == "unchecked"
            assert row["reason"]
            assert states(row) == dict.fromkeys(CHECKS, "not checked") | {"digest": "ok"}
        code, document = verify((f"{place}:2.0!flint", None), release="2.0")
        assert (code, states(only(document))["digest"]) == (ExitCode.TARGET, "failed")


def test_for_people(verify, shop, folder, capsys):
    hashed = shop.publish(GOOD)
    verify((SPEC, hashed))
    words = ["plugins", "verify", "--file", "plugins.yaml", "--rhdh-version", "1.8", "--registry", shop.registry.url]
    assert run(words) == ExitCode.OK
    out = capsys.readouterr().out
    assert out.startswith(f"ok  npm {SPEC}  (plugins.yaml:1)\n")
    assert "entries ok: 2 entries, the largest package/dist/index.js of 5,000 bytes" in out
    assert out.endswith("Verdict: 1 of 1 plugin(s) that are on are verified; 0 problem(s).\n")
    assert folder.exists()


# -- signatures


PRIVATE = ec.generate_private_key(ec.SECP256R1())
SPKI = base64.b64encode(PRIVATE.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()


def keys(expires=None):
    return {"keyid": "k", "keytype": "ecdsa-sha2-nistp256", "key": SPKI, "expires": expires}


def signature(message):
    return [{"keyid": "k", "sig": base64.b64encode(PRIVATE.sign(message.encode(), ec.ECDSA(SHA256()))).decode()}]


SIGNED = f"{SPEC}:{sri(GOOD)}"


def signed(shop, message=SIGNED, expires=None):
    shop.routes[signatures.KEYS] = json.dumps({"keys": [keys(expires)]}).encode()
    return shop.publish(GOOD, signatures=signature(message))


def test_signed(verify, shop):
    code, document = verify((SPEC, signed(shop)))
    assert (code, only(document)["signature"]) == (ExitCode.OK, "verified")
    assert states(only(document))["signature"] == "ok"


def test_signed_by_somebody_else(verify, shop):
    code, document = verify((SPEC, signed(shop, f"{NAME}@9.9.9:{sri(GOOD)}")))
    assert (code, codes(document)) == (ExitCode.INTEGRITY, ["signature-bad"])
    assert (only(document)["signature"], only(document)["integrity"]["state"]) == ("bad", "ok")


def test_signed_with_a_key_that_has_expired(verify, shop):
    hashed = signed(shop, expires="2025-01-29T00:00:00.000Z")
    assert only(verify((SPEC, hashed))[1])["signature"] == "not checked"
    packument = json.loads(shop.routes[NAME])
    for published, state in (("2024-01-01T00:00:00Z", "verified"), ("2025-02-01T00:00:00Z", "bad")):
        shop.routes[NAME] = json.dumps({**packument, "time": {VERSION: published}}).encode()
        assert only(verify((SPEC, hashed), words=["--no-cache"])[1])["signature"] == state


def test_signed_and_no_extra(verify, shop, monkeypatch):
    monkeypatch.setattr(signatures, "available", lambda: False)
    code, document = verify((SPEC, signed(shop)))
    row = only(document)
    assert (code, row["signature"]) == (ExitCode.OK, "not checked")
    assert "rhdh-orchestrator[signatures]" in row["checks"][-1]["reason"]
    assert not shop.asked(lambda path: path.endswith(signatures.KEYS))


def test_signed_and_no_keys(verify, shop):
    hashed = signed(shop)
    shop.routes[signatures.KEYS] = fake.status(404)
    assert only(verify((SPEC, hashed))[1])["signature"] == "not checked"


def test_a_large_package(verify, shop):
    content = package(*(entry(f"package/{n}.js", bytes([n]) * MEGABYTE) for n in range(20)))
    code, document = verify((SPEC, shop.publish(content)))
    assert (code, only(document)["integrity"]["state"]) == (ExitCode.OK, "ok")


# -- of a directory


DEPLOYMENT = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: plugins, namespace: portal}}
data:
  dynamic-plugins.yaml: |
    plugins:
    - package: "@acme/plugin@1.2.3"
      disabled: false
      {integrity}
---
apiVersion: v1
kind: Secret
metadata: {{name: dynamic-plugins-npmrc, namespace: portal}}
stringData:
  .npmrc: "//{host}/:_authToken={token}"
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: rhdh, namespace: portal}}
spec:
  selector: {{matchLabels: {{app: rhdh}}}}
  template:
    metadata: {{labels: {{app: rhdh}}}}
    spec:
      initContainers:
      - name: install-dynamic-plugins
        image: registry.redhat.io/rhdh/rhdh-hub-rhel9:1.8
        command: [./install-dynamic-plugins.sh, /dynamic-plugins-root]
        env: [{env}]
        volumeMounts:
        - {{name: plugins, mountPath: /opt/app-root/src/dynamic-plugins.yaml, subPath: dynamic-plugins.yaml}}
        - {{name: npmrc, mountPath: /opt/app-root/src/.npmrc.dynamic-plugins, subPath: .npmrc}}
      containers:
      - name: backstage-backend
        image: registry.redhat.io/rhdh/rhdh-hub-rhel9:1.8
      volumes:
      - {{name: plugins, configMap: {{name: plugins}}}}
      - {{name: npmrc, secret: {{secretName: dynamic-plugins-npmrc}}}}
"""


@pytest.fixture
def of_directory(folder, shop, capsys, verify):
    """The program on a plain Deployment; its init container has that environment."""

    def ask(integrity, env=""):
        (folder / "manifests").mkdir(exist_ok=True)
        said = f"integrity: {integrity}" if integrity else ""
        text = DEPLOYMENT.format(integrity=said, env=env, host=shop.registry.host, token="hers")  # noqa: S106
        (folder / "manifests" / "rhdh.yaml").write_text(text)
        capsys.readouterr()
        code = run(["plugins", "verify", "--directory", "manifests", "--registry", shop.registry.url, "-o", "json"])
        return code, json.loads(capsys.readouterr().out)

    assert verify
    return ask


def test_a_directory(of_directory, shop):
    """The limit is that of the init container, the credential that of its .npmrc."""
    hashed = shop.publish(package(entry("package/x", bytes(2000))))
    code, document = of_directory(hashed, '{name: MAX_ENTRY_SIZE, value: "1999"}')
    assert (code, codes(document)) == (ExitCode.FINDINGS, ["tarball-refused"]), document["errors"]
    assert set(shop.registry.credentials) == {"Bearer hers"}
    code, document = of_directory(hashed, '{name: MAX_ENTRY_SIZE, value: "2000"}')
    assert code == ExitCode.OK, document["errors"]
    assert only(document)["origin"] == "rhdh.yaml:8"
    large = shop.publish(package(entry("package/x", bytes(21_000_000))))
    assert of_directory(large)[0] == ExitCode.FINDINGS  # nobody brings 30 MB to a Deployment made by hand


def test_a_directory_that_skips_hashes(of_directory, shop):
    shop.publish(GOOD)
    assert of_directory(None)[0] == ExitCode.FINDINGS
    code, document = of_directory(None, '{name: SKIP_INTEGRITY_CHECK, value: "true"}')
    assert (code, only(document)["integrity"]["state"]) == (ExitCode.OK, "missing")
