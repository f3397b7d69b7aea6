"""What a resolver is given: who looks, in which language, fresh loaders, the way to the commands and the feed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import strawberry

from api.agendas import AgendaTickets
from api.commanding import Commands
from api.exports import Exporting
from api.feed import Feed
from api.filing import Filing
from api.letters import LetterTickets
from api.measuring import Measuring, NotMeasured
from api.noting import Noting, NotNoted
from api.reading import Reading
from api.viewing import ANYBODY
from domain.auditing import What
from domain.rights import Viewer
from store.sessions import Use


@dataclass(kw_only=True)
class Context:
    """The context of one operation. Nothing in it outlives the operation, except what the application owns."""

    reading: Reading
    commands: Commands
    feed: Feed
    filing: Filing
    exporting: Exporting
    agendas: AgendaTickets
    letters: LetterTickets
    #: Where it is noted who came in and who was turned away.
    audit: Noting = field(default_factory=NotNoted)
    #: Where it is counted what was answered.
    measuring: Measuring = field(default_factory=NotMeasured)
    viewer: Viewer = ANYBODY
    #: The session that the viewer's browser brings; unset: they come otherwise.
    session: Use | None = None
    languages: tuple[str, ...] = ("fr",)
    #: Whence the request comes, to keep limits for those without an account: an IPv4 address, an IPv6 network.
    address: str = ""
    #: What the client of a socket said when it connected.
    connection_params: dict[str, object] | None = None
    #: How many seconds the token of a socket's client is still valid; unset: for ever.
    seconds_left: Callable[[], float] | None = None
    #: Says whether the token of a socket's client still works; unset: it cannot be revoked.
    still_works: Callable[[], Awaitable[bool]] | None = None
    #: Is called when the socket is closed.
    leave: Callable[[], None] | None = None
    #: Is called when a subscription follows: it is answered then, and goes on.
    followed: Callable[[], None] | None = None
    #: What an operator finds this request by, in the log.
    reference: str = ""
    #: Whether a command of this operation was done: a fault after it hides its outcome from the client.
    changed: bool = False
    #: How many wrong codes of invitations and receipts were tried.
    wrong_codes: int = 0
    #: Whether PostgreSQL did not answer: the request then ends with 503.
    store_is_down: bool = False

    def note(self, what: What, about: str | None = None) -> None:
        """Note what the viewer did, or was refused."""
        bound = self.viewer.bound
        member = self.viewer.member or (bound.member if bound else None)
        self.audit.note(what, member=member, address=self.address, about=about, reference=self.reference)

    def renew(self) -> None:
        """Forget what was read: for the next event of a subscription, and after a command."""
        self.reading = self.reading.fresh(self.viewer)

    def fresh(self) -> Context:
        """Give a context of its own to the next operation of a socket."""
        return replace(self, reading=self.reading.fresh(self.viewer), wrong_codes=0)


Info: TypeAlias = strawberry.Info[Context, None]
