"""GET and POST /confirm-address/{ticket}: an address is used once whoever reads it has said that it is theirs.

A person is asked, for scanners of mails follow every link.
"""

from collections.abc import Sequence

from starlette.requests import Request
from starlette.responses import Response

from api.asking import ask
from domain.noticing import links
from domain.texts import language_of, negotiate, text
from server.simple_page import simple_page
from store.contacts import confirm
from store.faults import StoreFault
from store.pool import Connection, Pool


class Confirming:
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
        ticket = links.read_by_any(self._keys, request.path_params["ticket"], links.CONFIRM)
        if ticket is None:
            return simple_page(language, text("notice.confirm.refused", said), status=404)
        if request.method != "POST":
            button = text("notice.confirm.button", said)
            return simple_page(language, text("notice.confirm.question", said), button=button)

        async def use(connection: Connection) -> bool:
            return await confirm(connection, ticket.member, ticket.about)

        try:
            confirmed = await ask(self._pool, self._within, use)
        except StoreFault:
            return simple_page(language, text("notice.confirm.later", said), status=503)
        if not confirmed:
            return simple_page(language, text("notice.confirm.refused", said), status=404)
        return simple_page(language, text("notice.confirm.done", said))
