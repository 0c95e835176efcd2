# SPDX-License-Identifier: Apache-2.0
"""What the servers of this folder have in common: how they are started, and what they answer.

    SERVER.py stdio
    SERVER.py http [stateless] [json]     streamable HTTP
    SERVER.py sse

Over HTTP the line "listening on URL" goes to stdout once connections are accepted; the port is any
that is free. The end of stdin ends the server, so that none outlives its test.
"""

import asyncio
import socket
import sys
import threading

PNG = (  # one transparent pixel
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f"
    b"\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00"
    b"IEND\xaeB`\x82"
)
ODD_TEXT = 'naïve "quotes" \\ \u2028 日本語 🚪 \x00 end'
WORDS = ["kind", "keen", "stern"]


def starting_with(typed):
    return [word for word in WORDS if word.startswith(typed)]


def arguments():
    """(transport, the words behind it)"""
    transport, *words = sys.argv[1:] or ["stdio"]
    return transport, words


def serve(app, path):
    """Serves the ASGI application until stdin ends."""
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=1))

    def end_with_stdin():
        sys.stdin.buffer.read()
        server.should_exit = True

    async def run():
        threading.Thread(target=end_with_stdin, daemon=True).start()
        # The listener already takes connections, so the line is true.
        print(f"listening on http://127.0.0.1:{port}{path}", flush=True)
        await server.serve(sockets=[listener])

    asyncio.run(run())
