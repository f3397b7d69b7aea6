"""Runs the example in TypeScript as its readers do: generated, compiled, with a personal access token."""

from __future__ import annotations

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from tests.conformance.with_gql import Play, Site

FOLDER = Path(__file__).parents[2] / "examples" / "typescript"
WITHIN = 60.0
SLUG = "typescript"


class Cable:
    """A connection to the API that can be pulled out."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def plugged_in(self) -> AsyncIterator[str]:
        """Give the `host:port` to connect to."""
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        try:
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        finally:
            server.close()
            self.pull()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def pull(self) -> None:
        """Break every connection, without a word."""
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        behind, ahead = await asyncio.open_connection("127.0.0.1", self._port)
        self._writers |= {writer, ahead}
        for source, target in ((reader, ahead), (behind, writer)):
            self._tasks.add(asyncio.create_task(_pass_on(source, target)))


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await source.read(65536):
            target.write(data)
    target.transport.abort()


async def is_what_the_schema_says(site: Site) -> None:
    """The types that are committed are those that the schema gives."""
    await _node("generate.mjs", "--check")


async def compiles(site: Site) -> None:
    await _node("node_modules/typescript/bin/tsc")


async def contributes_and_follows(site: Site) -> None:
    """The same words twice: one receipt. A connection broken: every event once, in order."""
    story = Play(replace(site, slug=SLUG))
    async with story.open:
        await story.drafts_a_concertation()
        await story.enrols_two_people_and_appoints_them()
        await story.follows_it_from_its_first_event()
        await story.launches_it_and_sees_the_call_for_input_open()
        with tempfile.TemporaryDirectory(prefix="conformance-") as folder:
            await _contribute(story, Path(folder))
            await _follow(story, Path(folder))
        story.task.cancel()


async def _contribute(story: Play, folder: Path) -> None:
    environment = await _token(story, "participant", "CONTRIBUTE")
    words = ("dist/contribute.js", story.site.graphql, SLUG, "Davantage de formation.")
    first, again = [await _node(*words, at=folder, **environment) for _ in "ab"]
    (file,) = folder.glob("receipt-*.json")
    code = json.loads(file.read_text())["code"]
    assert code in first, first
    assert again == first, again
    receipt = (await story.ask("coordinator", "Receipt", code=code))["receipt"]
    assert receipt["digest"] == json.loads(file.read_text())["digest"]


async def _follow(story: Play, folder: Path) -> None:
    environment = await _token(story, "coordinator", "READ")
    cable = Cable(urlsplit(story.site.graphql).port or 80)
    async with cable.plugged_in() as address:
        words = ("dist/follow.js", f"http://{address}/graphql", SLUG, "seen")
        async with _started(*words, at=folder, **environment) as process:
            told = await _numbers(process, story.following.last)
            cable.pull()
            member = {"pseudonym": story.site.members["sponsor"], "name": "sponsor"}
            await story.do("coordinator", "EnrolMember", **member)
            last = (await story.ask("coordinator", "Situation", id=story.concertation))["concertation"]["seq"]
            told += await _numbers(process, last)
    assert told == list(range(1, last + 1)), told


async def _token(story: Play, role: str, scope: str) -> dict[str, str]:
    """Give an environment with a new personal access token."""
    made = (
        await story.ask(
            role,
            "CreateAccessToken",
            input={
                "idempotencyKey": f"{SLUG}-{role}",
                "name": "Exemple",
                "scopes": [scope],
                "expiresAt": (await story.now() + timedelta(days=1)).isoformat(),
            },
        )
    )["createAccessToken"]
    return {"CONCERTATION_TOKEN": made["token"]}


async def _numbers(process: asyncio.subprocess.Process, until: int) -> list[int]:
    assert process.stdout is not None
    found: list[int] = []
    async with asyncio.timeout(WITHIN):
        while not found or found[-1] < until:
            found.append(int((await process.stdout.readline()).split()[0]))
    return found


@asynccontextmanager
async def _started(
    script: str, *words: str, at: Path, **more: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        "node",
        FOLDER / script,
        *words,
        cwd=at,
        env={**os.environ, **more},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def _node(script: str, *words: str, at: Path = FOLDER, **more: str) -> str:
    async with _started(script, *words, at=at, **more) as process, asyncio.timeout(WITHIN):
        said, faults = await process.communicate()
    assert process.returncode == 0, (said + faults).decode()
    return said.decode()


STEPS = (is_what_the_schema_says, compiles, contributes_and_follows)
