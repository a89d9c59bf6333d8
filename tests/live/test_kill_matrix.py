"""An installation that is stopped at any of its writes is finished by `resume` and taken back by `undo`.

Needs WORLD=1; see tests/world. KILL_MATRIX=full tries every write and every end instead of some; see kill_matrix.py.
"""

import os
import signal

import pytest

from tests.live.kill_matrix import APPROVAL, subset, whole
from tests.live.kills import Calm, Case, at_point, attempt, calm, fault
from tests.live.scenes import FROM_NOTHING, SCENES, bench
from tests.live.worlds import why_not

WHY_NOT = why_not(os.environ.get("WORLD"))
IS_WHOLE = os.environ.get("KILL_MATRIX") == "full"
pytestmark = [pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT), *([pytest.mark.timeout(0)] if IS_WHOLE else [])]


@pytest.mark.parametrize("scene", [one for one in SCENES if IS_WHOLE or one != FROM_NOTHING])
def test_kill_matrix(ready_world, tmp_path, scene):
    with bench(ready_world, tmp_path, scene) as on:
        calmly = calm(on)
    failed = []
    for case in (whole if IS_WHOLE else subset)(scene, calmly):
        with bench(ready_world, tmp_path, scene) as on:
            failed += filter(None, [attempt(on, case, calmly)])
    assert not failed, "\n\n".join(failed)


def test_killed_between_two_approvals(tmp_path):
    """The one of every day for OLM: it has no undisturbed installation beside it, as that would take as long again."""
    case = Case(FROM_NOTHING, 1, "after", "kill", "resume", APPROVAL)
    with bench(None, tmp_path, FROM_NOTHING) as on:
        made = on.portal()
        on.proxy.restart(at_point(case, Calm({}, (APPROVAL,), ()), fault(on, case)))
        assert on.install(made).code == -signal.SIGKILL
        on.proxy.restart()
        resumed = on.program.run("resume", "--instance", made.address, "--yes")
        assert resumed.code == 0, resumed
        assert on.program.run("status", "--instance", made.address).result["healthy"]
        on.proxy.restart()
        again = on.install(made)
        assert (again.code, on.proxy.writes) == (0, []), again
