"""Names a new run after its moment. Begins nothing."""

from datetime import UTC, datetime
from secrets import token_hex

from installer.model.run import Run, Step, Target


def new_run(command: str, target: Target, steps: tuple[Step, ...]) -> Run:
    """A run of now; ids sort by time, and two of one second differ."""
    now = datetime.now(UTC)
    return Run(f"{now:%Y%m%d-%H%M%S}-{token_hex(2)}", command, now.isoformat(timespec="seconds"), target, steps)


def begun_now(planned: Run, command: str) -> Run:
    """A run that was planned at another time, and may have been carried out before: its history begins now."""
    return new_run(command, planned.target, planned.steps)
