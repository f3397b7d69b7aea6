"""Mail addresses of people, as if they had given and confirmed them."""

from __future__ import annotations

from collections.abc import Mapping

from store.contacts import confirm, digest_of, set_contact
from store.pool import Pool


async def reached_at(
    app: Pool, member: str, email: str, language: str | None = None, wants: Mapping[str, str] | None = None
) -> None:
    """Let a member be written to at an address."""
    async with app.acquire() as connection:
        await set_contact(connection, member, email=email, language=language, wants=wants)
        assert await confirm(connection, member, digest_of(email))
