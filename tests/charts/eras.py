"""How the chart is rendered, with the values that a release's folder implies among others."""

import json
import os
import subprocess
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from installer.knowledge.location import data_folder

CHART = data_folder("charts") / "orchestrator"
Values = dict[str, Any]


def run_helm(helm: Path, *arguments: str, values: Values | None = None) -> subprocess.CompletedProcess[str]:
    """Any helm command without a cluster; `values` go by a file."""
    with tempfile.TemporaryDirectory() as home:
        # As JSON: PyYAML leaves texts such as 1e3 without quotes, which Go's YAML takes for numbers.
        file = Path(home) / "values.json"
        file.write_text(json.dumps(values or {}), encoding="utf-8")
        given = ["-f", str(file)] if values is not None else []
        homes = {f"HELM_{kind}_HOME": home for kind in ("CACHE", "CONFIG", "DATA")}
        # No kubeconfig: nothing of this machine's clusters may be asked.
        environment = {"PATH": os.defpath, "HOME": home, "KUBECONFIG": os.devnull, **homes}
        argv = [str(helm), *arguments, *given]
        return subprocess.run(argv, capture_output=True, text=True, check=False, env=environment, timeout=60)


def render(helm: Path, values: Values | None = None, *options: str, namespace: str = "rhdh") -> str:
    """The rendered text, without the blank lines between documents, in which Helm 3 and 4 differ. Once per question."""
    return _render(helm, json.dumps(values), options, namespace)


@cache
def _render(helm: Path, values: str, options: tuple[str, ...], namespace: str) -> str:
    return render_anew(helm, json.loads(values), *options, namespace=namespace)


def render_anew(helm: Path, values: Values | None, *options: str, namespace: str = "rhdh") -> str:
    done = run_helm(helm, "template", "orchestrator", str(CHART), "-n", namespace, *options, values=values)
    assert done.returncode == 0, done.stderr
    texts = [text.strip("\n") for text in done.stdout.split("\n---\n")]
    return "\n---\n".join(text.removeprefix("---\n") for text in texts if text) + "\n"


def refused(helm: Path, values: Values) -> str:
    """What helm says to values that the chart does not take."""
    done = run_helm(helm, "template", "orchestrator", str(CHART), "-n", "rhdh", values=values)
    assert done.returncode != 0, "it was taken"
    assert not done.stdout
    return done.stderr


def documents(text: str) -> list[Values]:
    return [one for one in yaml.load_all(text, Loader=yaml.CSafeLoader) if one is not None]
