"""A browser of these tests: keeps cookies as one does, and says which page of which site asks."""

from __future__ import annotations

from typing import Any

import httpx
from starlette.applications import Starlette

SITE = "https://127.0.0.1"
COOKIE = "__Host-concertation"


def browser(app: Starlette, *, language: str = "fr") -> httpx.AsyncClient:
    """Give one that was never here."""
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app, raise_app_exceptions=False),
        base_url=SITE,
        headers={"accept-language": language},
    )


def from_page(origin: str | None = SITE, **more: str) -> dict[str, str]:
    """Give the headers that a page of a site sends along."""
    found = {"graphql-preflight": "1", **({"origin": origin} if origin else {}), **more}
    return {name.replace("_", "-"): value for name, value in found.items() if value}


async def ask(
    browser: httpx.AsyncClient, query: str, variables: dict[str, Any] | None = None
) -> httpx.Response:
    """Ask as a page of the site does."""
    return await browser.post(
        "/graphql", json={"query": query, "variables": variables or {}}, headers=from_page()
    )
