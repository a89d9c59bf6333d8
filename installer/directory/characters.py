"""From the bytes of a file to characters that our parser takes. Does not open files."""

import codecs

from installer.yamltext.reading import Unreadable
from installer.yamltext.surrogates import parseable

__all__ = ["BOM", "FILE_LIMIT", "decode", "make_out", "parseable", "too_large"]

FILE_LIMIT = 16 * 1024 * 1024
BOM = "\ufeff"
_UTF_16_32 = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decode(data: bytes) -> tuple[str, bool]:
    """Bytes as characters without the byte order mark, and whether there was one.

    Raises Unreadable with the place of the first byte that is no UTF-8; UTF-16 and UTF-32 are named.
    """
    if data.startswith(_UTF_16_32):
        raise Unreadable("not-utf-8", "UTF-16 or UTF-32: save the file as UTF-8")
    try:
        characters = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        message = f"the byte 0x{data[error.start]:02x} is no UTF-8: save the file as UTF-8"
        raise Unreadable("not-utf-8", message, line, column) from None
    return (characters[1:], True) if characters.startswith(BOM) else (characters, False)


def too_large() -> Unreadable:
    """The reason for files above FILE_LIMIT: not parsed, though in some a name is looked for."""
    return Unreadable("file-too-large", f"larger than {FILE_LIMIT // (1024 * 1024)} MiB")


def make_out(data: bytes) -> str:
    """Characters of a file that is no UTF-8, good enough to look for a name in them.

    Names are ASCII; without the NUL bytes between its letters UTF-16 reads like ASCII, too.
    """
    return data.decode("utf-8", "replace").replace("\0", "")
