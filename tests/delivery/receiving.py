"""A real SMTP server in a thread of its own, which keeps what it took and does as it is told at set points."""

from __future__ import annotations

import email
import email.policy
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from inspect import isawaitable
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

#: What a point does: answers with what the server says, or nothing, which is that all is well.
Does = Callable[[str], Any]


@dataclass
class Receiver:
    """The handler of aiosmtpd; `at` says what to do at MAIL, RCPT and DATA, by the address that it is about."""

    at: dict[str, Does] = field(default_factory=dict)
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        said = await self._does("RCPT", address)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        said = await self._does("DATA", envelope.rcpt_tos[0])
        if said is not None:
            return said
        content = cast(bytes, envelope.content)
        self.recipients.append(envelope.rcpt_tos[0])
        self.taken.append(email.message_from_bytes(content, policy=email.policy.default))
        return "250 OK"

    async def _does(self, point: str, address: str) -> str | None:
        does = self.at.get(point)
        said = does(address) if does else None
        answer = await said if isawaitable(said) else said
        return answer if isinstance(answer, str) else None

    def ids(self) -> Counter[str]:
        """How often each Message-ID was taken."""
        return Counter(str(mail["Message-ID"]) for mail in self.taken)


class OwnController(Controller):
    """On a port that is free, known before it starts."""

    def __init__(self, receiver: Receiver, port: int) -> None:
        super().__init__(receiver, hostname="127.0.0.1", port=port, ready_timeout=10)
