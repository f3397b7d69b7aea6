"""`make conformance`: asks programs that nobody here wrote about a running `concertation up`.

Prints a table; exit code 1 where one of them, or a probe of our own, finds anything, and were it a warning.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple

from rich.console import Console
from rich.table import Table

from server.demo.client import Client
from tests.conformance import graphiql
from tests.conformance.playing import play_all
from tests.conformance.probes import PROBES, Site
from tests.e2e.running import Running, read_facts

HERE = Path(__file__).parent
SCHEMA = HERE.parents[1] / "graphql" / "schema.graphql"
AUDITS = 61
"""So many has graphql-http; fewer would prove less."""
PROGRAM_WITHIN = 60.0


class Check(NamedTuple):
    """One thing that was looked at, and why it is not so; nothing if it is."""

    suite: str
    name: str
    why: str


@contextmanager
def stack() -> Iterator[dict[str, Any]]:
    """Run `concertation up` on nothing; sockets have a second to begin."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        ready = Path(folder) / "ready.json"
        up = Running("up", "--ephemeral", "--ready-file", ready, CONCERTATION_SOCKET_INIT_TIMEOUT="1")
        try:
            up.read_until("Ctrl-C")
            yield read_facts(ready)
        finally:
            up.stop()


def audits(url: str) -> list[Check]:
    """Run the audits of graphql-http: GraphQL over HTTP."""
    said = _node("audits.mjs", url)
    found = [json.loads(line) for line in said.stdout.splitlines()]
    checks = [Check("graphql-http", audit["check"], audit["why"]) for audit in found]
    if len(found) < AUDITS:
        checks.append(
            Check("graphql-http", "all audits", f"{len(found)} of {AUDITS} were run: {said.stderr}")
        )
    return checks


def relay() -> list[Check]:
    """Have relay-compiler compile operations with `node` and connections for our schema."""
    with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
        here = Path(folder)
        shutil.copytree(HERE / "relay", here / "operations")
        shutil.copy(SCHEMA, here)
        (here / "generated").mkdir()
        settings = {"src": "operations", "schema": SCHEMA.name, "language": "javascript"}
        config = here / "relay.config.json"
        config.write_text(json.dumps(settings | {"artifactDirectory": "generated"}))
        said = _node(str(HERE / "node_modules/relay-compiler/cli.js"), config.name, at=here)
        compiled = list((here / "generated").glob("*.graphql.js"))
    why = "" if said.returncode == 0 and compiled else said.stdout + said.stderr
    return [Check("relay-compiler", "operations with node, connections, refetching", why)]


async def sockets(facts: dict[str, Any]) -> list[Check]:
    """Run the probes of graphql-transport-ws on a draft."""
    token, numbers = facts["tokens"]["coordinator"], count()
    async with Client(facts["graphql_url"], language="en") as client:

        async def do(operation: str, **fields: Any) -> dict[str, Any]:
            given = {"idempotencyKey": f"conformance-{next(numbers)}", **fields}
            answer: dict[str, Any] = next(
                iter((await client.ask(operation, {"input": given}, token)).values())
            )
            assert answer["__typename"].endswith("Accepted"), answer
            return answer

        drafted = await do(
            "DraftConcertation", slug="conformance", procedure="standard", title={"fr": "Conformité"}
        )
        concertation = drafted["concertation"]["id"]

        async def happen() -> None:
            await do("AmendDraft", concertationId=concertation, title={"fr": f"Titre {next(numbers)}"})

        site = Site(
            address=facts["ws_url"],
            authorization=f"Bearer {token}",
            concertation=concertation,
            happen=happen,
        )
        return [
            Check("sockets", probe.__name__.replace("_", " "), await _why(probe, site)) for probe in PROBES
        ]


async def clients(facts: dict[str, Any]) -> list[Check]:
    """Have each client play a whole concertation, and the example its part; print what they did."""
    checks = []
    for client, steps in await play_all(facts):
        print(f"\n{client}")
        for step in steps:
            print(f"  {'✗' if step.why else '✓'} {step.check} ({step.ms} ms)")
        checks += [Check(client, step.check, step.why) for step in steps]
    return checks


async def pages(facts: dict[str, Any]) -> list[Check]:
    """Look at what GraphiQL loads, and use it in Chromium where there is one."""
    checks = [Check("GraphiQL", "style sheets load nothing from elsewhere", "; ".join(graphiql.elsewhere()))]
    program = graphiql.browser()
    if program is not None:
        why = await graphiql.look(facts["site_url"], program)
        checks.append(Check("GraphiQL", "an example runs in Chromium, which asks nobody else", why))
    return checks


async def _why(probe: Any, site: Site) -> str:
    try:
        await probe(site)
    except Exception as fault:  # whatever it is, it is what the table tells
        return f"{type(fault).__name__}: {fault}"
    return ""


def _node(*words: str, at: Path = HERE) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["node", *words], cwd=at, capture_output=True, text=True, timeout=PROGRAM_WITHIN, check=False
    )


def told(checks: list[Check]) -> int:
    """Print what was found; give the exit code."""
    table = Table("suite", "checked", "passed", title="Conformance")
    for suite in dict.fromkeys(check.suite for check in checks):
        these = [check for check in checks if check.suite == suite]
        table.add_row(suite, str(len(these)), str(sum(not check.why for check in these)))
    console = Console(soft_wrap=True)
    console.print(table)
    failed = [check for check in checks if check.why]
    for check in failed:
        console.print(f"{check.suite}: {check.name}\n  {check.why}", markup=False)
    return 1 if failed else 0


def main() -> int:
    """Run everything."""
    with stack() as facts:
        checks = [*audits(facts["graphql_url"]), *asyncio.run(sockets(facts)), *relay()]
        checks += asyncio.run(clients(facts))
        checks += asyncio.run(pages(facts))
    return told(checks)


if __name__ == "__main__":
    sys.exit(main())
