"""Concertations that runs begin with: played once, then copied with their database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from domain.procedure import Procedure
from tests.api.house import House
from tests.api.stage import CLERK, Stage
from tests.unit import procedures as write

PEOPLE = 40
"""Participants beside those who hold an office."""
_LATER = 1_000_000
"""Keys of a run begin here, after those of what was played."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What of a concertation is not in its database."""

    procedure: Procedure
    id: str
    members: dict[str, str]

    def on(self, house: House) -> Stage:
        """Go on with it on a copy."""
        stage = Stage(house, self.procedure)
        stage.id, stage.members = self.id, dict(self.members)
        house.keys_after(_LATER)
        return stage


def participants() -> list[str]:
    """Name the participants."""
    return [f"p{number}" for number in range(PEOPLE)]


async def staffed(house: House, *stages: dict[str, Any], **more: Any) -> Stage:
    """Draft a concertation of these stages with everybody in it."""
    followed = write.procedure(*stages, offices=[*write.OFFICES, {**CLERK, "seats": 2}], **more)
    stage = Stage(house, followed)
    await stage.draft()
    await stage.staff()
    for name in ("second", "elder", "typist", *participants()):
        await stage.enrol(name, college="locales")
    await stage.do("AppointMember", "coordinator", office="saisie", memberId=stage.members["typist"])
    await stage.do("AppointMember", "coordinator", office="coordination", memberId=stage.members["second"])
    return stage


def scene_of(stage: Stage) -> Scene:
    """Keep what goes on without its house."""
    return Scene(procedure=stage.procedure, id=stage.id, members=stage.members)


async def open_call(house: House) -> Scene:
    """Open a call for input; a review follows it."""
    stage = await staffed(house, write.call_for_input(), write.review(after=["appel"], refer_back=None))
    await stage.launch()
    await stage.until("appel", "OPEN")
    return scene_of(stage)


async def gated_call(house: House) -> Scene:
    """Let a call for input wait for the council, which votes on the information file."""
    gate = {**write.GATE_OPENING, "subject": ["information_file"], "if_silent": "hold", "quorum": "1"}
    stage = await staffed(house, write.call_for_input(approvals=[gate]))
    await stage.launch()
    await stage.until("appel", "AWAITING_OPENING")
    return scene_of(stage)
