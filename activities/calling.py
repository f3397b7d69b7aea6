"""Calling webhooks, as Standard Webhooks (1.0) says: signed, with an id that stays the same when it is sent again."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC
from urllib.parse import urlsplit

import httpx
from standardwebhooks.webhooks import Webhook

from domain.noticing.hooks import is_address, may_call
from store.pool import Pool, acquire
from store.webhooks import Call, claim, settle

_AT_ONCE = 10
_TIMEOUT = 10.0


async def call_webhooks(pool: Pool, *, development: bool = False) -> int:
    """Make the calls that are due; say how many. A 2xx ends one; all else is tried again, less and less often."""
    async with acquire(pool) as connection:
        calls = await claim(connection, _AT_ONCE)
    if not calls:
        return 0
    # Neither proxies nor passwords of the environment, and no redirect: the address is the one that was looked at.
    async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False, trust_env=False) as client:
        faults = await asyncio.gather(*(_call(client, call, development) for call in calls))
    for call, fault in zip(calls, faults, strict=True):
        async with acquire(pool) as connection:
            await settle(connection, call, fault)
    return len(calls)


def signed(call: Call) -> tuple[bytes, dict[str, str]]:
    """Give the body and the headers."""
    said = {
        "type": f"concertation.{call.kind}",
        "timestamp": call.at.astimezone(UTC).isoformat(),
        "data": {
            "concertation": call.concertation,
            "slug": call.slug,
            "seq": call.seq,
            "summary": call.body,
        },
    }
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    now = call.now.astimezone(UTC)
    return body.encode(), {
        "content-type": "application/json",
        "user-agent": "concertation",
        "webhook-id": call.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(call.secret).sign(call.id, now, body),
    }


async def _call(client: httpx.AsyncClient, call: Call, development: bool) -> str | None:
    """Call once; what went wrong, if anything did."""
    if call.off:
        return None
    parts = urlsplit(call.url)
    host = parts.hostname
    if host is None or not is_address(call.url) or (parts.scheme == "http" and not development):
        return "address refused"
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(2 * _TIMEOUT):
            found = await asyncio.get_running_loop().getaddrinfo(host, port)
            addresses = [str(one[4][0]) for one in found]
            if not addresses or not all(may_call(one, development=development) for one in addresses):
                return "address refused"
            # The very address that was looked at: a name may answer otherwise when it is asked again.
            body, headers = signed(call)
            async with client.stream(  # what it answers is not read
                "POST",
                httpx.URL(call.url).copy_with(host=addresses[0]),
                content=body,
                headers=headers | {"host": parts.netloc},
                extensions={"sni_hostname": host},
            ) as answer:
                return None if answer.is_success else str(answer.status_code)
    except (httpx.HTTPError, OSError, TimeoutError) as fault:
        return type(fault).__name__
