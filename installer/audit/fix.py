"""How a finding is put right, in words, commands and a patch for whoever owns the configuration."""

from installer.model.dataclass import dataclass


@dataclass(frozen=True)
class Fix:
    """`patch` is YAML whose first line, a comment, says what it is laid over; None where there is nothing to patch."""

    summary: str
    commands: tuple[str, ...] = ()
    patch: str | None = None
