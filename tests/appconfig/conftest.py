"""The oracle, once per test session; where Node is absent these tests skip and say so."""

from collections.abc import Iterator

import pytest

from tests.oracles.config_loader import Absent, ConfigLoader


@pytest.fixture(scope="session")
def loader() -> Iterator[ConfigLoader]:
    """Backstage's own config loader in a Node process."""
    try:
        oracle = ConfigLoader()
    except Absent as reason:
        pytest.skip(f"NOT COMPARED with @backstage/config-loader: {reason}")
    yield oracle
    oracle.close()
