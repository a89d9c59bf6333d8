"""Which function carries out which step and puts it back, each loaded when it is needed. Does nothing itself."""

from installer.apply.hands import Hands
from installer.model.run import Infrastructure, Operators, Rollout, Step, Upgrade, Verify, Writes


def carry_out(step: Step, hands: Hands) -> None:
    """Bring a step to its end, from wherever it was stopped. Raises InstallerError."""
    match step:
        case Infrastructure():
            from installer.apply import infrastructure  # noqa: PLC0415

            infrastructure.carry_out(step, hands)
        case Operators():
            from installer.apply import operators  # noqa: PLC0415

            operators.carry_out(step, hands)
        case Writes():
            from installer.apply import writes  # noqa: PLC0415

            writes.carry_out(step, hands)
        case Upgrade():
            from installer.apply import upgrade  # noqa: PLC0415

            upgrade.carry_out(step, hands)
        case Rollout():
            from installer.apply import rollout  # noqa: PLC0415

            rollout.carry_out(step, hands)
        case Verify():
            from installer.apply import verify  # noqa: PLC0415

            verify.carry_out(step, hands)


def put_back(step: Upgrade, hands: Hands) -> None:
    """Give somebody's Helm release the values that it had. Raises InstallerError."""
    from installer.apply import upgrade  # noqa: PLC0415

    upgrade.put_back(step, hands)


def settle(step: Rollout, hands: Hands) -> None:
    """Await the old configuration after it was put back. Raises InstallerError."""
    from installer.apply import rollout  # noqa: PLC0415

    rollout.settle(step, hands)
