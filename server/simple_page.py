"""A page of few words, without script or style of anybody else's: a heading, paragraphs, perhaps links, one button."""

from collections.abc import Sequence
from html import escape

from starlette.responses import HTMLResponse

from server.security_headers import PAGE
from server.styles import SIMPLE


def simple_page(
    language: str,
    heading: str,
    paragraphs: Sequence[str] = (),
    *,
    button: str | None = None,
    links: Sequence[tuple[str, str]] = (),
    status: int = 200,
) -> HTMLResponse:
    """Give the page; the button sends an empty form to the address that the page has. `links`: addresses and words."""
    said = "".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    led = "".join(f'<p><a href="{escape(address)}">{escape(words)}</a></p>' for address, words in links)
    form = f'<form method="post"><button>{escape(button)}</button></form>' if button else ""
    return HTMLResponse(
        f'<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" '
        f'content="width=device-width"><title>{escape(heading)}</title>'
        f'<link rel="stylesheet" href="{SIMPLE.address}"></head>'
        f"<body><main><h1>{escape(heading)}</h1>{said}{led}{form}</main></body></html>",
        status,
        {
            "cache-control": "no-store",
            "content-language": language,
            "content-security-policy": PAGE,
            "vary": "accept-language",
            "x-robots-tag": "noindex",
        },
    )
