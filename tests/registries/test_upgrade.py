"""`plugins upgrade`: exactly the tokens of version and hash change, or nothing and the reason is said."""

import difflib
import json
import re
from pathlib import Path

import jsonschema
import pytest

from installer.cli.boundary import run
from installer.cli.schema import envelope_schema
from installer.model.errors import ExitCode
from tests.registries.images import Images, image, served
from tests.registries.test_outdated import SET, entries, publish, sri

VALIDATOR = jsonschema.Draft202012Validator(envelope_schema())
TOKENS = re.compile(r"[0-9]+\.[0-9]+\.[0-9]+|sha512-[A-Za-z0-9+/]+=*")


@pytest.fixture
def images():
    with served(Images()) as running:
        yield running


@pytest.fixture
def upgrade(folder, monkeypatch, capsys):
    """The command on one file in a directory of nobody's configuration: exit code, document; the file is beside."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("HOME", str(folder.parent / "home"))
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry", "NPM_CONFIG_USERCONFIG"):
        monkeypatch.delenv(name, raising=False)

    def upgraded(*words, text=None, where=("--file", "dynamic-plugins.yaml")):
        if text is not None:
            Path("dynamic-plugins.yaml").write_text(text)
        release = [] if "--rhdh-version" in words else ["--rhdh-version", "1.7"]
        code = run(["plugins", "upgrade", *where, *release, "-o", "json", *words])
        document = json.loads(capsys.readouterr().out)
        VALIDATOR.validate(document)
        return code, document

    return upgraded


def now():
    return Path("dynamic-plugins.yaml").read_text()


def codes(document):
    return [one["code"] for one in document["errors"]]


def test_version_and_hash_and_nothing_else(upgrade, registry):
    publish(registry, "@acme/p", "1.5.0", "1.6.0", "2.0.0")
    text = f"""\
# ours
includes: []
plugins:
  - package:   '@acme/p@1.5.0'   # the plugin
    integrity: >-
      {sri("@acme/p", "1.5.0")}
    disabled: false
    pluginConfig: {{a: 1.5.0}}
