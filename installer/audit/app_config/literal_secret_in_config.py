"""Literal secret in config."""

from collections.abc import Iterator
from typing import Any

from installer.audit.about_app_config import is_written_out
from installer.audit.finding import Found
from installer.audit.object import dotted, texts_in
from installer.audit.profiles import SECURITY
from installer.audit.rule import Rule
from installer.audit.snapshot import Snapshot
from installer.audit.spot import Spot
from installer.instance.instance import Path
from installer.yamltext.redaction.shapes import shaped_spans


def check(snapshot: Snapshot) -> Iterator[Found]:
    for file in snapshot.app_configs:
        for path, kind in _literals(file.data):
            yield _found(file.at(*path), kind, dotted(*path))
    for plugin in snapshot.plugins:
        for path, kind in _literals(plugin.config):
            words = f"{plugin.package} {dotted(*path)}"
            yield _found(Spot(plugin.spot.ref, plugin.spots.get("pluginConfig", plugin.spot).place, words), kind, words)


def _literals(data: Any) -> Iterator[tuple[Path, str]]:
    for path, value in texts_in(data):
        names = [one for one in path if isinstance(one, str)]
        if names and is_written_out(names[-1], value):
            yield path, "a value that is written out"
        elif shaped_spans(value):
            yield path, "a token, a private key or a password in a URL"


def _found(spot: Spot, kind: str, words: str) -> Found:
    return Found(spot, f"{words}: {kind}", "a variable, whose value is in a Secret", key=words)


RULE = Rule(
    module=__name__,
    title="Literal secret in config",
    severity="critical",
    profiles=SECURITY,
    wrong="A password, a token or a key stands in clear in app-config or in a plugin's configuration.",
    why="Whoever may read ConfigMaps, or the repository, has it; so have all who ever could.",
    fix="Put it into a Secret, give RHDH the variable, write ${NAME} here, and replace the secret: it is known.",
    sources=("https://backstage.io/docs/conf/writing/#environment-variable-substitution",),
    check=check,
)
