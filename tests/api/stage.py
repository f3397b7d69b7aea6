"""A concertation played through the API alone, by people with names."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.ids import read_global_id
from domain.procedure import Procedure
from tests.api.house import DAY, House, pseudonym
from tests.fixtures.replicas import REPLICAS
from tests.fixtures.rows import Rows, untouched
from tests.unit import procedures as write

CAST = {
    "etat": ["state"],
    "locale": ["local"],
    "presidence": ["chair"],
    "conseil": ["ada", "bob", "cleo"],
    "rapporteur": ["writer"],
    "general": ["editor"],
    "ministre": ["minister"],
    "dinum": ["dinum"],
    "asso": ["mayor"],
    "garant": ["warden"],
    "saisie": ["clerk"],
}
CITIZENS = ["citizen", "prefect"]
CLERK = {"id": "saisie", "role": "clerk", "label": "Saisie", "required": 0, "territory": "FR"}


def whole(**more: Any) -> Procedure:
    """A procedure with every kind of stage, extensions signed by both co-presidents."""
    return write.procedure(
        write.call_for_input(),
        write.hearings(after=["appel"]),
        write.review(after=["auditions"]),
        write.synthesis(),
        write.decision(),
        write.follow_up(),
        offices=[*write.OFFICES, CLERK],
        signoffs={"extension": {"all_of": ["co_president_state", "co_president_local"], "within": "P2D"}},
        **more,
    )


@dataclass(frozen=True)
class _Opened:
    """What a stage knew once it was open, and what it left in the database."""

    rows: Rows
    id: str
    members: dict[str, str]
    keys: int


_OPENED: dict[str, _Opened] = {}
"""By the source of the procedure."""


class Stage:
    """One concertation; `coordinator` conducts it."""

    def __init__(self, house: House, procedure: Procedure | None = None) -> None:
        self.house = house
        self.procedure = procedure or whole()
        self.id = ""
        self.members: dict[str, str] = {}

    @property
    def key(self) -> str:
        found = read_global_id(self.id)
        assert found is not None
        return found[1][0]

    async def draft(self, slug: str = "essai") -> Any:
        source = json.dumps(self.procedure.model_dump(mode="json"))
        await self.house.done_without_key("PublishProcedure", "operator", source=source)
        answer = await self.house.done(
            "DraftConcertation",
            "coordinator",
            slug=slug,
            title={"fr": "Essai", "en": "Trial"},
            procedure="essai",
        )
        self.id = answer["concertation"]["id"]
        return answer

    async def staff(self) -> None:
        """Enrol everybody, and give the offices of the procedure to those who hold them."""
        known = {office.id for office in self.procedure.offices}
        for office, names in CAST.items():
            for name in names:
                await self.enrol(name, college="etat" if name == "state" else None)
                if office in known:
                    await self.do("AppointMember", "coordinator", office=office, memberId=self.members[name])
        for name in CITIZENS:
            await self.enrol(name, college="locales")

    async def enrol(self, name: str, **more: Any) -> str:
        answer = await self.do(
            "EnrolMember", "coordinator", pseudonym=pseudonym(name), name=name.title(), territory="FR", **more
        )
        self.members[name] = answer["member"]["id"]
        return self.members[name]

    async def launch(self) -> Any:
        await self.do(
            "AttachDocument", "coordinator", title={"fr": "Dossier"}, text={"fr": "Les faits."}, stage="appel"
        )
        opens_at = await self.house.clock.now() + 16 * DAY
        return await self.do("Launch", "coordinator", opensAt=opens_at.isoformat())

    async def open(self) -> Any:
        """Draft, staff and launch, then move to the opening of the first stage.

        Through the API for the first test that wants it of a procedure; the others find the rows that it left.
        """
        clock, source = self.house.clock, self.procedure.model_dump_json()
        if not await untouched(clock):
            await self._open()
        elif (kept := _OPENED.get(source)) is not None:
            await kept.rows.put(clock)
            self.id, self.members = kept.id, dict(kept.members)
            self.house.keys_after(kept.keys)
        else:
            await self._open()
            _OPENED[source] = _Opened(await Rows.of(clock), self.id, dict(self.members), self.house.keys)
        return [await self.stage("appel") for _ in range(REPLICAS)][
            -1
        ]  # so that each API knows it, as if it was played

    async def _open(self) -> None:
        await self.draft()
        await self.staff()
        await self.launch()
        await self.until("appel", "OPEN")

    async def until(self, key: str, state: str) -> Any:
        """Let time pass until a stage is in a state."""
        for _ in range(50):
            found = await self.stage(key)
            if found["state"] == state:
                return found
            deadline = (await self.about("{ nextDeadline }"))["nextDeadline"]
            assert deadline, f"{key} will never be {state}: it is {found['state']}"
            await self.house.clock.reach(datetime.fromisoformat(deadline))
            await self.house.tick(self.key)
        raise AssertionError(f"{key} is not {state}")

    async def stage(self, key: str) -> Any:
        data = await self.about("{ stages { id key round state opensAt closesAt plannedClosesAt } }")
        return next(s for s in data["stages"] if s["key"] == key)

    async def about(
        self, selection: str, as_: str | None = "coordinator", language: str | None = None
    ) -> Any:
        """Read something of the concertation."""
        query = f"query($id: ID!) {{ concertation(id: $id) {selection} }}"
        return (await self.house.ask(query, {"id": self.id}, as_, language))["concertation"]

    async def do(self, operation: str, as_: str, /, **fields: Any) -> Any:
        return await self.house.done(operation, as_, concertationId=self.id, **fields)

    async def refused(self, code: str, operation: str, as_: str | None, /, **fields: Any) -> Any:
        return await self.house.refused(code, operation, as_, **{"concertationId": self.id, **fields})

    async def contribute(self, name: str, body: str = "Davantage de formation.", **more: Any) -> Any:
        fields = {"stage": "appel", "round": 1, "body": body, "themes": ["sante"], **more}
        return await self.do("SubmitContribution", name, **fields)
