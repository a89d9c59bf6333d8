"""Binds helm to exactly the API that a command's connection flags choose. Runs no helm itself."""

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

from installer.cluster.kubeconfig import Chosen, choose, document, of_pod
from installer.cluster.options import ConnectionOptions
from installer.programs.connection import Connection
from installer.programs.helm import Helm, find_helm


@contextmanager
def bound_helm(options: ConnectionOptions, given: str | None) -> Iterator[Callable[[], Helm]]:
    """A function that finds helm at its first call and then gives the same one; valid inside the block.

    Helm knows no variable for client certificates, users or login programs, so the chosen context goes by a kubeconfig
    of its own: mode 0600, in a folder of its own, gone afterwards. So does a pod's account, which flags may replace.
    The function raises InstallerError as `find_helm` and `choose`.
    """
    with ExitStack() as until_the_end:
        found: list[Helm] = []

        def helm() -> Helm:
            if not found:
                connection = until_the_end.enter_context(connected(options, os.environ))
                found.append(find_helm(given, connection=connection, environment=os.environ))
            return found[0]

        yield helm


@contextmanager
def connected(options: ConnectionOptions, environment: Mapping[str, str]) -> Iterator[Connection]:
    """How a child reaches the API of these flags. Raises as `choose`."""
    chosen = choose(options, environment) or of_pod(options, environment)
    if chosen is None:
        yield Connection()
        return
    # In memory where the system has such a place for a user: nothing of it survives a machine that stops.
    private = environment.get("XDG_RUNTIME_DIR")
    parent = private if private and os.access(private, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="rhdh-orchestrator-", dir=parent) as folder:
        yield Connection(kubeconfig=str(_written(chosen, Path(folder) / "kubeconfig")))


def _written(chosen: Chosen, path: Path) -> Path:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(document(chosen), file)  # JSON is YAML, and has one way to quote
    return path
