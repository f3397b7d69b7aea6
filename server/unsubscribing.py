"""GET and POST /unsubscribe/{ticket}: switching a theme of notices off by the signed link of a mail (RFC 8058).

A mail program posts without asking; a person is asked first, for scanners of mails follow every link.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from api.asking import ask
from domain.noticing import links
from domain.noticing.table import BULLETIN, FIXED, NOTICE_THEME, Theme
from domain.texts import label, language_of, negotiate, text
from server.simple_page import simple_page
from store.contacts import leave_bulletins, set_contact
from store.faults import StoreFault
from store.pool import Connection, Pool


class Unsubscribing:
    """The two requests."""

    def __init__(self, pool: Pool, keys: Sequence[bytes], within: float) -> None:
        """Write through this pool, waiting at most `within` seconds; tickets are signed with one of the keys."""
        self._pool = pool
        self._keys = keys
        self._within = within

    async def __call__(self, request: Request) -> Response:
        """Ask, or do it; whoever has no ticket of ours learns nothing of anybody."""
        language = language_of(negotiate(request.headers.get("accept-language")))
        said = (language,)
        ticket = links.read_by_any(self._keys, request.path_params["ticket"])
        if ticket is None or ticket.about not in {*Theme, BULLETIN} - FIXED:
            return simple_page(language, text("notice.unsubscribe.refused", said), status=404)
        theme = ticket.about
        if request.method != "POST":
            question = text("notice.unsubscribe.question", said, theme=label(theme, said, NOTICE_THEME))
            return simple_page(language, question, button=text("notice.unsubscribe.button", said))

        async def switch_off(connection: Connection) -> None:
            if theme == BULLETIN:
                await leave_bulletins(connection, ticket.member)
            else:
                await set_contact(connection, ticket.member, wants={theme: "none"})

        try:
            await ask(self._pool, self._within, switch_off)
        except StoreFault:
            return simple_page(language, text("notice.unsubscribe.later", said), status=503)
        return simple_page(language, text("notice.unsubscribe.done", said))
