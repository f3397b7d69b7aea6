"""What people do while something breaks: coordinators conduct concertations with short deadlines, a crowd contributes.

What they do is drawn from the seed; when it happens is as the machine has it. Everybody asks until they are answered.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from secrets import token_hex
from typing import Any
from uuid import UUID, uuid5

from api.ids import read_global_id
from server.settings import Settings
from server.tokens import demo_member, sign_token
from tests.faults.answers import Said
from tests.faults.asking import Asker
from tests.faults.history import History, Operation

STAGE = "appel"
SIGNERS = ("co_president_state", "co_president_local")
CLIENTS = 16
_PEOPLE = UUID("5a1c8a6a-6f0e-4f5e-9c1e-0f6f0d1b7c22")
_SHORTEST = 2
"""Seconds of the call for input of the concertation that is opened after all was healed."""
_POLL = 0.25


def procedure(seconds: int) -> dict[str, Any]:
    """Give a call for input of so many seconds, whose prolongation needs two signatures."""
    return {
        "id": f"pannes-{seconds}", "label": "Pannes", "sandbox": True, "notice": "PT0.2S",
        "channels": ["online", "paper"],
        "colleges": [{"id": "public", "label": "Public"}],
        "offices": [
            {"id": "coordination", "role": "coordinator", "label": "Coordination"},
            {"id": "etat", "role": "co_president_state", "label": "État"},
            {"id": "locale", "role": "co_president_local", "label": "Collectivités"},
        ],
        "signoffs": {"extension": {"all_of": list(SIGNERS), "within": "PT100S"}},
        "stages": [
            {
                "id": STAGE, "kind": "call_for_input", "label": "Appel", "admission": "open",
                "duration": {"planned": f"PT{seconds}S", "minimum": "PT1S", "maximum": f"PT{4 * seconds + 60}S"},
            }
        ],
    }  # fmt: skip


@dataclass(slots=True)
class Course:
    """One concertation, as its coordinator knows it."""

    id: str
    uuid: str
    closes_at: datetime | None = None
    #: How many people have come to it so far.
    came: int = 0


@dataclass(frozen=True, slots=True)
class Proposal:
    """A later closing that waits for two signatures."""

    ballot: str
    subject: str
    closes_at: datetime


@dataclass
class Play:
    """All that happens in one run, and its history."""

    seed: int
    url: Callable[[], str]
    settings: Settings
    #: Between the beginning and the end of a call for input, in seconds.
    lengths: tuple[int, ...] = (2, 3, 5)
    patience: float = 90.0
    history: History = field(init=False)
    #: What a row itself saw that must not be.
    seen: list[str] = field(default_factory=list)
    courses: list[Course] = field(default_factory=list)
    _tokens: dict[str, str] = field(default_factory=dict)
    _ending: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        """Name this run: another one with the same seed, on the same servers, has other keys and slugs."""
        self.history = History(f"p{self.seed}-{token_hex(4)}")

    async def prepare(self) -> None:
        """Publish the procedures, and open the first concertations: nothing breaks yet."""
        asker = self.asker()
        for seconds in self.lengths:
            await self._publish(asker, seconds)
        asker.close()
        await asyncio.gather(*(self._open(self.asker(), seconds) for seconds in self.lengths[-2:]))

    async def work(self, seconds: float, until: asyncio.Event) -> None:
        """Let everybody work for so long, and until this has happened."""
        async with asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(self._crowd(Random(f"{self.seed}/{number}")))
            for number in range(2):
                group.create_task(self._conduct(Random(f"{self.seed}/coordinator/{number}")))
            await asyncio.sleep(seconds)
            await until.wait()
            self._ending.set()

    async def go_on(self) -> None:
        """Open one more concertation, as if nothing had been."""
        asker = self.asker()
        await self._publish(asker, _SHORTEST)
        await self._open(asker, _SHORTEST)
        asker.close()

    async def again(self, most: int) -> list[str]:
        """Ask once more under the keys of what was acknowledged; say which answers are not the first ones."""
        done = [one for one in self.history.operations if one.is_done and one.kind != "SaveDraft"]
        chosen = done if len(done) <= most else Random(self.seed).sample(done, most)
        said: list[str] = []
        queue = iter(chosen)

        async def client() -> None:
            asker = self.asker()
            for one in queue:
                first = one.answer
                assert first is not None
                answer = await asker.once(one, self._token_of(one))
                if answer is None or answer.said is not Said.DONE:
                    said.append(f"{one.kind} {one.key} was acknowledged and is now answered {answer}")
                elif _proof(answer.data) != _proof(first.data):
                    said.append(f"{one.kind} {one.key}: {_proof(first.data)}, now {_proof(answer.data)}")
            asker.close()

        await asyncio.gather(*(client() for _ in range(CLIENTS)))
        return said

    async def until_over(self) -> list[str]:
        """Wait until every concertation has ended by itself; say which have not in good time."""
        asker = self.asker()
        late = []
        try:
            for course in self.courses:
                try:
                    async with asyncio.timeout(60):
                        await self._until(asker, course, lambda seen: seen["phase"] == "ENDED")
                except TimeoutError:
                    late.append(f"{course.uuid} is not over")
        finally:
            asker.close()
        return late

    async def _publish(self, asker: Asker, seconds: int) -> None:
        answer = await asker.ask(
            "PublishProcedure", self.token("operator"), input={"source": json.dumps(procedure(seconds))}
        )
        assert answer.said is Said.DONE, f"the procedure was not published: {answer}"

    def token(self, name: str) -> str:
        """Give the token of a demo role, or of a person of the crowd."""
        if name not in self._tokens:
            crowd = name.startswith("crowd")
            self._tokens[name] = sign_token(
                self.settings, roles=["participant" if crowd else name], member=UUID(self.member(name))
            )
        return self._tokens[name]

    def member(self, name: str) -> str:
        """Give the pseudonymous id of a demo role, or of a person of the crowd: the same in every run."""
        return str(uuid5(_PEOPLE, name) if name.startswith("crowd") else demo_member(name))

    def _token_of(self, one: Operation) -> str:
        return next(token for name, token in self._tokens.items() if self.member(name) == one.actor)

    def asker(self) -> Asker:
        """Give a client of its own, who notes in the history of this run."""
        return Asker(self.url, self.history, patience=self.patience)

    async def command(self, asker: Asker, kind: str, course: Course, by: str, **said: Any) -> Operation:
        """Let somebody ask something of a concertation, until they are answered."""
        one = self.history.begin(kind, self.member(by), course.uuid, **{"concertationId": course.id} | said)
        return await asker.do(one, self.token(by))

    async def _conduct(self, chance: Random) -> None:
        """Open one concertation after the other, prolonging some of them."""
        asker = self.asker()
        try:
            while not self._ending.is_set():
                course = await self._open(asker, chance.choice(self.lengths))
                if course is not None and chance.random() < 0.7:
                    await self._extend(asker, course, chance)
                await asyncio.sleep(chance.random())
        finally:
            asker.close()

    async def _open(self, asker: Asker, seconds: int) -> Course | None:
        number = len(self.history.operations)
        drafting = self.history.begin(
            "DraftConcertation",
            self.member("coordinator"),
            slug=f"{self.history.name}-{number}",
            title={"fr": "Pannes"},
            procedure=f"pannes-{seconds}",
        )
        await asker.do(drafting, self.token("coordinator"))
        if drafting.answer is None or not drafting.is_done:
            return None
        identifier = drafting.answer.data["concertation"]["id"]
        known = read_global_id(identifier)
        assert known is not None
        course = Course(identifier, known[1][0])
        drafting.concertation = course.uuid
        self.courses.append(course)
        for office, signer in zip(("etat", "locale"), SIGNERS, strict=True):
            enrolled = await self.command(
                asker, "EnrolMember", course, "coordinator", pseudonym=self.member(signer)
            )
            if enrolled.answer is not None and enrolled.is_done:
                member = enrolled.answer.data["member"]["id"]
                await self.command(
                    asker, "AppointMember", course, "coordinator", office=office, memberId=member
                )
        text = {"fr": "Ce dont il s’agit."}
        await self.command(asker, "AttachDocument", course, "coordinator", title={"fr": "Dossier"}, text=text)
        await self._launch(asker, course)
        return course

    async def _launch(self, asker: Asker, course: Course) -> None:
        """Launch, and again where the opening has meanwhile passed."""
        for _ in range(5):
            now = datetime.fromisoformat((await asker.ask("ServerTime")).data["value"])
            launched = await self.command(
                asker, "Launch", course, "coordinator", opensAt=(now + timedelta(seconds=0.7)).isoformat()
            )
            if launched.is_done:
                break
        async with asyncio.timeout(self.patience):
            seen = await self._until(asker, course, lambda seen: seen["stages"][0]["state"] != "PENDING")
        course.closes_at = datetime.fromisoformat(seen["stages"][0]["closesAt"])

    async def _until(
        self, asker: Asker, course: Course, test: Callable[[dict[str, Any]], bool]
    ) -> dict[str, Any]:
        while True:
            seen = (await asker.ask("Situation", id=course.id)).data
            if test(seen):
                return seen
            await asyncio.sleep(_POLL)  # servers in other processes: nothing here to wait on

    async def _extend(self, asker: Asker, course: Course, chance: Random) -> None:
        """Propose a later closing, and sign it twice."""
        proposal = await self.propose(asker, course, chance.choice((1, 2, 3)))
        if proposal is not None:
            await self.sign(asker, course, proposal)

    async def stand(self, seconds: int) -> tuple[Course, Proposal]:
        """Open a concertation of so many seconds whose prolongation waits for its signatures."""
        asker = self.asker()
        try:
            await self._publish(asker, seconds)
            course = await self._open(asker, seconds)
            assert course is not None
            proposal = await self.propose(asker, course, 3)
            assert proposal is not None
            return course, proposal
        finally:
            asker.close()

    async def propose(self, asker: Asker, course: Course, seconds: int) -> Proposal | None:
        """Propose a later closing; `None` where it is too late for that."""
        assert course.closes_at is not None
        later = course.closes_at + timedelta(seconds=seconds)
        proposed = await self.command(
            asker, "ExtendStage", course, "coordinator", stage=STAGE, round=1,
            closesAt=later.isoformat(), seenClosesAt=course.closes_at.isoformat(), reason="Panne.",
        )  # fmt: skip
        if proposed.answer is None or (ballot := proposed.answer.data.get("ballot")) is None:
            return None
        return Proposal(ballot["id"], ballot["subject"], later)

    async def sign(self, asker: Asker, course: Course, proposal: Proposal) -> None:
        """Let both sides sign."""
        for signer in SIGNERS:
            signed = await self.command(
                asker, "CastVote", course, signer,
                ballotId=proposal.ballot, subject=proposal.subject, position="FAVOURABLE",
            )  # fmt: skip
            if not signed.is_done:
                return
        course.closes_at = proposal.closes_at

    async def _crowd(self, chance: Random) -> None:
        """Be one person after the other."""
        asker = self.asker()
        try:
            while not self._ending.is_set():
                now = datetime.now().astimezone()
                open_ = [one for one in self.courses if one.closes_at is not None and one.closes_at > now]
                if not open_:
                    await asyncio.sleep(0.1)
                    continue
                course = chance.choice(open_)
                course.came += 1
                await self._contribute(asker, course, f"crowd/{course.came}", chance)
        finally:
            asker.close()

    async def _contribute(self, asker: Asker, course: Course, by: str, chance: Random) -> None:
        """Begin perhaps with a draft, submit, think again, take it back perhaps."""
        where = {"stage": STAGE, "round": 1}
        if chance.random() < 0.1:
            for version in range(chance.choice((1, 2, 3))):
                said = f"Brouillon {version} de {by}"
                drafted = await self.command(asker, "SaveDraft", course, by, body=said, **where)
                if not drafted.is_done:
                    return
            if chance.random() < 0.5:
                return
        submitted = await self.command(
            asker, "SubmitContribution", course, by, body=f"Contribution de {by}.", **where
        )
        live = submitted
        for version in range(2, 2 + chance.choice((0, 0, 1, 1, 2))):
            if not live.is_done:
                return
            live = await self.command(
                asker, "ReviseContribution", course, by,
                contributionId=contribution_of(live), body=f"Version {version} de {by}.", **where,
            )  # fmt: skip
        if live.is_done and chance.random() < 0.15:
            await self.command(
                asker, "WithdrawContribution", course, by, contributionId=contribution_of(live)
            )


def contribution_of(one: Operation) -> str:
    """Give the id of what an acknowledged submission or revision made."""
    assert one.answer is not None
    return str(one.answer.data["receipt"]["contribution"]["id"])


def _proof(data: dict[str, Any]) -> dict[str, Any]:
    """Give what must never change of an acknowledgement: receipt, instant of a withdrawal, events."""
    events = data.get("events")
    receipt = data.get("receipt")
    return {
        "kind": data.get("__typename"),
        "receipt": receipt and {key: receipt[key] for key in ("code", "digest", "version")},
        "withdrawnAt": data.get("withdrawnAt"),
        "events": events and [(event["seq"], event["kind"], event["at"]) for event in events],
    }
