"""Runs a kubeconfig's login program and ends it, with all it started, after so many seconds; never imported.

The Python client starts login programs without a bound. Arguments: seconds, the program, its arguments. Input, output,
environment and exit code are the program's own; 124 where it had to be ended, 127 where it cannot be run.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress

ENDED = 124
MISSING = 127
_GRACE = 2.0


def bounded(seconds: float, command: list[str]) -> int:
    """One that asks its user something keeps the terminal, so it stays in our session."""
    apart = not sys.stdin.isatty()
    try:
        process = subprocess.Popen(command, start_new_session=apart)  # noqa: S603 - the kubeconfig names it
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        return MISSING
    try:
        return process.wait(seconds)
    except subprocess.TimeoutExpired:
        return ENDED
    finally:
        _end(process, apart=apart)


def _end(process: "subprocess.Popen[bytes]", *, apart: bool) -> None:
    if process.poll() is not None:
        return
    with suppress(ProcessLookupError):
        _signal(process, signal.SIGTERM, apart=apart)
        with suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE)
        _signal(process, signal.SIGKILL, apart=apart)
    process.wait()


def _signal(process: "subprocess.Popen[bytes]", number: signal.Signals, *, apart: bool) -> None:
    if apart:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)


if __name__ == "__main__":
    sys.exit(bounded(float(sys.argv[1]), sys.argv[2:]))
