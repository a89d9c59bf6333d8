"""Cases that are data: YAML beside the tests that try it."""

from pathlib import Path
from typing import Any

import yaml


def table(path: Path) -> Any:
    """What a file of one YAML document says, read with libyaml: PyYAML's own reader takes ten times as long."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
