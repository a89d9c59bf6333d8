"""Help, version and completion load nothing heavy: told by sys.modules, not by a clock."""

import json

import pytest

from installer.cli.table import AUDIT, CONFIG, PLUGINS, RBAC, RELEASES, ROOT

HEAVY = {
    "asyncio",
    "cryptography",
    "dataclasses",
    "importlib.metadata",
    "kubernetes",
    "openshift_client",
    "requests",
    "rich",
    "ruamel",
    "subprocess",
    "yaml",
}
# The subcommands carry requests and reports, which are dataclasses; only the first screen may not.
OF_COMMANDS = HEAVY - {"dataclasses"}

PROBE = """
import json, sys
sys.argv = ["rhdh-orchestrator", *sys.argv[1:]]
from installer.__main__ import main
try:
    main()
except SystemExit as stop:
    sys.stderr.write(json.dumps({"code": stop.code or 0, "modules": sorted(sys.modules)}))
"""

COMMANDS = [[name] for name in ROOT]
COMMANDS += [["config", name] for name in CONFIG] + [["releases", name] for name in RELEASES]
COMMANDS += [["audit", name] for name in AUDIT]
COMMANDS += [["rbac", name] for name in RBAC] + [["plugins", name] for name in PLUGINS]


def modules(program, words, **env):
    done = program.probe(PROBE, *words, env=env)
    told = json.loads(done.stderr)
    assert told["code"] == 0
    return done.stdout, set(told["modules"])


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["--version"]], ids=" ".join)
def test_first_screen(words, program):
    out, loaded = modules(program, words)
    assert out
    assert not loaded & HEAVY
    ours = {name for name in loaded if name.startswith("installer.") and not name.startswith("installer.cli")}
    assert ours == {"installer.__main__"}


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_help_of_every_command(command, program):
    out, loaded = modules(program, [*command, "--help"])
    assert out.startswith(f"Usage: rhdh-orchestrator {' '.join(command)}")
    assert not loaded & OF_COMMANDS
    assert "installer.flow" not in loaded


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts(shell, program):
    _, loaded = modules(program, ["completion", shell])
    assert not loaded & OF_COMMANDS


@pytest.mark.parametrize("line", ["", "in", "install --", "install --directory ", "config ", "config effective --e"])
def test_completing(line, program):
    words = ["rhdh-orchestrator", *line.split(" ")]
    env = {
        "_RHDH_ORCHESTRATOR_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(words),
        "COMP_CWORD": str(len(words) - 1),
    }
    out, loaded = modules(program, [], **env)
    assert out
    assert not loaded & OF_COMMANDS
