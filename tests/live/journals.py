"""Secrets of a journal as a run leaves them that has begun, for recorded clusters. Carries nothing out."""

import itertools
from typing import Any

from installer.apply.journal import write
from installer.model.change import Flavour, Ref
from installer.model.run import Edit, Run, Target, Writes

NAME = "developer-hub"
MAP = Ref("v1", "ConfigMap", "rhdh", "app-config-rhdh")


class Secrets:
    """What a journal needs of a cluster to be begun: it keeps what is created."""

    def __init__(self) -> None:
        self.made: list[dict[str, Any]] = []
        self.numbers = itertools.count(1)

    def create(self, kind: Any, body: dict[str, Any], namespace: str) -> dict[str, Any]:
        about = {**body["metadata"], "namespace": namespace, "uid": f"u{next(self.numbers)}", "resourceVersion": "1"}
        self.made.append({"apiVersion": "v1", "kind": kind.kind, **body, "metadata": about})
        return self.made[-1]


def journal_of(flavour: Flavour) -> list[dict[str, Any]]:
    """The Secrets of a run that has not come to its end."""
    target, secrets = Target(flavour, "rhdh", NAME, "1.8.0", None, None), Secrets()
    steps = (Writes((Edit(MAP, {"data": {"a": "b"}}, {"data": {"a": "c"}}),)),)
    run = Run("20260131-120000-1a2b", "install", "2026-01-31T12:00:00+00:00", target, steps)
    write(secrets, run)  # type: ignore[arg-type]
    return secrets.made
