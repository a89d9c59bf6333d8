"""What comes over a connection, in memory while it is short, else on disk. Knows no bounds and no meaning."""

from collections.abc import Iterable
from io import BytesIO
from typing import IO

# Eight long answers at the same time shall not be in memory; the one that is being read needs ten times its size.
_IN_MEMORY = 1024 * 1024


class Content:
    """Bytes that are written once; the file that they may be in has no name and goes with them."""

    def __init__(self, chunks: Iterable[bytes] = ()) -> None:
        self._file: IO[bytes] = BytesIO()
        for one in chunks:
            self._add(one)

    def __del__(self) -> None:
        self._file.close()

    def read(self) -> bytes:
        self._file.seek(0)
        return self._file.read()

    def _add(self, chunk: bytes) -> None:
        if isinstance(self._file, BytesIO) and self._file.tell() + len(chunk) > _IN_MEMORY:
            from tempfile import TemporaryFile  # noqa: PLC0415 - most answers are short

            before, self._file = self._file, TemporaryFile()  # noqa: SIM115 - closed with this object
            self._file.write(before.getbuffer())
        self._file.write(chunk)
