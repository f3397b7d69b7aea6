"""Sending the mails that are due, in a child process that outlives this one."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Thread

from activities.mail_way import Patience
from store.pool import Pool, acquire
from store.sending import new_run, sent, take_over

STOP = b"stop\n"
"""What the child is told when no more mails are wanted. When its parent dies it is told nothing."""


class MailingFailed(Exception):
    """The process that sends mails ended before its time; what it had in hand is sent again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """How mails go."""

    #: PostgreSQL, as the worker.
    dsn: str
    #: The key of signed links.
    key: bytes
    #: The address that mails come from, alone.
    sender: str
    #: The SMTP server, as `activities.mail_way.Server` reads it; or
    server: str | None = None
    #: the folder that keeps mails instead. Neither: none is ever sent.
    folder: Path | None = None
    #: Where people read concertations, and where this API is known; unset: mails have no such links.
    site: str | None = None
    public: str | None = None
    connections: int = 4
    #: Whether webhooks of this machine may be called.
    development: bool = False
    patience: Patience = field(default_factory=Patience)

    @property
    def off(self) -> bool:
        """Say whether no mail is ever sent."""
        return self.server is None and self.folder is None

    def order(self, run: int) -> bytes:
        """Give what the child reads."""
        said = {
            "dsn": self.dsn,
            "run": run,
            "key": self.key.hex(),
            "sender": self.sender,
            "site": self.site and self.site.rstrip("/"),
            "public": self.public and self.public.rstrip("/"),
            "connections": self.connections,
            "patience": asdict(self.patience),
        }
        way = {"server": self.server} if self.server else {"folder": str(self.folder)}
        return json.dumps(said | way).encode() + b"\n"


def _child() -> Popen[bytes]:
    """Start it. Not by asyncio, which kills a child that it forgets: this one is to live on."""
    return Popen(
        [sys.executable, "-m", "activities.mailing_process"],
        stdin=PIPE,
        stdout=PIPE,
        start_new_session=True,  # signals to the group of this process are not meant for it
    )


async def mail_in_a_child(pool: Pool, mailing: Mailing, alive: Callable[[], None] = lambda: None) -> None:
    """Send all mails that are due. `alive` is called every second or so.

    Cancelled, it lets the child finish what it has in hand, and does not wait for it.

    Raises:
        MailingFailed: the child was killed, say. What the server had taken by then is recorded.
    """
    async with acquire(pool) as connection:
        run = await new_run(connection)
    process = _child()
    ended = Future[int]()
    Thread(target=lambda: ended.set_result(process.wait()), name="mailing", daemon=True).start()
    assert process.stdin is not None
    assert process.stdout is not None
    output = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    listening, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(output), process.stdout)
    told: list[str] = []
    try:
        with suppress(BrokenPipeError):
            process.stdin.write(mailing.order(run))
            process.stdin.flush()
        async for line in output:
            if line.endswith(b"\n"):
                told += filter(None, [json.loads(line).get("sent")])
            alive()
        code = await asyncio.wrap_future(ended)
        if code != 0:
            async with acquire(pool) as connection:
                await sent(connection, told)
                left = await take_over(connection, run)
            raise MailingFailed(f"{MailingFailed.__doc__} (exit code {code}, {left} mails in hand)")
    finally:
        listening.close()
        with suppress(BrokenPipeError):
            process.stdin.write(STOP)
            process.stdin.close()
