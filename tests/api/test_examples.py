"""The examples in Python, run as their readers run them, and what they were generated from."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.api.house import DAY, House
from tests.api.sockets import served
from tests.api.stage import Stage
from tools.write_examples import CONTRACT, contract

pytestmark = pytest.mark.postgres
EXAMPLES = Path(__file__).parents[2] / "examples" / "python"
WITHIN = 30.0


async def token(house: House, owner: str, *scopes: str) -> str:
    expires_at = (await house.clock.now() + 30 * DAY).isoformat()
    made = await house.done("CreateAccessToken", owner, name="Exemple", scopes=scopes, expiresAt=expires_at)
    found: str = made["token"]
    return found


@asynccontextmanager
async def running(
    script: str, *words: str, token: str, folder: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        EXAMPLES / script,
        *words,
        cwd=folder,
        env={**os.environ, "CONCERTATION_TOKEN": token},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def contribute(address: str, words: str, token: str, folder: Path) -> tuple[int | None, str]:
    given = (f"http://{address}/graphql", "essai", words)
    async with running("contribute.py", *given, token=token, folder=folder) as process:
        said, faults = await asyncio.wait_for(process.communicate(), WITHIN)
    return process.returncode, (said + faults).decode()


async def lines(process: asyncio.subprocess.Process, until: int) -> list[int]:
    """Give the numbers of the events that it prints, until this one."""
    assert process.stdout is not None
    seqs: list[int] = []
    async with asyncio.timeout(WITHIN):
        while not seqs or seqs[-1] < until:
            line = await process.stdout.readline()
            assert line, (await process.communicate())[1].decode()
            seqs.append(int(line.split()[0]))
    return seqs


async def kept(file: Path, seq: int) -> None:
    async with asyncio.timeout(WITHIN):
        while True:
            if file.exists() and file.read_text() == str(seq):
                return
            await asyncio.sleep(0.01)  # a program of its own: nothing here to wait on


async def seq(stage: Stage) -> int:
    found: int = (await stage.about("{ seq }"))["seq"]
    return found


async def test_it_contributes_and_keeps_the_receipt_which_is_the_same_when_it_says_it_again(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.open()
    mine = await token(stage.house, "citizen", "CONTRIBUTE")
    async with served(stage.house.app) as address:
        for _ in range(2):
            code, said = await contribute(address, "Davantage de formation.", mine, tmp_path)
            assert code == 0, said
        (file,) = tmp_path.glob("receipt-*.json")
        receipt = json.loads(file.read_text())
        assert receipt["code"] in said
        found = (await stage.house.ask("Receipt", {"code": receipt["code"]}))["receipt"]
        assert found["digest"] == receipt["digest"]

        code, said = await contribute(address, "Autre chose.", mine, tmp_path)
        assert (code, said.split(":")[0]) == (1, "ALREADY_CONTRIBUTED")


async def test_it_says_so_where_the_token_does_not_reach_or_is_none(stage: Stage, tmp_path: Path) -> None:
    await stage.open()
    reads = await token(stage.house, "citizen", "READ")
    async with served(stage.house.app) as address:
        code, said = await contribute(address, "Rien.", reads, tmp_path)
        assert (code, said.split(":")[0]) == (1, "TOKEN_REACH_MISSING")
        code, said = await contribute(address, "Rien.", "concertation_pat_forged", tmp_path)
        assert (code, said.split(":")[0]) == (1, "no answer")
    assert not list(tmp_path.glob("receipt-*"))


async def test_it_follows_through_a_lost_connection_and_its_own_end_without_loss_or_repetition(
    stage: Stage, tmp_path: Path
) -> None:
    await stage.draft()
    reads = await token(stage.house, "coordinator", "READ")
    told: list[int] = []

    async def happen() -> None:
        await stage.do("AmendDraft", "coordinator", title=f"Titre {await seq(stage)}")

    async with served(stage.house.app) as address:
        port = int(address.split(":")[1])
        words = (f"http://{address}/graphql", "essai", "seen")
        async with running("follow.py", *words, token=reads, folder=tmp_path) as process:
            await happen()
            told += await lines(process, await seq(stage))
            await kept(tmp_path / "seen", told[-1])  # between the line and the file it would tell it twice
    await happen()  # while it does not run

    async with running("follow.py", *words, token=reads, folder=tmp_path) as process:
        async with served(stage.house.app, port=port):
            await happen()
            told += await lines(process, await seq(stage))
        await happen()  # while there is no server
        async with served(stage.house.app, port=port):
            told += await lines(process, await seq(stage))
            await kept(tmp_path / "seen", told[-1])

    assert told == list(range(1, await seq(stage) + 1))


def test_the_generated_clients_are_those_of_the_schema_as_it_is() -> None:
    assert CONTRACT.read_text() == contract(), "run `python -m tools.write_examples`"
