"""The door of the program: watches for signals first, then loads the rest. Must stay light: no heavy import here."""

import atexit
import gc
import os
import sys
from types import TracebackType


def _hush(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if kind is not KeyboardInterrupt:
        sys.__excepthook__(kind, error, trace)


# Ctrl-C in the milliseconds before signals are watched: Python still ends by SIGINT, but without a traceback.
sys.excepthook = _hush

from installer.cli.signals import Interrupted, ignore_signals, watch_signals  # noqa: E402


def _leave(codes: list[int]) -> None:
    """End the process as it stands: to take apart all that a command has loaded takes a fifth of its time.

    Whatever a command has registered to be done at the end is done by then: the first comes last. `codes` is empty
    where Python ends in another way than `main`.
    """
    if not codes:
        return
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except (OSError, ValueError):  # nobody reads it any more, or it was closed
            continue
    os._exit(codes[0])


def main() -> None:
    """Run the command line of this process and leave with its exit code; never shows a traceback."""
    codes: list[int] = []
    atexit.register(_leave, codes)
    # Loading makes a great many objects and no garbage: to look for it all the time took a twentieth of a command.
    gc.set_threshold(200_000, 10, 10)
    code = 0
    try:
        watch_signals()
        # Loaded late, so that Ctrl-C while Python still loads is quiet too.
        from installer.cli.boundary import run  # noqa: PLC0415

        code = run(sys.argv[1:])
        ignore_signals()
    except Interrupted as stop:
        code = stop.code
    codes.append(code)
    sys.exit(code)


if __name__ == "__main__":
    main()
