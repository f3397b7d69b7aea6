"""Starting thousands of workflows goes no faster than they are taken up, and on where nobody takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import pytest
from temporalio.client import Client

from server import taking_up
from server.taking_up import BATCH, LOADED, Pace


@dataclass
class Described:
    history_length: int


class Temporal:
    """Describes workflows: each look finds the next of these lengths."""

    def __init__(self, lengths: Iterator[int]) -> None:
        self.looks: list[str] = []
        self._lengths = lengths

    def get_workflow_handle(self, workflow_id: str) -> Temporal:
        self.looks.append(workflow_id)
        return self

    async def describe(self) -> Described:
        return Described(next(self._lengths))


def pace_of(*lengths: int) -> tuple[Pace, Temporal]:
    temporal = Temporal(iter(lengths))
    return Pace(cast("Client", temporal)), temporal


async def test_few_are_not_looked_at() -> None:
    pace, temporal = pace_of()
    await pace.started(BATCH - 1, "a")
    assert temporal.looks == []


async def test_each_batch_waits_until_its_last_has_loaded() -> None:
    pace, temporal = pace_of(2, LOADED - 1, LOADED, 900)
    await pace.started(BATCH - 10, "a")
    await pace.started(10, "b")
    assert temporal.looks == ["b"]
    await pace.started(BATCH, "c")
    assert temporal.looks == ["b", "c"]
    assert next(temporal._lengths, None) is None, "every length was looked at, none twice"


async def test_where_nobody_takes_them_up_it_goes_on_without(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking_up, "GIVEN_UP_AFTER", 0.0)
    pace, temporal = pace_of(*[2] * 100)
    async with asyncio.timeout(5):
        await pace.started(BATCH, "a")
    await pace.started(BATCH, "b")
    assert temporal.looks == ["a"]
