"""Event loops that end in good order."""

from __future__ import annotations

import asyncio


async def at_rest() -> None:
    """Wait until the loop has closed all its connections: it goes on with those that were cut or answered a moment ago,
    TLS a second for a goodbye, and what a loop that is closed left open is a warning."""
    loop = asyncio.get_running_loop()
    while any(transport._sock is not None for transport in list(vars(loop).get("_transports", {}).values())):
        await asyncio.sleep(0.01)
    await asyncio.sleep(0)  # and its protocol is told
