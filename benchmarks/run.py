"""Runs every benchmark once and prints the ratios; exit code 1 where one misses its bound."""

import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from ruamel.yaml import YAML
from samples import directory, dynamic_plugins

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed programs have their bytecode
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from installer.yamltext.editing import edited
from installer.yamltext.embedding import spliced
from installer.yamltext.patch import Branch, Set
from installer.yamltext.values import Schema

RUNS = 7
NEW = {"package": "@redhat/new@1.0.0", "disabled": False, "pluginConfig": {"a": {"b": ["c"]}}}
LOAD_ALL = (
    "import sys, pathlib, yaml\n"
    "for path in sorted(pathlib.Path(sys.argv[1]).rglob('*.yaml')):\n"
    "    list(yaml.load_all(path.read_text(encoding='utf-8'), Loader=yaml.CSafeLoader))\n"
)


def edit(text: str, entries: int) -> str:
    patch = Branch().put(("plugins", entries // 2, "package"), Set("@example/changed@2.0.0"))
    patch.append(("plugins",), [NEW])
    return spliced(text, edited(text, patch, Schema.KUBERNETES))


def round_trip(text: str, entries: int) -> str:
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    yaml.indent(mapping=2, sequence=4, offset=2)
    data = yaml.load(text)
    data["plugins"][entries // 2]["package"] = "@example/changed@2.0.0"
    data["plugins"].append(NEW)
    stream = io.StringIO()
    yaml.dump(data, stream)
    return stream.getvalue()


def median(action: Callable[[], object], runs: int = RUNS) -> float:
    """Seconds, the median of several runs after one that does not count."""
    action()
    return statistics.median(_timed(action) for _ in range(runs))


def _timed(action: Callable[[], object]) -> float:
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def main() -> int:
    rows: list[tuple[str, float, str, bool]] = []
    text = dynamic_plugins(1000)
    ratio = median(lambda: round_trip(text, 1000), 3) / median(lambda: edit(text, 1000))
    rows.append(("ruamel round trip / edit, 1,000 entries", ratio, ">= 5", ratio >= 5))  # noqa: PLR2004
    small, large = dynamic_plugins(100), dynamic_plugins(2000)
    ratio = median(lambda: edit(large, 2000)) / (20 * median(lambda: edit(small, 100)))
    rows.append(("edit per entry, 2,000 / 100 entries", ratio, "<= 1.5", ratio <= 1.5))  # noqa: PLR2004
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / "manifests"
        directory(folder, 500)
        ours = median(
            lambda: run(
                sys.executable, "-m", "installer", "install", "--directory", str(folder), "--dry-run", "-o", "json"
            )
        )
        ratio = ours / median(lambda: run(sys.executable, "-c", LOAD_ALL, str(folder)))
    rows.append(("install --dry-run / CSafeLoader, 500 files", ratio, "<= 2", ratio <= 2))  # noqa: PLR2004
    ratio = median(lambda: run(sys.executable, "-m", "installer", "--help"), 21) / median(
        lambda: run(sys.executable, "-c", "import click"), 21
    )
    rows.append(("--help / import click", ratio, "<= 1.4", ratio <= 1.4))  # noqa: PLR2004
    for name, value, bound, met in rows:
        print(f"{'met   ' if met else 'MISSED'} {value:6.2f}  ({bound})  {name}")
    return 0 if all(met for *_, met in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
