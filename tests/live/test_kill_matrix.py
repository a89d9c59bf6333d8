"""An installation that is stopped at any of its writes is finished by `resume` and taken back by `undo`.

Needs WORLD=1; see tests/world. KILL_MATRIX=full tries every write and every end instead of some; see kill_matrix.py.
"""

import os

import pytest

from tests.live.kill_matrix import subset, whole
from tests.live.kills import attempt, bench, calm
from tests.live.worlds import FLAVOURS, why_not

WHY_NOT = why_not(os.environ.get("WORLD"))
pytestmark = pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_kill_matrix(ready_world, tmp_path, flavour):
    with bench(ready_world, tmp_path) as on:
        calmly = calm(on, flavour)
        choose = whole if os.environ.get("KILL_MATRIX") == "full" else subset
        cases = choose(flavour, calmly)
        failed = [why for one in cases if (why := attempt(on, one, calmly))]
    assert not failed, f"{len(failed)} of {len(cases)} failed:\n\n" + "\n\n".join(failed)
