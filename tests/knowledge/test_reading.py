"""What is read of our own files is what PyYAML reads, of all of them."""

import pytest
import yaml

from installer.knowledge import reading
from installer.knowledge.location import data_folder

CHARTS = data_folder("charts")
FILES = [*data_folder("configmaps").glob("*/*.yaml"), *CHARTS.glob("*/Chart.yaml"), *CHARTS.glob("*/values.yaml")]


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-2:]))
def test_as_pyyaml(path):
    assert repr(reading.read(path)) == repr(yaml.safe_load(path.read_text(encoding="utf-8")))


def test_an_empty_text():
    assert reading.parsed("# nothing\n") is None
