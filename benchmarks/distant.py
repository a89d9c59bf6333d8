"""Puts what listens on loopback at a distance: a proxy for TCP whose every byte is on its way for a while.

Knows nothing of what it carries. Bandwidth is loopback's, and nothing is lost.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing import Pipe
from typing import Any

from measuring import child

CHUNK = 1 << 16


@contextmanager
def distant(port: int, round_trip: float) -> Iterator[int]:
    """The port on 127.0.0.1 behind which `port` is so many seconds away, there and back."""
    here, there = Pipe()
    with child(_run, port, round_trip, there):
        yield here.recv()


def _run(port: int, round_trip: float, told: Any) -> None:
    asyncio.run(_listen(port, round_trip, told))


async def _listen(port: int, round_trip: float, told: Any) -> None:
    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        # Loopback shakes hands at once. Over a distance nobody could have sent anything for a round trip yet.
        opened = asyncio.get_running_loop().time() + round_trip
        there, back = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(
            _carry(reader, back, round_trip / 2, opened + round_trip / 2), _carry(there, writer, round_trip / 2)
        )

    server = await asyncio.start_server(accept, "127.0.0.1", 0, backlog=64)
    told.send(server.sockets[0].getsockname()[1])
    await server.serve_forever()


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float, earliest: float = 0.0
) -> None:
    """Everything in its order, each piece so long after it came; the end of it, too."""
    loop = asyncio.get_running_loop()
    on_the_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

    async def take() -> None:
        while True:
            try:
                data = await reader.read(CHUNK)
            except OSError:
                data = b""
            on_the_way.put_nowait((max(loop.time() + delay, earliest), data))
            if not data:
                return

    taking = asyncio.create_task(take())
    with suppress(OSError):
        while True:
            due, data = await on_the_way.get()
            await asyncio.sleep(due - loop.time())
            if not data:
                break
            writer.write(data)
            await writer.drain()
    with suppress(OSError):
        writer.close()
    await taking
