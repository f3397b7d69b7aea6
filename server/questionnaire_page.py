"""GET /questionnaires/{digest}.pdf: the printable form of a questionnaire, for whoever knows its digest.

With `?axis=`: the questions of that axis and those of none, as the stages of the axis ask them.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.reading import Reading
from domain.questionnaires.axes import of_axis
from domain.texts import language_of, negotiate
from server.printed_form import printed
from server.printed_texts import TEXTS
from store.faults import StoreFault
from store.pool import Pool
from store.questionnaires import Kept

_AT_ONCE = 2
"""So many forms are set at the same time: the longest takes a processor for more than half a second."""
_KEPT = 8
"""Forms that are kept in memory, those used last; one of 400 questions takes 2 MB."""


class QuestionnairePage:
    """Gives the form in the language of the request, or in the one that `?lang=` names."""

    def __init__(
        self, pool: Pool, within: float, setting: Callable[[Kept, str], bytes] | None = None
    ) -> None:
        """Read through this pool, waiting at most `within` seconds."""
        self._pool = pool
        self._within = within
        self._set = setting or (lambda kept, language: printed(kept.questionnaire, language, kept.whole))
        self._free = asyncio.Semaphore(_AT_ONCE)
        self._forms: dict[tuple[str, str | None, str], asyncio.Future[bytes]] = {}

    async def __call__(self, request: Request) -> Response:
        """Give the form; 404 for every digest that there is not."""
        named = request.query_params.get("lang", "")
        language = language_of((named, *negotiate(request.headers.get("accept-language"))))
        digest = request.path_params["digest"]
        try:
            kept = await Reading(self._pool, within=self._within).questionnaire(digest)
        except StoreFault:
            return PlainTextResponse(TEXTS[language]["later"], 503)
        kept = _in_axis(kept, request.query_params.get("axis") or None) if kept else None
        if kept is None:
            return PlainTextResponse(TEXTS[language]["none"], 404)
        return Response(
            await self._form(kept, language),
            media_type="application/pdf",
            headers={
                "cache-control": "public, max-age=3600",
                "content-disposition": f'inline; filename="{kept.questionnaire.id}-{kept.code}.pdf"',
                "content-language": language,
                "vary": "accept-language",
            },
        )

    async def _form(self, kept: Kept, language: str) -> bytes:
        """Give a form; the same one, asked for by many at once, is set once."""
        key = (kept.digest, kept.axis, language)
        form = self._forms.pop(key, None)
        if form is None:
            form = asyncio.ensure_future(self._made(kept, language))
        self._forms[key] = form
        if len(self._forms) > _KEPT:
            del self._forms[next(iter(self._forms))]
        try:
            return await asyncio.shield(form)
        except Exception:
            self._forms.pop(key, None)
            raise

    async def _made(self, kept: Kept, language: str) -> bytes:
        async with self._free:
            return await asyncio.to_thread(self._set, kept, language)


def _in_axis(kept: Kept, axis: str | None) -> Kept | None:
    """Give what is printed for an axis. Not remembered, for anybody may ask for any: nothing is validated here."""
    asked = of_axis(kept.whole, axis)
    if asked is None or asked is kept.whole:
        return kept if asked else None
    return replace(kept, questionnaire=asked, axis=axis, taken_from=kept.whole)
