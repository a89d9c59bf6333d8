"""The door of the program: watches for signals first, then loads the rest. Must stay light: no heavy import here."""

import sys

from installer.cli.signals import Interrupted, ignore_signals, watch_signals


def main() -> None:
    """Run the command line of this process and leave with its exit code; never shows a traceback."""
    code = 0
    try:
        watch_signals()
        # Loaded late, so that Ctrl-C while Python still loads is quiet too.
        from installer.cli.boundary import run  # noqa: PLC0415

        code = run(sys.argv[1:])
        ignore_signals()
    except Interrupted as stop:
        code = stop.code
    sys.exit(code)


if __name__ == "__main__":
    main()
