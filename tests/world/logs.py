"""What containers have printed, as kwok serves it: a file and a Logs object per pod. Reads nothing back."""

from collections.abc import Sequence
from pathlib import Path

from tests.world.api import Api

# The form in which a container runtime writes logs; kwok answers 400 for lines of any other.
LINE = "2026-01-01T00:00:00.000000000Z stderr F {}\n"


def serve_logs(api: Api, folder: Path, pod: tuple[str, str], container: str, lines: Sequence[str]) -> None:
    """Let `kubectl logs`, with and without -p, print these lines for one container of a pod.

    :param folder: where the file is put; the kwok of the world must be able to read it
    :param pod: its namespace and name
    """
    namespace, name = pod
    path = folder / f"{namespace}.{name}.{container}.log"
    path.write_text("".join(LINE.format(one) for one in lines), encoding="utf-8")
    served = {"containers": [container], "logsFile": str(path), "previousLogsFile": str(path)}
    metadata = {"name": name, "namespace": namespace}
    api.apply(
        {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Logs", "metadata": metadata, "spec": {"logs": [served]}}
    )
