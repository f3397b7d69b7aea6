"""Has clients that nobody here wrote each play a whole concertation, side by side, and the example in TypeScript."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from server.demo.client import Client
from server.tokens import DEMO_ROLES, demo_member
from tests.conformance import examples, with_gql

HERE = Path(__file__).parent
PROCEDURE = HERE / "procedure.json"
NODE_CLIENTS = {"Apollo Client": "apollo", "urql": "urql", "graphql-ws": "graphql-ws"}
WITHIN = 60.0
"""Seconds for a whole concertation, which takes some 16."""

Told = Callable[[str, with_gql.Step], None]


class Played(NamedTuple):
    """What a client did, step by step."""

    client: str
    steps: list[with_gql.Step]


async def play_all(facts: dict[str, Any]) -> list[Played]:
    """Publish their procedure, which takes seconds, and let all of them play at once."""
    async with Client(facts["graphql_url"]) as client:
        source = {"input": {"source": PROCEDURE.read_text()}}
        answer = await client.ask("PublishProcedure", source, facts["tokens"]["operator"])
        assert answer["publishProcedure"]["__typename"] == "ProcedureAccepted", answer
    site = with_gql.Site(
        graphql=facts["graphql_url"],
        ws=facts["ws_url"],
        tokens=facts["tokens"],
        members={role: str(demo_member(role)) for role in DEMO_ROLES},
    )
    return await asyncio.gather(
        *(_in_node(client, script, site) for client, script in NODE_CLIENTS.items()),
        _with_gql(site),
        _examples(site),
    )


async def _with_gql(site: with_gql.Site) -> Played:
    return Played("gql", await with_gql.play(site))


async def _examples(site: with_gql.Site) -> Played:
    steps = [await with_gql.taken(take.__name__, take(site)) for take in examples.STEPS]
    return Played("examples/typescript", steps)


async def _in_node(client: str, script: str, site: with_gql.Site) -> Played:
    """Tokens go by standard input: arguments are for all on the machine to read."""
    process = await asyncio.create_subprocess_exec(
        "node",
        f"clients/{script}.mjs",
        cwd=HERE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    given = json.dumps(vars(site) | {"slug": script}).encode()
    try:
        async with asyncio.timeout(WITHIN):
            said, faults = await process.communicate(given)
    except TimeoutError:
        process.kill()
        said, faults = b"", f"not at its end after {WITHIN:g} s".encode()
    steps = [with_gql.Step(**json.loads(line)) for line in said.splitlines()]
    if process.returncode != 0 and not any(step.why for step in steps):
        steps.append(with_gql.Step("comes to its end", faults.decode()[-2000:] or "it stopped", 0))
    return Played(client, steps)
