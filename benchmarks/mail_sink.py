"""A mail server in a process of its own: takes everything and counts. `python -m benchmarks.mail_sink`.

It prints its port, and when standard input ends, how many mails it took and how many different ones.
"""

from __future__ import annotations

import asyncio
import json
import sys

from aiosmtpd.smtp import SMTP, Envelope, Session


class Sink:
    """Keeps nothing of a mail but its Message-ID."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take it."""
        content = envelope.content
        assert isinstance(content, bytes)
        start = content.index(b"\r\nMessage-ID: ") + 14
        self.taken.append(content[start : content.index(b"\r\n", start)])
        return "250 OK"


async def _serve() -> None:
    sink, loop = Sink(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(sink, hostname="sink", loop=loop), "127.0.0.1", 0)
    print(json.dumps({"port": server.sockets[0].getsockname()[1]}), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    print(json.dumps({"taken": len(sink.taken), "different": len(set(sink.taken))}), flush=True)


if __name__ == "__main__":
    asyncio.run(_serve())
