"""A loopback proxy that makes a server far away without making the line narrow: ``python -m tests.benchmarks.delay_proxy PORT SECONDS``.

Everything is passed on ``SECONDS`` later, in each direction; the port that it listens on is its first line of output.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys


async def main(port: int, seconds: float) -> None:
    """Serve until the process ends."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        to_server, from_server = None, None
        with contextlib.suppress(OSError):
            from_server, to_server = await asyncio.open_connection("127.0.0.1", port)
        if to_server is None or from_server is None:
            writer.close()
            return
        await asyncio.gather(_pump(reader, to_server, seconds), _pump(from_server, writer, seconds))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while data := await reader.read(1 << 16):
            loop.call_later(seconds, writer.write, data)
    loop.call_later(seconds, writer.close)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2])))
