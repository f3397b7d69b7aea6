"""Contribute to the call for input that is open, with a personal access token, and keep the receipt.

    CONCERTATION_TOKEN=concertation_pat_… python contribute.py http://127.0.0.1:8000/graphql SLUG "What I have to say."

The key is made of what is said, so the same words sent again, by this run or the next, give the same receipt.
"""

import asyncio
import hashlib
import json
import os
import sys
from pathlib import Path

import httpx
from concertation_client import Client, StageKind, SubmitContributionInput
from concertation_client.asking import NoAnswer
from concertation_client.contribute import ContributeSubmitContributionContributionAccepted as Accepted

ATTEMPTS = 5


async def contribute(client: Client, slug: str, body: str) -> str:
    """Send it until it is answered; give the sentence to show."""
    concertation = (await client.open_calls(slug)).concertation
    calls = concertation.open_stages if concertation else []
    call = next((stage for stage in calls if stage.kind is StageKind.CALL_FOR_INPUT), None)
    if concertation is None or call is None:
        sys.exit(f"{slug}: no call for input is open to you")
    key = hashlib.sha256(json.dumps([concertation.id, call.key, call.round, body]).encode()).hexdigest()
    sent = SubmitContributionInput(
        idempotency_key=key, concertation_id=concertation.id, stage=call.key, round=call.round, body=body
    )
    answer = (await client.contribute(sent)).submit_contribution
    if not isinstance(answer, Accepted):
        sys.exit(f"{answer.code}: {answer.message}")  # a refusal of any type: nothing was changed
    receipt = answer.receipt
    file = Path(f"receipt-{receipt.code}.json")
    file.write_text(receipt.model_dump_json(by_alias=True, indent=2) + "\n")
    return f"{concertation.title}, {call.label}: receipt {receipt.code}, kept in {file}"


async def main(url: str, slug: str, body: str) -> None:
    """Ask again where no answer came: nobody knows then whether it was done, and the key makes it safe."""
    headers = {"Authorization": f"Bearer {os.environ['CONCERTATION_TOKEN']}", "Accept-Language": "en"}
    async with Client(url=url, headers=headers) as client:
        for attempt in range(1, ATTEMPTS + 1):
            try:
                print(await contribute(client, slug, body))
                return
            except (httpx.TransportError, NoAnswer) as fault:
                known = isinstance(fault, NoAnswer) and 400 <= fault.status < 500
                if known or attempt == ATTEMPTS:
                    sys.exit(f"no answer: {fault}")
                await asyncio.sleep(0.2 * 2**attempt)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:4]))
