"""Writes bytes to stdout and stderr, whatever state these are in. Decides nothing about what is written."""

import errno
import os
import sys
from contextlib import suppress
from typing import TextIO

_COULD_NOT_WRITE = 8  # ExitCode.CONFLICT: could not be written; spelled out, help does not load the enum


def write_answer(out: str, err: str, code: int = 0) -> int:
    """Write the answer (stdout), then what is to be said about it (stderr); return the exit code.

    A reader who has gone away (EPIPE, or a stdout closed from the start) has heard enough: quietly 0. A full
    disk is another matter.
    """
    try:
        if not _write(sys.stdout, out):
            return 0
    except OSError as error:
        _abandon(sys.stdout)
        if error.errno in (errno.EPIPE, errno.EBADF):
            return 0
        write_note(f"error: the answer could not be written: {error.strerror}\n")
        return code or _COULD_NOT_WRITE
    write_note(err)
    return code


def write_event(text: str) -> None:
    """Write a line of the answer before its end; whether it could be written is said when the answer ends."""
    with suppress(OSError):
        _write(sys.stdout, text)


def write_note(text: str) -> None:
    """Write to stderr; where nobody reads it, it is lost without a word."""
    try:
        _write(sys.stderr, text)
    except OSError:
        _abandon(sys.stderr)


def _write(stream: TextIO | None, text: str) -> bool:
    """Write and flush; False where there is text but no stream to take it."""
    if not text:
        return True
    if stream is None:
        return False
    # No encoding of a terminal may turn somebody's file name into a crash. In JSON, `\\udcff` of a name that
    # is no UTF-8 is even the right escape.
    data = text.encode(stream.encoding or "utf-8", "backslashreplace")
    stream.flush()
    stream.buffer.write(data)
    stream.flush()
    return True


def _abandon(stream: TextIO | None) -> None:
    """Let the interpreter's own last flush go nowhere instead of complaining."""
    if stream is not None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
