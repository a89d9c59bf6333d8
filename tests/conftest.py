"""What every test shares: how often properties are tried, and the order in which all is run.

A property that wants many examples asks for a multiple of `settings.default.max_examples`: thirty times the
default are 3,000 in CI and 10,500 with `pytest --hypothesis-profile thorough`.
"""

import gc
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

from tests.order import company, turn

# No deadline: the machine is shared, and a slow minute is no finding. CI tries the same examples every time, so that a
# change is red by what it changed; `thorough` looks for new ones.
settings.register_profile(
    "ci",
    max_examples=100,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
    print_blob=True,
)
settings.register_profile("thorough", settings.get_profile("ci"), max_examples=350, derandomize=False)
settings.load_profile("ci")

# Hypothesis would parse every source of ours, eight seconds of each process, and draw constants from those that happen
# to be loaded: what is tried would depend on which files of tests share a process.
if hasattr(providers, "_local_constants"):  # it is none of its promises
    providers._get_local_constants = lambda: providers._local_constants


def file_of(nodeid: str) -> str:
    return nodeid.partition("::")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda one: turn(file_of(one.nodeid)))


def pytest_collection_finish() -> None:
    """Ten thousand tests are no garbage: the collector need not look at them again and again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Where several processes share the work, a piece of tests/order.py goes to one of them."""
    from xdist.scheduler import LoadFileScheduling  # noqa: PLC0415 - it is not there without -n

    class Pieces(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return company(file_of(nodeid))

    # The order is ours, not that of the number of tests.
    config.option.loadscopereorder = False
    return Pieces(config, log)
