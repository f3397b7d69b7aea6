"""GET /concertations/{slug}/decision, /decision/{version} and /reasons/{version}, also .pdf: for everybody, for ever.

A rectified version keeps its address and says what replaced it. Under an embargo a page says only until when.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from api.publication import sees_decision
from api.reading import Reading
from api.snapshot import Snapshot
from api.viewing import ANYBODY
from domain.digests import digest
from domain.process import Decision
from domain.texts import instant, language_of, negotiate
from server import typesetting
from server.published_html import page
from server.published_words import TEXTS, What, words
from server.security_headers import PAGE
from server.simple_page import simple_page
from store.faults import StoreFault
from store.pool import Pool

_AT_ONCE = 2
"""So many pages are set at the same time: each takes a processor for some tenth of a second."""
_PDF = ".pdf"
DOCUMENTS = ("decision", f"decision{_PDF}", *(f"{what}/{{version}}" for what in What))
"""Their addresses, below that of the concertation."""
_HEADERS = {
    "cache-control": "public, no-cache",  # kept by caches, and asked for again whether it still stands
    "vary": "accept-language",
}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an address names: a document, its version (unset: the latest), and whether as a PDF."""

    slug: str
    what: What
    version: int | None
    pdf: bool


class PublishedPage:
    """Answers whoever asks, in the language of the request, or in the one that `?lang=` names."""

    def __init__(self, pool: Pool, within: float) -> None:
        """Read through this pool, waiting at most `within` seconds."""
        self._pool = pool
        self._within = within
        self._setting = asyncio.Semaphore(_AT_ONCE)

    async def __call__(self, request: Request) -> Response:
        """Give the page; 404 for what there is not and for what is not published alike."""
        named = request.query_params.get("lang", "")
        language = language_of((named, *negotiate(request.headers.get("accept-language"))))
        asked = _asked(request)
        reading = Reading(self._pool, within=self._within)
        try:
            at = await reading.snapshot_by_slug(asked.slug) if asked else None
            if asked is None or at is None:
                return _missing(language)
            out = [one for one in at.process.decisions if sees_decision(ANYBODY, at, one)]
            shown = _version(out, asked)
            body = shown and (shown.text if asked.what is What.DECISION else shown.reasons)
            content = await reading.body(body) if body else None
        except StoreFault:
            return simple_page(language, TEXTS[language]["later"], status=503)
        if shown is None or content is None:
            return _missing(language, at)
        said = words(at.process, asked.what, shown, out, content, language)
        tag = f'"{digest({"said": said, "as": _PDF if asked.pdf else "html", "latest": out[-1].version})}"'
        headers = {**_HEADERS, "content-language": language, "etag": tag}
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if not asked.pdf:
            base = f"/concertations/{asked.slug}"
            headers["content-security-policy"] = PAGE
            return HTMLResponse(page(said, asked.what, shown, out, base), headers=headers)
        async with self._setting:
            made = await asyncio.to_thread(typesetting.pdf, "published.typ", said)
        name = f"{asked.slug}-{asked.what}-{shown.version}.pdf"
        headers["content-disposition"] = f'inline; filename="{name}"'
        return Response(made, media_type="application/pdf", headers=headers)


def _asked(request: Request) -> _Asked | None:
    """Read the address: `decision`, `decision.pdf`, `decision/2`, `reasons/2.pdf`."""
    slug, document = request.path_params["slug"], "/".join(request.scope["path"].split("/")[3:])
    pdf = document.endswith(_PDF)
    name, _, version = document.removesuffix(_PDF).partition("/")
    if name not in tuple(What) or not (version == "" or (version.isdecimal() and len(version) < 6)):
        return None
    return _Asked(slug, What(name), int(version) if version else None, pdf)


def _version(out: Sequence[Decision], asked: _Asked) -> Decision | None:
    if asked.version is None:
        return out[-1] if out else None
    return next((one for one in out if one.version == asked.version), None)


def _missing(language: str, at: Snapshot | None = None) -> Response:
    own = TEXTS[language]
    hidden = [d for d in at.process.decisions if not sees_decision(ANYBODY, at, d)] if at else []
    if hidden and hidden[-1].embargo_until is not None:
        until = instant(hidden[-1].embargo_until, language)
        return simple_page(language, own["decision"], [own["embargo"].format(at=until)], status=404)
    return simple_page(language, own["decision"], [own["none"]], status=404)