"""
    code, document = upgrade("--yes", "--registry", registry.url, text=text)
    assert code == ExitCode.OK, document
    assert "'@acme/p@1.6.0'   # the plugin" in now()
    assert sri("@acme/p", "1.6.0") in now()
    assert "{a: 1.5.0}" in now()
    assert document["result"]["written"] is True
    before = now()
    code, document = upgrade("--yes", "--registry", registry.url, "--dry-run", "--exit-code")
    assert (code, document["changes"], now()) == (ExitCode.OK, [], before)


@pytest.mark.parametrize(
    ("aim", "version"),
    [("patch", "1.5.3"), ("minor", "1.6.0"), ("compatible", "1.6.0"), ("latest", "2.0.0"), ("1.5.1", "1.5.1")],
)
def test_how_far(upgrade, registry, aim, version):
    publish(registry, "@acme/p", "1.5.1", "1.5.2", "1.5.3", "1.6.0", "2.0.0")
    text = entries(("@acme/p@1.5.2", sri("@acme/p", "1.5.2")))
    code, _ = upgrade("@acme/p", "--to", aim, "--yes", "--registry", registry.url, text=text)
    assert (code, now()) == (ExitCode.OK, entries((f"@acme/p@{version}", sri("@acme/p", version))))


@pytest.mark.parametrize("wrong", [sri("else"), "sha1-2jmj7l5rSw0yVb/vlWAYkK/YBwk=", None])
def test_the_same_version_gets_its_right_hash(upgrade, registry, wrong):
    publish(registry, "@acme/p", "1.5.0", "1.6.0")
    code, _ = upgrade(
        "@acme/p", "--to", "1.5.0", "--yes", "--registry", registry.url, text=entries(("@acme/p@1.5.0", wrong))
    )
    assert (code, now()) == (ExitCode.OK, entries(("@acme/p@1.5.0", sri("@acme/p", "1.5.0"))))


def test_a_version_that_has_only_a_sha1_is_refused(upgrade, registry):
    publish(registry, "@acme/p", "1.5.0")
    registry.publish("@acme/p", "1.6.0", shasum="0" * 40)
    text = entries(("@acme/p@1.5.0", sri("@acme/p", "1.5.0")))
    code, document = upgrade("--yes", "--registry", registry.url, text=text)
    assert (code, codes(document), now()) == (ExitCode.FINDINGS, ["no-usable-hash"], text)
    assert "only its sha1" in document["errors"][0]["message"]


def test_the_orchestrator_moves_together_whoever_is_named(upgrade, registry):
    for name in SET:
        publish(registry, name, "1.7.1", "1.7.2")
    text = entries(*((f"{name}@1.7.1", sri(name, "1.7.1")) for name in SET), ("./mine", None))
    code, _ = upgrade(SET[0], "--yes", "--registry", registry.url, text=text)
    assert (code, now()) == (
        ExitCode.OK,
        entries(*((f"{name}@1.7.2", sri(name, "1.7.2")) for name in SET), ("./mine", None)),
    )
    code, _ = upgrade("--to", "1.7.1", "--yes", "--registry", registry.url)
    assert (code, now()) == (ExitCode.OK, text)


def test_one_that_cannot_be_had_leaves_all_as_it_is(upgrade, registry):
    publish(registry, "@acme/p", "1.5.0", "1.6.0")
    text = entries(("@acme/p@1.5.0", sri("@acme/p", "1.5.0")), ("@acme/none@1.0.0", sri("x")))
    code, document = upgrade("--yes", "--registry", registry.url, text=text)
    assert (code, codes(document), now()) == (ExitCode.TARGET, ["package-missing"], text)
    code, _ = upgrade("@acme/p", "--yes", "--registry", registry.url)
    assert code == ExitCode.OK
    assert "@acme/p@1.6.0" in now()


def test_what_rhdh_would_not_start_with_is_refused(upgrade, registry):
    publish(registry, "@acme/p", "1.5.0", "1.6.0")
    text = entries(("@acme/p@1.5.0", sri("@acme/p", "1.5.0")), ("oci://example.com/broken", None))
    code, document = upgrade("@acme/p", "--rhdh-version", "1.9", "--yes", "--registry", registry.url, text=text)
    assert (code, codes(document), now()) == (ExitCode.FINDINGS, ["rhdh-would-fail"], text)


def test_names(upgrade, registry):
    publish(registry, "@acme/p", "1.5.0", "1.6.0")
    text = entries(("@acme/p@1.5.0", sri("@acme/p", "1.5.0")), ("@acme/q@1.5.0", sri("q")))
    code, document = upgrade("nobody", "--yes", "--registry", registry.url, text=text)
    assert (code, codes(document)) == (ExitCode.TARGET, ["plugin-unknown"])
    assert upgrade("--to", "1.6.0", "--yes", "--registry", registry.url)[0] == ExitCode.TARGET
    assert upgrade("p", "--yes", "--registry", registry.url)[0] == ExitCode.OK
    assert "@acme/p@1.6.0" in now()


def test_unasked_nothing_is_written(upgrade, registry):
    publish(registry, "@acme/p", "1.5.0", "1.6.0")
    text = entries(("@acme/p@1.5.0", sri("@acme/p", "1.5.0")))
    assert upgrade("--registry", registry.url, text=text)[0] == ExitCode.UNCONFIRMED
    code, document = upgrade("--registry", registry.url, "--dry-run", "--exit-code")
    assert (code, now()) == (ExitCode.PENDING, text)
    assert '+  - package: "@acme/p@1.6.0"' in document["changes"][0]["diff"]


@pytest.mark.parametrize("written", [":1.0.0", f":1.0.0@sha256:{'0' * 64}", f"@sha256:{'0' * 64}", ":{{inherit}}"])
def test_an_image_has_a_tag_or_a_digest(upgrade, registry, images, written):
    """RHDH refuses both together; what inherits is left alone."""
    digest = images.push("acme/i", "1.1.0", image("cobalt"))
    place = f"oci://{images.host}/acme/i"
    flags = ("--yes", "--rhdh-version", "1.9", "--registry", registry.url, "--defaults", "defaults.yaml")
    Path("defaults.yaml").write_text(entries((f"{place}:0.1.0!p", None)))
    text = "includes: [dynamic-plugins.default.yaml]\n" + entries((f"{place}{written}!p", None))
    after = text if "inherit" in written else text.replace(written, ":1.1.0" if written == ":1.0.0" else f"@{digest}")
    code, document = upgrade("p", "--to", "1.1.0", *flags, text=text)
    assert (code, now()) == (ExitCode.OK, after), document


def test_images(upgrade, registry, images):
    digests = {tag: images.push("acme/i", tag, image(f"cobalt{tag}")) for tag in ("1.0.0", "1.1.0", "2.0.0")}
    place = f"oci://{images.host}/acme/i"
    inherits = f"{place}:{{{{inherit}}}}!c"
    text = entries((f"{place}:1.0.0!a", None), (inherits, None))
    flags = ("--yes", "--rhdh-version", "1.9", "--registry", registry.url)
    defaults = Path("defaults.yaml")
    defaults.write_text(entries((f"{place}:0.1.0!c", None)))
    flags += ("--defaults", "defaults.yaml")
    text = "includes: [dynamic-plugins.default.yaml]\n" + text
    code, document = upgrade(*flags, text=text)
    assert (code, now()) == (ExitCode.OK, text.replace("1.0.0", "1.1.0")), document
    assert "left alone" in document["result"]["plugins"][1]["reason"]
    code, _ = upgrade(place, "--to", digests["2.0.0"], *flags)
    assert (code, now()) == (ExitCode.OK, text.replace(":1.0.0", f"@{digests['2.0.0']}"))
    code, _ = upgrade(place, "--to", "1.0.0", *flags)
    assert (code, now()) == (ExitCode.OK, text.replace(":1.0.0", f"@{digests['1.0.0']}"))
    assert upgrade(place, "--to", "9.0.0", *flags)[0] == ExitCode.TARGET


def test_a_tarballs_address(upgrade, registry):
    publish(registry, "@acme/q", "1.0.0", "1.1.0")
    text = entries((f"{registry.url}@acme/q/-/q-1.0.0.tgz", sri("@acme/q", "1.0.0")))
    code, _ = upgrade("--yes", text=text)
    assert (code, now()) == (
        ExitCode.OK,
        text.replace("1.0.0", "1.1.0").replace(sri("@acme/q", "1.0.0"), sri("@acme/q", "1.1.0")),
    )


def test_without_a_release(upgrade, registry, capsys):
    publish(registry, "@acme/p", "1.5.0", "2.0.0")
    upgrade("--dry-run", "--registry", registry.url, text=entries(("@acme/p@1.5.0", sri("@acme/p", "1.5.0"))))
    words = ["plugins", "upgrade", "--file", "dynamic-plugins.yaml", "--registry", registry.url, "--yes", "-o", "json"]
    assert run(words) == ExitCode.TARGET
    capsys.readouterr()
    assert run([*words, "--to", "latest"]) == ExitCode.OK
    assert "@acme/p@2.0.0" in now()


# -- a hundred entries, written by hand

STYLES = (
    '- package: "{package}"\n    integrity: {hash}\n',
    "- package: '{package}' # why\n    disabled: false\n    integrity: \"{hash}\"\n",
    "- {{package: '{package}', integrity: {hash}, pluginConfig: {{a: [1.0.0, x]}}}}\n",
    "- integrity: '{hash}'   # of 1.0.0\n    package: \"{package}\"\n    # 1.0.0 is what stands here\n",
    '- &entry{number}\n    disabled:   true\n    package: "{package}"\n    integrity: >-\n      {hash}\n',
    "- package: &p{number} '{package}'\n\n    integrity: !!str {hash}\n    pluginConfig:\n      b: |\n        1.0.0\n",
)


def hundred(names):
    return "includes: []\nplugins:\n" + "".join(
        "  " + STYLES[number % len(STYLES)].format(package=f"{name}@1.0.0", hash=sri(name, "1.0.0"), number=number)
        for number, name in enumerate(names)
    )


def test_a_hundred_entries(upgrade, registry):
    names = [f"@acme/p{number}" for number in range(100)]
    for name in names:
        publish(registry, name, "1.0.0", "1.2.0")
    text = hundred(names)
    code, document = upgrade("--yes", "--registry", registry.url, text=text)
    assert code == ExitCode.OK, document["errors"]
    after = now()
    assert TOKENS.sub("#", after) == TOKENS.sub("#", text), "only versions and hashes"
    changed = [line for line in difflib.ndiff(text.split("\n"), after.split("\n")) if line.startswith("+")]
    assert sum("@1.2.0" in line for line in changed) == len(names)
    assert after.count("1.0.0") == text.count("1.0.0") - len(names)
    assert all(sri(name, "1.2.0") in after for name in names)
    assert len(registry.asked) == len(names)
    code, document = upgrade("--yes", "--registry", registry.url)
    assert (code, document["changes"], now()) == (ExitCode.OK, [], after)
    for name in names:
        del registry.packages[name]["versions"]["1.2.0"]
    code, document = upgrade("--yes", "--refresh", "--registry", registry.url)
    assert (code, now()) == (ExitCode.OK, text), document["errors"]


def test_what_an_include_says_of_a_version_is_not_lost_in_silence(upgrade, registry):
    """Up to RHDH 1.8 another version is another plugin."""
    for name in ("@acme/p", "@acme/q"):
        publish(registry, name, "1.5.0", "1.6.0")
    configured = (
        f'plugins:\n  - package: "@acme/p@1.5.0"\n    disabled: true\n    integrity: {sri("@acme/p", "1.5.0")}\n'
    )
    configured += (
        f'    pluginConfig: {{a: 1}}\n  - package: "@acme/q@1.5.0"\n    integrity: {sri("@acme/q", "1.5.0")}\n'
    )
    Path("defaults.yaml").write_text(configured)
    text = 'includes: [dynamic-plugins.default.yaml]\nplugins:\n  - package: "@acme/p@1.5.0"\n    disabled: false\n'
    text += f'    integrity: {sri("@acme/p", "1.5.0")}\n  - package: "@acme/q@1.5.0"\n    disabled: true\n'
    code, document = upgrade("--yes", "--defaults", "defaults.yaml", "--registry", registry.url, text=text)
    assert code == ExitCode.OK, document["errors"]
    assert [one["code"] for one in document["warnings"]] == ["config-left-behind"]
    assert '"@acme/p@1.6.0"' in now()
    assert '"@acme/q@1.5.0"\n    disabled: true' in now(), "or the include's would be on"
    assert "switches off what an include brings" in document["result"]["plugins"][1]["reason"]
