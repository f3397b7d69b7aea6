"""A story before a fake API, for tests of scenes: what it sends, and what it shows."""

from __future__ import annotations

import io
import json
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

from rich.console import Console

from domain.builtin import builtin
from server.demo.board import Board, Clock
from server.demo.cast import make_cast
from server.demo.client import Client
from server.demo.screen import Screen
from server.demo.stack import Stack
from server.demo.story import Story
from server.demo.transcript import Transcript
from server.settings import Settings
from tests.demo.fake import FakeHttp


class Told:
    """A story before a fake API, and what it shows."""

    def __init__(self, folder: Path) -> None:
        self.fake = FakeHttp([])
        self.folder = folder
        self.paper = io.StringIO()

    def answers(self, *answers: dict[str, Any], field: str = "castVote") -> None:
        """Let the API answer a mutation so: one answer after the other."""
        self.says(*(a if "errors" in a else {"data": {field: a}} for a in answers))

    def says(self, *answers: Any) -> None:
        """Let the API give these whole answers."""
        self.fake.script = list(answers)

    @property
    def lines(self) -> str:
        return self.paper.getvalue()

    @property
    def transcript(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "t.jsonl").read_text().splitlines()]

    async def vote(self, key: str = "vote/1", **more: Any) -> None:
        await self.story.do(self.story.cast["presidence"], "CastVote", "vote.", key, **more)

    async def begin(self, client: Client) -> None:
        console = Console(file=self.paper, width=100)
        board = Board(Clock(), dict)
        self.story = Story(
            client=client,
            stack=Stack(Settings(), {"graphql_url": client.url}, None),
            cast=make_cast("essai"),
            screen=Screen(console, board),
            board=board,
            transcript=Transcript(self.folder / "t.jsonl"),
            run="essai",
            procedure=builtin("assises-ia-bac-a-sable"),
            afterwards=AsyncExitStack(),
            folder=self.folder,
            concertation="c",
        )
