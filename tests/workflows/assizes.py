"""The territorial assizes as their rules are written, over years: through the API, Temporal and PostgreSQL.

Functions and papers are those of the demonstration; time is skipped to whatever comes next.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.testing import WorkflowEnvironment

from api.ids import read_global_id
from domain.acts import Command
from domain.builtin import source
from domain.council.attending import seats_at
from domain.hearings.days import rest_day
from domain.process import Process
from domain.questionnaires import builtin as questionnaires
from server.demo.cast import Cast, Person, make_cast
from server.demo.forms import answers
from server.demo.organisations import organisation
from server.demo.papers import (
    AGENDA,
    CHAPTERS,
    COMMITMENT,
    DECISION,
    INFORMATION_FILE,
    MINUTES,
    PLACE,
    REASONS,
    RECOMMENDATION_GUICHET,
    RECORDS,
    RESERVATION_ANSWER,
    RESPONSES,
    SYNTHESIS,
    TITLE,
)
from server.demo.situation import Ballot, Situation
from store.concertations import process
from store.pool import Pool, acquire
from store.replies import Accepted, Refused
from tests.api.house import DirectSender, House, pseudonym
from tests.fixtures.clock import REACH
from tests.workflows.engine import skip_to
from workflows.commanding import Dispatch

PROCEDURE = "assises-ia"
REQUEST = "L’agent conversationnel de ma ville a répondu à côté trois fois : je demande à le raconter."
RAPPORTEURS = {
    "politiques-publiques": "rapporteur-politiques",
    "vie-publique": "rapporteur-vie-publique",
    "metiers": "rapporteur-metiers",
}
_MOST_SKIPS = 60
BEGINS = datetime(2031, 1, 7, 9, tzinfo=UTC)
"""When the concertations of these tests are drafted, on whatever day they run: whether an extension fits into the
longest duration of a stage hangs on the weekends that it meets."""


class ThroughTemporal(DirectSender):
    """Brings commands to the workflow of their concertation, as the API does in production."""

    def __init__(self, dispatch: Dispatch, worker: Pool) -> None:
        super().__init__(worker)
        self._dispatch = dispatch

    async def send(self, command: Command) -> Accepted | Refused:
        self.sent.append(command)
        return await self._dispatch.send(command)


class Assizes:
    """One concertation after `assises-ia`, and everybody in it."""

    def __init__(self, house: House, environment: WorkflowEnvironment) -> None:
        self.house = house
        self.environment = environment
        self.cast: Cast = make_cast("assizes")
        self.id = ""
        self.members: dict[str, str] = {}
        self._by_pseudonym = {pseudonym(person.key): person for person in self.cast.people}

    @property
    def key(self) -> str:
        """The id of the concertation in the store."""
        found = read_global_id(self.id)
        assert found is not None
        return found[1][0]

    # time

    async def now(self) -> datetime:
        return await self.environment.get_current_time()

    async def reach(self, instant: datetime) -> None:
        """Skip to an instant, in Temporal and in the database."""
        if instant > await self.now():
            await skip_to(self.environment, instant)
        await self.house.sender.worker.execute(REACH, instant)

    async def look(self) -> Situation:
        data = await self.house.ask("Situation", {"id": self.id}, "coordinator")
        return Situation.model_validate(data["concertation"])

    async def process(self) -> Process:
        """Give the state that the store has."""
        async with acquire(self.house.sender.worker) as connection:
            found = await process(connection, self.key)
        assert found is not None
        return found

    async def until(self, stage: str, state: str) -> Situation:
        """Let time pass until a stage is in a state."""
        return await self.wait(lambda seen: seen.stage(stage).state == state)

    async def wait(self, holds: Callable[[Situation], bool]) -> Situation:
        """Let time pass, from one deadline to the next, until something holds."""
        for _ in range(_MOST_SKIPS):
            seen = await self.look()
            if holds(seen):
                return seen
            due = seen.next_deadline or seen.read_at  # none while a set is being sealed
            await self.reach(max(due, seen.read_at) + timedelta(seconds=1))
        raise AssertionError(f"it has never held: {await self.look()}")

    # acts

    async def do(self, by: str, operation: str, /, **fields: Any) -> Any:
        """Let somebody do something that must be accepted."""
        return await self.house.done(operation, by, concertationId=self.id, **fields)

    async def refused(self, code: str, by: str, operation: str, /, **fields: Any) -> Any:
        """Let somebody do something that must be refused with this code, and change nothing."""
        return await self.house.refused(code, operation, by, concertationId=self.id, **fields)

    async def place(self, stage: str) -> dict[str, Any]:
        """Name a stage and its round, as acts do."""
        return {"stage": stage, "round": (await self.look()).stage(stage).round}

    async def vote(self, ballot: Ballot, positions: Mapping[str, str] | None = None) -> None:
        """Let everybody vote who is awaited: favourable, or as `positions` says by key."""
        said = positions or {}
        for seat in ballot.awaited:
            if seat.holder is not None:
                voter = self._by_pseudonym[seat.holder.pseudonym].key
                position = said.get(voter, "FAVOURABLE")
                await self.do(
                    voter, "CastVote", ballotId=ballot.id, subject=ballot.subject, position=position
                )

    async def sign(self, kind: str) -> None:
        """Let both co-presidents sign a proposal."""
        ballot = (await self.look()).ballot("SIGNATURES", kind=kind)
        assert ballot is not None, f"nothing to sign: {kind}"
        await self.vote(ballot)

    async def pass_gate(self, purpose: str, stage: str, *, stays_out: str | None = None) -> None:
        """Let the council approve what a stage begins or ends with; who stands aside may not vote."""
        ballot = (await self.look()).ballot(purpose, stage)
        assert ballot is not None, f"no {purpose} of {stage}"
        if stays_out is not None:
            fields = {"ballotId": ballot.id, "subject": ballot.subject, "position": "FAVOURABLE"}
            await self.refused("MEMBER_WITHDRAWN", stays_out, "CastVote", **fields)
        await self.vote(ballot)

    # the beginning

    async def draft(self) -> None:
        """Publish the procedure as it is written, draft, enrol everybody, give the offices, attach the documents."""
        await self.house.done_without_key("PublishProcedure", "operator", source=source(PROCEDURE))
        answer = await self.house.done(
            "DraftConcertation", "coordinator", slug="assises", title={"fr": TITLE}, procedure=PROCEDURE
        )
        self.id = answer["concertation"]["id"]
        for person in self.cast.people:
            await self._enrol(person)
        await self._interest("conseil-3", "metropole")
        await self.do("coordinator", "AttachDocument", title={"fr": "Dossier"}, text={"fr": INFORMATION_FILE})
        await self.do(
            "coordinator", "AttachDocument", title={"fr": "Questionnaire"},
            stage="appel", source=questionnaires.source("assises"), questionnaire=True,
        )  # fmt: skip
        await self.do(
            "coordinator", "AttachDocument", title={"fr": "Grille"},
            stage="avis", source=questionnaires.source("evaluation"), questionnaire=True,
        )  # fmt: skip

    async def _enrol(self, person: Person) -> None:
        enrolled = await self.do(
            "coordinator", "EnrolMember",
            pseudonym=pseudonym(person.key), name=person.label, college=person.college,
            territory=person.territory, elected=person.elected,
        )  # fmt: skip
        self.members[person.key] = enrolled["member"]["id"]
        if person.office is not None:
            await self.do(
                "coordinator", "AppointMember", office=person.office, memberId=self.members[person.key]
            )

    async def _interest(self, member: str, speaks_for: str) -> None:
        """Register the organisation that somebody speaks for, and let a member declare an interest in it."""
        person, what = self.cast[speaks_for], organisation(speaks_for)
        assert what is not None
        registered = await self.do(
            "coordinator", "RegisterOrganisation",
            name=person.label, kind=what.kind, college=person.college, siret=what.siret,
        )  # fmt: skip
        found = registered["organisation"]["id"]
        representative = {"memberId": self.members[speaks_for]}
        await self.do("coordinator", "AddRepresentative", organisationId=found, representative=representative)
        await self.do(member, "DeclareInterest", organisationIds=[found])

    async def launch(self, opens_at: datetime) -> None:
        """Propose the launch, and have both co-presidents sign it."""
        fields = {"concertationId": self.id, "opensAt": opens_at.isoformat()}
        answer = await self.house.do("Launch", "coordinator", **fields)
        assert answer["__typename"] == "SignOffPending", answer
        await self.sign("launch")
        assert (await self.look()).phase == "LAUNCHED"

    async def contribute(
        self, *, only: Collection[str] = (), without: Collection[str] = ()
    ) -> dict[str, Any]:
        """Let the members of colleges answer the questionnaire; gives what each was told."""
        place = await self.place("appel")
        told = {}
        for person in self.cast.participants:
            assert person.voice is not None
            if person.college not in without and (not only or person.college in only):
                told[person.key] = await self.do(
                    person.key, "SubmitContribution", **place,
                    answers=answers(person.voice), themes=list(person.voice.themes),
                )  # fmt: skip
        return told

    # hearings

    async def schedule(self, axis: str, witnesses: Collection[str], **more: Any) -> str:
        """Set a hearing of an axis on a working day of its window, and give its id."""
        starts_at = await self._day(axis, rest=False)
        answer = await self.do(
            "coordinator", "ScheduleHearing", **await self._sitting(axis, starts_at, witnesses, more)
        )
        found: str = answer["hearing"]["id"]
        return found

    async def badly_scheduled(
        self, code: str, axis: str, witnesses: Collection[str], *, rest: bool, **more: Any
    ) -> None:
        """Try to set one that is refused: on a day of rest, or beside another."""
        starts_at = await self._day(axis, rest=rest)
        await self.refused(
            code, "coordinator", "ScheduleHearing", **await self._sitting(axis, starts_at, witnesses, more)
        )

    async def _day(self, axis: str, *, rest: bool) -> datetime:
        """Give two in the afternoon of the first day of a window, after the first, that is a day of rest or is none."""
        seen = (await self.look()).stage(f"auditions.{axis}")
        starts_at = (seen.opens_at or seen.planned_opens_at) + timedelta(days=2, hours=14)
        while (rest_day("FR", starts_at, starts_at + timedelta(hours=2)) is not None) is not rest:
            starts_at += timedelta(days=1)
        return starts_at

    async def _sitting(
        self, axis: str, starts_at: datetime, witnesses: Collection[str], more: Mapping[str, Any]
    ) -> dict[str, Any]:
        return {
            **await self.place(f"auditions.{axis}"),
            "startsAt": starts_at.isoformat(),
            "endsAt": (starts_at + timedelta(hours=2)).isoformat(),
            "witnessIds": [self.members[key] for key in witnesses],
            "place": {"fr": PLACE},
            "territory": "FR",
            "room": axis,
            **more,
        }

    async def ask_to_be_heard(self, axis: str, hearing: str, who: str) -> None:
        """Let somebody ask, be called, and say that they come."""
        place = await self.place(f"auditions.{axis}")
        asked = await self.do(who, "RequestHearing", **place, text={"fr": REQUEST})
        await self.do(
            "coordinator", "CallWitness", **place,
            hearingId=hearing, witnessId=self.members[who], requestId=asked["request"]["id"],
        )  # fmt: skip
        await self.do(who, "AnswerCall", **place, hearingId=hearing, comes=True)

    async def hold(self, axis: str, hearing: str, heard: Collection[str]) -> None:
        """Say who was heard, and hand in the record."""
        place = await self.place(f"auditions.{axis}")
        there = [self.members[key] for key in heard]
        await self.do("coordinator", "HoldHearing", **place, hearingId=hearing, heardIds=there)
        await self.do(
            "coordinator", "RecordHearing", **place, hearingId=hearing, record={"fr": RECORDS[axis]}
        )

    # the council

    async def adopt(self, conclusion: str, text: str, positions: Mapping[str, str] | None = None) -> None:
        """Draft an opinion, put it to the vote, and have everybody vote."""
        place = await self.place("avis")
        drafted = await self.do(
            "presidence", "DraftOpinion", **place, text={"fr": text}, conclusion=conclusion
        )
        digest = drafted["opinion"]["text"]["digest"]
        meeting = await self._meet(place)
        await self.do("presidence", "PutOpinionToVote", **place, text=digest, meetingId=meeting)
        ballot = (await self.look()).ballot("OPINION", "avis")
        assert ballot is not None
        await self.vote(ballot, positions)

    async def _meet(self, place: dict[str, Any]) -> str:
        """Convene the council with its notice, hold its meeting with everybody there, and give its id."""
        starts_at = await self.now() + timedelta(days=5, hours=1)
        convened = await self.do(
            "presidence", "ConveneMeeting", **place,
            startsAt=starts_at.isoformat(), endsAt=(starts_at + timedelta(hours=2)).isoformat(),
            agenda={"fr": AGENDA},
        )  # fmt: skip
        meeting: str = convened["meeting"]["id"]
        await self.reach(starts_at + timedelta(seconds=1))
        process = await self.process()
        seats = seats_at(process, process.stages["avis"], process.runs["avis"], starts_at)
        there = [{"seat": seat, "attendance": "PRESENT"} for seat in seats]
        await self.do("presidence", "HoldMeeting", **place, meetingId=meeting, attendance=there)
        await self.do("coordinator", "RecordMinutes", **place, meetingId=meeting, minutes={"fr": MINUTES})
        return meeting

    # from the synthesis on

    async def synthesise(self, sources: Collection[str]) -> str:
        """Write three chapters, one recommendation and the synthesis; gives the id of the recommendation."""
        place = await self.place("synthese")
        for axis, text in CHAPTERS.items():
            await self.do(RAPPORTEURS[axis], "SubmitChapter", **place, lane=axis, text={"fr": text})
        made = await self.do(
            "rapporteur-general", "MakeRecommendation", **place,
            lane="vie-publique", themes=["ethique"], addressees=["ministere", "associations-elus"],
            sourceIds=list(sources), text={"fr": RECOMMENDATION_GUICHET},
        )  # fmt: skip
        await self._treat(place, made["recommendation"]["id"])
        await self.do("rapporteur-general", "AssembleSynthesis", **place, text={"fr": SYNTHESIS})
        found: str = made["recommendation"]["id"]
        return found

    async def _treat(self, place: dict[str, Any], item: str) -> None:
        """Lift what the council reserved, and cite every record and contribution."""
        seen = await self.house.ask("Review", {"id": self.id}, "rapporteur-general")
        opinions, hearings = (seen["concertation"][name] for name in ("opinions", "hearings"))
        latest = max(opinions, key=lambda opinion: int(opinion["round"]))
        for reservation in latest["reservations"]:
            await self.do(
                "rapporteur-general", "AnswerReservation", **place,
                reservationId=reservation["id"], answer="LIFTED", reasons={"fr": RESERVATION_ANSWER},
            )  # fmt: skip
        await self.refused(
            "TREATMENT_TOO_LOW", "rapporteur-general", "AssembleSynthesis", **place, text={"fr": SYNTHESIS}
        )
        left = [hearing["id"] for hearing in hearings]
        while left:
            await self.do("rapporteur-general", "CiteSources", **place, itemId=item, addIds=left)
            seen = await self.house.ask("Treatment", {"id": self.id, "first": 100}, "rapporteur-general")
            synthesis = max(seen["concertation"]["syntheses"], key=lambda found: int(found["round"]))
            left = [gap["contribution"]["id"] for gap in synthesis["treatmentGaps"]["nodes"]]

    async def respond(self, recommendation: str, addressee: str) -> None:
        """Answer a recommendation, with reasons."""
        answer, reasons = RESPONSES["guichet", addressee]
        await self.do(
            addressee, "Respond", **await self.place("decision"),
            recommendationId=recommendation, addressee=addressee, answer=answer, reasons={"fr": reasons},
        )  # fmt: skip

    async def decision(self) -> dict[str, Any]:
        """Give what the decision says, as the authority sends it."""
        return {**await self.place("decision"), "text": {"fr": DECISION}, "reasons": {"fr": REASONS}}

    async def decide(self) -> None:
        """Issue the decision, and have both co-presidents sign it."""
        fields = {"concertationId": self.id, **await self.decision()}
        answer = await self.house.do("IssueDecision", "autorite", **fields)
        assert answer["__typename"] == "SignOffPending", answer
        await self.sign("issue_decision")

    async def commitment(self, recommendation: str, due_at: datetime) -> dict[str, Any]:
        """Give what the ministry commits itself to, as it sends it."""
        return {
            **await self.place("suivi"),
            "recommendationId": recommendation,
            "owner": "ministere",
            "dueAt": due_at.isoformat(),
            "text": {"fr": COMMITMENT},
        }

    async def commit(self, recommendation: str, due_at: datetime) -> str:
        """Make a commitment of the ministry; gives its id."""
        made = await self.do("ministere", "MakeCommitment", **await self.commitment(recommendation, due_at))
        found: str = made["commitment"]["id"]
        return found
