"""Our own chart's files, as they are packaged. Renders nothing."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from installer.knowledge import reading
from installer.knowledge.location import data_folder
from installer.model.dataclass import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class PackagedChart:
    """Where it lies, what it is called, its values.yaml, and its templates by the names that Helm gives them."""

    folder: Path
    name: str
    version: str
    defaults: Mapping[str, Any]
    templates: Mapping[str, str]


@cache
def orchestrator() -> PackagedChart:
    """charts/orchestrator, read once; not to be changed."""
    folder = data_folder("charts") / "orchestrator"
    about = reading.read(folder / "Chart.yaml")
    files = sorted(one for one in (folder / "templates").rglob("*") if one.is_file())
    templates = {one.relative_to(folder).as_posix(): reading.text(one) for one in files}
    return PackagedChart(folder, about["name"], about["version"], reading.read(folder / "values.yaml"), templates)
