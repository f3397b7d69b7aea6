"""What tests of the demonstration share."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest_asyncio

from server.demo.client import Client
from tests.demo.telling import Told


@pytest_asyncio.fixture
async def told(tmp_path: Path) -> AsyncIterator[Told]:
    found = Told(tmp_path)
    async with found.fake.running(), Client(found.fake.url) as client:
        await found.begin(client)
        yield found
        found.story.transcript.close()
