"""Ways by which mails leave: an SMTP server, or, in development, a folder that keeps what would have been sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from aiosmtplib import (
    SMTP,
    SMTPDataError,
    SMTPException,
    SMTPHeloError,
    SMTPRecipientRefused,
    SMTPResponseException,
    SMTPSenderRefused,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

_OTHER = re.compile(r"5\.(?!1\.)\d+\.\d+")
"""Enhanced codes (RFC 3463) that say something else than of the address: a policy, a mailbox that is full."""
FEW = 100
"""Mails over one connection; many servers ask for a new one then."""


class Unanswered(Exception):
    """The server cannot be spoken to, or takes nothing from us: no fault of this mail."""


class Later(Exception):
    """The server did not take this mail, and may another time."""


class Refused(Exception):
    """The server will not take this mail, ever."""

    def __init__(self, why: str, *, address: bool) -> None:
        super().__init__(why)
        #: Whether it is the address that was refused, so that no other mail will reach it.
        self.address = address


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds to wait for a connection, for a command, and after the final dot (RFC 5321, 4.5.3.2: ten minutes).

    A server that takes long after the final dot has often taken the mail: giving up on it sends a second.
    """

    connect: float = 120.0
    command: float = 300.0
    final_dot: float = 600.0


class Way(Protocol):
    """Takes mails one after another."""

    #: Whether mails may have lines of eight bits; known once `open` was called.
    eight_bit: bool

    async def open(self) -> None:
        """Be ready for the next mail, connecting if need be; `Unanswered`."""
        ...

    async def send(self, id: str, sender: str, address: str, mail: bytes) -> None:
        """Return when the mail was taken; `Unanswered`, `Later`, `Refused`."""
        ...

    async def close(self) -> None:
        """Take leave."""
        ...


class Folder:
    """Keeps mails as files, one for each notice however often it is sent."""

    eight_bit = True

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def open(self) -> None:
        """Make the folder, for its owner alone."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    async def send(self, id: str, sender: str, address: str, mail: bytes) -> None:
        """Write it whole or not at all."""
        draft = self._folder / f".{id}"
        draft.write_bytes(mail)
        draft.replace(self._folder / f"{id}.eml")

    async def close(self) -> None:
        """Nothing is open."""


class Server:
    """An SMTP server by its address: `smtp://user:password@host:port`, with STARTTLS where it is offered.

    `smtp+starttls://`: with STARTTLS or not at all; `smtps://`: TLS from the start.
    """

    eight_bit = False

    def __init__(self, url: str, patience: Patience) -> None:
        parts = urlsplit(url)
        implicit = parts.scheme == "smtps"
        self._patience = patience
        self._smtp = SMTP(
            hostname=parts.hostname or "localhost",
            port=parts.port or (465 if implicit else 587 if parts.scheme.endswith("starttls") else 25),
            username=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            use_tls=implicit,
            start_tls=True if parts.scheme == "smtp+starttls" else False if implicit else None,
            timeout=patience.connect,
        )
        self._sent = 0

    async def open(self) -> None:
        """Connect, or keep what there is; a server that has hung up meanwhile is called again."""
        if self._smtp.is_connected and self._sent < FEW:
            return
        await self.close()
        try:
            await self._smtp.connect()
            if self._smtp.is_ehlo_or_helo_needed:
                await self._greet()
            self.eight_bit = self._smtp.supports_extension("8bitmime")
        except (SMTPException, OSError, ValueError) as fault:
            self._smtp.close()
            raise Unanswered(_said(fault)) from fault
        self._sent = 0

    async def send(self, id: str, sender: str, address: str, mail: bytes) -> None:
        """Bring one mail through MAIL, RCPT and DATA."""
        options = ["BODY=8BITMIME"] if self.eight_bit else None
        with self._sorted_out():
            try:
                await self._smtp.mail(sender, options=options, timeout=self._patience.command)
            except SMTPServerDisconnected:  # hung up while nothing was said: nothing has begun
                await self.open()
                await self._smtp.mail(sender, options=options, timeout=self._patience.command)
            await self._smtp.rcpt(address, timeout=self._patience.command)
            await self._smtp.data(mail, timeout=self._patience.final_dot)
        self._sent += 1

    async def close(self) -> None:
        """Say QUIT, and do not wait long for its answer."""
        if self._smtp.is_connected:
            try:
                await self._smtp.quit(timeout=2)
            except (SMTPException, OSError):
                self._smtp.close()

    async def _greet(self) -> None:
        try:
            await self._smtp.ehlo()
        except SMTPHeloError:
            await self._smtp.helo()

    @contextmanager
    def _sorted_out(self) -> Iterator[None]:
        try:
            yield
        except SMTPSenderRefused as fault:
            self._smtp.close()
            raise Unanswered(_said(fault)) from fault
        except (SMTPRecipientRefused, SMTPDataError, SMTPResponseException) as fault:
            self._smtp.close()  # the next begins anew, whatever state this one left
            if fault.code == 421 or fault.code < 500:
                raise Later(_said(fault)) from fault
            address = isinstance(fault, SMTPRecipientRefused) and not _OTHER.match(fault.message)
            raise Refused(_said(fault), address=address) from fault
        except (SMTPTimeoutError, SMTPServerDisconnected, SMTPException, OSError) as fault:
            self._smtp.close()
            raise Later(_said(fault)) from fault


def _said(fault: Exception) -> str:
    """What the server said, or the kind of the fault; never what was sent to it."""
    if isinstance(fault, SMTPResponseException):
        return f"{fault.code} {fault.message}"
    return f"{type(fault).__name__}: {fault}"
