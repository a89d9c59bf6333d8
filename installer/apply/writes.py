"""Carries out Writes: every object is looked at before the first is written, then all are, back to back."""

from installer.apply.hands import Hands
from installer.apply.swapping import forwards, look, swap_all
from installer.model.change import Ref
from installer.model.errors import ExitCode, InstallerError, Problem
from installer.model.run import Writes


class Moved(InstallerError):
    """Somebody edited an object since the plan was made. `untouched`: nothing of the step was written."""

    def __init__(self, *problems: Problem, untouched: bool) -> None:
        super().__init__(*problems)
        self.untouched = untouched


def carry_out(step: Writes, hands: Hands) -> None:
    """Write what is not yet as planned. May be called again after it was stopped anywhere.

    Raises InstallerError: Moved (CONFLICT), with nothing written unless somebody edits between the looks and the
    writes; FINDINGS for an immutable object; what `Cluster` raises.
    """
    sights = [look(forwards(edit), hands) for edit in step.edits]
    moved = [_edited(one.swap.ref) for one in sights if one.standing == "other"]
    if moved:
        raise Moved(*moved, untouched=not any(one.standing == "new" for one in sights))
    late = swap_all(sights, hands, _edited)
    if late:
        raise Moved(*late, untouched=len(late) == len(sights))


def _edited(ref: Ref) -> Problem:
    message = f"somebody has edited {ref} since the plan was made; their edit stands"
    return Problem("object-changed", message, None, "run the command again: it plans with that edit", ExitCode.CONFLICT)
