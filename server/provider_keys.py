"""The public keys of an issuer, fetched where it publishes them and kept; asked for again when a token names another.

A flood of tokens with invented names of keys costs the issuer one question in ten seconds. While it does not answer,
the keys that it gave before go on to count.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import JWKRegistry, Key

from server.issuers import Issuer, require_private
from server.signed import IssuerAway, Opened, algorithms_of, key_for

FRESH = 300.0
"""Seconds after which keys are fetched again when they are next used. Nobody waits for that."""
IDLE = 600.0
"""Seconds after which, when nobody asked meanwhile, whoever comes first does wait: a key may have been withdrawn."""
PAUSE = 10.0
"""Seconds between two questions, whatever the answer was."""
_WITHIN = 5.0
"""Seconds for which an answer is waited for, redirections and discovery included: there are none of the former."""
_LARGEST = 262_144
"""Bytes of an answer."""
_MOST = 50
"""Keys of an issuer."""

log = logging.getLogger(__name__)


class ProviderKeys:
    """The keys of one issuer."""

    def __init__(self, fetch: Callable[[], Awaitable[tuple[Key, ...]]], name: str) -> None:
        """Fetch them so; `name` is for the log."""
        self._fetch = fetch
        self._name = name
        self._keys: tuple[Key, ...] | None = None
        self._fresh_until = self._not_before = float("-inf")
        self._fetching: asyncio.Task[None] | None = None

    async def key(self, token: Opened) -> Key | None:
        """Give the key that a token says it is signed with; `None` where the issuer has no such key.

        Raises:
            IssuerAway: it does not answer, and never did.
        """
        known = key_for(token, self._keys or ())
        now, idle = monotonic(), monotonic() > self._not_before + IDLE
        if known is not None and now <= self._fresh_until:
            return known
        fetching = self._begin()
        if known is not None and not idle:
            return known
        if fetching is not None:
            await asyncio.wait({fetching})
        if self._keys is None:
            raise IssuerAway
        return key_for(token, self._keys)

    def _begin(self) -> asyncio.Task[None] | None:
        """Fetch, unless it was done a moment ago; whoever comes meanwhile waits for the same answer."""
        if self._fetching is None and monotonic() >= self._not_before:
            self._not_before = monotonic() + PAUSE
            self._fetching = asyncio.create_task(self._renew(), name="keys of an issuer")
        return self._fetching

    async def _renew(self) -> None:
        try:
            async with asyncio.timeout(_WITHIN):
                self._keys = await self._fetch()
            self._fresh_until = monotonic() + FRESH
        except (
            httpx.HTTPError,
            httpx.InvalidURL,
            ValueError,
            TypeError,
            RecursionError,
            TimeoutError,
        ) as fault:
            log.warning(
                "%s gives no keys, those it gave before still count: %r",
                self._name,
                fault,
                extra={"provider": self._name, "fault": fault},
            )
        finally:
            self._not_before = monotonic() + PAUSE
            self._fetching = None


async def fetch_keys(issuer: Issuer) -> tuple[Key, ...]:
    """Fetch the keys of an issuer.

    Raises:
        httpx.HTTPError, ValueError, TypeError: it does not answer, sends elsewhere, or gives no key that can be used.
    """
    async with httpx.AsyncClient(
        timeout=_WITHIN,
        follow_redirects=False,
        headers={"accept": "application/json", "accept-encoding": "identity"},
    ) as client:
        url = issuer.jwks_url
        if url is None:
            document = await get_object(client, issuer.discovery_url or "")
            if document.get("issuer") != issuer.issuer:  # OpenID Connect Discovery 1.0, 4.3
                raise ValueError(f"{issuer.discovery_url} is the document of another issuer")
            url = str(document.get("jwks_uri"))
            require_private(url)
        keys = usable(await get_object(client, url))
    if not keys:
        raise ValueError(f"{url} has no key that can be used")
    return keys


def usable(document: dict[str, Any]) -> tuple[Key, ...]:
    """Give the keys of a JSON Web Key Set that a signature may be checked by; all others are as if they were not there.

    Others are secrets, private keys that were published by mistake, keys for encryption, too small ones, and kinds that
    nobody here knows (RFC 7517, 5).
    """
    found = []
    listed = document.get("keys")
    for one in listed[:_MOST] if isinstance(listed, list) else ():
        try:
            key = JWKRegistry.import_key(one)
            if key.key_type != "oct" and not key.is_private and algorithms_of(key):
                found.append(key)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError):
            continue
    return tuple(found)


async def get_object(client: httpx.AsyncClient, url: str) -> dict[str, Any]:
    """Fetch a JSON object from there and nowhere else.

    Raises:
        httpx.HTTPError, ValueError, TypeError: there is none, or it is too large.
    """
    content = b""
    async with client.stream("GET", url) as response:
        if (
            response.status_code != 200
        ):  # a redirection, too: keys come from where the operator said, or not at all
            raise ValueError(f"{url} answers {response.status_code}")
        async for piece in response.aiter_raw():
            content += piece
            if len(content) > _LARGEST:
                raise ValueError(f"{url} answers more than {_LARGEST} bytes")
    document = json.loads(content)
    if not isinstance(document, dict):
        raise TypeError(f"{url} is no JSON object")
    return document
