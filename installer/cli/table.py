"""The table of commands: name, module, short help. Imports none of them, so that help and completion stay fast."""

from collections.abc import Mapping
from typing import NamedTuple


class Entry(NamedTuple):
    """Where a command lives (`module:attribute`), its line in the help, and the section of the help it stands in."""

    target: str
    help: str
    section: str = "Commands"


ROOT: Mapping[str, Entry] = {
    "install": Entry(
        "installer.cli.install:install",
        "Put the Orchestrator on an RHDH, on a cluster or in a directory of manifests.",
        "Core",
    ),
    "plan": Entry("installer.cli.plan:plan", "What `install` would do on a cluster, to be applied later.", "Core"),
    "apply": Entry("installer.cli.plan:apply", "Carry out what `plan --out` wrote.", "Core"),
    "check": Entry("installer.cli.check:check", "Whether the Orchestrator can be installed on a cluster.", "Core"),
    "status": Entry(
        "installer.cli.status:status", "What of the Orchestrator is on a cluster, and whether it works.", "Core"
    ),
    "wait": Entry("installer.cli.wait:wait", "Wait until the Orchestrator on a cluster works.", "Core"),
    "restart": Entry(
        "installer.cli.restart:restart", "Restart RHDH on a cluster, once, and wait until it runs.", "Core"
    ),
    "rbac": Entry("installer.cli.rbac:rbac", "What this program must be allowed to do on a cluster.", "Core"),
    "resume": Entry("installer.cli.resume:resume", "Go on with a run that was stopped.", "Core"),
    "undo": Entry("installer.cli.undo:undo", "Put back what a run changed of RHDH's configuration.", "Core"),
    "history": Entry("installer.cli.history:history", "The runs of this program on an RHDH.", "Core"),
    "uninstall": Entry(
        "installer.cli.uninstall:uninstall", "Take away what an installation brought to a cluster.", "Core"
    ),
    "plugins": Entry("installer.cli.plugins:plugins", "Versions and hashes of plugins.", "Core"),
    "config": Entry("installer.cli.config:config", "What RHDH will run with, and where it came from.", "Core"),
    "audit": Entry(
        "installer.cli.audit:audit", "What is wrong with an RHDH's configuration, why, and how to fix it.", "Core"
    ),
    "explain": Entry("installer.cli.audit:explain", "What one rule of the audit judges, and why.", "Knowledge"),
    "releases": Entry("installer.cli.releases:releases", "The RHDH releases this program knows.", "Knowledge"),
    "schema": Entry("installer.cli.schema:schema", "The JSON Schema of every answer.", "Knowledge"),
    "completion": Entry("installer.cli.completion:completion", "A completion script for bash, zsh or fish.", "Shell"),
    "help": Entry("installer.cli.help:help_", "Help on a command, or `help exit-codes`.", "Shell"),
    "version": Entry("installer.cli.version:version", "The version of this program and its Python.", "Shell"),
}

AUDIT: Mapping[str, Entry] = {
    "rules": Entry("installer.cli.audit:rules", "Every rule of the audit."),
    "diff": Entry("installer.cli.audit:diff", "What findings came, went and stayed between two audits."),
}

CONFIG: Mapping[str, Entry] = {
    "effective": Entry("installer.cli.config:effective", "The plugins and the app-config RHDH will run with."),
    "show": Entry("installer.cli.config:show", "One value of the app-config, its origin and what it hides."),
}

PLUGINS: Mapping[str, Entry] = {
    "list": Entry("installer.cli.plugins:list_", "The plugins of a configuration, and what is known of their hashes."),
    "resolve": Entry("installer.cli.plugins:resolve", "Which version of a plugin to take, with its hash."),
    "outdated": Entry("installer.cli.plugins_outdated:outdated", "Which plugins could be newer, and why that version."),
    "upgrade": Entry("installer.cli.plugins_upgrade:upgrade", "Move plugins to other versions, with their hashes."),
    "verify": Entry("installer.cli.plugins_verify:verify", "Whether plugins are what they say, byte by byte."),
    "lock": Entry("installer.cli.plugins_lock:lock", "Hold versions, hashes and digests of plugins fast in a file."),
    "diff": Entry("installer.cli.plugins_diff:diff", "What the defaults of two releases change for a configuration."),
    "enable": Entry("installer.cli.plugins_switching:enable", "Switch plugins on."),
    "disable": Entry("installer.cli.plugins_switching:disable", "Switch plugins off."),
    "remove": Entry("installer.cli.plugins_switching:remove", "Take the entries of plugins out."),
}

RBAC: Mapping[str, Entry] = {
    "print": Entry("installer.cli.rbac:print_", "The roles that a command needs."),
}

RELEASES: Mapping[str, Entry] = {
    "show": Entry("installer.cli.releases:show", "Everything this program knows of one release."),
}
