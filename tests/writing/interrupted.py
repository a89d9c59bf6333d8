"""Child of a test: writes every file of a directory again and again until it is stopped; exit 130 or 143 as asked."""

import os
import signal
import sys
from pathlib import Path

from installer.directory.write import FileChange, write


class Stopped(BaseException):
    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def stop(number: int, _frame: object) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    raise Stopped(number)


def main(directory: str) -> int:
    paths = sorted(path for path in Path(directory).rglob("*.yaml"))
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        os.write(1, b"ready\n")
        generation = 0
        while True:
            before, after = content(generation), content(generation + 1)
            write(directory, [FileChange(str(path.relative_to(directory)), before, after) for path in paths])
            generation += 1
    except Stopped as stopped:
        return 128 + stopped.number


def content(generation: int) -> bytes:
    return b"generation: %d\n" % generation * 5000


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
