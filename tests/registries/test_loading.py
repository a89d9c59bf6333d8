"""What asking again loads: within a registry's max-age, loading is all that a command costs, so this is its budget."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from installer.cli.boundary import run
from tests.registries.packages import sri

ROOT = str(Path(__file__).parents[2])
# What downloads, asks, looks at a cluster or a directory, writes texts, or finds secrets in one that may hold some; and
# `semver`, which brings a command line with it for what most versions have not.
NEVER = {
    "requests", "urllib3", "http.client", "email.utils", "ssl", "tempfile", "random", "subprocess", "zipfile",
    "kubernetes", "cryptography", "ruamel", "pydantic", "rich", "tarfile", "concurrent.futures", "importlib.metadata",
    "installer.cluster.connect", "installer.directory.read", "installer.instance.find", "installer.flow.plugins_images",
    "installer.flow.plugins_sealing", "installer.flow.plugins_hashing", "installer.registries.oci",
    "installer.registries.tarball", "installer.registries.signatures", "installer.yamltext.redaction.masking",
    "semver", "argparse", "queue", "installer.registries.transport", "installer.registries.connections",
    "installer.registries.together", "installer.registries.verdicts", "installer.yamltext.patch",
    "installer.yamltext.emit", "installer.yamltext.embedding", "installer.directory.walk", "installer.cli.envelope",
    "installer.knowledge.matrix", "installer.knowledge.hashes",
}  # fmt: skip
NO_CONFIGURATION = {"installer.plan", "installer.instance", "installer.desired", "installer.appconfig"}
PRINT = """
import json, sys
from installer.cli.boundary import run
code = run(sys.argv[1:])
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
sys.exit(code)
"""
NAMES = [f"@acme/plugin-{number}" for number in range(3)]


@pytest.fixture
def loaded(registry, folder, cache, monkeypatch):
    """The modules that a command has loaded, once the cache knows the answers."""
    registry.caching = {"Cache-Control": "max-age=300"}
    for name in NAMES:
        registry.publish(name, "1.0.0", integrity=sri(b"1"))
        registry.publish(name, "1.1.0", integrity=sri(b"2"))
    entries = [{"package": f"{name}@1.0.0", "integrity": sri(b"1")} for name in NAMES]
    (folder / "plugins.yaml").write_text(json.dumps({"plugins": entries}))
    home = str(folder.parent / "home")
    environment = {"HOME": home, "PATH": "/usr/bin:/bin", "XDG_CACHE_HOME": str(cache.parents[1]), "PYTHONPATH": ROOT}
    monkeypatch.setenv("HOME", home)
    monkeypatch.chdir(folder)
    assert run(["plugins", "resolve", *NAMES, "--registry", registry.url]) == 0
    asked = len(registry.asked)

    def again(*words):
        argv = [sys.executable, "-c", PRINT, "plugins", *words, "--registry", registry.url]
        done = subprocess.run(argv, cwd=folder, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        assert len(registry.asked) == asked, "the cache knows it"
        return set(json.loads(done.stderr.splitlines()[-1]))

    return again


@pytest.mark.parametrize(
    ("words", "never", "most"),
    [
        (["resolve", *NAMES], NEVER | NO_CONFIGURATION, 205),
        (
            ["outdated", "--file", "plugins.yaml", "--rhdh-version", "1.8"],
            NEVER | {"installer.appconfig", "installer.yamltext.javascript"},
            252,
        ),
    ],
    ids=["resolve", "outdated"],
)
def test_asking_again_loads_only_what_it_needs(loaded, words, never, most):
    found = loaded(*words)
    assert sorted(found & never) == []
    assert len(found) <= most, len(found)
